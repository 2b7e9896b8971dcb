// Weights in other units: exact, or none at all.

import { expect, test } from "vitest";
import { inUnit } from "@/weigh/weights";

test("kilograms and grams, pounds and ounces are turned into each other exactly", () => {
	expect(inUnit("0.345", "kg", "Kg")).toBe("0.345");
	expect(inUnit("345.5", "g", "kg")).toBe("0.3455");
	expect(inUnit("0.0005", "kg", "Gram")).toBe("0.5");
	expect(inUnit("1.5", "lb", "Ounce")).toBe("24");
	expect(inUnit("1", "oz", "lb")).toBe("0.0625");
});

test("what is no weight's unit, or of the other system, has no answer", () => {
	expect([inUnit("1", "kg", "lb"), inUnit("1", "kg", "Nos"), inUnit("1", "stone", "kg")]).toEqual([undefined, undefined, undefined]);
});
