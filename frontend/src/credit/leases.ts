// What of gift cards and store credit is kept for this till: asked of the company, and remembered for when it can't be.
// Never spends anything: a sale's tender does; never says more than the company kept for this till, less what this
// till's own entries took that the company has not booked yet.

import type { WireEntry } from "@/core/entry";
import { Retryable } from "@/core/errors";
import type { SaleBody, Tender } from "@/core/sale";
import { isCredit } from "@/core/tenders";
import { normalNumber, type CreditKind } from "@/credit/number";
import type { PageDaybook, StoredEntry } from "@/daybook/daybook";
import type { CreditAnswer, PushAnswer } from "@/server/api";
import { keep, readKept } from "@/server/kept";

const KEPT_LEASES = "leases";
export const LEASES_AT_MOST = 100;

/** What this till may spend of a credit now. */
export interface Spendable {
	readonly credit: string;
	readonly kind: CreditKind;
	readonly left_minor: number;
	readonly expires_on: string;
}

export type Answered =
	| { readonly kind: "spendable"; readonly spendable: Spendable }
	| { readonly kind: "no_number" | "unknown" | "empty" | "elsewhere" | "expired" | "blocked" | "currency" | "offline" | "too_many" };

interface Lease extends Spendable {
	readonly until_ms: number;
}

interface Around {
	readonly company: {
		leaseCredit(credit: string, amount_minor: number): Promise<CreditAnswer>;
		push(entries: readonly WireEntry[]): Promise<Pick<PushAnswer, "results">>;
	};
	readonly daybook: Pick<PageDaybook, "unpostedOf" | "acknowledge">;
	readonly currency: string;
	readonly nowMs: () => number;
}

/** Whether a tender of the sale at hand is of this credit, however its number is typed. */
export function isTaken(typed: string, tenders: readonly Tender[]): boolean {
	const number = normalNumber(typed);
	return tenders.some(({ credit }) => credit !== undefined && credit === number);
}

/** As much as is there, at most `amount_minor`, is kept for this till; without a network, what is left of an earlier lease. */
export async function spendableOf(typed: string, amount_minor: number, around: Around): Promise<Answered> {
	const { company, currency, nowMs } = around;
	const credit = normalNumber(typed);
	if (credit === "") return { kind: "no_number" };
	try {
		const taken = await unbooked(credit, around);
		// The lease holds what was taken, too, until it is booked: else another till could spend that again.
		const answer = await company.leaseCredit(credit, amount_minor + taken);
		const answered = answeredOf(without(taken, answer), currency);
		await remember(credit, answered.kind === "spendable" ? { ...answered.spendable, until_ms: answer.leased_until_ms } : undefined);
		return answered;
	} catch (error) {
		if (!(error instanceof Retryable)) throw error;
		if (error.code === "too_many_unknown") return { kind: "too_many" };
		const lease = (await kept()).find((each) => each.credit === credit && each.until_ms > nowMs() && each.left_minor > 0);
		return lease ? { kind: "spendable", spendable: lease } : { kind: "offline" };
	}
}

/** What this till's entries took of it, without those that the company has booked. */
async function unbooked(credit: string, around: Pick<Around, "company" | "daybook">): Promise<number> {
	const entries = await around.daybook.unpostedOf(credit);
	const booked = await bookedOf(entries.filter(({ result }) => result && result.state !== "quarantined"), around);
	const waiting = entries.filter(({ entry }) => !booked.has(entry.id));
	return waiting.flatMap(({ entry }) => (entry.body as SaleBody).tenders)
		.filter((tender) => tender.credit === credit && tender.amount_minor > 0)
		.reduce((sum, tender) => sum + tender.amount_minor, 0);
}

/** An entry that is sent once more is answered as it stands by now: without an agent nothing else tells the page. */
async function bookedOf(answered: readonly StoredEntry[], { company, daybook }: Pick<Around, "company" | "daybook">): Promise<ReadonlySet<string>> {
	if (answered.length === 0) return new Set();
	const { results } = await company.push(answered.map(({ wire }) => wire));
	const posted = results.filter(({ state }) => state === "posted");
	await daybook.acknowledge(posted);
	return new Set(posted.map(({ id }) => id));
}

function without(taken: number, answer: CreditAnswer): CreditAnswer {
	return { ...answer, leased_minor: Math.max(answer.leased_minor - taken, 0), balance_minor: answer.balance_minor - taken };
}

function answeredOf(answer: CreditAnswer, currency: string): Answered {
	const { credit, known, credit_kind: kind, leased_minor: left_minor, expires_on, status } = answer;
	if (!known || kind === "" || !isCredit(kind)) return { kind: "unknown" };
	if (answer.currency !== currency) return { kind: "currency" };
	if (left_minor > 0) return { kind: "spendable", spendable: { credit, kind, left_minor, expires_on } };
	if (status === "Expired") return { kind: "expired" };
	if (status === "Blocked") return { kind: "blocked" };
	return { kind: answer.balance_minor > 0 ? "elsewhere" : "empty" };
}

/** It was taken for the sale at hand: of the lease so much is gone. */
export async function spend(credit: string, amount_minor: number): Promise<void> {
	const lease = (await kept()).find((each) => each.credit === credit);
	if (lease) await remember(credit, { ...lease, left_minor: Math.max(lease.left_minor - amount_minor, 0) });
}

/** It was taken back: no more is kept than what earlier sales took. The company frees it by itself if it can't be told. */
export async function giveBack(credit: string, around: Pick<Around, "company" | "daybook">): Promise<void> {
	await remember(credit, undefined);
	const taken = await unbooked(credit, around).catch(() => undefined);
	if (taken !== undefined) await around.company.leaseCredit(credit, taken).catch(() => undefined);
}

async function kept(): Promise<readonly Lease[]> {
	return (await readKept<readonly Lease[]>(KEPT_LEASES)) ?? [];
}

async function remember(credit: string, lease: Lease | undefined): Promise<void> {
	const others = (await kept()).filter((each) => each.credit !== credit);
	await keep(KEPT_LEASES, [...(lease ? [lease] : []), ...others].slice(0, LEASES_AT_MOST));
}
