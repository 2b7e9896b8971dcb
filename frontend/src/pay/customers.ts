// Customers by what a person says of them: parts of the name, the number or the address, in any order.
// Pure; the list is short enough to be walked through at each key.

import type { Customer } from "@/server/customers";

export const FOUND_AT_MOST = 5;

/** The first that have every word of `text` somewhere; all of them without a word. */
export function findCustomers(all: readonly Customer[], text: string): readonly Customer[] {
	const words = plain(text).split(" ").filter(Boolean);
	const found: Customer[] = [];
	for (const customer of all) {
		if (found.length >= FOUND_AT_MOST) break;
		const shown = ` ${plain([customer.name, customer.email, customer.customer].join(" "))}`;
		const digits = customer.mobile.replace(/\D/g, "");
		if (words.every((word) => shown.includes(word) || isPartOf(word, digits))) found.push(customer);
	}
	return found;
}

/** A telephone number as it is said: with a leading zero where the country's number stands. */
function isPartOf(word: string, digits: string): boolean {
	const said = word.replace(/\D/g, "").replace(/^0+/, "");
	return said !== "" && /^[\d+/()-]+$/.test(word) && digits.includes(said);
}

function plain(text: string): string {
	return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase().replace(/\s+/g, " ").trim();
}
