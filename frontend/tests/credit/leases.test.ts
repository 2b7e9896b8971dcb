import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import { Retryable } from "@/core/errors";
import { giveBack, isTaken, spend, spendableOf } from "@/credit/leases";
import { newId, type WireEntry } from "@/core/entry";
import type { CreditAnswer, PushResult } from "@/server/api";
import { MemoryDaybook, coffeeSale } from "../fakes";

const CARD = "GC-HJ4K2-5EFWY-A2FB";

function answer(more: Partial<CreditAnswer> = {}): CreditAnswer {
	return {
		credit: CARD, known: true, credit_kind: "gift_card", currency: "EUR", balance_minor: 2000, available_minor: 2000, expires_on: "",
		status: "Open", leased_minor: 680, leased_until_ms: 1000, ...more,
	};
}

const NO_ENTRIES = await MemoryDaybook.open();

/** Without an answer the company can't be reached. `now` is what it says of an entry that it has already. */
function asked(given?: CreditAnswer, nowMs = 0, daybook = NO_ENTRIES, now: readonly PushResult[] = []) {
	const told: [string, number][] = [];
	const company = {
		leaseCredit: async (credit: string, amount: number) => {
			told.push([credit, amount]);
			if (!given) throw new Retryable("away", "network");
			return given;
		},
		push: async (entries: readonly WireEntry[]) => ({ results: now.slice(0, entries.length) }),
	};
	return { told, around: { company, daybook, currency: "EUR", nowMs: () => nowMs } };
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
		await giveBack(CARD, asked(undefined).around);
		expect((await spendableOf(CARD, 680, asked(undefined).around)).kind).toBe("offline");
	});
});

describe("what this till's own sales took of a gift card", () => {
	const redeemed = (amount_minor: number) => [
		{ tender: "Gift card", kind: "gift_card", credit: CARD, amount_minor }, { tender: "Cash", kind: "cash", amount_minor: 300 - amount_minor },
	];
	const said = (id: string, state: PushResult["state"]): PushResult => ({ id, outcome: "exists", state, reason: "" });

	async function sold(): Promise<{ daybook: MemoryDaybook; id: string }> {
		const daybook = await MemoryDaybook.open();
		const id = newId();
		await daybook.record(coffeeSale({ id, body: { ...coffeeSale().body, tenders: redeemed(200) } }));
		return { daybook, id };
	}

	it("is not to be had again while the company has not booked it, and is kept for this till until then", async () => {
		const { daybook, id } = await sold();
		const whole = answer({ balance_minor: 500, leased_minor: 500 });
		for (const now of [undefined, said(id, "waiting"), said(id, "held")]) {
			if (now) await daybook.acknowledge([now]);
			const { told, around } = asked(whole, 0, daybook, now && [now]);
			expect(await spendableOf(CARD, 400, around)).toMatchObject({ spendable: { left_minor: 300 } });
			expect(told).toEqual([[CARD, 600]]);
			expect(await spendableOf(CARD, 400, asked(undefined, 999, daybook, now && [now]).around)).toMatchObject({ spendable: { left_minor: 300 } });
			await giveBack(CARD, around);
			expect(told).toEqual([[CARD, 600], [CARD, 200]]);
		}
		expect(await spendableOf(CARD, 400, asked(answer({ balance_minor: 200, leased_minor: 200 }), 0, daybook, [said(id, "held")]).around)).toEqual({ kind: "empty" });
	});

	it("is counted no more once it is booked, though nobody told the page", async () => {
		const { daybook, id } = await sold();
		await daybook.acknowledge([said(id, "waiting")]);
		const { told, around } = asked(answer({ balance_minor: 300, leased_minor: 300 }), 0, daybook, [said(id, "posted")]);
		expect(await spendableOf(CARD, 300, around)).toMatchObject({ spendable: { left_minor: 300 } });
		expect(told).toEqual([[CARD, 300]]);
		expect(await daybook.unpostedOf(CARD)).toEqual([]);
	});
});

it("a card is taken for a sale once, however its number is typed", () => {
	const tenders = [{ tender: "Gift card", kind: "gift_card", credit: CARD, amount_minor: 100 }] as const;
	expect([CARD, " gchj4k25efwya2fb ", "GC HJ4K2 5EFWY A2FB"].every((typed) => isTaken(typed, tenders))).toBe(true);
	expect([isTaken("GC-1234", tenders), isTaken("", [{ tender: "Cash", kind: "cash", amount_minor: 1 }])]).toEqual([false, false]);
});
