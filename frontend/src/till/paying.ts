// The payment of the sale at hand: what was given, recording it once, and what became of its receipt.
// Never clears the cart before the daybook has the sale.

import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { numberOf } from "@/core/entry";
import { PosBridgeError, wordsOf } from "@/core/errors";
import { sum, type Tender } from "@/core/sale";
import type { Rare } from "@/core/saleBody";
import type { IssueBody } from "@/credit/issue";
import { UNSURE, type StoredEntry } from "@/daybook/daybook";
import { addTender, settle, type Settlement } from "@/pay/payment";
import type { CardPayment } from "@/pay/terminal/terminal";
import { isGivenBack } from "@/returns/refund";
import type { People } from "@/people/people";
import type { Basket } from "@/till/basket";
import type { Cart } from "@/till/cart";
import {
	HalfRecorded, copiesOf, printSale, recordIssue, recordTicket, reprint, saleOf, type Desk, type PrintAnswer, type RecordedSale,
} from "@/till/checkout";
import type { Screen } from "@/till/screens";
import { t } from "@/words/words";

export const KEPT_TENDERS = "tenders";
/** A recording that takes longer is shown; most are over before a screen could be drawn. */
export const SHOW_BUSY_AFTER_MS = 150;

/** What was given for a cart before the page ended; a card may have been charged. */
export interface KeptTenders {
	readonly cart: string;
	readonly tenders: readonly Tender[];
	readonly asked?: AskedCard | undefined;
}

/** What a card terminal is being asked for this cart: nobody knows yet whether money moved. */
export interface AskedCard {
	/** Its name, as the receipt shows it. */
	readonly tender: string;
	readonly payment: CardPayment;
}

export interface Paying {
	readonly tenders: Readonly<ShallowRef<readonly Tender[]>>;
	readonly settlement: ComputedRef<Settlement>;
	readonly busy: Readonly<ShallowRef<boolean>>;
	readonly problem: Readonly<ShallowRef<string>>;
	/** The card terminal has been asked; nothing may change the total until it is settled. */
	readonly atTerminal: ShallowRef<boolean>;
	readonly asked: Readonly<ShallowRef<AskedCard | undefined>>;
	/** For the next start, before the terminal hears of it; undefined once it is known that no money moved. Never rejects. */
	keepAsked(asked: AskedCard | undefined): Promise<void>;
	/** What comes back is, or may be, recorded and the ticket is not whole: nothing may change until it is. */
	readonly half: ShallowRef<boolean>;
	/** The sale that was just recorded. */
	readonly done: Readonly<ShallowRef<RecordedSale | undefined>>;
	readonly printed: Readonly<ShallowRef<PrintAnswer | undefined>>;
	readonly copyNote: Readonly<ShallowRef<string>>;
	begin(): void;
	leave(): void;
	/** Nothing was given: of a training that is left. */
	forget(): void;
	/** False while a sale is being recorded, also before that shows. */
	idle(): boolean;
	mayAddItems(): boolean;
	/** Nothing is taken, given back or left until `work` is over. */
	alone<T>(work: () => Promise<T>): Promise<T>;
	/** Adds a tender once `before` is over, alone; finishes the sale if that settles it. */
	take(tender: Tender, before?: () => Promise<void>): Promise<void>;
	/** False if it stays given. */
	takeBack(tender: Tender): boolean;
	/** `all` is what is given back, where the customer gets something back. */
	finish(all?: readonly Tender[]): Promise<void>;
	/** Sells a gift card, by itself. Raises what keeps it from being recorded. */
	issue(id: string, body: IssueBody): Promise<void>;
	printAgain(): Promise<void>;
	/** Shows a sale that an earlier page recorded and did not get to show, with what came back in its ticket. */
	showEarlier(stored: StoredEntry, returned?: StoredEntry): void;
}

interface Around {
	readonly basket: Basket;
	readonly desk: () => Desk;
	readonly screen: ShallowRef<Screen>;
	readonly given?: readonly Tender[];
	readonly wasAsked?: AskedCard | undefined;
	/** For the next start; never rejects. */
	readonly keep: (given: KeptTenders) => Promise<void>;
	/** Whether the cashier's role, or somebody else's PIN, lets it be done. */
	readonly may: People["may"];
}

/** What not every sale says: for whom, and a tip, which nobody gives who gets money back. */
function rareOf({ customer, payer, tip_minor = 0, note, age_check }: Cart, balance: number): Rare {
	const id = payer?.customer ?? customer?.customer;
	const who = { ...(id !== undefined && { customer: id }), ...(payer?.record !== undefined && { customer_record: payer.record }) };
	return { ...who, ...(note !== undefined && { note }), ...(age_check && { age_check }), ...(balance > 0 && tip_minor > 0 && { tip_minor }) };
}

export function usePaying({ basket, desk, screen, given = [], wasAsked, keep, may }: Around): Paying {
	const tenders = shallowRef(given);
	const asked = shallowRef(wasAsked);
	const busy = shallowRef(false);
	const problem = shallowRef("");
	const atTerminal = shallowRef(false);
	const done = shallowRef<RecordedSale>();
	const printed = shallowRef<PrintAnswer>();
	const copyNote = shallowRef("");
	const half = shallowRef(false);
	const settlement = computed(() => settle(Math.max(basket.due.value, 0), tenders.value));
	let listening = false;
	let recording = false;
	/** Nobody knows whether the earlier page still asked for this sale's receipt; its job prints once either way. */
	let unprinted = false;

	function begin(): void {
		problem.value = "";
		atTerminal.value = false;
	}
	function leave(): void {
		done.value = undefined;
		printed.value = undefined;
		copyNote.value = "";
	}
	function forget(): void {
		leave();
		begin();
		half.value = false;
		give([]);
	}
	function give(all: readonly Tender[]): void {
		tenders.value = all;
		void keepAsked(undefined);
	}
	function keepAsked(now: AskedCard | undefined): Promise<void> {
		asked.value = now;
		return keep({ cart: basket.cart.value.id, tenders: tenders.value, ...(now && { asked: now }) });
	}
	function idle(): boolean {
		return !busy.value && !recording;
	}
	function settledBy(all: readonly Tender[]): boolean {
		const due = basket.due.value;
		return due < 0 ? sum(all.map((tender) => tender.amount_minor)) === BigInt(due) : settle(due, all).settled;
	}
	async function alone<T>(work: () => Promise<T>): Promise<T> {
		recording = true;
		try {
			return await work();
		} finally {
			recording = false;
		}
	}
	function mayOwe({ amount_minor }: Tender): Promise<boolean> {
		const { id, payer } = basket.cart.value;
		return alone(() => may({ action: "on_account", of: id, amount_minor, ...(payer && { about: payer.name }) }));
	}
	async function take(tender: Tender, before?: () => Promise<void>): Promise<void> {
		if (!idle() || settledBy(tenders.value)) return;
		if (tender.kind === "on_account" && !(await mayOwe(tender))) return;
		if (before) await alone(before);
		const all = addTender(tenders.value, tender);
		if (settledBy(all)) return finish(all);
		give(all);
		atTerminal.value = false;
	}
	/** Records first and draws afterwards: a frame of the screen takes longer than the disk. */
	async function finish(all = tenders.value): Promise<void> {
		if (!idle() || !settledBy(all) || basket.empty.value) return;
		recording = true;
		const { id } = basket.cart.value;
		const slow = setTimeout(() => (busy.value = true), SHOW_BUSY_AFTER_MS);
		problem.value = "";
		// Should the page end between the halves of an exchange, the next one goes on with the same.
		const back = basket.back.value;
		if (back) give(all);
		try {
			const sale = await recordTicket(desk(), {
				id,
				draft: basket.draft.value,
				totals: basket.totals.value,
				tenders: all,
				back,
				rare: rareOf(basket.cart.value, basket.balance.value),
			});
			show(sale);
		} catch (error) {
			const unsure = error instanceof PosBridgeError && error.code === UNSURE;
			half.value ||= error instanceof HalfRecorded || (unsure && back !== undefined);
			// What would have been given back was not, but by a card terminal: the rest is chosen again.
			if (basket.cart.value.id === id) give(basket.balance.value < 0 && !half.value ? all.filter(isGivenBack) : all);
			atTerminal.value = false;
			problem.value = t(unsure ? "pay.unsure" : half.value ? "back.half" : "pay.failed", { reason: wordsOf(error) });
		} finally {
			clearTimeout(slow);
			recording = false;
			busy.value = false;
		}
	}
	async function issue(id: string, body: IssueBody): Promise<void> {
		if (!idle() || !basket.empty.value) return;
		await alone(async () => show(await recordIssue(desk(), id, body)));
	}
	/** The sale is in the daybook: the next cart gets its own id while the cashier still sees this one's change. */
	function show(sale: RecordedSale): void {
		done.value = sale;
		atTerminal.value = false;
		half.value = false;
		basket.startNext();
		give([]);
		screen.value = "done";
		void showPrinting(printSale(desk(), sale));
	}
	function showEarlier(stored: StoredEntry, returned?: StoredEntry): void {
		const shown = ({ entry, wire }: StoredEntry): RecordedSale => saleOf(desk(), entry, wire.hash);
		done.value = { ...shown(stored), ...(returned && { back: shown(returned) }) };
		copyNote.value = t("done.earlier");
		unprinted = true;
		screen.value = "done";
	}
	async function showPrinting(answer: Promise<PrintAnswer>): Promise<void> {
		listenToJobs();
		unprinted = false;
		printed.value = undefined;
		copyNote.value = "";
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
		if (!sale || !idle()) return;
		// Nothing reached a printer: this is still the original, not a copy.
		if (printed.value?.state === "no_agent" || unprinted) return showPrinting(printSale(desk(), sale, true));
		if (!(await may({ action: "reprint", of: sale.entry.id, about: numberOf(sale.entry) }))) return;
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
		tenders, settlement, asked, keepAsked, busy, problem, atTerminal, half, done, printed, copyNote,
		begin, leave, forget, alone, take, finish, issue, printAgain, showEarlier,
		idle,
		mayAddItems: () => idle() && !atTerminal.value && !half.value && tenders.value.length === 0,
		takeBack(tender) {
			if (!idle() || half.value) return false;
			give(tenders.value.filter((one) => one !== tender));
			return true;
		},
	};
}
