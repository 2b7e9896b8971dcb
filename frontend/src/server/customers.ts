// The company's customers as this till keeps them, beside the catalogue and filled by the same changes.
// Never sends one anywhere: what a till records names a customer by its id only.

import type { ChangedCustomers } from "@/server/changes";
import { database } from "@/server/kept";

export interface Customer {
	readonly customer: string;
	readonly name: string;
	readonly mobile: string;
	readonly email: string;
	readonly group: string;
	readonly price_list: string;
	/** Number or code of his card; absent if he has none. */
	readonly card?: string;
	/** New at this till: the company does not know him yet. */
	readonly isNew?: true;
	/** The salted hash of the record that makes him known; of one who is new. */
	readonly record?: string;
}

export async function readCustomer(customer: string): Promise<Customer | undefined> {
	return (await database()).get("customers", customer);
}

/**
 * Whose card, or id, a scan is. An index would find the card sooner, but raise the database's version, and a till that
 * is set back to an older release could not open it.
 */
export async function customerOfCode(code: string): Promise<Customer | undefined> {
	return (await readCustomer(code)) ?? (await allCustomers()).find(({ card }) => card === code);
}

export async function allCustomers(): Promise<readonly Customer[]> {
	return (await database()).getAll("customers");
}

export function customersOf(columns: ChangedCustomers | undefined): readonly Customer[] {
	return (columns?.customer ?? []).map((customer, index) => ({
		customer,
		name: columns?.name[index] ?? "",
		mobile: columns?.mobile[index] ?? "",
		email: columns?.email[index] ?? "",
		group: columns?.group[index] ?? "",
		price_list: columns?.price_list[index] ?? "",
		...(columns?.card?.[index] && { card: columns.card[index] }),
	}));
}
