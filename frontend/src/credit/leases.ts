// What of gift cards and store credit is kept for this till: asked of the company, and remembered for when it can't be.
// Never spends anything: a sale's tender does; never says more than the company kept for this till.

import { Retryable } from "@/core/errors";
import { isCredit } from "@/core/tenders";
import { normalNumber, type CreditKind } from "@/credit/number";
import type { CreditAnswer } from "@/server/api";
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
	readonly company: { leaseCredit(credit: string, amount_minor: number): Promise<CreditAnswer> };
	readonly currency: string;
	readonly nowMs: () => number;
}

/** As much as is there, at most `amount_minor`, is kept for this till; without a network, what is left of an earlier lease. */
export async function spendableOf(typed: string, amount_minor: number, { company, currency, nowMs }: Around): Promise<Answered> {
	const credit = normalNumber(typed);
	if (credit === "") return { kind: "no_number" };
	try {
		const answer = await company.leaseCredit(credit, amount_minor);
		const answered = answeredOf(answer, currency);
		await remember(credit, answered.kind === "spendable" ? { ...answered.spendable, until_ms: answer.leased_until_ms } : undefined);
		return answered;
	} catch (error) {
		if (!(error instanceof Retryable)) throw error;
		if (error.code === "too_many_unknown") return { kind: "too_many" };
		const lease = (await kept()).find((each) => each.credit === credit && each.until_ms > nowMs() && each.left_minor > 0);
		return lease ? { kind: "spendable", spendable: lease } : { kind: "offline" };
	}
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

/** It was taken back: nothing is kept any more. The company frees it by itself if it can't be told. */
export async function giveBack(credit: string, company: Around["company"]): Promise<void> {
	await remember(credit, undefined);
	await company.leaseCredit(credit, 0).catch(() => undefined);
}

async function kept(): Promise<readonly Lease[]> {
	return (await readKept<readonly Lease[]>(KEPT_LEASES)) ?? [];
}

async function remember(credit: string, lease: Lease | undefined): Promise<void> {
	const others = (await kept()).filter((each) => each.credit !== credit);
	await keep(KEPT_LEASES, [...(lease ? [lease] : []), ...others].slice(0, LEASES_AT_MOST));
}
