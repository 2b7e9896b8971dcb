import { describe, expect, test } from "vitest";
import { draftOfReturn } from "@/core/returns";
import { checkSale, computeSale, type DraftLine, type SaleDraft } from "@/core/sale";
import { saleBody } from "@/core/saleBody";

const PHONE: DraftLine = {
	item: "PHONE", name: "Phone", quantity: "2", unit: "Nos", price_minor: 1000, rates: {}, serials: ["SN-1", "SN-2"],
};
const CHEESE: DraftLine = {
	item: "CHEESE", name: "Cheese", quantity: "0.5", unit: "Kg", price_minor: 1290, rates: {}, batch: "B-7",
};

const draft = (...lines: DraftLine[]): SaleDraft => ({
	currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [], lines,
});

function sold(...lines: DraftLine[]) {
	const totals = computeSale(draft(...lines));
	return saleBody(draft(...lines), totals, [{ tender: "Cash", kind: "cash", amount_minor: totals.total_minor }], 0);
}

describe("batch and serial numbers", () => {
	test("stand in the body as they were said, and are left out where nobody said", () => {
		const body = sold(PHONE, { ...CHEESE, serials: [] });
		expect(body.lines[0]?.serials).toEqual(["SN-1", "SN-2"]);
		expect(body.lines[1]?.batch).toBe("B-7");
		expect(body.lines[1]).not.toHaveProperty("serials");
		checkSale(body);
	});

	test.each([
		[{ ...PHONE, quantity: "1" }, "not as many serial numbers"],
		[{ ...PHONE, serials: ["SN-1", ""] }, "a serial number is empty"],
		[{ ...PHONE, serials: ["SN-1", "SN-1"] }, "on the ticket twice"],
		[{ ...CHEESE, batch: " B" }, "the batch's number"],
	])("are refused in words where they can't be right", (line, words) => {
		expect(() => computeSale(draft(line))).toThrow(words);
	});

	test("count stock units", () => {
		expect(computeSale(draft({ ...PHONE, quantity: "1", unit: "Box", conversion: "2" })).total_minor).toBe(1000);
	});

	test("come back with a whole line, and are not guessed for a part of it", () => {
		const body = sold(PHONE);
		expect(draftOfReturn(body, new Map([[1, "2"]])).lines[0]?.serials).toEqual(["SN-1", "SN-2"]);
		expect(draftOfReturn(body, new Map([[1, "1"]])).lines[0]).not.toHaveProperty("serials");
	});
});
