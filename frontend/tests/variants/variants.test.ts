import { describe, expect, it } from "vitest";
import type { Item } from "@/catalogue/catalogue";
import { choicesOf, fitting, tilesOf } from "@/variants/variants";

const PLAIN: Item = { item: "MUG", name: "Mug", price_minor: 900, group: "Home", unit: "Nos", rates: {}, weighed: false, gtins: [] };
const variant = (item: string, colour: string, size: string, place: number): Item => ({
	...PLAIN, item, name: `Tee ${colour} ${size}`,
	more: { variant_of: "TEE", variant: { name: "Tee", attributes: [["Colour", colour, 0], ["Size", size, place]] } },
});
const BLACK_L = variant("T1", "black", "L", 3);
const BLACK_S = variant("T2", "black", "S", 1);
const SAND_S = variant("T3", "sand", "S", 1);
const ALL = [BLACK_L, BLACK_S, SAND_S];

describe("tiles", () => {
	it("stand for all variants of a template, where the first one stood", () => {
		expect(tilesOf([PLAIN, BLACK_L, { ...PLAIN, item: "CUP" }, BLACK_S, SAND_S]).map(({ item, variants }) => [item.item, variants?.length])).toEqual([
			["MUG", undefined], ["T1", 3], ["CUP", undefined],
		]);
	});

	it("stay by themselves for the only variant there is, and where nothing tells them apart", () => {
		const bare = [1, 2].map((number) => ({ ...PLAIN, item: `B${number}`, more: { variant_of: "BARE" } }));
		expect(tilesOf([BLACK_L, ...bare])).toEqual([BLACK_L, ...bare].map((item) => ({ item })));
	});
});

describe("the choices", () => {
	it("have each attribute's values in their own order", () => {
		expect(choicesOf(ALL)).toEqual([{ attribute: "Colour", values: ["black", "sand"] }, { attribute: "Size", values: ["S", "L"] }]);
	});

	it("count numbers up where nobody gave them places", () => {
		const shoes = ["42", "9", "38.5"].map((size) => variant(size, "black", size, 0));
		expect(choicesOf(shoes)[1]?.values).toEqual(["9", "38.5", "42"]);
	});

	it("leave what has every chosen value", () => {
		expect(fitting(ALL, { Size: "S" })).toEqual([BLACK_S, SAND_S]);
		expect(fitting(ALL, { Size: "S", Colour: "sand" })).toEqual([SAND_S]);
		expect(fitting(ALL, { Size: "L", Colour: "sand" })).toEqual([]);
		expect(fitting(ALL, {})).toEqual(ALL);
	});
});
