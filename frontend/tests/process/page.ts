// What a till's page does with its daybook: starts, records, hands over, and says so. Built into a script of its own.
// The parts are the page's; only Vue and what a cashier sees is left out.

import { AgentConnection } from "@/agent/connection";
import { Catalogue } from "@/catalogue/catalogue";
import type { EntryDraft, WireEntry } from "@/core/entry";
import { PosBridgeError } from "@/core/errors";
import { PageDaybook } from "@/daybook/daybook";
import { GivingBack } from "@/daybook/givingBack";
import { Pusher } from "@/daybook/push";
import { Company, type Enrolment, type Snapshot } from "@/server/api";
import { readKept } from "@/server/kept";
import type { Said } from "./till";

const ASK_EVERY_MS = 60_000;
const SHOWN = 1_000;

export interface PageSetup {
	/** A code that enrols, used if this browser keeps no enrolment. */
	readonly code: string;
	/** The business date. */
	readonly today: string;
	readonly say: (said: Said) => void;
}

export class Page {
	private constructor(
		private readonly daybook: PageDaybook,
		private readonly agent: AgentConnection,
		private readonly pusher: Pusher,
		private readonly say: (said: Said) => void,
	) {}

	/** As frontend/src/till/start.ts does, in its order. */
	static async start({ code, today, say }: PageSetup): Promise<Page> {
		const company = await Company.open();
		const enrolment = company.enrolment ?? (await company.enrol(code));
		const catalogue = new Catalogue(company);
		if (!(await catalogue.load())) await catalogue.refresh();
		if (!catalogue.snapshot) throw new Error("The catalogue has no snapshot.");
		const daybook = await openDaybook(enrolment, catalogue.snapshot);
		const met = await readKept<boolean>("agent_met");
		const agent = new AgentConnection(enrolment.agent_urls, { till: enrolment.till, page: "test" }, undefined, met);
		const pusher = new Pusher(daybook, agent, company);
		const givingBack = await GivingBack.open(daybook);
		const giveBack = (from: "agent" | "company"): void => {
			const ask = (before: number) => (from === "agent" ? agent.latest(before) : company.latest(before));
			// What can't be asked now is asked again with the next start or the next agent.
			void givingBack.ask(from, ask, today).catch(() => undefined).then(() => pusher.poke());
		};
		agent.on("state", ({ state }) => {
			if (state === "online") giveBack("agent");
		});
		agent.connect();
		pusher.start();
		giveBack("company");
		setInterval(() => giveBack("company"), ASK_EVERY_MS);
		say({ said: "started", writable: daybook.writable, words: daybook.report.words });
		return new Page(daybook, agent, pusher, say);
	}

	/** Pay, or another of a cashier's deeds; `taps` are so many at once. */
	async record(draft: EntryDraft, taps: number): Promise<void> {
		await Promise.all(Array.from({ length: taps }, () => this.recordOnce(draft)));
	}

	private async recordOnce(draft: EntryDraft): Promise<void> {
		let wire: WireEntry;
		try {
			const answer = await this.daybook.record(draft);
			({ wire } = answer);
			this.say({ said: "recorded", id: draft.id, outcome: answer.outcome, ...wire });
		} catch (error) {
			if (!(error instanceof PosBridgeError)) throw error;
			this.say({ said: "refused", id: draft.id, code: error.code, words: error.message });
			return;
		}
		this.say({ said: "delivered", id: draft.id, to: await this.pusher.deliver(wire) });
	}

	async status(): Promise<Said> {
		const { unsentCount, route, lastError } = this.pusher.status;
		const unsent = await this.daybook.unsent(SHOWN);
		return {
			said: "status",
			unsentCount,
			unsent: unsent.map(({ entry }) => entry.id),
			route,
			lastError: lastError ?? "",
			reasons: [...this.pusher.reasons.values()],
		};
	}

	/** As before a page is left on purpose: what was begun is finished, then the daybook is closed. */
	async close(): Promise<void> {
		this.pusher.stop();
		this.agent.close();
		await this.daybook.close();
	}
}

function openDaybook(enrolment: Enrolment, snapshot: Snapshot): Promise<PageDaybook> {
	const nextEpoch = Math.max(enrolment.next_epoch, snapshot.next_epoch);
	const [newest] = [...snapshot.heads].sort((one, other) => (other.epoch ?? 0) - (one.epoch ?? 0));
	if (!newest) return PageDaybook.open(enrolment.till, { nextEpoch });
	const { chain, sequence, hash } = newest;
	return PageDaybook.open(enrolment.till, { nextEpoch, continues: { chain, sequence, hash } });
}
