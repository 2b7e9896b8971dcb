// Carries entries from the page's daybook to the agent, and to the company itself when the agent stays away.
// Never drops an entry, and never lets one that is refused block the next.

import type { AgentConnection } from "@/agent/connection";
import { parseEntry, type WireEntry } from "@/core/entry";
import { Rejected, wordsOf } from "@/core/errors";
import { BATCH_ENTRIES, batches } from "@/daybook/batches";
import type { PageDaybook, Sendable } from "@/daybook/daybook";
import type { Company, PushResult } from "@/server/api";

/** So long we wait for an agent that was here to come back before we push to the company ourselves. */
export const AGENT_GRACE_MS = 30_000;
/** So long Pay waits for the agent's fsync; the entry is safe in our own log by then. */
export const DELIVERY_TIMEOUT_MS = 1_500;
export const FIRST_RETRY_MS = 1_000;
export const MAX_RETRY_MS = 60_000;
/** How often we look again while something is unsent, and ask the agent what the company said. */
export const LOOK_AGAIN_MS = 5_000;
export const ASK_AT_MOST = 500;

export type Route = "agent" | "company" | "none";

export interface PushStatus {
	readonly unsentCount: number;
	/** occurred_at of the oldest entry that the company has not answered for. */
	readonly oldestUnsentAt: string | undefined;
	readonly route: Route;
	readonly lastError: string | undefined;
	/** Milliseconds since the epoch of the company's last answer that we know of. */
	readonly lastAnswerAt: number | undefined;
}

type Daybook = Pick<
	PageDaybook, "sendable" | "unsentIds" | "acknowledge" | "troubled" | "compareHeads" | "unsentCount" | "oldestUnsentAt" | "on"
>;
type Agent = Pick<AgentConnection, "state" | "awaySince" | "welcome" | "record" | "acknowledged" | "on">;
type CompanyDoor = Pick<Company, "push">;

export class Pusher {
	readonly reasons: ReadonlyMap<string, PushResult>;
	private readonly refused = new Map<string, PushResult>();
	/** Entries that this agent has; forgotten when it reconnects, for it may be another or a restored one. */
	private readonly withAgent = new Set<string>();
	/** Entries that the agent put aside: the company gets them from us, so that its people see them. */
	private readonly direct = new Set<string>();
	/** Entries that no hop takes, even alone; tried again after a restart. */
	private readonly stuck = new Set<string>();
	private readonly listeners = new Set<(status: PushStatus) => void>();
	private readonly stops: (() => void)[] = [];
	private timer: ReturnType<typeof setTimeout> | undefined;
	private running: Promise<void> | undefined;
	private again = false;
	/** What was begun outside of a round: deliveries, and answers that are being kept. */
	private readonly begun = new Set<Promise<unknown>>();
	private failures = 0;
	/** The agent is there but takes nothing (its disk is full, it was unpaired): then the company is next, too. */
	private agentFailingSince: number | undefined;
	private headsCompared = false;
	private lastError: string | undefined;
	private lastAnswerAt: number | undefined;

	constructor(
		private readonly daybook: Daybook,
		private readonly agent: Agent,
		private readonly company: CompanyDoor,
	) {
		this.reasons = this.refused;
	}

	get status(): PushStatus {
		const { unsentCount, oldestUnsentAt } = this.daybook;
		const { lastError, lastAnswerAt } = this;
		return { unsentCount, oldestUnsentAt, route: this.route, lastError, lastAnswerAt };
	}

	start(): void {
		this.stops.push(
			this.agent.on("state", ({ state }) => {
				if (state === "connecting") return;
				if (state === "online") this.withAgent.clear();
				this.headsCompared = false;
				this.agentFailingSince = undefined;
				this.failures = 0;
				this.poke();
			}),
			this.agent.on("acknowledged", ({ results }) => void this.during(this.heard(results))),
			this.daybook.on("change", () => this.tell()),
		);
		void this.during(this.noteTroubled());
		this.poke();
	}

	stop(): void {
		clearTimeout(this.timer);
		for (const stop of this.stops.splice(0)) stop();
	}

	/** There may be something to send: sends it now, or right after what is being sent. */
	poke(): void {
		clearTimeout(this.timer);
		if (this.running) {
			this.again = true;
			return;
		}
		this.running = this.round().finally(() => {
			this.running = undefined;
			const { again } = this;
			this.again = false;
			if (again) this.poke();
			else this.lookAgain();
		});
	}

	/** Resolves once nothing is being sent or kept: worth waiting for before the page is closed. */
	async settled(): Promise<void> {
		while (this.running || this.begun.size > 0) await Promise.all([this.running, ...this.begun]);
	}

	/** True if the agent on this till is known to have the entry on its disk, too. */
	isWithAgent(id: string): boolean {
		return this.withAgent.has(id);
	}

	/**
	 * Call right after record(): "agent" once the agent has fsynced it too, "page" if it did not answer in time.
	 * Never rejects: the entry is recorded, and whoever waits for Pay must not be told otherwise.
	 */
	deliver(wire: WireEntry): Promise<"agent" | "page"> {
		return this.during(this.handOver(wire));
	}

	private async handOver(wire: WireEntry): Promise<"agent" | "page"> {
		if (this.agent.state !== "online") {
			this.poke();
			return "page";
		}
		try {
			const results = await this.agent.record([wire], DELIVERY_TIMEOUT_MS);
			this.agentFailingSince = undefined;
			return this.taken([parseEntry(wire.text).id], results) ? "agent" : "page";
		} catch (error) {
			this.failed(error);
			return "page";
		} finally {
			this.poke();
		}
	}

	on(_name: "status", listener: (status: PushStatus) => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	private get route(): Route {
		if (this.agent.state === "none") return "company";
		const since = this.agent.awaySince ?? this.agentFailingSince;
		if (since !== undefined && performance.now() - since >= AGENT_GRACE_MS) return "company";
		return this.agent.state === "online" ? "agent" : "none";
	}

	private async round(): Promise<void> {
		try {
			if (this.route === "agent") await this.throughAgent();
			if (this.route === "company") await this.toCompany(() => true);
			this.failures = 0;
			if (this.route !== "none") this.lastError = undefined;
		} catch (error) {
			this.failed(error);
		}
		this.tell();
	}

	/** Whatever failed, the entries stay unsent and are sent again; the status says why. */
	private failed(error: unknown): void {
		this.failures += 1;
		this.lastError = wordsOf(error);
	}

	private lookAgain(): void {
		if (this.stops.length === 0) return;
		const backOff = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.failures - 1, 10));
		const idle = this.daybook.unsentCount === 0;
		if (this.failures === 0 && idle) return;
		this.timer = setTimeout(() => this.poke(), this.failures > 0 ? backOff : LOOK_AGAIN_MS);
	}

	private async throughAgent(): Promise<void> {
		try {
			await this.handToAgent();
			this.agentFailingSince = undefined;
		} catch (error) {
			this.agentFailingSince ??= performance.now();
			throw error;
		}
		if (this.direct.size > 0) await this.toCompany((id) => this.direct.has(id));
	}

	private async handToAgent(): Promise<void> {
		const { welcome } = this.agent;
		if (welcome && !this.headsCompared) await this.daybook.compareHeads(welcome.heads, welcome.next_epoch);
		this.headsCompared = true;
		await this.eachBatch((id) => !this.withAgent.has(id) && !this.direct.has(id), async (batch) => {
			const results = await this.agent.record(batch.map(({ wire }) => wire));
			this.taken(batch.map(({ id }) => id), results);
		});
		const waiting = await this.daybook.unsentIds(ASK_AT_MOST);
		if (waiting.length > 0) await this.heard(await this.agent.acknowledged(waiting));
	}

	/** True if the agent has all of them in its daybook. */
	private taken(ids: readonly string[], results: readonly PushResult[]): boolean {
		ids.forEach((id, index) => {
			const result = results[index];
			if (!result) return;
			const good = result.outcome === "created" || result.outcome === "exists";
			if (good) this.withAgent.add(id);
			else this.setAside(id, result);
		});
		return ids.every((id) => this.withAgent.has(id));
	}

	private setAside(id: string, result: PushResult): void {
		this.direct.add(id);
		this.refused.set(id, { ...result, id });
	}

	private async toCompany(wanted: (id: string) => boolean): Promise<void> {
		await this.eachBatch((id) => wanted(id) && !this.stuck.has(id), (batch) => this.push(batch));
	}

	/** Halves what is too large; an entry that is too large alone is noted, and the next ones go on. */
	private async push(batch: readonly Sendable[]): Promise<void> {
		try {
			const { results } = await this.company.push(batch.map(({ wire }) => wire));
			await this.heard(batch.map(({ id }, index) => ({ ...answerAt(results, index), id })));
		} catch (error) {
			if (!(error instanceof Rejected) || error.code !== "too_large") throw error;
			if (batch.length === 1) return this.cannotGo(batch[0], error);
			const half = Math.ceil(batch.length / 2);
			await this.push(batch.slice(0, half));
			await this.push(batch.slice(half));
		}
	}

	private cannotGo(entry: Sendable | undefined, error: Rejected): void {
		if (!entry) return;
		const { id } = entry;
		this.stuck.add(id);
		this.refused.set(id, { id, outcome: "quarantined", state: "held", reason: error.message });
	}

	private async eachBatch(
		wanted: (id: string) => boolean, send: (batch: readonly Sendable[]) => Promise<void>,
	): Promise<void> {
		let after = -1;
		for (;;) {
			const read = await this.daybook.sendable(BATCH_ENTRIES, after);
			const last = read.at(-1);
			if (!last) return;
			after = last.position;
			for (const batch of batches(read.filter(({ id }) => wanted(id)))) await send(batch);
		}
	}

	/** The company's answers, from wherever they came: kept in the log, and noted if a person should see them. */
	private async heard(results: readonly PushResult[]): Promise<void> {
		if (results.length === 0) return;
		this.lastAnswerAt = Date.now();
		this.note(results);
		for (const { id } of results) {
			this.withAgent.delete(id);
			this.direct.delete(id);
		}
		try {
			await this.daybook.acknowledge(results);
		} catch (error) {
			// Not kept, so it stays unsent: the company will be asked again and answer "exists".
			this.failed(error);
		}
		this.tell();
	}

	private async noteTroubled(): Promise<void> {
		try {
			this.note(await this.daybook.troubled());
		} catch (error) {
			this.failed(error);
		}
		this.tell();
	}

	private async during<T>(work: Promise<T>): Promise<T> {
		this.begun.add(work);
		try {
			return await work;
		} finally {
			this.begun.delete(work);
		}
	}

	private note(results: readonly PushResult[]): void {
		for (const result of results) {
			const good = result.state === "waiting" || result.state === "posted";
			if (good) this.refused.delete(result.id);
			else this.refused.set(result.id, result);
		}
	}

	private tell(): void {
		const { status } = this;
		for (const listener of this.listeners) listener(status);
	}
}

function answerAt(results: readonly PushResult[], index: number): PushResult {
	const result = results[index];
	if (!result) throw new Rejected("The company's answer does not cover every entry that was sent.", "short_answer");
	return result;
}
