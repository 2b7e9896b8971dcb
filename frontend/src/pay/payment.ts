// What was given so far, what is still due, and what goes back to the customer.
// Pure; it never records anything.

import type { Tender } from "@/core/sale";

export interface Settlement {
	readonly given_minor: number;
	readonly remaining_minor: number;
	readonly change_minor: number;
	readonly settled: boolean;
}

/** Change can only come out of cash: a card is never charged more than what is due. */
export function settle(total_minor: number, tenders: readonly Tender[]): Settlement {
	const given = tenders.reduce((sum, tender) => sum + tender.amount_minor, 0);
	return {
		given_minor: given,
		remaining_minor: Math.max(total_minor - given, 0),
		change_minor: Math.max(given - total_minor, 0),
		settled: given >= total_minor,
	};
}

/** Nobody lays down a hundred thousand times what is due: a code was scanned or typed into the amount. */
export const MOST_TIMES_DUE = 100_000;

/** Several amounts of the same tender are one row on the receipt and in the books. */
export function addTender(tenders: readonly Tender[], added: Tender): readonly Tender[] {
	const same = tenders.find((tender) => tender.tender === added.tender && added.kind === "cash" && !tender.foreign && !added.foreign);
	if (!same) return [...tenders, added];
	const together = { ...same, amount_minor: same.amount_minor + added.amount_minor };
	return tenders.map((tender) => (tender === same ? together : tender));
}

export function takesCash(tenders: readonly Tender[]): boolean {
	return tenders.some((tender) => tender.kind === "cash");
}
