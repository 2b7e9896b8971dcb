// Every cart that Python priced is priced here too: one rule, two languages (law 8).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Malformed, Rejected } from "@/core/errors";
import type { Pricing, PricingContext, PricingLine } from "@/core/pricing/cart";
import { priceLines } from "@/core/pricing/invoice";
import { rulesFromWire } from "@/core/pricing/rules";

interface Asked {
	readonly rules: readonly unknown[];
	readonly lines: readonly PricingLine[];
	readonly context: PricingContext;
}

type Case =
	| { readonly why: string; readonly asked: Asked; readonly expected: Pricing }
	| { readonly why: string; readonly bad: unknown };

const file = new URL("../../vectors/pricing.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

describe("prices as Python makes them", () => {
	const priced = cases.flatMap((each) => ("asked" in each ? [[each.why, each] as const] : []));
	test.each(priced)("%s", (_, { asked, expected }) => {
		expect(priceLines(rulesFromWire(asked.rules), asked.lines, asked.context)).toEqual(expected);
	});
});

describe("rules that are wrong are refused by their name", () => {
	const bad = cases.flatMap((each) => ("bad" in each ? [[each.why, each.bad] as const] : []));
	test.each([...bad])("%s", (_, wire) => {
		expect(() => rulesFromWire([wire])).toThrow(Malformed);
		expect(() => rulesFromWire([wire])).toThrow(/BAD/);
	});

	test("what is no rule at all", () => {
		for (const wire of [null, "rule", 7, []]) expect(() => rulesFromWire([wire])).toThrow(Malformed);
		expect(() => rulesFromWire({})).toThrow(Malformed);
	});
});

test("a line that is none is refused", () => {
	const first = cases.find((each) => "asked" in each);
	if (!first || !("asked" in first)) throw new Error("There is no case.");
	const [line] = first.asked.lines;
	const wrong = [{ quantity: "0" }, { price_minor: -1 }, { price_minor: 1.5 }, { factor: "0" }];
	for (const change of wrong) {
		const lines = [{ ...(line as PricingLine), ...change }];
		expect(() => priceLines([], lines, first.asked.context)).toThrow(Rejected);
	}
});
