// GS1 codes that say more than which goods: element strings (GS1-128, DataBar, Data Matrix, QR) and Digital Links.
// Never looks an item up; what it does not know is skipped, and a code that breaks off in the middle says nothing.

import { isGtin } from "@/core/gs1";
import { SCALE, formatDecimal } from "@/core/money";

/** FNC1 as scanners send it. */
const SEPARATOR = "\u001d";
const BLANKS_AROUND = /^[ \t\r\n]+|[ \t\r\n]+$/g;
const AIM = /^\](C1|e0|d2|Q3|J1)/;
const DIGITS = /^[0-9]+$/;
const VALUE = /^[!-~]{1,90}$/;
const LINK = /^https?:\/\/[^/?#]+(\/[^?#]*)(?:\?([^#]*))?$/i;
/** Digits behind an identifier that needs no separator (GS1 General Specifications, figure 7.8.5-2). */
const FIXED: Readonly<Record<string, number>> = { "00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "20": 2 };
const SHORT = new Set(["10", "21", "22", "30", "37", "90", "91", "92", "93", "94", "95", "96", "97", "98", "99"]);
const OF_THREE = new Set(["23", "24", "25", "40", "41", "42", "71"]);

/** What a GS1 code says of one pack. Decimals as the protocol has them: net weight in kg, price in the currency. */
export interface Elements {
	readonly gtin: string;
	readonly quantity?: string;
	readonly price?: string;
	readonly count?: number;
	readonly batch?: string;
	readonly serial?: string;
	/** YYMMDD as it stands. */
	readonly expires_on?: string;
}

type Pairs = ReadonlyMap<string, string>;

/** The elements of a scanned code; undefined if it is no GS1 code, has no GTIN or is not whole. */
export function parseElements(scanned: string): Elements | undefined {
	const code = scanned.replace(BLANKS_AROUND, "");
	const link = LINK.exec(code.replace(/^\]Q3/, "").replace(/^\]d2/, ""));
	if (link) return ofPairs(new Map(linkPairs(link[1] ?? "", link[2] ?? "")));
	const text = code.replace(AIM, "");
	const bare = text === code && !text.includes(SEPARATOR);
	if (bare && !(text.startsWith("01") && isGtin(text.slice(2, 16)))) return undefined;
	const pairs = pairsOf(text.replace(/^\u001d+|\u001d+$/g, ""));
	return pairs && ofPairs(pairs);
}

/** Undefined where the text is no element string. */
function pairsOf(whole: string): Pairs | undefined {
	const pairs = new Map<string, string>();
	let text = whole;
	while (text !== "") {
		const [identifier, length] = identifierOf(text);
		const rest = text.slice(identifier.length);
		const value = length > 0 ? rest.slice(0, length) : (rest.split(SEPARATOR, 1)[0] ?? "");
		const fits = length === 0 || (value.length === length && DIGITS.test(value));
		if (!DIGITS.test(identifier) || !VALUE.test(value) || !fits) return undefined;
		if (!pairs.has(identifier)) pairs.set(identifier, value);
		text = rest.slice(value.length);
		if (text.startsWith(SEPARATOR)) text = text.slice(1);
	}
	return pairs;
}

/** The identifier in front, and the length of its value; 0 if a separator ends it. */
function identifierOf(text: string): readonly [string, number] {
	const two = text.slice(0, 2);
	const fixed = FIXED[two];
	if (fixed !== undefined) return [two, fixed];
	if (two >= "11" && two <= "19") return [two, 6];
	if (two >= "31" && two <= "36") return [text.slice(0, 4), 6];
	if (two === "41") return [text.slice(0, 3), 13];
	if (SHORT.has(two)) return [two, 0];
	return [text.slice(0, OF_THREE.has(two) ? 3 : 4), 0];
}

function linkPairs(path: string, query: string): (readonly [string, string])[] {
	const parts = path.split("/");
	const start = parts.indexOf("01");
	if (start < 0) return [];
	const steps = parts.slice(start);
	const pairs: (readonly [string, string])[] = [];
	for (let at = 0; at + 1 < steps.length; at += 2) pairs.push([steps[at] ?? "", steps[at + 1] ?? ""]);
	for (const field of query.split(/[&;]/)) {
		const at = field.indexOf("=");
		pairs.push(at < 0 ? [field, ""] : [field.slice(0, at), field.slice(at + 1)]);
	}
	return pairs;
}

function ofPairs(pairs: Pairs): Elements | undefined {
	const gtin = pairs.get("01") ?? "";
	if (!isGtin(gtin)) return undefined;
	const quantity = decimalOf(pairs, "310");
	const price = decimalOf(pairs, "392");
	const count = pairs.get("30") ?? "";
	const batch = plain(pairs.get("10"));
	const serial = plain(pairs.get("21"));
	const expires_on = pairs.get("17") ?? "";
	return {
		gtin: gtin.padStart(14, "0"),
		...(quantity !== undefined && { quantity }),
		...(price !== undefined && { price }),
		...(DIGITS.test(count) && count.length <= 8 && { count: Number(count) }),
		...(batch !== "" && { batch }),
		...(serial !== "" && { serial }),
		...(/^[0-9]{6}$/.test(expires_on) && { expires_on }),
	};
}

/** The value of 310n or 392n, whose n digits from the right are decimals. */
function decimalOf(pairs: Pairs, stem: string): string | undefined {
	for (let places = 0; places < 10; places++) {
		const value = pairs.get(`${stem}${places}`) ?? "";
		if (DIGITS.test(value) && value.length <= 15) return formatDecimal((BigInt(value) * SCALE) / 10n ** BigInt(places));
	}
	return undefined;
}

/** A batch or serial number; one that is written in escapes is left out. */
function plain(value = ""): string {
	return value.length <= 20 && VALUE.test(value) && !value.includes("%") ? value : "";
}
