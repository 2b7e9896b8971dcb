// Customers who are new at a till: the record beside the chain, checked field by field, and its salted hash.
// Never decides who two records are; the same as `core/customers` in Python, held equal by vectors/contact.json.

import { canonical } from "@/core/canonical";

export const MIN_DIGITS = 7;
/** E.164 has no longer numbers. */
export const MAX_DIGITS = 15;
export const MAX_NAME = 140;
export const PURPOSES = ["receipts", "marketing"] as const;

export type Purpose = (typeof PURPOSES)[number];

/** Somebody agreed then (the till's time) to what the wording of this version says. */
export interface Consent {
	readonly given_at: string;
	readonly wording: string;
}

export interface NewCustomer {
	/** The id that the till made. */
	readonly customer: string;
	readonly name: string;
	readonly mobile: string;
	readonly email: string;
	readonly consents: Readonly<Partial<Record<Purpose, Consent>>>;
	readonly created_at: string;
	readonly cashier: string;
	/** 16 bytes in hex. */
	readonly salt: string;
}

export type FieldFault = readonly [field: "name" | "mobile" | "email", code: "missing" | "too_long" | "characters" | "no_number" | "no_address" | "needed"];

const DIALLED = /^[0-9+()./\s-]+$/;
/** What browsers and ERPNext both take: words joined by single dots, and a domain of two parts. */
const EMAIL = /^(?=[^@]{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i;
/** Control characters and signs that neither a printer nor ERPNext takes in a name; emoji among them. */
// eslint-disable-next-line no-control-regex
const NOT_IN_NAMES = /[\u0000-\u001f\u007f<>\u200b-\u200f\u2028-\u202e\u2190-\u2bff\ufe00-\ufe0f\u{1f000}-\u{1faff}]/u;

/** All digits with the country's, "491705550102"; "" if it is no number. `country`: "49", "" if not known. */
export function normalMobile(typed: string, country: string): string {
	const text = typed.trim();
	if (!DIALLED.test(text) || text.slice(1).includes("+")) return "";
	const plain = text.replace("(0)", "").replace(/[^0-9]/g, "");
	const digits = text.startsWith("+") ? plain : international(plain, country);
	return digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS ? digits : "";
}

function international(digits: string, country: string): string {
	if (digits.startsWith("00")) return digits.slice(2);
	if (digits.startsWith("0")) return country + digits.replace(/^0+/, "");
	const saidWithCountry = country !== "" && digits.startsWith(country) && digits.length >= 11;
	return saidWithCountry ? digits : country + digits;
}

/** In small letters, without blanks around it; "" if it can be no address. */
export function normalEmail(typed: string): string {
	const text = typed.trim().toLowerCase();
	// eslint-disable-next-line no-control-regex
	return text.length <= 140 && /^[\u0000-\u007f]*$/.test(text) && EMAIL.test(text) ? text : "";
}

/** What is wrong with it; none of it keeps a record from being kept. */
export function faultsOf({ name: typed, mobile, email, consents }: Pick<NewCustomer, "name" | "mobile" | "email" | "consents">, country: string): FieldFault[] {
	const faults: FieldFault[] = [];
	const name = typed.trim();
	if (name === "") faults.push(["name", "missing"]);
	else if ([...name].length > MAX_NAME) faults.push(["name", "too_long"]);
	else if (NOT_IN_NAMES.test(name)) faults.push(["name", "characters"]);
	if (mobile.trim() !== "" && normalMobile(mobile, country) === "") faults.push(["mobile", "no_number"]);
	if (email.trim() !== "" && normalEmail(email) === "") faults.push(["email", "no_address"]);
	if (Object.keys(consents).length > 0 && email.trim() === "") faults.push(["email", "needed"]);
	return faults;
}

/** SHA-256 in hex over the salt and the record's RFC 8785 text without it: what an entry names of it. */
export async function recordHash({ salt, ...record }: NewCustomer): Promise<string> {
	const bytes = Uint8Array.from(salt.match(/../g) ?? [], (pair) => parseInt(pair, 16));
	const text = new TextEncoder().encode(canonical(record));
	const joined = new Uint8Array(bytes.length + text.length);
	joined.set(bytes);
	joined.set(text, bytes.length);
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
	return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
