// A clock that stands still until it is told to go on, and the timers that hang on it.
// Never lets one of them fire by itself, so that a run can be repeated to the letter.

export interface Timers {
	now(): number;
	setTimeout(run: () => void, ms?: number): number;
	clearTimeout(timer: number | undefined): void;
	setInterval(run: () => void, ms: number): number;
}

interface Timer {
	readonly at: number;
	readonly run: () => void;
}

export class Clock implements Timers {
	private readonly timers = new Map<number, Timer>();
	private count = 0;

	constructor(private ms: number) {}

	now(): number {
		return this.ms;
	}

	setTimeout(run: () => void, ms = 0): number {
		this.timers.set(++this.count, { at: this.ms + Math.max(0, ms), run });
		return this.count;
	}

	clearTimeout(timer: number | undefined): void {
		if (timer !== undefined) this.timers.delete(timer);
	}

	setInterval(run: () => void, ms: number): number {
		const number = ++this.count;
		const again = (): void => {
			this.timers.set(number, { at: this.ms + ms, run: again });
			run();
		};
		this.timers.set(number, { at: this.ms + ms, run: again });
		return number;
	}

	/** Milliseconds until the next timer; undefined if there is none. */
	get untilNext(): number | undefined {
		const times = [...this.timers.values()].map(({ at }) => at);
		return times.length === 0 ? undefined : Math.max(0, Math.min(...times) - this.ms);
	}

	/** Goes on by `ms`; whatever is due by then fires in its order, each once. */
	goOn(ms: number): void {
		this.ms += ms;
		const due = [...this.timers].filter(([, { at }]) => at <= this.ms).sort(([, one], [, other]) => one.at - other.at);
		for (const [number, { run }] of due) {
			if (this.timers.delete(number)) run();
		}
	}

	/** Nothing that waits will ever fire: whoever set it is gone. */
	forget(): void {
		this.timers.clear();
	}
}
