// The payment of the sale at hand: what was given, recording it once, and what became of its receipt.
// Never clears the cart before the daybook has the sale.

import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { wordsOf } from "@/core/errors";
import type { Tender } from "@/core/sale";
import { addTender, settle, type Settlement } from "@/pay/payment";
import type { Basket } from "@/till/basket";
import { copiesOf, printSale, recordSale, reprint, type Desk, type PrintAnswer, type RecordedSale } from "@/till/checkout";
import type { Screen } from "@/till/screens";
import { t } from "@/words/words";

export interface Paying {
	readonly tenders: Readonly<ShallowRef<readonly Tender[]>>;
	readonly settlement: ComputedRef<Settlement>;
	readonly busy: Readonly<ShallowRef<boolean>>;
	readonly problem: Readonly<ShallowRef<string>>;
	/** The card terminal has been asked; nothing may change the total until it is settled. */
	readonly atTerminal: ShallowRef<boolean>;
	/** The sale that was just recorded. */
	readonly done: Readonly<ShallowRef<RecordedSale | undefined>>;
	readonly printed: Readonly<ShallowRef<PrintAnswer | undefined>>;
	readonly copyNote: Readonly<ShallowRef<string>>;
	begin(): void;
	leave(): void;
	mayAddItems(): boolean;
	/** Adds a tender; finishes the sale if that settles it. */
	take(tender: Tender): Promise<void>;
	takeBack(tender: Tender): void;
	finish(): Promise<void>;
	printAgain(): Promise<void>;
}

interface Around {
	readonly basket: Basket;
	readonly desk: () => Desk;
	readonly screen: ShallowRef<Screen>;
}

export function usePaying({ basket, desk, screen }: Around): Paying {
	const tenders = shallowRef<readonly Tender[]>([]);
	const busy = shallowRef(false);
	const problem = shallowRef("");
	const atTerminal = shallowRef(false);
	const done = shallowRef<RecordedSale>();
	const printed = shallowRef<PrintAnswer>();
	const copyNote = shallowRef("");
	const settlement = computed(() => settle(basket.totals.value.total_minor, tenders.value));
	let listening = false;

	function begin(): void {
		problem.value = "";
		atTerminal.value = false;
	}
	function leave(): void {
		done.value = undefined;
		printed.value = undefined;
		copyNote.value = "";
	}
	async function take(tender: Tender): Promise<void> {
		if (busy.value || settlement.value.settled) return;
		tenders.value = addTender(tenders.value, tender);
		atTerminal.value = false;
		if (settlement.value.settled) await finish();
	}
	async function finish(): Promise<void> {
		if (busy.value || !settlement.value.settled || basket.lines.value.length === 0) return;
		busy.value = true;
		problem.value = "";
		try {
			const sale = await recordSale(desk(), {
				id: basket.cart.value.id,
				draft: basket.draft.value,
				totals: basket.totals.value,
				tenders: tenders.value,
			});
			show(sale);
		} catch (error) {
			problem.value = t("pay.failed", { reason: wordsOf(error) });
		} finally {
			busy.value = false;
		}
	}
	/** The sale is in the daybook: the next cart gets its own id while the cashier still sees this one's change. */
	function show(sale: RecordedSale): void {
		done.value = sale;
		tenders.value = [];
		basket.startNext();
		screen.value = "done";
		void showPrinting(printSale(desk(), sale));
	}
	async function showPrinting(answer: Promise<PrintAnswer>): Promise<void> {
		listenToJobs();
		printed.value = undefined;
		const first = await answer;
		printed.value = first;
	}
	function listenToJobs(): void {
		if (listening) return;
		listening = true;
		desk().agent.on("job", ({ job, state, reason }) => {
			if (printed.value?.job === job) printed.value = { job, state, reason };
		});
	}
	async function printAgain(): Promise<void> {
		const sale = done.value;
		if (!sale || busy.value) return;
		// Nothing reached a printer: this is still the original, not a copy.
		if (printed.value?.state === "no_agent") return showPrinting(printSale(desk(), sale, true));
		busy.value = true;
		try {
			const copy = (await copiesOf(desk(), sale.entry.id)) + 1;
			await showPrinting(reprint(desk(), sale, copy));
			copyNote.value = t("done.copy", { number: copy });
		} catch (error) {
			copyNote.value = t("done.copy_failed", { reason: wordsOf(error) });
		} finally {
			busy.value = false;
		}
	}
	return {
		tenders, settlement, busy, problem, atTerminal, done, printed, copyNote,
		begin, leave, take, finish, printAgain,
		mayAddItems: () => !busy.value && !atTerminal.value && tenders.value.length === 0,
		takeBack(tender) {
			if (!busy.value) tenders.value = tenders.value.filter((one) => one !== tender);
		},
	};
}
