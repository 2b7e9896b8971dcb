// What the company knows of a customer: purchases, points, debts; remembered for when it can't be asked, with its age.
// Never adds to it: what this till sold meanwhile is shown beside it.

import { Malformed, Retryable } from "@/core/errors";
import type { SaleBody } from "@/core/sale";
import type { PageDaybook } from "@/daybook/daybook";
import type { Company } from "@/server/api";
import { keep, readKept } from "@/server/kept";

const KEPT_HEARD = "customers_heard";
export const HEARD_AT_MOST = 200;
/** Business dates of this till's own daybook that are looked through. */
export const OWN_DAYS = 7;
const DAY_MS = 86_400_000;

export interface Purchase {
	readonly receipt_number: string;
	readonly at: string;
	readonly total_minor: number;
	readonly is_return: boolean;
	readonly items: readonly string[];
}

export interface Heard {
	readonly customer: string;
	readonly known_as: string;
	readonly name: string;
	readonly group: string;
	readonly owed_minor: number;
	/** Absent without a loyalty program. */
	readonly points?: number;
	readonly points_minor?: number;
	readonly purchases: readonly Purchase[];
	/** Milliseconds since the epoch, by this till's clock. */
	readonly heard_at: number;
}

/** From the company, else what it said last; undefined if it never said anything or knows no such customer. */
export async function heardOf(customer: string, company: Pick<Company, "ask">, nowMs: number): Promise<Heard | undefined> {
	const before = (await readKept<readonly Heard[]>(KEPT_HEARD).catch(() => undefined)) ?? [];
	try {
		const heard = heardFrom(await company.ask("customer", { customer }), nowMs);
		const others = before.filter((one) => one.customer !== customer);
		await keep(KEPT_HEARD, [...(heard ? [heard] : []), ...others].slice(0, HEARD_AT_MOST)).catch(() => undefined);
		return heard;
	} catch (error) {
		// An older company knows no such call; one that can't be reached may have said something before.
		if (error instanceof TypeError) throw error;
		return before.find((one) => one.customer === customer);
	}
}

/** Malformed if it is not what the protocol says. */
export function heardFrom(answer: unknown, nowMs: number): Heard | undefined {
	const said = (answer ?? {}) as Partial<Heard> & { readonly known?: unknown };
	if (said.known === false) return undefined;
	const { customer, known_as, name, group, owed_minor, points, points_minor, purchases } = said;
	const whole = [customer, known_as, name, group].every((text) => typeof text === "string")
		&& Number.isSafeInteger(owed_minor) && Array.isArray(purchases) && purchases.every(isPurchase);
	if (!whole) throw new Malformed("The company's answer is not what the protocol says of a customer.", "customer");
	const worth = Number.isSafeInteger(points) && Number.isSafeInteger(points_minor) ? { points, points_minor } : {};
	return { customer, known_as, name, group, owed_minor, purchases, ...worth, heard_at: nowMs } as Heard;
}

function isPurchase(value: unknown): value is Purchase {
	const { receipt_number, at, total_minor, is_return, items } = (value ?? {}) as Partial<Purchase>;
	return typeof receipt_number === "string" && typeof at === "string" && Number.isSafeInteger(total_minor)
		&& typeof is_return === "boolean" && Array.isArray(items);
}

/** What this till itself sold him in the last days and the company did not name, newest first. */
export async function ownPurchases(
	ids: readonly string[], daybook: Pick<PageDaybook, "entriesOf">, today: string, named: readonly Purchase[] = [],
): Promise<readonly Purchase[]> {
	const there = new Set(named.map(({ receipt_number }) => receipt_number));
	const days = Array.from({ length: OWN_DAYS }, (_, back) => new Date(Date.parse(today) - back * DAY_MS).toISOString().slice(0, 10));
	const found: Purchase[] = [];
	for (const day of days) {
		const entries = await daybook.entriesOf(day).catch((error: unknown) => {
			if (error instanceof Retryable) return [];
			throw error;
		});
		for (const { entry } of [...entries].reverse()) {
			if (entry.kind !== "sale" && entry.kind !== "return") continue;
			const body = entry.body as SaleBody;
			const { receipt_number = "", occurred_at: at } = entry;
			if (body.customer === undefined || !ids.includes(body.customer) || there.has(receipt_number)) continue;
			found.push({ receipt_number, at, total_minor: body.total_minor, is_return: entry.kind === "return", items: body.lines.slice(0, 3).map(({ name }) => name) });
		}
	}
	return found;
}
