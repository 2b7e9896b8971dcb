import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical } from "@/core/canonical";
import { NO_PREVIOUS, newId, openWire, sealEntry, uuid7, type Entry } from "@/core/entry";
import { Malformed } from "@/core/errors";

const entry: Entry = {
	protocol: 1, id: "01a1ee56-5e01-7001-8203-040506070809", kind: "no_sale", till: "T1", writer: "page",
	chain: "01a1ee56-5e00-7000-8000-000000000000", epoch: 1, sequence: 1, previous: NO_PREVIOUS, cashier: "Ada",
	business_date: "2026-11-22", occurred_at: "2026-11-22T12:00:00.000+01:00", body: { reason: "change" },
};

const anyText = fc.string({ unit: "binary" }).filter((text) => !/\p{Surrogate}/u.test(text));
const { tree: anyValue } = fc.letrec((tie) => ({
	tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, tie("leaf"), fc.array(tie("tree")), fc.dictionary(anyText, tie("tree"))),
	leaf: fc.oneof(anyText, fc.maxSafeInteger(), fc.boolean()),
}));

describe("canonical text", () => {
	test("reads back as the value, and writes the same again", () => {
		fc.assert(
			fc.property(anyValue, (value) => {
				const text = canonical(value);
				expect(canonical(JSON.parse(text))).toBe(text);
			}),
		);
	});

	test.each([[null], [undefined], [1.5], [Number.NaN], [2 ** 53], ["\ud800"], [{ a: undefined }], [10n]])(
		"does not exist for %s",
		(value) => {
			expect(() => canonical(value)).toThrow(Malformed);
		},
	);

	test("ends at 32 levels", () => {
		const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
		expect(() => canonical(nested(32))).not.toThrow();
		expect(() => canonical(nested(33))).toThrow(Malformed);
	});
});

describe("a sealed entry", () => {
	test("opens as what it was", async () => {
		expect(await openWire(await sealEntry(entry))).toEqual(entry);
	});

	test("does not open once a letter was changed", async () => {
		const wire = await sealEntry(entry);
		await expect(openWire({ ...wire, text: wire.text.replace("Ada", "Eve") })).rejects.toThrow("hash does not match");
	});

	test("does not open from another order of its fields", async () => {
		const wire = await sealEntry(entry);
		await expect(openWire({ ...wire, text: JSON.stringify(entry) })).rejects.toThrow("canonical form");
	});

	test.each<[string, object]>([
		["protocol 2", { protocol: 2 }],
		["an unknown kind", { kind: "order" }],
		["a sequence of zero", { sequence: 0 }],
		["an id that is none", { id: "1" }],
		["a day that is none", { business_date: "2026-13-01" }],
		["a time without its offset", { occurred_at: "2026-11-22T12:00:00.000" }],
		["no body", { body: [] }],
		["an empty `continues`", { continues: {} }],
		["a first place with a predecessor", { previous: "1".repeat(64) }],
		["a receipt number on a no-sale", { receipt_number: "T1-1-000001" }],
		["a sale without a receipt number", { kind: "sale" }],
		["the receipt number of another epoch", { kind: "sale", receipt_number: "T1-2-000001" }],
	])("does not open with %s", async (_, changed) => {
		const wire = await sealEntry({ ...entry, ...changed } as Entry);
		await expect(openWire(wire)).rejects.toThrow(Malformed);
	});
});

describe("ids", () => {
	test("have the version, the variant and the time of RFC 9562", () => {
		const random = Uint8Array.from({ length: 10 }, (_, index) => index);
		expect(uuid7(1_795_000_000_001, random)).toBe("01a1ee56-5e01-7001-8203-040506070809");
	});

	test("are new each time", () => {
		expect(new Set(Array.from({ length: 1000 }, newId)).size).toBe(1000);
	});
});
