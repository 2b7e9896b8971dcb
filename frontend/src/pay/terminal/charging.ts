// A card that is charged at the terminal which the agent asks, or by hand.
// Never begins a payment itself: the terminal's own part of the screen does.

import { computed, type ComputedRef, type Ref, type ShallowRef } from "vue";
import { useAsking, type ShownTerminal } from "@/pay/terminal/asking";
import type { Way } from "@/pay/ways";
import type { Till } from "@/till/till";

export interface Charging {
	readonly charging: Readonly<Ref<boolean>>;
	/** The cashier charges a card by hand though a terminal is there. */
	readonly byHand: Ref<boolean>;
	/** The agent asks the card terminal; else the cashier does, by hand. */
	readonly asks: ComputedRef<boolean>;
	charge(amount_minor: number): Promise<void>;
}

interface Around {
	readonly till: Till;
	readonly card: Way | undefined;
	readonly chosen: ShallowRef<Way | undefined>;
	readonly terminal: Readonly<ShallowRef<ShownTerminal | null>>;
	/** Something was charged and is among what was given. */
	readonly taken: () => Promise<void>;
}

export function useCharging({ till, card, chosen, terminal, taken }: Around): Charging {
	const asked = till.paying.asked.value;
	const earlier = card && asked && { tender: card.tender, payment: asked.payment };
	if (earlier) chosen.value = card;
	const found = (): void => void (chosen.value = card);
	const { busy, asking, isThere, byHand, ask } = useAsking({ till, terminal, mine: card, earlier, found, taken });
	return {
		charging: busy, byHand,
		asks: computed(() => asking.value || (chosen.value?.kind === "card" && isThere.value && !byHand.value)),
		async charge(amount_minor) {
			if (chosen.value) await ask(chosen.value.tender, amount_minor);
		},
	};
}
