import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Item } from "@/catalogue/catalogue";
import { lookUp, type FoundItem } from "@/scan/lookUp";

const BEANS: Item = {
	item: "SKU-1", name: "Beans", price_minor: 1999, group: "Coffee", unit: "Nos", rates: {}, weighed: false, gtins: ["4006381333931"],
};
const APPLES: Item = { ...BEANS, item: "12345", name: "Apples", price_minor: 300, unit: "kg", weighed: true, gtins: [] };
const RULES = { code_patterns: ["21IIIIIWWWWWC", "22IIIIIPPPPPC"], rounding: "commercial", currency_precision: 2 } as const;

const TODAY = { day: "2026-11-27" };

type Shelf = Parameters<typeof lookUp>[1];
const shelf = (change: Partial<Shelf> = {}): Shelf => ({
	progress: undefined,
	readiness: "search",
	byCode: (code) => [BEANS, APPLES].find((item) => item.item === code || item.gtins.includes(code)),
	byItem: () => undefined,
	...change,
});

function withCheckDigit(twelve: string): string {
	const sum = [...twelve].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0);
	return `${twelve}${(10 - (sum % 10)) % 10}`;
}

describe("looking up a scanned code", () => {
	it("finds an item by its GTIN and remembers which was scanned", () => {
		expect(lookUp("4006381333931", shelf(), RULES, TODAY)).toEqual({ kind: "item", item: BEANS, gtin: "4006381333931" });
	});

	it("finds it behind a scanner's prefix too", () => {
		expect(lookUp("]E04006381333931", shelf(), RULES, TODAY)).toMatchObject({ kind: "item", item: BEANS });
	});

	it("takes the weight from a shop's own label", () => {
		expect(lookUp(withCheckDigit("211234500512"), shelf(), RULES, TODAY)).toEqual({ kind: "item", item: APPLES, quantity: "0.512" });
	});

	it("turns the price on a shop's own label into the quantity that costs it", () => {
		expect(lookUp(withCheckDigit("221234500450"), shelf(), RULES, TODAY)).toEqual({ kind: "item", item: APPLES, quantity: "1.5" });
	});

	it("takes the goods out of a GS1 code that says more, and of a Digital Link", () => {
		const found = { kind: "item", item: BEANS, gtin: "4006381333931" };
		expect(lookUp("]C10104006381333931\u001d10LOT\u001d21S1", shelf(), RULES, TODAY)).toEqual(found);
		for (const code of ["010400638133393117261231", "https://id.example.com/01/04006381333931/10/LOT?17=261231"]) {
			expect(lookUp(code, shelf(), RULES, TODAY)).toEqual({ ...found, sellBy: "2026-12-31" });
		}
		expect(lookUp("]C10109900000000028", shelf(), RULES, TODAY)).toEqual({ kind: "unknown", code: "9900000000028" });
	});

	it("takes batch and serial number where the shop tells its pieces apart", () => {
		const told = { ...BEANS, more: { serials: true, batches: true } } as const;
		const found = lookUp("]C10104006381333931\u001d10LOT\u001d21S1", shelf({ byCode: (code) => (told.gtins.includes(code) ? told : undefined) }), RULES, TODAY);
		expect(found).toMatchObject({ batch: "LOT", serials: ["S1"] });
	});

	it("reads the last day: in the century that is near, 00 as the month's last", () => {
		vi.useFakeTimers({ now: new Date("2026-11-27T12:00:00Z") });
		onTestFinished(() => void vi.useRealTimers());
		const lastDay = (yymmdd: string) => (lookUp(`010400638133393117${yymmdd}`, shelf(), RULES, TODAY) as FoundItem).sellBy;
		expect(["280200", "261100", "750101", "990131"].map(lastDay)).toEqual(["2028-02-29", "2026-11-30", "2075-01-01", "1999-01-31"]);
	});

	it("takes weight and price of a pack out of its GS1 code, in the item's unit", () => {
		const packed = { ...APPLES, gtins: ["9900000000028"] };
		const packs = (item: Item) => shelf({ byCode: (code) => (item.gtins.includes(code) ? item : undefined) });
		expect(lookUp("]e001099000000000283103000512", packs(packed), RULES, TODAY)).toMatchObject({ quantity: "0.512" });
		expect(lookUp("]e001099000000000283103000512", packs({ ...packed, unit: "Gram" }), RULES, TODAY)).toMatchObject({ quantity: "512" });
		expect(lookUp("]C101099000000000283922450", packs(packed), RULES, TODAY)).toMatchObject({ quantity: "1.5" });
		expect(lookUp("]e001099000000000283103000512", packs({ ...packed, weighed: false }), RULES, TODAY)).not.toHaveProperty("quantity");
	});

	it("calls a code with a wrong check digit misread, and another one unknown", () => {
		expect(lookUp("4006381333932", shelf(), RULES, TODAY)).toEqual({ kind: "misread", code: "4006381333932" });
		expect(lookUp(withCheckDigit("400638133300"), shelf(), RULES, TODAY).kind).toBe("unknown");
		expect(lookUp("ABC-123", shelf(), RULES, TODAY)).toEqual({ kind: "unknown", code: "ABC-123" });
	});

	it("does not call anything unknown while items are still loading", () => {
		expect(lookUp("ABC-123", shelf({ progress: { done: 1, total: 2 } }), RULES, TODAY).kind).toBe("loading");
		expect(lookUp("4006381333931", shelf({ progress: { done: 1, total: 2 } }), RULES, TODAY).kind).toBe("item");
	});
});
