// Money that goes back onto cards at the terminal which the agent asks, and what an earlier page began there.
// Never asks for the same money twice: what the terminal gave stays given, and what is open is taken up first.

import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Tender } from "@/core/sale";
import type { ShownTerminal } from "@/pay/terminal/charging";
import type { CardPayment } from "@/pay/terminal/terminal";
import { terminalOf } from "@/pay/ways";
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
	const { paying } = till;
	const busy = ref(false);
	const byHand = ref(false);
	const device = computed(() => terminalOf(till));
	/** Of an earlier page, until its part of the screen is shown. */
	const left = shallowRef(paying.asked.value);

	async function ask(tender: string, amount_minor: number, open?: CardPayment): Promise<boolean> {
		const shown = terminal.value;
		if (!shown || !paying.idle()) return false;
		busy.value = true;
		const given = await paying.alone(() => shown.charge(tender, amount_minor, open)).finally(() => (busy.value = false));
		if (given) await paying.take(given);
		return given !== undefined;
	}
	/** What a terminal gave for this return before: counted, or waited for. */
	async function resume(): Promise<void> {
		if (back === undefined) return;
		const found = await import("@/pay/terminal/terminal").then(({ leftOf }) => leftOf(till, usual, back)).catch(() => undefined);
		if (!found || busy.value) return;
		for (const tender of found.charged) await paying.take(tender);
		if (found.open) [byHand.value, left.value] = [false, { tender: usual, payment: found.open }];
	}
	// The agent may come later than this screen: what was given back must not be given once more.
	watch(device, (there) => {
		if (there !== undefined && !busy.value && !left.value) void resume();
	}, { immediate: true });
	watch([terminal, left], ([shown, open]) => {
		if (!shown || !open) return;
		left.value = undefined;
		void ask(open.tender, open.payment.amount_minor, open.payment);
	}, { flush: "post" });
	const asking = computed(() => busy.value || left.value !== undefined);
	return {
		asking, byHand,
		asks: computed(() => asking.value || (back !== undefined && device.value !== undefined && !byHand.value)),
		giveBack: (tender) => ask(tender.tender, -tender.amount_minor),
	};
}
