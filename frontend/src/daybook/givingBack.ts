// Gets this till's last days back from agent and company after its own daybook was lost, or lost a part.
// Never takes an entry for sent: what the agent gives back is unsent here until the company is known to have it.

import { openWire, type Entry, type WireEntry } from "@/core/entry";
import { Malformed, Rejected } from "@/core/errors";
import type { PageDaybook, Restored } from "@/daybook/daybook";
import type { Latest } from "@/server/api";
import { keep, readKept } from "@/server/kept";

/** Days before today that are asked for; older entries are the company's business alone. */
export const GIVEN_BACK_DAYS = 3;
export const GIVEN_BACK_AT_MOST = 5_000;
const KEPT_WANTED = "give_back";
const DAY_MS = 86_400_000;

/** How an agent and companies answer that do not know the question. */
const TOO_OLD: ReadonlySet<string> = new Set(["unknown_op", "not_for_tills", "http_404"]);

type Source = "agent" | "company";
type Ask = (before: number) => Promise<Latest>;
type Daybook = Pick<PageDaybook, "till" | "epoch" | "report" | "writable" | "restore" | "on">;

export class GivingBack {
	private wanted: readonly Source[] = [];
	private epoch: number;
	private turn: Promise<unknown> = Promise.resolve();

	private constructor(private readonly daybook: Daybook) {
		this.epoch = daybook.epoch;
		// A new epoch is a new chain: something of the old one may be missing here.
		daybook.on("change", () => {
			if (daybook.epoch !== this.epoch) void this.want();
			this.epoch = daybook.epoch;
		});
	}

	static async open(daybook: Daybook): Promise<GivingBack> {
		const back = new GivingBack(daybook);
		if (!daybook.writable) return back;
		back.wanted = (await readKept<readonly Source[]>(back.key)) ?? [];
		if (daybook.report.newChain) await back.want();
		return back;
	}

	/** Asks `source` if that is still to be done; how many entries it gave. Raises if it could not be asked to the end. */
	ask(source: Source, ask: Ask, today: string): Promise<number> {
		const asked = this.turn.then(() => (this.wanted.includes(source) ? this.take(source, ask, today) : 0));
		this.turn = asked.catch(() => undefined);
		return asked;
	}

	private async take(source: Source, ask: Ask, today: string): Promise<number> {
		const found = await given(source, ask, dayBefore(today));
		await this.daybook.restore(found);
		await this.nowWanted(this.wanted.filter((each) => each !== source));
		return found.length;
	}

	private want(): Promise<void> {
		return this.nowWanted(["agent", "company"]);
	}

	private async nowWanted(wanted: readonly Source[]): Promise<void> {
		this.wanted = wanted;
		await keep(this.key, wanted);
	}

	private get key(): string {
		return `${KEPT_WANTED}:${this.daybook.till}`;
	}
}

/** Oldest first, from `since` on. */
async function given(source: Source, ask: Ask, since: string): Promise<Restored[]> {
	const found: Restored[] = [];
	for (let before: number | undefined = 0; before !== undefined && found.length < GIVEN_BACK_AT_MOST; ) {
		const page = await pageOf(ask, before);
		const opened = await Promise.all(page.entries.map(openedIfGood));
		opened.forEach((entry, index) => {
			const wire = page.entries[index];
			const result = source === "company" ? page.results[index] : undefined;
			if (entry && wire && entry.business_date >= since) found.push({ wire, ...(result && { result }) });
		});
		before = opened.some((entry) => entry && entry.business_date < since) ? undefined : page.before;
	}
	return found.reverse();
}

/** What this page can't read stays with whoever has it. */
async function openedIfGood(wire: WireEntry): Promise<Entry | undefined> {
	try {
		return await openWire(wire);
	} catch (error) {
		if (error instanceof Malformed) return undefined;
		throw error;
	}
}

/** One that is too old to be asked has nothing to give. */
async function pageOf(ask: Ask, before: number): Promise<Latest> {
	try {
		return await ask(before);
	} catch (error) {
		if (error instanceof Rejected && TOO_OLD.has(error.code)) return { entries: [], results: [] };
		throw error;
	}
}

function dayBefore(today: string): string {
	return new Date(Date.parse(today) - GIVEN_BACK_DAYS * DAY_MS).toISOString().slice(0, 10);
}
