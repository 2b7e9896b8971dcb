// The till's side of the customer's screen: says what to show whenever it changes, and again to a screen that comes up.
// Never waits for it, and never hears more of it than that it is there.

import { computed, watch } from "vue";
import type { DraftLine, LineTotals } from "@/core/sale";
import { offPrices } from "@/core/saleBody";
import { customerCode } from "@/display/code";
import { DISPLAY_CHANNEL, NOTHING, SHOWN_LINES, type DisplayMessage, type Shown, type ShownLine, type Sum } from "@/display/shown";
import { moneyOfTicket } from "@/till/checkout";
import { moneyOf, showDecimal, type Money } from "@/till/format";
import type { Till } from "@/till/till";
import { onPaper, shopLocale } from "@/words/words";

type Known = Pick<Till, "snapshot" | "basket" | "paying" | "screen">;

/** Listens until the returned function is called. A tab that only reads shows nothing: another one is selling. */
export function showToCustomer(till: Known, writable: boolean, channel = new BroadcastChannel(DISPLAY_CHANNEL)): () => void {
	if (!writable) return () => channel.close();
	const post = (message: DisplayMessage): void => channel.postMessage(message);
	const money = computed(() => moneyFor(till));
	let stop: (() => void) | undefined;
	// Most tills have no such screen: none of this is worked out until one says hello, nor before the cashier sees the line.
	channel.onmessage = ({ data }: MessageEvent<DisplayMessage>) => {
		if (!data.hello) return;
		stop?.();
		stop = watch(() => shownOf(till, money.value), (shown) => post({ shown }), { immediate: true, flush: "post" });
	};
	post({ opened: true });
	const leave = (): void => {
		if (stop) post({ shown: { ...shownOf(till), ...NOTHING, stage: "closed" } });
	};
	window.addEventListener("pagehide", leave);
	return () => {
		stop?.();
		window.removeEventListener("pagehide", leave);
		channel.close();
	};
}

function moneyFor({ snapshot }: Known): Money {
	return moneyOf(snapshot.value, shopLocale());
}

export function shownOf(till: Known, money = moneyFor(till)): Shown {
	const { shop, receipt_footer, display_text = [], display_logo = "" } = till.snapshot.value;
	const always = { locale: shopLocale(), shop, text: display_text.length > 0 ? display_text : receipt_footer, logo: display_logo };
	if (till.screen.value === "done") return { ...always, ...NOTHING, ...doneOf(till, money) };
	if (till.basket.empty.value) return { ...always, ...NOTHING };
	return { ...always, ...NOTHING, ...cartOf(till, money) };
}

function cartOf({ basket, paying, screen }: Known, money: Money): Partial<Shown> {
	const [totals, balance, due] = [basket.totals.value, basket.balance.value, basket.due.value];
	const tip = due - balance;
	const given = paying.settlement.value.given_minor;
	return {
		stage: screen.value === "pay" ? "pay" : "sale",
		...(customerCode.value && { code: customerCode.value }),
		lines: linesOf(basket, money),
		sums: [...above(totals, money), ...(tip > 0 ? [sum("receipt.tip", money.plain(tip))] : [])],
		total: sum(balance < 0 ? "back.total" : "total.total", money.full(Math.abs(tip > 0 ? due : balance))),
		money: given > 0 ? [sum("pay.given", money.full(given)), sum("pay.remaining", money.full(paying.settlement.value.remaining_minor))] : [],
	};
}

/** The last of what comes back and of what is sold, in this order. */
function linesOf({ draft, totals, back, lines }: Known["basket"], money: Money): readonly ShownLine[] {
	const { draft: taken, totals: worth } = back.value ?? {};
	const returned = (taken?.lines ?? []).map((line, index) => [line, worth?.lines[index], "back"] as const);
	const own = lines.value.length;
	const sold = draft.value.lines.map((line, index) => [line, totals.value.lines[index], index >= own ? "gift" : undefined] as const);
	return [...returned, ...sold].slice(-SHOWN_LINES).map(([line, its, kind]) => lineOf(line, its, money, kind));
}

function doneOf({ paying }: Known, money: Money): Partial<Shown> {
	const sale = paying.done.value;
	if (!sale) return {};
	const { given_minor: given, change_minor: change, paid_minor: paid, refunded_minor: refunded } = moneyOfTicket(sale);
	const { tip_minor: tip = 0 } = sale.body;
	return {
		stage: "done",
		sums: tip > 0 ? [sum("receipt.tip", money.plain(tip))] : [],
		total: refunded > 0 ? sum("back.done_already", money.full(refunded)) : sum("total.total", money.full(paid)),
		money: change > 0 ? [sum("pay.given", money.full(given)), sum("receipt.change", money.full(change))] : [],
	};
}

function lineOf(line: DraftLine, totals: LineTotals | undefined, money: Money, kind?: "back" | "gift"): ShownLine {
	const isOne = line.quantity === "1" && kind !== "back";
	return {
		name: line.name,
		about: isOne ? "" : aboutOf(line, money.rate(totals?.rate_minor ?? 0)),
		amount: money.plain(totals?.amount_minor ?? 0),
		...(kind && { kind }),
	};
}

function aboutOf({ quantity, unit }: DraftLine, rate: string): string {
	const count = showDecimal(quantity, shopLocale());
	return unit === "Nos" ? `${count} × ${rate}` : `${count} ${unit} × ${rate}`;
}

function above(totals: Known["basket"]["totals"]["value"], money: Money): readonly Sum[] {
	const onTop = totals.taxes.filter((tax) => !tax.inclusive);
	const off = totals.discount_minor === 0 ? 0 : offPrices(totals);
	const subtotal = totals.lines.reduce((all, line) => all + line.amount_minor, 0);
	if (onTop.length === 0 && off === 0) return [];
	return [
		sum("receipt.subtotal", money.plain(subtotal)),
		...(off ? [sum("receipt.discount", money.plain(-off))] : []),
		...onTop.map(({ label, amount_minor }) => ({ label, amount: money.plain(amount_minor) })),
	];
}

function sum(word: Parameters<typeof onPaper>[0], amount: string): Sum {
	return { label: onPaper(word), amount };
}
