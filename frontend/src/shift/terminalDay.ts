// The end of a card terminal's day, which the agent asks it for: once for a shift, and again if it did not end.
// Never keeps a shift from being closed, and says that it is settled only when the terminal said so.

import { computed, onUnmounted, shallowRef, watch, type ComputedRef, type ShallowRef } from "vue";
import type { Message } from "@/agent/messages";
import { PosBridgeError, wordsOf } from "@/core/errors";
import { terminalOf } from "@/pay/ways";
import type { Till } from "@/till/till";

export interface EndedDay {
	/** "<shift>:<number>" */
	readonly attempt: string;
	readonly state: "waiting" | "approved" | "failed" | "unsure";
	readonly reason: string;
	/** The terminal's own receipt, which the agent prints. */
	readonly lines: readonly string[];
}

export interface TerminalDay {
	/** The terminal that can be asked; undefined where the agent has none, or none that can. */
	readonly terminal: ComputedRef<string | undefined>;
	/** The newest attempt of this shift. */
	readonly day: Readonly<ShallowRef<EndedDay | undefined>>;
	/** Why it could not be asked for. */
	readonly problem: Readonly<ShallowRef<string>>;
	end(): Promise<void>;
}

export function useTerminalDay(till: Till, shift: string): TerminalDay {
	const { agent } = till.askable;
	const day = shallowRef<EndedDay>();
	const problem = shallowRef("");
	const unable = shallowRef(false);
	const terminal = computed(() => (unable.value ? undefined : terminalOf(till)));

	function take(found: EndedDay | undefined): void {
		if (found) day.value = found;
	}
	async function look(): Promise<void> {
		try {
			const { days } = await agent.ask({ op: "days", shift });
			take(Array.isArray(days) ? dayOf(days.at(-1) as Message | undefined) : undefined);
		} catch (error) {
			unable.value = error instanceof PosBridgeError && error.code === "unknown_op";
		}
	}
	async function end(): Promise<void> {
		if (terminal.value === undefined || day.value?.state === "waiting") return;
		const attempt = `${shift}:${Number(day.value?.attempt.split(":")[1] ?? 0) + 1}`;
		problem.value = "";
		try {
			take(dayOf(await agent.ask({ op: "end_of_day", terminal: terminal.value, attempt })));
		} catch (error) {
			problem.value = wordsOf(error);
			// Its answer may have come too late: whether it was asked is looked up.
			await look();
		}
	}
	onUnmounted(agent.on("day", (event) => {
		if (event.attempt.startsWith(`${shift}:`)) take(dayOf(event as unknown as Message));
	}));
	// What was told while the agent was away is asked for.
	watch(() => till.trust.standing.value.agent, (now) => now === "online" && void look(), { immediate: true });
	return { terminal, day, problem, end };
}

function dayOf(message: Message | undefined): EndedDay | undefined {
	const { attempt, state, reason, lines } = (message ?? {}) as Partial<EndedDay>;
	if (typeof attempt !== "string" || typeof state !== "string" || !Array.isArray(lines)) return undefined;
	return { attempt, state, reason: String(reason ?? ""), lines: lines.map(String) };
}
