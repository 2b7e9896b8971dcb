import { describe, expect, test } from "vitest";
import { Catalogue } from "@/catalogue/catalogue";
import { unitScanned, type More, type MoreColumn } from "@/catalogue/more";
import { Malformed } from "@/core/errors";
import { lookUp } from "@/scan/lookUp";
import { checkedChanges, type ChangedItems } from "@/server/changes";
import { FakeSource, MemoryShelf, chunkText, snapshotOf } from "../shop";

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));
const CRATE = "4006381333948";
const MORE: More = {
	brand: "Acme", variant_of: "TEE", units: [["Crate", "24", [CRATE]]],
	prices: [["Retail", "Crate", "", "2026-01-01", "", "0", "20", false], ["Retail", "", "", "", "", "0", "1", false]],
};

class Shop extends FakeSource {
	more: MoreColumn | undefined = { 2: MORE };

	constructor() {
		super();
		this.current = { ...snapshotOf("first", 95), cursor: "c0", price_list: "Retail" };
	}

	/** Row 2 of the second chunk is SKU-12. */
	override async chunk(snapshot: string, chunk: number): Promise<string> {
		await super.chunk(snapshot, chunk);
		const { message } = JSON.parse(chunkText(this.current, chunk)) as { message: object };
		return JSON.stringify({ message: chunk === 1 && this.more ? { ...message, more: this.more } : message });
	}
}

async function open(source = new Shop(), shelf = new MemoryShelf()) {
	const catalogue = new Catalogue(source, shelf, pause);
	if (!(await catalogue.load())) await catalogue.refresh();
	while (catalogue.readiness !== "search") await pause();
	return { catalogue, source, shelf };
}

function changed(item: string, more?: MoreColumn): ChangedItems {
	return {
		item: [item], name: ["Tee"], price_minor: [100], group: ["Coffee"], unit: ["Nos"], template: ["standard"], gtins: [[]],
		weighed: [], ...(more && { more }),
	};
}

describe("an item with more units", () => {
	test("is found by a crate's code, and the scan says that it is a crate", async () => {
		const { catalogue } = await open();
		const found = lookUp(CRATE, catalogue, snapshotOf("first", 95), { day: "2026-06-15" });
		expect(found).toMatchObject({ kind: "item", item: { item: "SKU-12", more: MORE }, unit: "Crate", gtin: CRATE });
		expect(catalogue.search("3948", 5).map(({ item }) => item)).toEqual(["SKU-12"]);
		expect(catalogue.byItem("SKU-13")).not.toHaveProperty("more");
	});

	test("keeps them over a restart without the company", async () => {
		const { shelf } = await open();
		const { catalogue, source } = await open(new Shop(), shelf);
		expect([catalogue.byCode(CRATE)?.item, catalogue.byItem("SKU-12")?.more, source.asked]).toEqual(["SKU-12", MORE, []]);
	});

	test("is found by a page that finds a table of codes of an older one, and makes its own", async () => {
		const { shelf } = await open();
		const right = shelf.first;
		const { version: _version, ...older } = right?.codes ?? { snapshot: "", rows: 0 };
		shelf.first = right && { ...right, codes: older as typeof right.codes };
		const { catalogue, source } = await open(new Shop(), shelf);
		expect([catalogue.byCode(CRATE)?.item, source.asked, shelf.first]).toEqual(["SKU-12", [], right]);
	});

	test("loses and gets units by a change, also where many changes are put together", async () => {
		const { catalogue, source } = await open();
		source.answers.set("c0", { cursor: "c1", snapshot: "first", items: changed("SKU-12") });
		await catalogue.poll();
		expect([catalogue.byCode(CRATE), catalogue.byItem("SKU-12")?.more]).toEqual([undefined, undefined]);
		source.answers.set("c1", { cursor: "c2", snapshot: "first", items: changed("NEW", { 0: MORE }) });
		await catalogue.poll();
		const found = catalogue.byCode(CRATE);
		expect([found?.item, found && unitScanned(found, CRATE), catalogue.search("3948", 5).length]).toEqual(["NEW", "Crate", 1]);
	});
});

describe("what few items have", () => {
	const broken: readonly (readonly [string, unknown])[] = [
		["no object", []], ["of a row that is not there", { 7: {} }], ["of no row", { "-1": {} }], ["nothing", { 0: null }],
		["a brand that is no text", { 0: { brand: 7 } }], ["units that are no list", { 0: { units: "Box" } }],
		["a unit without a factor", { 0: { units: [["Box"]] } }], ["a unit with nothing in it", { 0: { units: [["Box", "0", []]] } }],
		["a price with a number for a rate", { 0: { prices: [["L", "", "", "", "", "0", 1, false]] } }],
		["a price that is too short", { 0: { prices: [["L", "", "", "", "", "0", "1"]] } }],
	];
	test.each(broken)("is refused as a change if it is %s", (_, more) => {
		expect(() => checkedChanges({ cursor: "c", items: changed("A", more as MoreColumn) })).toThrow(Malformed);
	});

	test("is taken if it is as the protocol says, or absent", () => {
		for (const more of [undefined, {}, { 0: {} }, { 0: MORE }]) {
			expect(() => checkedChanges({ cursor: "c", items: changed("A", more) })).not.toThrow();
		}
	});

	test("is refused in a chunk, too, if it is none", async () => {
		const source = new Shop();
		source.more = { 2: { units: [["Box", "x", []]] } };
		await expect(new Catalogue(source, new MemoryShelf(), pause).refresh()).rejects.toThrow(Malformed);
	});
});
