import { describe, expect, it } from "vitest";
import { Rejected, Retryable } from "@/core/errors";
import { Book } from "@/daybook/book";
import { isReceiptNumber, lookUpSale, numberTyped, type Askable } from "@/returns/lookUpSale";
import type { ReceiptAnswer } from "@/server/api";
import { MemoryFile, bookOptions, coffeeSale, noSale } from "../fakes";

const NOTHING: ReceiptAnswer = { entries: [], results: [], elsewhere: [] };

function returnOf(entry: string, quantity = "-1") {
	const line = {
		item: "C1", name: "Coffee", quantity, unit: "Nos", price_minor: 300, rates: {}, against_line: 1,
		rate_minor: 300, amount_minor: -300, net_minor: -300,
	};
	const body = {
		against: { entry, receipt_number: "T1-1-000001" }, currency: "EUR", currency_precision: 2, rounding: "commercial", taxes: [],
		lines: [line], net_minor: -300, tax_minor: 0, round_off_minor: 0, total_minor: -300,
		tenders: [{ tender: "Cash", kind: "cash", amount_minor: -300 }], change_minor: 0,
	};
	return noSale({ kind: "return", body });
}

async function aDay() {
	const book = await Book.open({ number: 1, file: new MemoryFile() }, new MemoryFile(), bookOptions());
	const sale = await book.record(coffeeSale());
	const returned = await book.record(returnOf(sale.entry.id));
	return { book, sale, returned };
}

/** Who is not named does not answer. */
function asked({ page, agent, company }: { page?: Book; agent?: ReceiptAnswer; company?: ReceiptAnswer }): Askable {
	const away = async (): Promise<ReceiptAnswer> => {
		throw new Retryable("away");
	};
	return {
		daybook: { ofReceipt: async (number) => page?.ofReceipt(number) ?? [] },
		agent: { receipt: agent ? async () => agent : away },
		company: { receipt: company ? async () => company : away },
	};
}

describe("a receipt is looked up", () => {
	it("on the page, and offline it is said that others are not known", async () => {
		const { book } = await aDay();
		const found = await lookUpSale("T1-1-000001", asked({ page: book }));
		expect(found.kind === "found" && [found.complete, [...found.already]]).toEqual([false, [[1, "1"]]]);
	});

	it("and a return that page, agent and company know counts once", async () => {
		const { book, sale, returned } = await aDay();
		const both: ReceiptAnswer = { ...NOTHING, entries: [sale.wire, returned.wire] };
		const found = await lookUpSale("T1-1-000001", asked({ page: book, agent: both, company: both }));
		expect(found.kind === "found" && [found.complete, [...found.already]]).toEqual([true, [[1, "1"]]]);
	});

	it("and what the desk took back counts beside it", async () => {
		const { book, sale } = await aDay();
		const company: ReceiptAnswer = { entries: [sale.wire], results: [], elsewhere: [[1, "2"]] };
		const found = await lookUpSale("T1-1-000001", asked({ page: book, company }));
		expect(found.kind === "found" && found.already.get(1)).toBe("3");
	});

	it("with the company where this till does not know it", async () => {
		const { sale } = await aDay();
		const found = await lookUpSale("T1-1-000001", asked({ company: { ...NOTHING, entries: [sale.wire] } }));
		expect(found.kind === "found" && found.sold.total_minor).toBe(300);
	});

	it("and never believed if its hash does not fit", async () => {
		const { sale } = await aDay();
		const spoilt = { ...NOTHING, entries: [{ hash: "0".repeat(64), text: sale.wire.text }] };
		expect((await lookUpSale("T1-1-000001", asked({ company: spoilt }))).kind).toBe("unreachable");
	});

	it("and is unknown only if the company says so", async () => {
		expect((await lookUpSale("T9-1-000001", asked({ company: NOTHING }))).kind).toBe("unknown");
		expect((await lookUpSale("T9-1-000001", asked({}))).kind).toBe("unreachable");
	});

	it("and a return's own receipt is no sale", async () => {
		const { book } = await aDay();
		expect((await lookUpSale("T1-1-000002", asked({ page: book }))).kind).toBe("no_sale");
	});

	it("of an agent that is too old to be asked, elsewhere", async () => {
		const { book } = await aDay();
		const old = { ...asked({ page: book }), agent: { receipt: async () => Promise.reject(new Rejected("?", "unknown_op")) } };
		expect((await lookUpSale("T1-1-000001", old)).kind).toBe("found");
	});
});

describe("what is typed", () => {
	it("is a whole number, or the last digits of one of this till", () => {
		expect([numberTyped(" T2-3-000042 ", "T1", 1), numberTyped("42", "T1", 1), numberTyped("coffee", "T1", 1)]).toEqual([
			"T2-3-000042", "T1-1-000042", undefined,
		]);
	});

	it("is told apart from codes on goods", () => {
		expect([isReceiptNumber("SHOP-2-1-000042"), isReceiptNumber("4006381333931"), isReceiptNumber("GC-7XK2M-94TQA-BC3H")]).toEqual([true, false, false]);
	});
});
