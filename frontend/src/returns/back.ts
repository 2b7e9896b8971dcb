// The part of a cart that comes back: of a receipt, or without one. Its figures are zero or less.
// Pure: it looks nothing up, and never decides what is given for it.

import type { Item } from "@/catalogue/catalogue";
import { PosBridgeError, Rejected } from "@/core/errors";
import { SCALE, formatDecimal, parseDecimal } from "@/core/money";
import { computeReturn, draftOfReturn, type Against, type Quantities } from "@/core/returns";
import { MAX_LINES, type DraftLine, type SaleBody, type SaleDraft, type Tender, type Totals } from "@/core/sale";
import { cartTerms } from "@/core/saleBody";
import type { FoundSale } from "@/returns/lookUpSale";
import { stillPaid } from "@/returns/refund";
import type { Snapshot } from "@/server/api";

export interface Back {
	/** The id that the return's entry will have. */
	readonly id: string;
	readonly against?: Against;
	readonly sold?: SaleBody;
	/** The sale's line, from 1, and how much of it comes back; of a receipt only. */
	readonly taken: readonly (readonly [number, string])[];
	/** What comes back without receipt, with quantities above zero. */
	readonly goods: readonly DraftLine[];
	/** What the sale was paid with and was not given back yet. */
	readonly paid: readonly Tender[];
	readonly reason?: string;
}

/** A part that comes back, computed. */
export interface BackSum {
	readonly back: Back;
	readonly draft: SaleDraft;
	readonly totals: Totals;
}

/** Raises Rejected where it can't be computed. */
export function sumOfBack(back: Back, snapshot: Snapshot): BackSum {
	const draft = back.sold ? draftOfReturn(back.sold, new Map(back.taken)) : draftOfGoods(back.goods, snapshot);
	return { back, draft, totals: computeReturn(draft) };
}

/** What a choice comes to so far, zero or less; or in words why that can't be computed. */
export function worthOf(back: Back, snapshot: Snapshot): { readonly total_minor: number; readonly fault: string } {
	if (back.taken.length + back.goods.length === 0) return { total_minor: 0, fault: "" };
	try {
		return { total_minor: sumOfBack(back, snapshot).totals.total_minor, fault: "" };
	} catch (error) {
		if (!(error instanceof PosBridgeError)) throw error;
		return { total_minor: 0, fault: error.message };
	}
}

function draftOfGoods(goods: readonly DraftLine[], snapshot: Snapshot): SaleDraft {
	const rounding = snapshot.total_rounding;
	return {
		...cartTerms(snapshot),
		...(rounding ? { total_rounding: rounding } : {}),
		taxes: snapshot.taxes,
		lines: goods.map((line) => ({ ...line, quantity: formatDecimal(-parseDecimal(line.quantity)) })),
	};
}

/** What can still come back of each of the sale's lines; never below zero. */
export function leftOf(sold: SaleBody, already: Quantities): Map<number, string> {
	return new Map(sold.lines.map(({ quantity }, index) => {
		const left = parseDecimal(quantity) - parseDecimal(already.get(index + 1) ?? "0");
		return [index + 1, left > 0n ? formatDecimal(left) : "0"];
	}));
}

/** What was chosen earlier, as the receipt stands now; undefined if more would come back than was sold. */
export function renewedBack(back: Back, { sold, already, returns }: FoundSale): Back | undefined {
	const left = leftOf(sold, already);
	const fits = back.taken.every(([line, quantity]) => parseDecimal(quantity) <= parseDecimal(left.get(line) ?? "0"));
	return fits ? { ...back, paid: stillPaid(sold, returns) } : undefined;
}

/** One more, one less: whole units; what is sold in parts comes back whole, or not. */
export function stepped(quantity: string, left: string, units: number): string {
	const [now, most] = [parseDecimal(quantity), parseDecimal(left)];
	if (most % SCALE !== 0n) return units > 0 ? left : "0";
	const wanted = now + BigInt(units) * SCALE;
	if (wanted <= 0n) return "0";
	return formatDecimal(wanted > most ? most : wanted);
}

/** One more of an item that comes back without receipt, at the price it is sold for now. */
export function withGoods(goods: readonly DraftLine[], item: Item, quantity = "1"): readonly DraftLine[] {
	const same = goods.find((line) => line.item === item.item && line.unit === item.unit);
	if (same) return changed(goods, same, formatDecimal(parseDecimal(same.quantity) + parseDecimal(quantity)));
	if (goods.length >= MAX_LINES) throw new Rejected(`A return has at most ${MAX_LINES} lines.`);
	const { name, unit, price_minor, rates, conversion } = item;
	return [...goods, { item: item.item, name, quantity, unit, price_minor, rates, ...(conversion !== undefined && { conversion }) }];
}

/** With another quantity; without the line where that is zero. */
export function changed(goods: readonly DraftLine[], line: DraftLine, quantity: string): readonly DraftLine[] {
	if (quantity === "0") return goods.filter((each) => each !== line);
	return goods.map((each) => (each === line ? { ...each, quantity } : each));
}

/** Without its line at `index` of the draft; undefined once nothing is left. */
export function withoutLine(back: Back, index: number): Back | undefined {
	const without = <T>(list: readonly T[]): T[] => list.filter((_, at) => at !== index);
	const less: Back = back.sold ? { ...back, taken: without(back.taken) } : { ...back, goods: without(back.goods) };
	return less.taken.length + less.goods.length > 0 ? less : undefined;
}
