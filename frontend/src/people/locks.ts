// Wrong PINs: after five a cashier waits at this till, longer each time, until the time is over or somebody unlocks him.
// Never reads the clock on the wall, which can be set: a wait runs down while the page is open, and goes on after a reload.

export const FREE_TRIES = 5;
export const WAITS_MS = [60_000, 120_000, 240_000, 480_000, 900_000] as const;
/** A wait is written down so often: a reload gives back no more than this. */
export const KEEP_EVERY_MS = 5_000;

/** Of one cashier: wrong PINs in a row, and what is left of the wait that they brought. */
export interface Tries {
	readonly wrong: number;
	readonly left_ms: number;
}

export type KeptTries = Readonly<Record<string, Tries>>;

export class Locks {
	private readonly tries: Map<string, Tries>;
	private countedAt: number;
	private timer: ReturnType<typeof setInterval> | undefined;

	/** `keep` resolves once it is durable. */
	constructor(
		kept: KeptTries,
		private readonly keep: (tries: KeptTries) => Promise<void>,
		private readonly steadyMs: () => number = () => performance.now(),
	) {
		this.tries = new Map(Object.entries(kept));
		this.countedAt = steadyMs();
		this.watch();
	}

	/** Milliseconds that this cashier has to wait before the next try; 0 if he need not. */
	waitMs(name: string): number {
		const left = (this.tries.get(name)?.left_ms ?? 0) - (this.steadyMs() - this.countedAt);
		return Math.max(0, Math.ceil(left));
	}

	/** A try counts as a wrong one before it is compared: whoever reloads meanwhile has had it. */
	async begin(name: string): Promise<void> {
		this.count();
		const wrong = (this.tries.get(name)?.wrong ?? 0) + 1;
		const over = wrong - FREE_TRIES;
		const left_ms = over < 0 ? 0 : (WAITS_MS[Math.min(over, WAITS_MS.length - 1)] ?? 0);
		this.tries.set(name, { wrong, left_ms });
		this.watch();
		await this.write();
	}

	/** It was the right PIN, or somebody unlocked him. */
	async clear(name: string): Promise<void> {
		if (this.tries.delete(name)) await this.write();
	}

	/** Tries that are left before a wait; at least one. */
	triesLeft(name: string): number {
		return Math.max(1, FREE_TRIES - (this.tries.get(name)?.wrong ?? 0));
	}

	stop(): void {
		clearInterval(this.timer);
		this.timer = undefined;
	}

	/** What ran down since the last time comes off every wait. */
	private count(): void {
		const now = this.steadyMs();
		const passed = Math.max(0, now - this.countedAt);
		this.countedAt = now;
		for (const [name, { wrong, left_ms }] of this.tries) {
			if (left_ms > 0) this.tries.set(name, { wrong, left_ms: Math.max(0, Math.ceil(left_ms - passed)) });
		}
	}

	private write(): Promise<void> {
		this.count();
		return this.keep(Object.fromEntries(this.tries));
	}

	private watch(): void {
		if (this.timer !== undefined || ![...this.tries.values()].some(({ left_ms }) => left_ms > 0)) return;
		this.timer = setInterval(() => {
			this.write().catch(() => undefined);
			if (![...this.tries.values()].some(({ left_ms }) => left_ms > 0)) this.stop();
		}, KEEP_EVERY_MS);
	}
}
