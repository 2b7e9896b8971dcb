// What time it is at this till, and how far its clock is off by the company's and the agent's.
// Never changes what the clock said (occurred_at), and never decides an order: chain and sequence do.

import { shallowRef, type ShallowRef } from "vue";
import type { ClockNote } from "@/core/entry";
import { businessDate, localTime } from "@/till/format";

/** A clock that is off by less than this, beyond what can't be measured, is right. */
export const TOLERANCE_MS = 5_000;
/** From here on the cashier is told, and the business date is taken from the company's clock. */
export const FAR_OFF_MS = 10 * 60_000;
/** An HTTP date has whole seconds. */
const HALF_A_SECOND_MS = 500;
const JUMP_MS = 2_000;

export type ClockSource = "company" | "agent";

interface Skew {
	readonly aheadMs: number;
	/** Date.now() less performance.now() when it was measured: another difference later means that the clock was set. */
	readonly base: number;
}

export interface Stamp {
	readonly occurred_at: string;
	readonly business_date: string;
	readonly clock?: ClockNote;
}

export class Clock {
	/** What is wrong with it, as far as is known; for the screen. */
	readonly wrong: Readonly<ShallowRef<ClockNote | undefined>>;
	private readonly shown = shallowRef<ClockNote>();
	private readonly skews = new Map<ClockSource, Skew>();

	/** `notBefore`: a time of the company's that this till kept, in milliseconds: it can't be earlier now. */
	constructor(
		private notBefore = 0,
		private readonly nowMs: () => number = () => Date.now(),
		private readonly steadyMs: () => number = () => performance.now(),
	) {
		this.wrong = this.shown;
	}

	/** Somebody's time, cut to `cutMs`, in an answer that took `tookMs`. */
	heard(from: ClockSource, theirMs: number, tookMs: number, cutMs = 2 * HALF_A_SECOND_MS): void {
		const aheadMs = this.nowMs() - theirMs - cutMs / 2 - tookMs / 2;
		const unsureMs = cutMs / 2 + tookMs / 2;
		const off = Math.abs(aheadMs) > TOLERANCE_MS + unsureMs;
		this.skews.set(from, { aheadMs: off ? Math.round(aheadMs) : 0, base: this.base() });
		if (from === "company") this.notBefore = Math.max(this.notBefore, theirMs);
		this.shown.value = this.note();
	}

	/** For the next entry: what the clock says, the day it belongs to, and what is wrong with the clock. */
	stamp(): Stamp {
		const clock = this.note();
		const occurred_at = localTime(new Date(this.nowMs()));
		return { occurred_at, business_date: this.businessDate(), ...(clock && { clock }) };
	}

	/** By the company's clock if this one is known to be far off, and never before the company's time that was kept. */
	businessDate(): string {
		return businessDate(new Date(this.likelyMs()));
	}

	/** Milliseconds that a later start may take for granted; undefined while nobody told this page the time. */
	get knownMs(): number | undefined {
		return this.aheadOf("company") === undefined ? undefined : this.likelyMs();
	}

	private likelyMs(): number {
		const aheadMs = this.note()?.ahead_ms ?? 0;
		const corrected = this.nowMs() - (Math.abs(aheadMs) >= FAR_OFF_MS ? aheadMs : 0);
		return corrected < this.notBefore - FAR_OFF_MS ? this.notBefore : corrected;
	}

	private note(): ClockNote | undefined {
		for (const against of ["company", "agent"] as const) {
			const aheadMs = this.aheadOf(against);
			if (aheadMs !== undefined) return aheadMs === 0 ? undefined : { ahead_ms: aheadMs, against };
		}
		return undefined;
	}

	/** What was measured, after all that was done to the clock since; undefined if that can't be known. */
	private aheadOf(source: ClockSource): number | undefined {
		const skew = this.skews.get(source);
		if (!skew) return undefined;
		const setBy = Math.round(this.base() - skew.base);
		if (Math.abs(setBy) < JUMP_MS) return skew.aheadMs;
		// A computer that slept looks like a clock that was set forward: only the next answer can tell.
		return setBy < 0 ? skew.aheadMs + setBy : undefined;
	}

	private base(): number {
		return this.nowMs() - this.steadyMs();
	}
}
