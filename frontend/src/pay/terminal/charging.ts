// A card that is charged at the terminal which the agent asks, and what an earlier page began there.
// Never begins a payment itself: the terminal's own part of the screen does, and takes up what is open before.

import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Tender } from "@/core/sale";
import type { CardPayment } from "@/pay/terminal/terminal";
import { terminalOf, type Way } from "@/pay/ways";
import type { Till } from "@/till/till";

/** The terminal's part of the screen, while it is shown. */
export interface ShownTerminal {
	/** Resolves once it is decided; the tender if it was charged. */
	charge(tender: string, amount_minor: number, open?: CardPayment): Promise<Tender | undefined>;
}

export interface Charging {
	readonly charging: Readonly<Ref<boolean>>;
	/** The cashier charges a card by hand though a terminal is there. */
	readonly byHand: Ref<boolean>;
	/** The agent asks the card terminal; else the cashier does, by hand. */
	readonly asks: ComputedRef<boolean>;
	charge(amount_minor: number, open?: CardPayment): Promise<void>;
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
	const { paying } = till;
	const charging = ref(false);
	const byHand = ref(false);
	const device = computed(() => terminalOf(till));
	/** Of an earlier page, until its part of the screen is shown. */
	const left = shallowRef(card && paying.asked.value?.payment);
	if (left.value) chosen.value = card;

	async function charge(amount_minor: number, open?: CardPayment): Promise<void> {
		const [way, shown] = [chosen.value, terminal.value];
		if (!way || !shown || !paying.idle()) return;
		charging.value = true;
		const given = await paying.alone(() => shown.charge(way.tender, amount_minor, open)).finally(() => (charging.value = false));
		if (!given) return;
		await paying.take(given);
		await taken();
	}
	/** What a terminal was asked for this sale before: taken if it charged, else waited for. */
	async function resume(): Promise<void> {
		const found = card && (await import("@/pay/terminal/terminal").then(({ leftOf }) => leftOf(till, card.tender)).catch(() => undefined));
		if (!found || charging.value) return;
		for (const tender of found.charged) await paying.take(tender);
		if (!found.open) return;
		[chosen.value, byHand.value, left.value] = [card, false, found.open];
	}
	// The agent may come later than this screen: whoever was charged must not be asked again.
	watch(device, (there) => {
		if (there !== undefined && !charging.value && !left.value) void resume();
	}, { immediate: true });
	watch([terminal, left], ([shown, open]) => {
		if (!shown || !open) return;
		left.value = undefined;
		void charge(open.amount_minor, open);
	}, { flush: "post" });
	return {
		charging, byHand, charge,
		asks: computed(() => charging.value || left.value !== undefined || (chosen.value?.kind === "card" && device.value !== undefined && !byHand.value)),
	};
}
