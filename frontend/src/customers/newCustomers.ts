// Customers who are new at this till: their records beside the daybook, kept until the company has answered for them.
// Never puts a name into an entry, and never forgets a record that nobody has answered for.

import { shallowRef, type ShallowRef } from "vue";
import type { AgentConnection } from "@/agent/connection";
import { recordHash, type NewCustomer } from "@/customers/record";
import { Rejected } from "@/core/errors";
import type { Company } from "@/server/api";
import type { Customer } from "@/server/customers";
import { keepTwice, readKeptTwice } from "@/server/kept";

export const KEPT_NEW_CUSTOMERS = "new_customers";
/** Answered records stay so long in the list, until the company's own list names whom they became. */
export const KEPT_AT_MOST = 500;
export const SENT_AT_ONCE = 20;
export const SEND_AGAIN_MS = 15_000;

export interface KeptRecord {
	/** What of it the company does not have yet; gone once it has. */
	readonly record?: NewCustomer;
	readonly customer: string;
	/** What an entry names of the record. */
	readonly hash: string;
	/** Whom the company knows him as; "" if it took the record but holds it. */
	readonly known_as?: string;
	/** Why the company holds it, in its words. */
	readonly reason?: string;
}

interface Result {
	readonly customer: string;
	readonly outcome: string;
	readonly known_as: string;
	readonly reason: string;
}

export interface NewCustomers {
	readonly kept: Readonly<ShallowRef<readonly KeptRecord[]>>;
	/** Durable when it resolves. Rejected if it can't be kept. */
	add(record: NewCustomer): Promise<KeptRecord>;
	/** Sends what waits; never rejects. */
	send(): Promise<void>;
}

interface Around {
	readonly settled: Promise<void>;
	readonly company: Pick<Company, "ask">;
	readonly agent: Pick<AgentConnection, "state" | "newCustomers" | "on">;
	readonly writable: () => boolean;
	/** The company took something: its list of customers may have changed. */
	readonly taken: () => void;
}

interface Shelf {
	keep(kept: readonly KeptRecord[]): Promise<void>;
	read(): Promise<readonly KeptRecord[] | undefined>;
}

const SHELF: Shelf = { keep: (kept) => keepTwice(KEPT_NEW_CUSTOMERS, kept), read: () => readKeptTwice(KEPT_NEW_CUSTOMERS) };

export function useNewCustomers({ settled, company, agent, writable, taken }: Around, shelf: Shelf = SHELF): NewCustomers {
	const kept = shallowRef<readonly KeptRecord[]>([]);
	let turn: Promise<void> = settled.then(async () => {
		const before = (await shelf.read()) ?? [];
		// What was added before this came is newer.
		kept.value = [...kept.value, ...before.filter(({ customer }) => !kept.value.some((one) => one.customer === customer))];
	}).catch(() => undefined);
	let sending: Promise<void> | undefined;
	let timer: ReturnType<typeof setTimeout> | undefined;

	function change(to: (all: readonly KeptRecord[]) => readonly KeptRecord[]): Promise<void> {
		const changed = turn.then(async () => {
			const all = to(kept.value);
			await shelf.keep(all);
			kept.value = all;
		});
		turn = changed.catch(() => undefined);
		return changed;
	}
	async function add(record: NewCustomer): Promise<KeptRecord> {
		if (!writable()) throw new Rejected("The till is open in another tab, which alone may record. Use that one.", "not_writable");
		const added: KeptRecord = { record, customer: record.customer, hash: await recordHash(record) };
		await change((all) => {
			if (all.filter((one) => one.record).length >= KEPT_AT_MOST) throw new Rejected(`More than ${KEPT_AT_MOST} new customers can't wait here.`);
			const others = all.filter(({ customer }) => customer !== record.customer);
			const waiting = others.filter((one) => one.record);
			return [added, ...waiting, ...others.filter((one) => !one.record).slice(0, KEPT_AT_MOST - waiting.length)];
		});
		void send();
		return added;
	}
	function send(): Promise<void> {
		sending ??= round().finally(() => {
			sending = undefined;
			clearTimeout(timer);
			if (waiting().length > 0) timer = setTimeout(() => void send(), SEND_AGAIN_MS);
		});
		return sending;
	}
	function waiting(): readonly NewCustomer[] {
		return kept.value.flatMap(({ record }) => record ?? []);
	}
	/** By both ways: who is first does not matter, for a record is taken once. */
	async function round(): Promise<void> {
		await turn;
		const records = waiting().slice(0, SENT_AT_ONCE);
		if (records.length === 0 || !writable()) return;
		const byAgent = agent.state === "online" ? agent.newCustomers(records).catch(() => undefined) : undefined;
		const direct = company.ask("new_customers", { customers: records }).catch(() => undefined);
		const answers = [resultsOf(await byAgent), resultsOf(((await direct) as { results?: unknown } | undefined)?.results)].flat();
		if (answers.length === 0) return;
		await change((all) => all.map((one) => answered(one, answers.find(({ customer }) => customer === one.customer)))).catch(() => undefined);
		taken();
	}
	void settled.then(() => void send());
	agent.on("state", ({ state }) => {
		if (state === "online" && waiting().length > 0) void send();
	});
	return { kept, add, send };
}

function answered(one: KeptRecord, result: Result | undefined): KeptRecord {
	if (!result || !one.record) return one;
	const { known_as, reason } = result;
	// A record that is held is the company's: its people correct it.
	return { customer: one.customer, hash: one.hash, known_as, ...(reason !== "" && { reason }) };
}

function resultsOf(value: unknown): readonly Result[] {
	if (!Array.isArray(value)) return [];
	return value.filter((each): each is Result => {
		const { customer, outcome, known_as, reason } = (each ?? {}) as Partial<Result>;
		return [customer, outcome, known_as, reason].every((text) => typeof text === "string");
	});
}

/** As the search finds him. */
export function shownAs({ record, hash }: KeptRecord): Customer | undefined {
	if (!record) return undefined;
	const { customer, name, mobile, email } = record;
	return { customer, name, mobile, email, group: "", price_list: "", isNew: true, record: hash };
}
