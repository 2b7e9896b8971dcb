// Money as integers in minor units, decimals as integers scaled by 10^9, and the one rounding function.
// Never uses a float for an amount, and never knows what is being sold.

import { Malformed, Rejected } from "@/core/errors";

/** ERPNext's names: half away from zero; half to even; half to +infinity (half to even at precision 0). */
export type Rounding = "commercial" | "bankers" | "bankers_legacy";

export const SCALE = 1_000_000_000n;
export const HUNDRED_PERCENT = 100n * SCALE;
export const MAX_MINOR = Number.MAX_SAFE_INTEGER;

const DECIMAL = /^-?(0|[1-9][0-9]{0,11})(\.[0-9]{0,8}[1-9])?$/;
const SCALE_DIGITS = 9;

/**
 * The integer nearest to numerator / denominator (not zero); `rounding` decides the exact halves.
 * `precision` is the currency's number of decimals; only the legacy method looks at it.
 * Source of the tie rules: Frappe `flt` / `rounded` (frappe/utils/data.py).
 */
export function roundRatio(numerator: bigint, denominator: bigint, rounding: Rounding, precision = 2): bigint {
	if (denominator < 0n) return roundRatio(-numerator, -denominator, rounding, precision);
	const floor = floorDivide(numerator, denominator);
	const twiceRest = 2n * (numerator - floor * denominator);
	if (twiceRest !== denominator) return twiceRest > denominator ? floor + 1n : floor;
	return tieGoesUp(floor, rounding, precision) ? floor + 1n : floor;
}

function tieGoesUp(floor: bigint, rounding: Rounding, precision: number): boolean {
	if (rounding === "commercial") return floor >= 0n;
	if (rounding === "bankers_legacy" && precision > 0) return true;
	return floor % 2n !== 0n;
}

function floorDivide(numerator: bigint, denominator: bigint): bigint {
	const quotient = numerator / denominator;
	return numerator % denominator < 0n ? quotient - 1n : quotient;
}

/** A product back at rest: raises Rejected beyond 2^53 - 1 minor units. */
export function minorOf(value: bigint): number {
	const minor = Number(value);
	if (!Number.isSafeInteger(minor)) {
		throw new Rejected("The total is larger than a till can hold. Split the sale.", "too_large");
	}
	return minor;
}

/** Splits `total` over `weights` so that the parts add up exactly; the largest remainders get the rest. */
export function allocate(total: number, weights: readonly (number | bigint)[]): number[] {
	const whole = weights.reduce<bigint>((sum, weight) => sum + BigInt(weight), 0n);
	if (whole <= 0n || weights.some((weight) => weight < 0)) {
		throw new Rejected("An amount can only be split over weights that are not negative and not all zero.", "weights");
	}
	const shares = weights.map((weight) => BigInt(total) * BigInt(weight));
	const parts = shares.map((share) => floorDivide(share, whole));
	const rests = shares.map((share, index) => share - (parts[index] ?? 0n) * whole);
	const missing = Number(BigInt(total) - parts.reduce((sum, part) => sum + part, 0n));
	const byRest = rests.map((_, index) => index).sort((a, b) => compareRests(rests, a, b));
	for (const index of byRest.slice(0, missing)) parts[index] = (parts[index] ?? 0n) + 1n;
	return parts.map(minorOf);
}

function compareRests(rests: readonly bigint[], a: number, b: number): number {
	const [restA = 0n, restB = 0n] = [rests[a], rests[b]];
	if (restA === restB) return a - b;
	return restA > restB ? -1 : 1;
}

/** Whether parseDecimal() takes it. */
export function isDecimal(text: unknown): text is string {
	return typeof text === "string" && DECIMAL.test(text) && text !== "-0";
}

/** Canonical decimal text ("-0", "1.50" and "01" are not) to an integer scaled by 10^9; raises Malformed. */
export function parseDecimal(text: string): bigint {
	if (!isDecimal(text)) {
		throw new Malformed(`"${text}" is not a decimal like 1.25: digits, one point, no trailing zeros.`);
	}
	const negative = text.startsWith("-");
	const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
	const scaled = BigInt(whole) * SCALE + BigInt(fraction.padEnd(SCALE_DIGITS, "0"));
	return negative ? -scaled : scaled;
}

/** The inverse of parseDecimal. */
export function formatDecimal(scaled: bigint): string {
	const absolute = scaled < 0n ? -scaled : scaled;
	const fraction = (absolute % SCALE).toString().padStart(SCALE_DIGITS, "0").replace(/0+$/, "");
	const text = fraction ? `${absolute / SCALE}.${fraction}` : `${absolute / SCALE}`;
	return scaled < 0n ? `-${text}` : text;
}

/** "12.34"; with a locale, grouped and with its separators ("1.234,50"). No currency sign. */
export function formatMinor(minor: number, precision: number, locale?: string): string {
	const plain = plainMinor(minor, precision);
	if (locale === undefined) return plain;
	return numberFormat(locale, precision).format(plain as Intl.StringNumericLiteral);
}

/** A price with only those decimals beyond the currency's that say something. */
export function withoutSpareZeros(minor: number, decimals: number, least: number): [minor: number, decimals: number] {
	return decimals > least && minor % 10 === 0 ? withoutSpareZeros(minor / 10, decimals - 1, least) : [minor, decimals];
}

function plainMinor(minor: number, precision: number): string {
	const digits = Math.abs(minor).toString().padStart(precision + 1, "0");
	const sign = minor < 0 ? "-" : "";
	if (precision === 0) return sign + digits;
	return `${sign}${digits.slice(0, -precision)}.${digits.slice(-precision)}`;
}

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(locale: string, precision: number): Intl.NumberFormat {
	const key = `${locale}/${precision}`;
	const known = formats.get(key);
	if (known) return known;
	const made = new Intl.NumberFormat(locale, {
		minimumFractionDigits: precision,
		maximumFractionDigits: precision,
	});
	formats.set(key, made);
	return made;
}

/** Digits and separators of Arabic and Persian keyboards as the Latin ones; all else stays. */
export function latinDigits(text: string): string {
	return text
		.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
		.replaceAll("\u060c", ",")
		.replace(/[\u061c\u200e\u200f\u2066-\u2069]/g, "");
}

/**
 * What a person typed ("1.000,00", "1,000.00", "12.5", "12,5") in minor units; undefined if it is no amount.
 * The last separator is the decimal one if it stands once and no three digits follow it; in doubt the locale decides.
 */
export function parseAmount(text: string, precision: number, locale: string): number | undefined {
	const typed = latinDigits(text).replace(/[\s\u00a0\u202f'’]/g, "");
	if (/[\u066b\u066c]/.test(typed)) return parseArabic(typed, precision);
	if (!/^-?[0-9.,]*[0-9][0-9.,]*$/.test(typed)) return undefined;
	const decimal = decimalSeparator(typed, precision, locale);
	const parts = splitAmount(typed.replace("-", ""), decimal);
	return parts && minorTyped(typed.startsWith("-"), parts.whole, parts.fraction, precision);
}

/** Arabic separators say themselves which is which: "١٬٢٣٤٫٥٠". */
function parseArabic(typed: string, precision: number): number | undefined {
	const match = /^(-?)([0-9]{1,3}(?:\u066c[0-9]{3})+|[0-9]*)(?:\u066b([0-9]*))?$/.exec(typed);
	if (!match || !/[0-9]/.test(typed)) return undefined;
	const [, sign, whole = "", fraction = ""] = match;
	return minorTyped(sign === "-", whole.replaceAll("\u066c", "") || "0", fraction, precision);
}

function minorTyped(negative: boolean, whole: string, fraction: string, precision: number): number | undefined {
	if (fraction.length > precision) return undefined;
	const minor = Number(whole + fraction.padEnd(precision, "0"));
	if (!Number.isSafeInteger(minor)) return undefined;
	return negative && minor !== 0 ? -minor : minor;
}

function decimalSeparator(typed: string, precision: number, locale: string): string {
	const last = Math.max(typed.lastIndexOf("."), typed.lastIndexOf(","));
	if (last < 0) return "";
	const mark = typed.charAt(last);
	const others = typed.includes(mark === "." ? "," : ".");
	if (typed.indexOf(mark) !== last) return "";
	const following = typed.length - last - 1;
	if (others || following !== 3) return mark;
	return precision >= 3 || localeDecimal(locale) === mark ? mark : "";
}

function localeDecimal(locale: string): string {
	return numberFormat(locale, 1).formatToParts(1.5).find((part) => part.type === "decimal")?.value ?? ".";
}

function splitAmount(typed: string, decimal: string): { whole: string; fraction: string } | undefined {
	const at = decimal ? typed.lastIndexOf(decimal) : typed.length;
	const whole = typed.slice(0, at);
	const fraction = typed.slice(at + 1);
	const grouped = /^([0-9]{1,3}([.,][0-9]{2,3})*[.,][0-9]{3}|[0-9]*)$/;
	if (!grouped.test(whole) || !/^[0-9]*$/.test(fraction)) return undefined;
	return { whole: whole.replace(/[.,]/g, "") || "0", fraction };
}
