import { describe, expect, test } from "vitest";
import { CHUNKS_AT_A_TIME, Catalogue } from "@/catalogue/catalogue";
import { CodeTable, CodeTableBuilder } from "@/catalogue/codes";
import { Malformed, Retryable } from "@/core/errors";
import { FakeSource, MemoryShelf, snapshotOf } from "./shop";

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

function till(source = new FakeSource(), shelf = new MemoryShelf()) {
	return { source, shelf, catalogue: new Catalogue(source, shelf, pause) };
}

async function searchReady(catalogue: Catalogue): Promise<void> {
	while (catalogue.readiness !== "search") await pause();
}

describe("an empty till", () => {
	test("has nothing to sell and says so", async () => {
		const { catalogue } = till();
		expect([await catalogue.load(), catalogue.readiness, catalogue.size]).toEqual([false, "empty", 0]);
		expect([catalogue.byCode("SKU-1"), catalogue.search("blend", 5), catalogue.groupItems("Tea")]).toEqual([undefined, [], []]);
	});

	test("answers codes before words, and both after the download", async () => {
		const { catalogue } = till();
		const seen: string[] = [];
		catalogue.on("change", () => seen.push(catalogue.readiness));
		expect(await catalogue.refresh()).toBe(true);
		expect(catalogue.byCode("SKU-94")?.price_minor).toBe(194);
		await searchReady(catalogue);
		expect(catalogue.search("blend 94", 5).map(({ item }) => item)).toEqual(["SKU-94"]);
		expect([...new Set(seen)]).toEqual(["empty", "scan", "search"]);
	});

	test("loads six chunks at a time and shows how far it is", async () => {
		const { catalogue, source } = till();
		const done: number[] = [];
		catalogue.on("change", () => done.push(catalogue.progress?.done ?? -1));
		await catalogue.refresh();
		expect(source.mostAtOnce).toBe(CHUNKS_AT_A_TIME);
		expect(done.filter((count) => count >= 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...done.filter((count) => count >= 0).slice(11)]);
		expect(catalogue.progress).toBeUndefined();
	});
});

describe("a download that broke off", () => {
	test("leaves nothing to sell from, and goes on where it was", async () => {
		const { catalogue, source, shelf } = till();
		source.breakAfter = 4;
		await expect(catalogue.refresh()).rejects.toThrow(Retryable);
		expect([catalogue.readiness, shelf.whole]).toEqual(["empty", undefined]);
		source.breakAfter = Number.POSITIVE_INFINITY;
		await catalogue.refresh();
		expect(source.asked.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
		expect(catalogue.size).toBe(95);
	});

	test("of a newer catalogue leaves the older one in use", async () => {
		const { catalogue, source } = till();
		await catalogue.refresh();
		source.current = snapshotOf("second", 50);
		source.breakAfter = source.asked.length + 2;
		await expect(catalogue.refresh()).rejects.toThrow(Retryable);
		expect([catalogue.snapshot?.snapshot, catalogue.size]).toEqual(["first", 95]);
	});
});

describe("the next start", () => {
	test("has the catalogue without the company", async () => {
		const first = till();
		await first.catalogue.refresh();
		const { catalogue } = till(new FakeSource(), first.shelf);
		expect([await catalogue.load(), catalogue.size]).toEqual([true, 95]);
		expect(catalogue.byItem("SKU-7")?.name).toBe("first blend 7");
	});

	test("does not sell from a catalogue of which the browser lost a part", async () => {
		const first = till();
		await first.catalogue.refresh();
		first.shelf.chunks.get("first")?.delete(4);
		expect(await till(new FakeSource(), first.shelf).catalogue.load()).toBe(false);
	});

	test("asks for nothing if nothing changed, and for all of a newer one", async () => {
		const { catalogue, source, shelf } = till();
		await catalogue.refresh();
		const asked = source.asked.length;
		expect([await catalogue.refresh(), source.asked.length]).toEqual([false, asked]);
		source.current = snapshotOf("second", 50);
		expect(await catalogue.refresh()).toBe(true);
		expect([catalogue.size, catalogue.readiness, [...shelf.chunks.keys()]]).toEqual([50, "search", ["second"]]);
	});
});

describe("a start from what is kept", () => {
	async function kept() {
		const first = till();
		await first.catalogue.refresh();
		return first;
	}
	const codesOf = (catalogue: Catalogue) =>
		Array.from({ length: 95 }, (_, number) => catalogue.byCode(`SKU-${number}`)).map((item) => [item, item && catalogue.byCode(item.gtins[0] ?? item.item)]);

	test("answers every code as the download did", async () => {
		const { catalogue, shelf } = await kept();
		const next = till(new FakeSource(), shelf).catalogue;
		await next.load();
		expect(codesOf(next)).toEqual(codesOf(catalogue));
		expect(next.byCode("SKU-95")).toBeUndefined();
		expect(next.groupItems("Tea", 50)).toEqual(catalogue.groupItems("Tea", 50));
		await searchReady(next);
		expect([next.size, next.groupItems("Coffee", 50)]).toEqual([95, catalogue.groupItems("Coffee", 50)]);
	});

	test("answers codes and shows its first tiles before it reads a chunk", async () => {
		const { shelf } = await kept();
		for (const chunk of [1, 2, 3, 4, 5, 6, 7, 8, 9]) shelf.chunks.get("first")?.set(chunk, "spoiled");
		const { catalogue } = till(new FakeSource(), shelf);
		expect(await catalogue.load()).toBe(true);
		expect(catalogue.byCode("SKU-3")?.price_minor).toBe(103);
		expect(catalogue.groupItems("Coffee", 48)).toHaveLength(48);
		expect(() => catalogue.byCode("SKU-25")).toThrow("not JSON");
	});

	test("of an older page, or with another catalogue's table, makes its own and keeps it", async () => {
		const { shelf } = await kept();
		const right = shelf.first;
		for (const wrong of [undefined, right && { ...right, codes: { ...right.codes, snapshot: "zeroth" } }]) {
			shelf.first = wrong;
			const { catalogue } = till(new FakeSource(), shelf);
			expect([await catalogue.load(), catalogue.byCode("SKU-94")?.price_minor]).toEqual([true, 194]);
			expect(shelf.first).toEqual(right);
		}
	});

	test("fetches what the browser spoiled as soon as the company answers", async () => {
		const { shelf } = await kept();
		shelf.chunks.get("first")?.set(2, "spoiled");
		const { catalogue, source } = till(new FakeSource(), shelf);
		await catalogue.load();
		await pause();
		expect(catalogue.readiness).toBe("scan");
		expect(await catalogue.poll()).toBe(true);
		expect([source.asked, catalogue.byCode("SKU-25")?.price_minor]).toEqual([[2], 125]);
		await searchReady(catalogue);
	});
});

describe("the table of codes", () => {
	test("has every code's row, and hardly any other", () => {
		const builder = new CodeTableBuilder();
		const codes = Array.from({ length: 150_000 }, (_, number) => String(4_000_000_000_000 + number * 10));
		codes.forEach((code, row) => builder.add(row, code));
		const table = builder.finish("first", codes.length);
		expect(codes.filter((code, row) => !table.rowsOf(code).includes(row))).toEqual([]);
		const strangers = Array.from({ length: 10_000 }, (_, number) => table.rowsOf(`STRANGE-${number}`).length);
		expect(strangers.reduce((sum, count) => sum + count)).toBeLessThan(10);
	});

	test("has all rows of a code that two items share, the later one first", () => {
		const builder = new CodeTableBuilder();
		[7, 3].forEach((row) => builder.add(row, "4006381333931"));
		expect(builder.finish("first", 8).rowsOf("4006381333931")).toEqual([7, 3]);
	});

	test("is not taken if a part of it is missing", () => {
		const { kept } = new CodeTableBuilder().finish("first", 0);
		expect(CodeTable.of(kept, "first")).toBeDefined();
		expect(CodeTable.of({ ...kept, halves: new Uint16Array(1) }, "first")).toBeUndefined();
		expect(CodeTable.of(kept, "second")).toBeUndefined();
	});
});

test("a browser without room still sells, and says that it kept nothing", async () => {
	const { catalogue, shelf } = till();
	shelf.full = true;
	await catalogue.refresh();
	expect([catalogue.size, shelf.whole, catalogue.notKept]).toEqual([95, undefined, "The quota has been exceeded."]);
});

test("a chunk that is not what the protocol says is refused", async () => {
	const { catalogue, source } = till();
	source.chunk = async () => JSON.stringify({ message: { chunk: 0, item: ["A"], name: [] } });
	await expect(catalogue.refresh()).rejects.toThrow(Malformed);
	source.chunk = async () => "<html>";
	await expect(catalogue.refresh()).rejects.toThrow("not JSON");
});

describe("an item", () => {
	test("is found by its code, its barcode, and the barcode as other scanners read it", async () => {
		const { catalogue } = till();
		await catalogue.refresh();
		for (const code of ["SKU-3", "0012345678905", "012345678905", "]E04006381333931"]) {
			expect(catalogue.byCode(code)?.item).toBe("SKU-3");
		}
		expect(catalogue.byItem("0012345678905")).toBeUndefined();
	});

	test("has its group, unit, rates and way of selling in words", async () => {
		const { catalogue } = till();
		await catalogue.refresh();
		expect(catalogue.byItem("SKU-12")).toEqual({
			item: "SKU-12", name: "first blend 12", price_minor: 112, group: "Coffee", unit: "Nos",
			rates: { "VAT-19": "19" }, weighed: false, gtins: [],
		});
		expect(catalogue.byItem("SKU-13")).toMatchObject({ group: "Tea", unit: "kg", rates: {}, weighed: true });
	});

	test("is listed with its group, up to a limit", async () => {
		const { catalogue } = till();
		await catalogue.refresh();
		expect(catalogue.groupItems("Tea")).toHaveLength(47);
		expect(catalogue.groupItems("Tea", 3).map(({ item }) => item)).toEqual(["SKU-1", "SKU-3", "SKU-5"]);
		expect(catalogue.groupItems("Bread")).toEqual([]);
	});
});
