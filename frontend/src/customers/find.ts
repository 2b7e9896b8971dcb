// Customers by what a person says of them: parts of the name, the number or the address, the card, in any order.
// The list is short enough to be walked through at each key; what is looked at of each is made once.

import { normalMobile } from "@/customers/record";
import type { Customer } from "@/server/customers";

export const FOUND_AT_MOST = 5;

/** The first that have every word of `text` somewhere; all of them without a word. `country`: the shop's, "49". */
export function findCustomers(all: readonly Customer[], text: string, country = "", atMost = FOUND_AT_MOST): readonly Customer[] {
	const words = plain(text).split(" ").filter(Boolean);
	const whole = saidNumber(text, country);
	const found: Customer[] = [];
	for (const customer of all) {
		if (found.length >= atMost) break;
		const { shown, digits } = lookedAt(customer, country);
		const byNumber = whole !== "" && digits.includes(whole);
		if (byNumber || words.every((word) => shown.includes(word) || isPartOf(word, digits))) found.push(customer);
	}
	return found;
}

interface LookedAt {
	readonly shown: string;
	readonly digits: string;
}
const known = new WeakMap<Customer, LookedAt>();

function lookedAt(customer: Customer, country: string): LookedAt {
	let found = known.get(customer);
	if (!found) {
		found = {
			shown: ` ${plain([customer.name, customer.email, customer.customer, customer.card ?? ""].join(" "))}`,
			digits: normalMobile(customer.mobile, country) || customer.mobile.replace(/\D/g, ""),
		};
		known.set(customer, found);
	}
	return found;
}

/** A telephone number, or the beginning of one, as it is said: with blanks, with or without the country. */
function saidNumber(text: string, country: string): string {
	if (!/^[\d\s+/().-]+$/.test(text)) return "";
	return normalMobile(text, country) || text.replace(/\D/g, "").replace(/^0+/, "");
}

/** With a leading zero where the country's number stands. */
function isPartOf(word: string, digits: string): boolean {
	const said = word.replace(/\D/g, "").replace(/^0+/, "");
	return said !== "" && /^[\d+/()-]+$/.test(word) && digits.includes(said);
}

function plain(text: string): string {
	return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase().replace(/\s+/g, " ").trim();
}
