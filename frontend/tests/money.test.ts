import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Malformed, Rejected } from "@/core/errors";
import { allocate, formatDecimal, formatMinor, parseAmount, parseDecimal, roundRatio, type Rounding } from "@/core/money";

const anyMinor = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
const anyRounding = fc.constantFrom<Rounding>("commercial", "bankers", "bankers_legacy");

describe("rounding", () => {
	test("is never further than a half from the ratio", () => {
		fc.assert(
			fc.property(fc.bigInt(), fc.bigInt({ min: 1n }), anyRounding, (numerator, denominator, rounding) => {
				const distance = roundRatio(numerator, denominator, rounding) * denominator - numerator;
				const absolute = distance < 0n ? -distance : distance;
				expect(2n * absolute <= denominator).toBe(true);
			}),
		);
	});

	test("of a half is each method's own", () => {
		const halves = [-3n, -1n, 1n, 3n];
		const rounded = (rounding: Rounding, precision: number) =>
			halves.map((half) => Number(roundRatio(half, 2n, rounding, precision)));
		expect(rounded("commercial", 2)).toEqual([-2, -1, 1, 2]);
		expect(rounded("bankers", 2)).toEqual([-2, 0, 0, 2]);
		expect(rounded("bankers_legacy", 2)).toEqual([-1, 0, 1, 2]);
		expect(rounded("bankers_legacy", 0)).toEqual([-2, 0, 0, 2]);
	});
});

describe("allocation", () => {
	const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 40 });

	test("adds up to the total, whatever the weights", () => {
		fc.assert(
			fc.property(anyMinor, weights, (total, shares) => {
				fc.pre(shares.some((share) => share > 0));
				const parts = allocate(total, shares);
				expect(parts.reduce((sum, part) => sum + BigInt(part), 0n)).toBe(BigInt(total));
			}),
		);
	});

	test("gives a weight of zero nothing", () => {
		expect(allocate(100, [0, 3, 0])).toEqual([0, 100, 0]);
	});

	test.each([[[]], [[0, 0]], [[2, -1]]])("over the weights %j is refused", (shares) => {
		expect(() => allocate(1, shares)).toThrow(Rejected);
	});
});

describe("decimals", () => {
	test("survive the way to text and back", () => {
		const scaled = fc.bigInt({ min: -(10n ** 21n) + 1n, max: 10n ** 21n - 1n });
		fc.assert(
			fc.property(scaled, (value) => {
				expect(parseDecimal(formatDecimal(value))).toBe(value);
			}),
		);
	});

	test.each(["1.50", "-0", "+1", " 1", "1\n", "NaN", "1e3", "0x1"])("in the form %j are malformed", (text) => {
		expect(() => parseDecimal(text)).toThrow(Malformed);
	});
});

describe("amounts that people type", () => {
	test.each([
		["1.000,00", "en", 100000],
		["1,000.00", "de", 100000],
		["12.5", "en", 1250],
		["12,5", "en", 1250],
		["1.000", "de", 100000],
		["1,000", "en", 100000],
		["1.234.567", "de", 123456700],
		["1 234,50", "fr", 123450],
		["1'234.50", "de-CH", 123450],
		["12,34,567.8", "en-IN", 123456780],
		["50", "en", 5000],
		[".5", "en", 50],
		["5.", "en", 500],
		["-3,20", "de", -320],
		["0.00", "en", 0],
	])("%s (%s) are read as %i minor units", (text, locale, expected) => {
		expect(parseAmount(text, 2, locale)).toBe(expected);
	});

	test.each(["", "abc", "1.2.3", "12.345,6789", "1,,000", "99999999999999999999", "--1", "1.234,567,8"])(
		"%j are no amount",
		(text) => {
			expect(parseAmount(text, 2, "en")).toBeUndefined();
		},
	);

	test("without minor units take separators as grouping only", () => {
		expect(parseAmount("1,500", 0, "ja")).toBe(1500);
		expect(parseAmount("1.5", 0, "ja")).toBeUndefined();
	});

	test("are never read as not-a-number, and read back what was shown", () => {
		const typed = fc.string({ unit: fc.constantFrom(..."0123456789.,-' eE") });
		fc.assert(
			fc.property(typed, (text) => {
				const minor = parseAmount(text, 2, "en");
				expect(minor === undefined || Number.isSafeInteger(minor)).toBe(true);
			}),
		);
		fc.assert(
			fc.property(anyMinor, fc.constantFrom(0, 2, 3), fc.constantFrom("en", "de", "fr", "de-CH"), (minor, precision, locale) => {
				expect(parseAmount(formatMinor(minor, precision, locale), precision, locale)).toBe(minor);
			}),
		);
	});
});

describe("an amount typed on an Arabic or Persian keyboard", () => {
	test.each([
		["١٢٫٥٠", 2, 1250], ["١٬٢٣٤٫٥", 2, 123450], ["١٬٢٣٤", 2, 123400], ["12٫5", 2, 1250], ["۱۲.۵۰", 2, 1250], ["٫٥", 2, 50],
		["١٢،٥٠", 2, 1250], ["\u200f-٣٫٢٥", 2, -325], ["١٢٫٥٠٠", 3, 12500], ["٥٠٠", 0, 500],
	])("%s with %i decimals is %i", (typed, precision, minor) => {
		for (const locale of ["ar-EG", "en", "de"]) expect(parseAmount(typed, precision, locale)).toBe(minor);
	});

	test.each(["١٢٫٥٠١", "١٬٢٣", "١٢٫٣٫٤", "٫", "٬", "١٢٬٣٤٥٬٦"])("%s is none", (typed) => {
		expect(parseAmount(typed, 2, "ar-EG")).toBeUndefined();
	});

	test("is read back as the locale shows it", () => {
		for (const locale of ["ar-EG", "fa", "ar-AE", "ar-MA"]) {
			for (const minor of [5, 1250, 123456, 98765432]) expect(parseAmount(formatMinor(minor, 2, locale), 2, locale)).toBe(minor);
		}
	});
});
