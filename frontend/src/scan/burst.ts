// Tells a scanner that types (a keyboard wedge) from a person at the keyboard, by the time between keys.
// Pure: it is told what was pressed and when; it never touches the page, a timer or the catalogue.

/** Defaults of the trade: 30 ms a character on average, 100 ms of quiet ends a code. */
export const BURST_AVERAGE_MS = 30;
export const BURST_QUIET_MS = 100;
export const BURST_MIN_LENGTH = 6;
export const BURST_MIN_LENGTH_WITH_PREFIX = 3;
export const BURST_MAX_LENGTH = 256;
/** Some scanners send their Enter late, or send CR and LF: such keys right after a code belong to it. */
export const BURST_TAIL_MS = 300;

const AIM_PREFIX = /^\][A-Za-z][0-9A-Za-z]/;
const IGNORED = new Set(["Shift", "CapsLock", "AltGraph", "Alt", "Control", "Unidentified"]);

export type Verdict =
	/** The key belongs to nobody's code; `typed` are keys held before it that turned out to be a person's. */
	| { readonly kind: "pass"; readonly typed: string }
	| { readonly kind: "held"; readonly typed: string }
	| { readonly kind: "scan"; readonly code: string }
	| { readonly kind: "swallow" };

export class BurstAssembler {
	private text = "";
	private firstAt = 0;
	private lastAt = 0;
	private scanEndedAt = Number.NEGATIVE_INFINITY;

	get pending(): boolean {
		return this.text !== "";
	}

	/** One key at `at` milliseconds (event.timeStamp). `repeat` is a key held down: never a scanner. */
	press(key: string, at: number, repeat = false): Verdict {
		if (IGNORED.has(key)) return { kind: "pass", typed: "" };
		const overdue = this.pending && at - this.lastAt > this.longestGap() ? this.flush() : undefined;
		if (overdue?.kind === "scan") return this.afterScan(key, at, overdue);
		const typed = overdue?.typed ?? "";
		if (key === "Enter" || key === "Tab") return this.end(at, typed);
		if (repeat || [...key].length !== 1) return { kind: "pass", typed: typed + this.drop() };
		this.append(key, at);
		return { kind: "held", typed };
	}

	/** No key came for BURST_QUIET_MS: what was held is a code, or was typed by a person. */
	flush(): { readonly kind: "scan"; readonly code: string } | { readonly kind: "typed"; readonly typed: string } {
		if (!this.isBurst()) return { kind: "typed", typed: this.drop() };
		this.scanEndedAt = this.lastAt;
		return { kind: "scan", code: this.drop() };
	}

	/** A scanner does not begin with a pause: a lone key before one is a person's, and no part of the code after it. */
	private longestGap(): number {
		return this.text.length === 1 ? 2 * BURST_AVERAGE_MS : BURST_QUIET_MS;
	}

	private end(at: number, typed: string): Verdict {
		if (this.isBurst()) {
			this.scanEndedAt = at;
			return { kind: "scan", code: this.drop() };
		}
		if (!this.pending && typed === "" && at - this.scanEndedAt <= BURST_TAIL_MS) return { kind: "swallow" };
		return { kind: "pass", typed: typed + this.drop() };
	}

	private afterScan(key: string, at: number, scan: Verdict): Verdict {
		if (key !== "Enter" && key !== "Tab" && [...key].length === 1) this.append(key, at);
		return scan;
	}

	private append(key: string, at: number): void {
		if (this.text === "") this.firstAt = at;
		this.text = (this.text + key).slice(0, BURST_MAX_LENGTH);
		this.lastAt = at;
	}

	private isBurst(): boolean {
		const length = this.text.length;
		const needed = AIM_PREFIX.test(this.text) ? 3 + BURST_MIN_LENGTH_WITH_PREFIX : BURST_MIN_LENGTH;
		return length >= needed && (this.lastAt - this.firstAt) / (length - 1) <= BURST_AVERAGE_MS;
	}

	private drop(): string {
		const text = this.text;
		this.text = "";
		return text;
	}
}
