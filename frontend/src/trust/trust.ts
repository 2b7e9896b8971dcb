// What the till can truthfully say about where its sales are, from the daybook, the agent and the company.
// Never says more than one of them confirmed, and offers nothing that could delete an entry.

import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import type { AgentConnection, AgentState, PrinterState } from "@/agent/connection";
import { unsurePrintsOf, type PrinterInfo, type UnsurePrint } from "@/agent/messages";
import type { StoredEntry } from "@/daybook/daybook";
import type { PageDaybook } from "@/daybook/daybook";
import type { PushStatus, Pusher } from "@/daybook/push";
import type { Company, PushResult } from "@/server/api";
import type { Clock } from "@/till/clock";
import { t, tCount } from "@/words/words";

export const LISTED_LIMIT = 200;
export const LOOK_AFTER_MS = 300;

export type Tone = "ok" | "notice" | "warning" | "danger";

export interface Standing {
	readonly writable: boolean;
	readonly agent: AgentState;
	readonly printer: PrinterState | "unknown";
	/** What stops nothing and wants a hand all the same. */
	readonly caution: "" | "paper_low" | "drawer_open";
	readonly push: PushStatus;
	readonly troubled: number;
	/** Prints of which a person has to say whether they came out. */
	readonly unsurePrints: readonly UnsurePrint[];
	/** The company does not know this till any more. */
	readonly unknownThere: boolean;
}

export interface Chip {
	readonly tone: Tone;
	readonly text: string;
}

export interface ListedEntry {
	readonly stored: StoredEntry;
	readonly where: "page" | "agent" | "company";
	readonly state: "waiting" | "held" | "quarantined";
	readonly reason: string;
}

/** One line for the top bar: the gravest thing first. */
export function chipOf(standing: Standing): Chip {
	const { push, agent, printer } = standing;
	if (!standing.writable) return { tone: "danger", text: t("trust.read_only") };
	if (standing.unknownThere) return { tone: "danger", text: t("trust.not_connected") };
	if (standing.troubled > 0) return { tone: "danger", text: tCount("trust.trouble", standing.troubled) };
	if (agent === "online" && printer !== "ready" && printer !== "unknown") {
		return { tone: "warning", text: t("trust.printer", { state: t(`trust.printer.${printer}`) }) };
	}
	if (standing.unsurePrints.length > 0) return { tone: "warning", text: tCount("unsure.prints", standing.unsurePrints.length) };
	if (standing.caution === "drawer_open") return { tone: "warning", text: t("trust.drawer_open") };
	if (push.unsentCount > 0 && push.lastError !== undefined) {
		return { tone: "warning", text: `${t("trust.offline")} · ${push.unsentCount}` };
	}
	if (agent === "away") return { tone: "warning", text: [t("trust.agent_away"), ...waiting(push.unsentCount)].join(" · ") };
	if (push.unsentCount > 0) {
		return { tone: "notice", text: tCount(agent === "online" ? "trust.with_agent" : "trust.safe_here", push.unsentCount) };
	}
	return standing.caution === "" ? { tone: "ok", text: t("trust.ok") } : { tone: "notice", text: t("trust.paper_low") };
}

function cautionOf(printer: PrinterInfo | undefined): Standing["caution"] {
	if (printer?.drawer === "left_open") return "drawer_open";
	return printer?.paper_low === true ? "paper_low" : "";
}

/** What has left for nowhere yet, if anything. */
function waiting(count: number): readonly string[] {
	return count > 0 ? [tCount("trust.safe_here", count)] : [];
}

export interface Trust {
	readonly standing: ComputedRef<Standing>;
	readonly chip: ComputedRef<Chip>;
	readonly reasons: Readonly<ShallowRef<readonly PushResult[]>>;
	/** The company was asked something beside the push. */
	look(): void;
	/** Everything the company has not confirmed or could not book, oldest first. */
	list(): Promise<readonly ListedEntry[]>;
}

export function useTrust(
	daybook: PageDaybook, agent: AgentConnection, pusher: Pusher, company: Pick<Company, "unknownHere">, clock: Clock,
): Trust {
	const agentState = shallowRef(agent.state);
	const printer = shallowRef<Standing["printer"]>("unknown");
	const caution = shallowRef<Standing["caution"]>("");
	const push = shallowRef(pusher.status);
	const reasons = shallowRef<readonly PushResult[]>([]);
	const writable = shallowRef(daybook.writable);
	const unknownThere = shallowRef(company.unknownHere);
	const unsurePrints = shallowRef<readonly UnsurePrint[]>([]);

	async function lookForUnsure(): Promise<void> {
		// An agent that is older than this question has none to tell.
		unsurePrints.value = agent.state === "online" ? await unsurePrintsOf(agent).catch(() => []) : [];
	}
	function look(): void {
		agentState.value = agent.state;
		printer.value = agent.state === "online" ? (agent.welcome?.printers[0]?.state ?? "unknown") : "unknown";
		caution.value = agent.state === "online" ? cautionOf(agent.welcome?.printers[0]) : "";
		push.value = { ...pusher.status };
		reasons.value = [...pusher.reasons.values()].filter(isTroubled);
		writable.value = daybook.writable;
		unknownThere.value = company.unknownHere;
	}
	agent.on("state", look);
	agent.on("state", () => void lookForUnsure());
	agent.on("job", ({ state }) => void ((state === "unsure" || unsurePrints.value.length > 0) && lookForUnsure()));
	agent.on("printer", look);
	// Not at once: drawing the chip would keep Pay waiting between the page's log and the agent's answer.
	let timer: ReturnType<typeof setTimeout> | undefined;
	const lookSoon = (): void => {
		timer ??= setTimeout(() => {
			timer = undefined;
			look();
		}, LOOK_AFTER_MS);
	};
	pusher.on("status", lookSoon);
	daybook.on("change", lookSoon);
	look();
	const standing = computed<Standing>(() => ({
		writable: writable.value,
		agent: agentState.value,
		printer: printer.value,
		caution: caution.value,
		push: push.value,
		troubled: reasons.value.length,
		unsurePrints: unsurePrints.value,
		unknownThere: unknownThere.value,
	}));
	return {
		standing,
		reasons,
		chip: computed(() => chipOf(standing.value)),
		look,
		list: () => listOf(daybook, pusher, clock.businessDate()),
	};
}

async function listOf(daybook: PageDaybook, pusher: Pusher, day: string): Promise<readonly ListedEntry[]> {
	const found = new Map<string, StoredEntry>();
	const refused = await Promise.all([...pusher.reasons.keys()].map((id) => daybook.find(id)));
	const today = await daybook.entriesOf(day);
	const troubled = today.filter((stored) => stored.result && isTroubled(stored.result));
	for (const stored of [...refused, ...troubled, ...(await daybook.unsent(LISTED_LIMIT))]) {
		if (stored) found.set(stored.entry.id, stored);
	}
	return [...found.values()]
		.sort((a, b) => a.entry.sequence - b.entry.sequence)
		.map((stored) => listed(stored, pusher.reasons.get(stored.entry.id) ?? stored.result, pusher));
}

function listed(stored: StoredEntry, result: PushResult | undefined, pusher: Pusher): ListedEntry {
	const state = result?.state === "held" || result?.state === "quarantined" ? result.state : "waiting";
	const where = stored.result ? "company" : pusher.isWithAgent(stored.entry.id) ? "agent" : "page";
	return { stored, where, state, reason: result?.reason ?? "" };
}

function isTroubled(result: PushResult): boolean {
	return result.state === "held" || result.state === "quarantined";
}
