import { describe, expect, it } from "vitest";
import { computeSale, type SaleDraft } from "@/core/sale";
import { byHand } from "@/promotions/byHand";
import type { Promoted } from "@/promotions/promotions";
import type { Snapshot } from "@/server/api";

const DRAFT: SaleDraft = {
	currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [{ tax: "VAT", label: "VAT", inclusive: true }],
	lines: [{ item: "TEA", name: "Tea", quantity: "2", unit: "Nos", price_minor: 340, rates: { VAT: "19" } }],
};
const cart = (more: Partial<SaleDraft> = {}): Promoted => ({ draft: { ...DRAFT, ...more }, titles: [[]], coupon: "", conflicts: [] });
const SHOP = {} as Snapshot;

describe("a discount on the whole sale by hand", () => {
	it("takes the place of a promotion's", () => {
		const promoted = cart({ discount: { on: "grand_total", percent: "50", reason: "Rule" } });
		const { draft } = byHand(promoted, { percent: "10", reason: "Regular" }, SHOP);
		expect(draft.discount).toEqual({ on: "grand_total", percent: "10", reason: "Regular" });
		expect(computeSale(draft).total_minor).toBe(612);
	});

	it("is never more than what is sold", () => {
		expect(computeSale(byHand(cart(), { amount_minor: 5000, reason: "R" }, SHOP).draft).total_minor).toBe(0);
	});

	it("comes off the nets where the shop's rules do", () => {
		const net = { pricing_for: { discount_on: "net" } } as Snapshot;
		expect(byHand(cart(), { amount_minor: 5000, reason: "R" }, net).draft.discount).toEqual({ on: "net_total", amount_minor: 571, reason: "R" });
	});

	it("is nothing where nothing is sold, or none is given", () => {
		expect(byHand(cart({ lines: [] }), { percent: "10", reason: "R" }, SHOP).draft.discount).toBeUndefined();
		const promoted = cart();
		expect(byHand(promoted, undefined, SHOP)).toBe(promoted);
	});
});
