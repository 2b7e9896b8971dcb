// The till's side of the customer's screen: says what to show whenever it changes, and again to a screen that comes up.
// Never waits for it, and never hears more of it than that it is there.

import { watch } from "vue";
import type { LineTotals } from "@/core/sale";
import type { DraftLine } from "@/core/sale";
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
	const say = (shown: Shown): void => channel.postMessage({ shown } satisfies DisplayMessage);
	if (!writable) return () => channel.close();
	const stop = watch(() => shownOf(till), say, { immediate: true });
	channel.onmessage = ({ data }: MessageEvent<DisplayMessage>) => {
		if (data.hello) say(shownOf(till));
	};
	const leave = (): void => say({ ...shownOf(till), ...NOTHING, stage: "closed" });
	window.addEventListener("pagehide", leave);
	return () => {
		stop();
		window.removeEventListener("pagehide", leave);
		channel.close();
	};
}

export function shownOf(till: Known): Shown {
	const { shop, receipt_footer, display_text = [], display_logo = "" } = till.snapshot.value;
	const always = { locale: shopLocale(), shop, text: display_text.length > 0 ? display_text : receipt_footer, logo: display_logo };
	if (till.screen.value === "done") return { ...always, ...NOTHING, ...doneOf(till) };
	if (till.basket.empty.value) return { ...always, ...NOTHING };
	return { ...always, ...NOTHING, ...cartOf(till) };
}

function cartOf({ snapshot, basket, paying, screen }: Known): Partial<Shown> {
	const money = moneyOf(snapshot.value, shopLocale());
	const { draft, totals, back, balance, due } = { draft: basket.draft.value, totals: basket.totals.value, back: basket.back.value, balance: basket.balance.value, due: basket.due.value };
	const sold = draft.lines.map((line, index) => lineOf(line, totals.lines[index], money, index >= basket.lines.value.length ? "gift" : undefined));
	const returned = (back?.draft.lines ?? []).map((line, index) => lineOf(line, back?.totals.lines[index], money, "back"));
	const tip = due - balance;
	const given = paying.settlement.value.given_minor;
	return {
		stage: screen.value === "pay" ? "pay" : "sale",
		...(customerCode.value && { code: customerCode.value }),
		lines: [...returned, ...sold].slice(-SHOWN_LINES),
		sums: [...above(totals, money), ...(tip > 0 ? [sum("receipt.tip", money.plain(tip))] : [])],
		total: sum(balance < 0 ? "back.total" : "total.total", money.full(Math.abs(tip > 0 ? due : balance))),
		money: given > 0 ? [sum("pay.given", money.full(given)), sum("pay.remaining", money.full(paying.settlement.value.remaining_minor))] : [],
	};
}

function doneOf({ snapshot, paying }: Known): Partial<Shown> {
	const sale = paying.done.value;
	if (!sale) return {};
	const money = moneyOf(snapshot.value, shopLocale());
	const { given_minor: given, change_minor: change, paid_minor: paid, refunded_minor: refunded } = moneyOfTicket(sale);
	const { tip_minor: tip = 0 } = sale.body;
	return {
		stage: "done",
		sums: tip > 0 ? [sum("receipt.tip", money.plain(tip))] : [],
		total: refunded > 0 ? sum("back.done_already", money.full(refunded)) : sum("total.total", money.full(paid)),
		money: change > 0 ? [sum("pay.given", money.full(given)), sum("receipt.change", money.full(change))] : [],
	};
}

function lineOf({ name, quantity, unit }: DraftLine, totals: LineTotals | undefined, money: Money, kind?: "back" | "gift"): ShownLine {
	const count = showDecimal(quantity, shopLocale());
	const rate = money.rate(totals?.rate_minor ?? 0);
	const isOne = quantity === "1" && kind !== "back";
	return {
		name,
		about: isOne ? "" : unit === "Nos" ? `${count} × ${rate}` : `${count} ${unit} × ${rate}`,
		amount: money.plain(totals?.amount_minor ?? 0),
		...(kind && { kind }),
	};
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
