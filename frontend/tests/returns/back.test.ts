import { describe, expect, it } from "vitest";
import { computeSale, type SaleDraft } from "@/core/sale";
import { saleBody } from "@/core/saleBody";
import { changed, leftOf, stepped, sumOfBack, withGoods, withoutLine, type Back } from "@/returns/back";
import type { Snapshot } from "@/server/api";

const SNAPSHOT = {
	currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [{ tax: "VAT", label: "VAT", inclusive: true }],
} as unknown as Snapshot;
const line = (name: string, quantity: string, price_minor: number) => ({
	item: name, name, quantity, unit: "Nos", price_minor, rates: { VAT: "19" },
});
const DRAFT: SaleDraft = {
	currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: SNAPSHOT.taxes,
	lines: [line("Tea", "2", 340), line("Cheese", "0.345", 1290)],
};
const SOLD = saleBody(DRAFT, computeSale(DRAFT), [], 0);
const back = (more: Partial<Back>): Back => ({ id: "r", taken: [], goods: [], paid: [], ...more });

describe("what can still come back", () => {
	it("is what was sold less what came back, never below zero", () => {
		expect([...leftOf(SOLD, new Map([[1, "1"]]))]).toEqual([[1, "1"], [2, "0.345"]]);
		expect(leftOf(SOLD, new Map([[1, "3"]])).get(1)).toBe("0");
	});

	it("goes in whole units between nothing and that", () => {
		expect([stepped("0", "2", 1), stepped("2", "2", 1), stepped("1", "2", -1), stepped("0", "2", -1)]).toEqual(["1", "2", "0", "0"]);
	});

	it("comes whole where it was sold in parts", () => {
		expect([stepped("0", "0.345", 1), stepped("0.345", "0.345", -1)]).toEqual(["0.345", "0"]);
	});
});

describe("the part of a cart that comes back", () => {
	it("costs what the receipt says, below zero", () => {
		expect(sumOfBack(back({ sold: SOLD, taken: [[1, "1"], [2, "0.345"]] }), SNAPSHOT).totals.total_minor).toBe(-785);
	});

	it("costs today's price without receipt", () => {
		const goods = withGoods(withGoods([], { ...line("Tea", "1", 340), group: "", weighed: false, gtins: [] }), { ...line("Tea", "1", 340), group: "", weighed: false, gtins: [] });
		expect(goods).toHaveLength(1);
		expect(sumOfBack(back({ goods }), SNAPSHOT).totals.total_minor).toBe(-680);
		const [first] = goods;
		expect(first && changed(goods, first, "0")).toEqual([]);
	});

	it("is gone with its last line", () => {
		const both = back({ sold: SOLD, taken: [[1, "1"], [2, "0.345"]] });
		const one = withoutLine(both, 0);
		expect(one?.taken).toEqual([[2, "0.345"]]);
		expect(one && withoutLine(one, 0)).toBeUndefined();
	});
});
