// Codes on the goods: GTINs with their check digit, and in-store codes that carry a weight or a price.
// Never looks an item up; it says what a scanned text means.

import { Rejected } from "@/core/errors";
import { SCALE, formatDecimal } from "@/core/money";

/** Two digits of prefix, I for the item's code, W for grams or P for minor units, C for the check digit. */
export type CodePattern = string;

/** A code that the shop's own scale printed: `quantity` (canonical decimal, kg) or `price_minor` is set, not both. */
export interface InStoreCode {
	/** The I digits as they stand. */
	readonly item_code: string;
	readonly quantity?: string;
	readonly price_minor?: number;
}

/** Not trim(): what counts as a blank differs between languages, and both engines must agree. */
const BLANKS_AROUND = /^[ \t\r\n]+|[ \t\r\n]+$/g;
const AIM_PREFIX = /^\][A-Za-z][0-9A-Fa-f]/;
const GTIN = /^([0-9]{8}|[0-9]{12,14})$/;
const PATTERN = /^([0-9]{2})(I+)([WP]+)C$/;

/** The last digit of a GTIN whose other digits are given (GS1 General Specifications, section 7.9). */
export function checkDigit(digits: string): string {
	let weighted = 0;
	for (let index = 0; index < digits.length; index++) {
		const weight = (digits.length - index) % 2 === 1 ? 3 : 1;
		weighted += weight * Number(digits.charAt(index));
	}
	return String((10 - (weighted % 10)) % 10);
}

/** True for 8, 12, 13 or 14 digits with a right check digit. */
export function isGtin(text: string): boolean {
	return GTIN.test(text) && checkDigit(text.slice(0, -1)) === text.slice(-1);
}

/** A scanned text as catalogues hold it: no AIM prefix, no blanks around, UPC-A and GTIN-14 as EAN-13. */
export function normaliseCode(text: string): string {
	const code = text.replace(BLANKS_AROUND, "").replace(AIM_PREFIX, "");
	if (!isGtin(code)) return code;
	if (code.length === 12) return `0${code}`;
	return code.length === 14 && code.startsWith("0") ? code.slice(1) : code;
}

/** What an in-store code says, undefined if it is none; Rejected for a pattern not like 21IIIIIWWWWWC. */
export function parseInStoreCode(code: string, patterns: readonly CodePattern[]): InStoreCode | undefined {
	for (const pattern of patterns) {
		const fields = PATTERN.exec(pattern);
		if (!fields) {
			throw new Rejected(`'${pattern}' is no pattern of an in-store code; one looks like 21IIIIIWWWWWC.`);
		}
		const [, prefix = "", itemDigits = "", figures = ""] = fields;
		if (code.length !== pattern.length || !code.startsWith(prefix) || !isGtin(code)) continue;
		const end = prefix.length + itemDigits.length;
		return inStoreCode(code.slice(prefix.length, end), code.slice(end, -1), figures);
	}
	return undefined;
}

function inStoreCode(item_code: string, number: string, figures: string): InStoreCode {
	if (figures.includes("W")) return { item_code, quantity: formatDecimal((BigInt(number) * SCALE) / 1000n) };
	return { item_code, price_minor: Number(number) };
}
