// Money that goes back onto cards at the terminal which the agent asks, or by hand. What the terminal gave stays given.

import { computed, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Tender } from "@/core/sale";
import { useAsking, type ShownTerminal } from "@/pay/terminal/asking";
import type { Till } from "@/till/till";

export interface CardBack {
	/** The terminal is being asked, or what an earlier page asked of it is being found out. */
	readonly asking: ComputedRef<boolean>;
	/** The cashier gives back by hand though a terminal is there. */
	readonly byHand: Ref<boolean>;
	/** The agent asks the card terminal; else the cashier does, by hand. */
	readonly asks: ComputedRef<boolean>;
	/** False if the card was not given this back. Records the ticket if all is given then. */
	giveBack(tender: Tender): Promise<boolean>;
}

interface Around {
	readonly till: Till;
	/** The id of what comes back; undefined where nothing does. */
	readonly back: string | undefined;
	/** A card tender's name, where an earlier page did not keep it. */
	readonly tender: string;
	readonly terminal: Readonly<ShallowRef<ShownTerminal | null>>;
}

export function useCardBack({ till, back, tender: usual, terminal }: Around): CardBack {
	const mine = back === undefined ? undefined : { tender: usual, back };
	const { asking, isThere, byHand, ask } = useAsking({ till, terminal, mine, earlier: till.paying.asked.value });
	return {
		asking, byHand,
		asks: computed(() => asking.value || (back !== undefined && isThere.value && !byHand.value)),
		giveBack: ({ tender, amount_minor }) => ask(tender, -amount_minor),
	};
}
