// What goes back to the customer, and how: with what he paid, in cash, or as store credit. Amounts are below zero.
// Pure: it never moves money, and never says more than was paid with a card.

import { minorOf, roundRatio } from "@/core/money";
import type { SaleBody, Tender } from "@/core/sale";
import { withoutExchange } from "@/core/tenders";

type Money = Pick<Tender, "tender" | "kind">;

/** Tenders of the sale with what stayed with the shop, less what earlier returns gave back. Amounts above zero. */
export function stillPaid(sold: SaleBody, returns: readonly Pick<SaleBody, "tenders">[]): readonly Tender[] {
	const kept = tipped(changed(sold.tenders, sold.change_minor), sold.tip_minor ?? 0);
	return lessGiven(withoutExchange(kept), withoutExchange(returns.flatMap(({ tenders }) => tenders)));
}

/** What is left of `paid` (above zero) once `given` (below zero) was given back of it. */
export function lessGiven(paid: readonly Tender[], given: readonly Tender[]): readonly Tender[] {
	return given.reduce((left, back) => less(left, back, -back.amount_minor), paid).filter(({ amount_minor }) => amount_minor > 0);
}

/** A card terminal gave it back: it stays given, whatever becomes of the rest. */
export function isGivenBack({ kind, amount_minor, card }: Tender): boolean {
	return kind === "card" && amount_minor < 0 && card?.attempt !== undefined;
}

/** Change was given out of cash, whichever cash came first. */
function changed(tenders: readonly Tender[], change: number): readonly Tender[] {
	return takenOff(tenders, change, tenders.flatMap(({ kind }, index) => (kind === "cash" ? index : [])));
}

/** A tip was taken out of the last tender that is not cash, then out of those before it, cash last. */
function tipped(tenders: readonly Tender[], tip: number): readonly Tender[] {
	const order = tenders.map((_, index) => index).reverse();
	const isCash = (index: number): boolean => tenders[index]?.kind === "cash";
	return takenOff(tenders, tip, [...order.filter((index) => !isCash(index)), ...order.filter(isCash)]);
}

function takenOff(tenders: readonly Tender[], amount: number, order: readonly number[]): readonly Tender[] {
	const left = [...tenders];
	let open = amount;
	for (const index of order) {
		const tender = left[index];
		if (!tender) continue;
		const part = Math.min(open, tender.amount_minor);
		left[index] = { ...tender, amount_minor: tender.amount_minor - part };
		open -= part;
	}
	return left;
}

/** Less what was given back with the same tender; with another one, cash is less by it: it came out of the same sale. */
function less(paid: readonly Tender[], { tender, kind, credit }: Tender, amount: number): readonly Tender[] {
	const same = paid.findIndex((each) => each.tender === tender && each.kind === kind && each.credit === credit);
	const order = [...(same < 0 ? [] : [same]), ...paid.keys()];
	return takenOff(paid, amount, order);
}

/** `amount` (above zero) back with what was paid: cards and credit first, cash last; what nobody paid with, in cash. */
export function asPaid(amount: number, paid: readonly Tender[], cash: Money): readonly Tender[] {
	const order = [...paid.filter(({ kind }) => kind !== "cash"), ...paid.filter(({ kind }) => kind === "cash")];
	let open = amount;
	const back = order.map((tender) => {
		const part = Math.min(open, tender.amount_minor);
		open -= part;
		return partBack(tender, part);
	});
	const rest: Tender = { tender: cash.tender, kind: cash.kind, amount_minor: -open };
	return joined([...back, rest].filter(({ amount_minor }) => amount_minor < 0));
}

/** Without what a terminal said when it charged: it has not said anything of giving back. */
function partBack({ foreign: _foreign, card: _card, points, ...tender }: Tender, part: number): Tender {
	const back = { ...tender, amount_minor: -part };
	if (points === undefined) return back;
	const share = minorOf(roundRatio(BigInt(points) * BigInt(part), BigInt(Math.max(tender.amount_minor, 1)), "commercial"));
	return { ...back, points: -Math.max(share, 1) };
}

/** Several of one kind of cash are one row. */
function joined(tenders: readonly Tender[]): readonly Tender[] {
	return tenders.reduce<readonly Tender[]>((all, tender) => {
		const same = all.find((each) => each.kind === "cash" && each.tender === tender.tender && tender.kind === "cash");
		if (!same) return [...all, tender];
		return all.map((each) => (each === same ? { ...same, amount_minor: same.amount_minor + tender.amount_minor } : each));
	}, []);
}
