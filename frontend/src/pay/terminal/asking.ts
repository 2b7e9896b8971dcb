// What a screen asks of the terminal behind the agent, and what an earlier page began there.
// Never asks for the same money twice: what moved is taken, and what is open is taken up before anything else.

import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Tender } from "@/core/sale";
import type { CardPayment } from "@/pay/terminal/terminal";
import { terminalOf } from "@/pay/ways";
import type { AskedCard } from "@/till/paying";
import type { Till } from "@/till/till";

/** The terminal's part of the screen, while it is shown. */
export interface ShownTerminal {
	/** Resolves once it is decided; the tender if it was charged. */
	charge(tender: string, amount_minor: number, open?: CardPayment): Promise<Tender | undefined>;
}

export interface Asking {
	/** The terminal is being asked. */
	readonly busy: Readonly<Ref<boolean>>;
	/** The same, or what an earlier page asked of it is still to be taken up. */
	readonly asking: ComputedRef<boolean>;
	/** The agent has a terminal. */
	readonly isThere: ComputedRef<boolean>;
	/** The cashier does it by hand though a terminal is there. */
	readonly byHand: Ref<boolean>;
	/** False if no money moved; else it is among what was given. */
	ask(tender: string, amount_minor: number, open?: CardPayment): Promise<boolean>;
}

interface Around {
	readonly till: Till;
	readonly terminal: Readonly<ShallowRef<ShownTerminal | null>>;
	/** The card tender that earlier attempts are looked for under, and the return they are of; undefined: for none. */
	readonly mine: { readonly tender: string; readonly back?: string } | undefined;
	/** What an earlier page asked for and did not hear the end of. */
	readonly earlier: AskedCard | undefined;
	/** Something open was found: its part of the screen is to be shown. */
	readonly found?: () => void;
	/** Money moved and is among what was given. */
	readonly taken?: () => Promise<void>;
}

export function useAsking({ till, terminal, mine, earlier, found, taken }: Around): Asking {
	const { paying } = till;
	const busy = ref(false);
	const byHand = ref(false);
	const device = computed(() => terminalOf(till));
	/** Of an earlier page, until its part of the screen is shown. */
	const left = shallowRef(earlier);

	async function ask(tender: string, amount_minor: number, open?: CardPayment): Promise<boolean> {
		const shown = terminal.value;
		if (!shown || !paying.idle()) return false;
		busy.value = true;
		const given = await paying.alone(() => shown.charge(tender, amount_minor, open)).finally(() => (busy.value = false));
		if (!given) return false;
		await paying.take(given);
		await taken?.();
		return true;
	}
	async function resume({ tender, back }: NonNullable<Around["mine"]>): Promise<void> {
		const before = await import("@/pay/terminal/terminal").then(({ leftOf }) => leftOf(till, tender, back)).catch(() => undefined);
		if (!before || busy.value) return;
		for (const charged of before.charged) await paying.take(charged);
		if (!before.open) return;
		found?.();
		[byHand.value, left.value] = [false, { tender, payment: before.open }];
	}
	// The agent may come later than this screen: what moved before must not move once more.
	watch(device, (there) => {
		if (there !== undefined && mine && !busy.value && !left.value) void resume(mine);
	}, { immediate: true });
	watch([terminal, left], ([shown, open]) => {
		if (!shown || !open) return;
		left.value = undefined;
		void ask(open.tender, open.payment.amount_minor, open.payment);
	}, { flush: "post" });
	return {
		busy, byHand, ask,
		asking: computed(() => busy.value || left.value !== undefined),
		isThere: computed(() => device.value !== undefined),
	};
}
