// Canonical JSON text (RFC 8785), so that equal values have equal hashes in every language.
// Never writes a float, a null or an undefined: what is absent is absent.

import { Malformed } from "@/core/errors";

export const MAX_DEPTH = 32;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Objects with string keys, arrays, strings, safe integers and booleans; anything else raises Malformed. */
export function canonical(value: unknown): string {
	return textOf(value, MAX_DEPTH);
}

function textOf(value: unknown, depth: number): string {
	switch (typeof value) {
		case "string":
			return stringText(value);
		case "boolean":
			return value ? "true" : "false";
		case "number":
			return integerText(value);
		case "object":
			return containerText(value, depth);
		default:
			throw unfit(typeof value);
	}
}

function stringText(value: string): string {
	if (LONE_SURROGATE.test(value)) {
		throw new Malformed("A text in the entry holds half of a character (a lone surrogate).");
	}
	return JSON.stringify(value);
}

function integerText(value: number): string {
	if (!Number.isInteger(value)) throw unfit("fraction");
	if (!Number.isSafeInteger(value)) {
		throw new Malformed(`The number ${value} is larger than a till can hold exactly.`);
	}
	return String(value);
}

function containerText(value: object | null, depth: number): string {
	if (value === null) throw unfit("null");
	if (depth === 0) throw new Malformed(`The entry is nested deeper than ${MAX_DEPTH} levels.`);
	if (Array.isArray(value)) return `[${value.map((member) => textOf(member, depth - 1)).join(",")}]`;
	// RFC 8785 section 3.2.3 sorts by UTF-16 code units, which is what < does here.
	const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return `{${members.map(([name, member]) => `${stringText(name)}:${textOf(member, depth - 1)}`).join(",")}}`;
}

function unfit(kind: string): Malformed {
	return new Malformed(`An entry holds texts, whole numbers and yes/no only, not ${kind}.`);
}
