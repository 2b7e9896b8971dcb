import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { Retryable } from "@/core/errors";
import { giveBack, spend, spendableOf } from "@/credit/leases";
import type { CreditAnswer } from "@/server/api";

const CARD = "GC-HJ4K2-5EFWY-A2FB";

function answer(more: Partial<CreditAnswer> = {}): CreditAnswer {
	return {
		credit: CARD, known: true, credit_kind: "gift_card", currency: "EUR", balance_minor: 2000, available_minor: 2000, expires_on: "",
		status: "Open", leased_minor: 680, leased_until_ms: 1000, ...more,
	};
}

/** Without an answer the company can't be reached. */
function asked(given?: CreditAnswer, nowMs = 0) {
	const told: [string, number][] = [];
	const company = {
		leaseCredit: async (credit: string, amount: number) => {
			told.push([credit, amount]);
			if (!given) throw new Retryable("away", "network");
			return given;
		},
	};
	return { told, around: { company, currency: "EUR", nowMs: () => nowMs } };
}

describe("a gift card at the till", () => {
	it("is asked of the company, however its number is typed", async () => {
		const { told, around } = asked(answer());
		const found = await spendableOf(" gc hj4k2 5efwy a2fb ", 680, around);
		expect(told).toEqual([[CARD, 680]]);
		expect(found).toEqual({ kind: "spendable", spendable: { credit: CARD, kind: "gift_card", left_minor: 680, expires_on: "" } });
	});

	it("is refused by what is wrong with it", async () => {
		const kindOf = async (given: CreditAnswer) => (await spendableOf(CARD, 680, asked(given).around)).kind;
		expect(await kindOf(answer({ known: false, credit_kind: "" }))).toBe("unknown");
		expect(await kindOf(answer({ leased_minor: 0, balance_minor: 0, status: "Spent" }))).toBe("empty");
		expect(await kindOf(answer({ leased_minor: 0 }))).toBe("elsewhere");
		expect(await kindOf(answer({ leased_minor: 0, status: "Expired" }))).toBe("expired");
		expect(await kindOf(answer({ leased_minor: 0, status: "Blocked" }))).toBe("blocked");
		expect(await kindOf(answer({ currency: "USD" }))).toBe("currency");
		expect((await spendableOf("?", 680, asked(answer()).around)).kind).toBe("no_number");
	});

	it("is spent without a network up to what was leased and not spent, until its time is over", async () => {
		await spendableOf(CARD, 680, asked(answer()).around);
		await spend(CARD, 200);
		const left = await spendableOf(CARD, 680, asked(undefined, 999).around);
		expect(left.kind === "spendable" && left.spendable.left_minor).toBe(480);
		expect((await spendableOf(CARD, 680, asked(undefined, 1000).around)).kind).toBe("offline");
		await spend(CARD, 480);
		expect((await spendableOf(CARD, 680, asked(undefined, 999).around)).kind).toBe("offline");
	});

	it("that is taken back is free again, also if the company can't be told", async () => {
		await spendableOf(CARD, 680, asked(answer()).around);
		await giveBack(CARD, asked(undefined).around.company);
		expect((await spendableOf(CARD, 680, asked(undefined).around)).kind).toBe("offline");
	});
});
