import "fake-indexeddb/auto";
import { IDBFactory, IDBOpenDBRequest } from "fake-indexeddb";
import { openDB } from "idb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Catalogue, MERGE_AFTER } from "@/catalogue/catalogue";
import { paced } from "@/catalogue/following";
import { CatalogueStore } from "@/catalogue/store";
import { Malformed } from "@/core/errors";
import { checkedChanges, type ChangedItems, type Changes } from "@/server/changes";
import { allCustomers, readCustomer } from "@/server/customers";
import { FakeSource, MemoryShelf, snapshotOf } from "./shop";

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Changed {
	readonly item: string;
	readonly name: string;
	readonly price_minor: number;
	readonly group?: string;
	readonly template?: string;
	readonly gtins?: readonly string[];
	readonly weighed?: boolean;
}

function items(...rows: readonly Changed[]): ChangedItems {
	return {
		item: rows.map(({ item }) => item), name: rows.map(({ name }) => name), price_minor: rows.map((row) => row.price_minor),
		group: rows.map(({ group = "Coffee" }) => group), unit: rows.map(() => "Nos"),
		template: rows.map(({ template = "standard" }) => template), gtins: rows.map(({ gtins = [] }) => gtins),
		weighed: rows.flatMap(({ weighed }, index) => (weighed ? [index] : [])),
	};
}

class Shop extends FakeSource {
	private said = 0;
	private last = "c0";

	constructor() {
		super();
		this.current = { ...snapshotOf("first", 95), cursor: this.last };
	}

	/** The company's next answer. */
	change(changes: Omit<Changes, "cursor">): void {
		this.said += 1;
		const cursor = `c${this.said}`;
		this.answers.set(this.last, { cursor, snapshot: "first", ...changes });
		this.last = cursor;
	}
}

async function open(shelf = new MemoryShelf() as MemoryShelf | CatalogueStore, source = new Shop()) {
	const catalogue = new Catalogue(source, shelf, pause);
	if (!(await catalogue.load())) await catalogue.refresh();
	while (catalogue.readiness !== "search") await pause();
	return { catalogue, source, shelf };
}

const found = (catalogue: Catalogue, text: string): string[] => catalogue.search(text, 5).map(({ item }) => item);

describe("what the company changed", () => {
	test("has its new price and name at once, and is found by the new name only", async () => {
		const { catalogue, source } = await open();
		source.change({ items: items({ item: "SKU-12", name: "Morning roast", price_minor: 999 }) });
		expect(await catalogue.poll()).toBe(true);
		expect(catalogue.byItem("SKU-12")).toMatchObject({ name: "Morning roast", price_minor: 999, rates: { "VAT-19": "19" } });
		expect([found(catalogue, "morning"), found(catalogue, "blend 12")]).toEqual([["SKU-12"], []]);
		expect(found(catalogue, "blend 13")).toEqual(["SKU-13"]);
	});

	test("with the same words stays in its place among the finds", async () => {
		const { catalogue, source } = await open();
		const before = found(catalogue, "blend");
		source.change({ items: items({ item: "SKU-2", name: "first blend 2", price_minor: 1 }) });
		await catalogue.poll();
		expect([found(catalogue, "blend"), catalogue.search("blend 2", 1)[0]?.price_minor]).toEqual([before, 1]);
	});

	test("is found by a slip of the finger and by digits, too", async () => {
		const { catalogue, source } = await open();
		source.change({ items: items({ item: "NEW-1", name: "Marzipan", price_minor: 5, gtins: ["4006381333962"] }) });
		await catalogue.poll();
		expect([found(catalogue, "marzipn"), found(catalogue, "3962"), catalogue.size]).toEqual([["NEW-1"], ["NEW-1"], 96]);
		expect(catalogue.byCode("4006381333962")?.item).toBe("NEW-1");
	});

	test("moves a barcode from one item to another, in any order", async () => {
		for (const turned of [false, true]) {
			const { catalogue, source } = await open();
			const rows = [
				{ item: "SKU-3", name: "first blend 3", price_minor: 103, gtins: ["012345678905"] },
				{ item: "SKU-4", name: "first blend 4", price_minor: 104, gtins: ["4006381333931"] },
			];
			source.change({ items: items(...(turned ? rows.reverse() : rows)) });
			await catalogue.poll();
			expect([catalogue.byCode("4006381333931")?.item, catalogue.byCode("012345678905")?.item]).toEqual(["SKU-4", "SKU-3"]);
			expect(found(catalogue, "4006381333931")).toEqual(["SKU-4"]);
		}
	});

	test("is listed with its new group, which may be one that nobody knew", async () => {
		const { catalogue, source } = await open();
		source.change({ items: items({ item: "SKU-1", name: "first blend 1", price_minor: 101, group: "Bread" }) });
		await catalogue.poll();
		expect(catalogue.groupItems("Bread").map(({ item }) => item)).toEqual(["SKU-1"]);
		expect(catalogue.groupItems("Tea", 2).map(({ item }) => item)).toEqual(["SKU-3", "SKU-5"]);
		expect(catalogue.snapshot?.groups).toEqual(["Coffee", "Tea", "Bread"]);
	});

	test("is gone from codes, words and groups when it is gone, and comes back when it does", async () => {
		const { catalogue, source } = await open();
		source.change({ gone: ["SKU-3", "NOBODY"] });
		await catalogue.poll();
		expect([catalogue.byItem("SKU-3"), catalogue.byCode("4006381333931"), found(catalogue, "blend 3")]).not.toContain("SKU-3");
		expect([catalogue.byCode("4006381333931"), catalogue.size]).toEqual([undefined, 94]);
		expect(catalogue.groupItems("Tea", 2).map(({ item }) => item)).toEqual(["SKU-1", "SKU-5"]);
		source.change({ items: items({ item: "SKU-3", name: "Back again", price_minor: 7 }) });
		await catalogue.poll();
		expect([found(catalogue, "back"), catalogue.byItem("SKU-3")?.price_minor, catalogue.size]).toEqual([["SKU-3"], 7, 95]);
	});

	test("of the settings counts for items that did not change", async () => {
		const { catalogue, source } = await open();
		const templates = [{ template: "free", rates: {} }, { template: "standard", rates: { "VAT-19": "16" } }];
		source.change({ settings: { templates, groups: ["Tea", "Coffee"], cashiers: ["Bo"] } });
		await catalogue.poll();
		expect(catalogue.byItem("SKU-12")).toMatchObject({ rates: { "VAT-19": "16" }, group: "Coffee" });
		expect([catalogue.snapshot?.cashiers, catalogue.snapshot?.snapshot]).toEqual([["Bo"], "first"]);
	});

	test("says how much is left", async () => {
		const { catalogue, source } = await open();
		source.change({ stock: { item: ["SKU-1", "SKU-2"], available: ["3", "-1.5"] } });
		await catalogue.poll();
		expect(["SKU-1", "SKU-2", "SKU-3"].map((item) => catalogue.available(item))).toEqual(["3", "-1.5", undefined]);
	});
});

describe("asking for changes", () => {
	test("goes on from the cursor until nothing is left, and loads no chunk", async () => {
		const { catalogue, source } = await open();
		const asked = source.asked.length;
		for (const price of [1, 2, 3]) source.change({ items: items({ item: "SKU-1", name: "x", price_minor: price }) });
		expect([await catalogue.poll(), await catalogue.poll()]).toEqual([true, false]);
		expect([catalogue.byItem("SKU-1")?.price_minor, source.asked.length]).toEqual([3, asked]);
		expect(source.cursors).toEqual(["c0", "c1", "c2", "c3", "c3"]);
	});

	test.each<Partial<Changes>>([
		{ reload: true }, { snapshot: "second" },
		{ items: items({ item: "A", name: "A", price_minor: 1, template: "unheard of" }) },
		{ settings: { currency: "USD" } }, { settings: { templates: [] } },
	])("loads a new snapshot where %o is no help", async (answer) => {
		const { catalogue, source } = await open();
		source.change(answer);
		source.current = { ...snapshotOf("second", 50), cursor: "later" };
		expect([await catalogue.poll(), catalogue.size, catalogue.snapshot?.snapshot]).toEqual([true, 50, "second"]);
		await catalogue.poll();
		expect(source.cursors.at(-1)).toBe("later");
	});

	test("is never done where the company has no cursor: its snapshot is asked for", async () => {
		const source = new Shop();
		source.current = snapshotOf("first", 20);
		const { catalogue } = await open(new MemoryShelf(), source);
		source.current = snapshotOf("second", 30);
		expect([await catalogue.poll(), catalogue.size, source.cursors]).toEqual([true, 30, []]);
	});

	test("refuses columns that do not fit each other", () => {
		const short = { ...items({ item: "A", name: "A", price_minor: 1 }), price_minor: [] };
		for (const broken of [{ items: short }, { stock: { item: ["A"], available: [] } }, { gone: "A" }, { cursor: 7 }]) {
			expect(() => checkedChanges({ cursor: "c", ...broken } as unknown as Changes)).toThrow(Malformed);
		}
	});

	test("comes at once when called, once for many calls, and rests between", async () => {
		vi.useFakeTimers();
		let runs = 0;
		const poke = paced(async () => void (runs += 1));
		poke();
		await vi.advanceTimersByTimeAsync(0);
		for (let call = 0; call < 100; call++) poke();
		await vi.advanceTimersByTimeAsync(1_000);
		expect(runs).toBe(1);
		await vi.advanceTimersByTimeAsync(60_000);
		expect(runs).toBe(2);
		vi.useRealTimers();
	});
});

describe("the next start", () => {
	beforeEach(() => {
		vi.resetModules();
		globalThis.indexedDB = new IDBFactory();
	});

	/** Modules of their own, as a page that was closed and opened again has. */
	async function restart() {
		vi.resetModules();
		const { CatalogueStore: Store } = await import("@/catalogue/store");
		return { shelf: new Store() };
	}

	test("has every change without the company, and goes on behind the last", async () => {
		const { catalogue, source } = await open((await restart()).shelf);
		source.change({ items: items({ item: "SKU-12", name: "Morning roast", price_minor: 999 }), gone: ["SKU-3"] });
		source.change({ stock: { item: ["SKU-1"], available: ["3"] }, settings: { cashiers: ["Bo"] } });
		await catalogue.poll();
		const again = await open((await restart()).shelf);
		expect(again.source.asked).toEqual([]);
		expect([found(again.catalogue, "morning"), again.catalogue.byItem("SKU-12")?.price_minor]).toEqual([["SKU-12"], 999]);
		expect([again.catalogue.byItem("SKU-3"), again.catalogue.available("SKU-1"), again.catalogue.snapshot?.cashiers])
			.toEqual([undefined, "3", ["Bo"]]);
		await again.catalogue.poll();
		expect(again.source.cursors).toEqual(["c2"]);
	});

	test("finds many answers put together into one that says the same", async () => {
		const { shelf } = await restart();
		const { catalogue, source } = await open(shelf);
		source.change({ gone: ["SKU-5", "SKU-6"] });
		for (let index = 0; index < MERGE_AFTER; index++) {
			source.change({ items: items({ item: `N${index % 3}`, name: `Fresh ${index}`, price_minor: index, group: "Bread" }) });
			source.change({ gone: [`N${(index + 1) % 3}`], items: items({ item: "SKU-6", name: "six", price_minor: index }) });
		}
		await catalogue.poll();
		await catalogue.poll();
		expect((await shelf.changes(snapshotOf("first", 95))).length).toBeLessThan(MERGE_AFTER);
		const again = await open((await restart()).shelf);
		for (const text of ["fresh", "six", "blend 5", "blend 7"]) expect(found(again.catalogue, text)).toEqual(found(catalogue, text));
		expect(again.catalogue.groupItems("Bread")).toEqual(catalogue.groupItems("Bread"));
		expect(again.catalogue.size).toBe(catalogue.size);
	});

	test("with a new snapshot has none of the old changes", async () => {
		const { catalogue, source } = await open((await restart()).shelf);
		source.change({ items: items({ item: "SKU-1", name: "old", price_minor: 1 }) });
		await catalogue.poll();
		source.change({ reload: true });
		source.current = { ...snapshotOf("second", 50), cursor: "later" };
		await catalogue.poll();
		const again = await open((await restart()).shelf);
		expect([again.catalogue.size, again.catalogue.byItem("SKU-1")?.price_minor]).toEqual([50, 101]);
	});

	const named = (...customers: string[]) => ({
		customer: customers, name: customers.map((id) => `${id}.`), mobile: customers.map(() => ""), email: customers.map(() => ""),
		group: customers.map(() => "Retail"), price_list: customers.map(() => ""),
	});

	test("keeps customers as they are by now, without those who are gone", async () => {
		const { catalogue, source } = await open(new CatalogueStore());
		source.change({ customers: named("C1", "C2") });
		source.change({ customers: { ...named("C2"), name: ["Bo"] }, gone_customers: ["C1"] });
		await catalogue.poll();
		expect([await readCustomer("C1"), (await readCustomer("C2"))?.name, (await allCustomers()).length]).toEqual([undefined, "Bo", 1]);
	});

	test("knows that customers are still to come until the company was asked for them", async () => {
		const { catalogue, source } = await open((await restart()).shelf);
		const again = await open((await restart()).shelf);
		expect([catalogue.awaitsCustomers, again.catalogue.awaitsCustomers]).toEqual([true, true]);
		source.change({ customers: named("C1") });
		await catalogue.poll();
		expect([catalogue.awaitsCustomers, (await open((await restart()).shelf)).catalogue.awaitsCustomers]).toEqual([false, false]);
	});

	test("has its customers with a new snapshot, not a minute later", async () => {
		const { catalogue, source } = await open((await restart()).shelf);
		const { allCustomers: customersNow } = await import("@/server/customers");
		source.change({ customers: named("C1") });
		await catalogue.poll();
		source.change({ reload: true });
		source.current = { ...snapshotOf("second", 50), cursor: "later" };
		source.answers.set("later", { cursor: "latest", snapshot: "second", customers: named("C2") });
		expect(await catalogue.poll()).toBe(true);
		expect([catalogue.awaitsCustomers, (await customersNow()).map(({ customer }) => customer)]).toEqual([false, ["C2"]]);
	});

	test("whose opening the browser forgot is opened once more, and said to be silent if that never ends", async () => {
		const { OPEN_TIMEOUT_MS, database } = await import("@/server/kept");
		vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
		const forgotten = vi.spyOn(indexedDB, "open").mockImplementation(() => new IDBOpenDBRequest());
		const silent = expect(database()).rejects.toMatchObject({ name: "Retryable", code: "storage_silent" });
		await vi.advanceTimersByTimeAsync(10 * OPEN_TIMEOUT_MS);
		await silent;
		forgotten.mockRestore();
		vi.spyOn(indexedDB, "open").mockImplementationOnce(() => new IDBOpenDBRequest());
		const second = database();
		await vi.advanceTimersByTimeAsync(OPEN_TIMEOUT_MS);
		vi.useRealTimers();
		expect((await second).name).toBe("posbridge");
	});

	test("of a newer page finds what an older one kept", async () => {
		const old = await openDB("posbridge", 1, {
			upgrade(db) {
				db.createObjectStore("kept");
				db.createObjectStore("catalogue");
			},
		});
		await old.put("kept", { till: "T1" }, "enrolment");
		old.close();
		const { readKept } = await import("@/server/kept");
		const { allCustomers: customers } = await import("@/server/customers");
		expect([await readKept("enrolment"), await customers()]).toEqual([{ till: "T1" }, []]);
	});
});
