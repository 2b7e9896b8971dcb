import { describe, expect, it } from "vitest";
import { sum, type SaleBody, type Tender } from "@/core/sale";
import { asPaid, isGivenBack, lessGiven, stillPaid } from "@/returns/refund";

const CASH = { tender: "Cash", kind: "cash" as const };
const cash = (amount_minor: number): Tender => ({ ...CASH, amount_minor });
const card = (amount_minor: number): Tender => ({ tender: "Card", kind: "card", amount_minor });
const sold = (tenders: readonly Tender[], more: Partial<SaleBody> = {}): SaleBody => ({ tenders, change_minor: 0, ...more }) as SaleBody;

describe("what was paid and not given back yet", () => {
	it("is cash without its change", () => {
		expect(stillPaid(sold([cash(5000)], { change_minor: 1402 }), [])).toEqual([cash(3598)]);
	});

	it("is a card without its tip", () => {
		expect(stillPaid(sold([cash(500), card(1000)], { tip_minor: 200 }), [])).toEqual([cash(500), card(800)]);
	});

	it("is less by what earlier returns gave back, first with the same tender", () => {
		const paid = sold([card(1000), cash(500)]);
		expect(stillPaid(paid, [{ tenders: [cash(-300)] }])).toEqual([card(1000), cash(200)]);
		expect(stillPaid(paid, [{ tenders: [card(-1000)] }, { tenders: [cash(-500)] }])).toEqual([]);
	});

	it("is less by what came back onto another tender, so that a card never gives back more than the sale", () => {
		expect(stillPaid(sold([card(1000)]), [{ tenders: [{ tender: "Credit", kind: "store_credit", credit: "SC-1", amount_minor: -400 }] }])).toEqual([card(600)]);
	});

	it("knows nothing of what the other half of an exchange paid", () => {
		expect(stillPaid(sold([{ tender: "Exchange", kind: "exchange", amount_minor: 340 }, cash(60)]), [])).toEqual([cash(60)]);
	});
});

describe("giving back as it was paid", () => {
	it("takes cards first and cash last", () => {
		expect(asPaid(1200, [cash(500), card(1000)], CASH)).toEqual([card(-1000), cash(-200)]);
		expect(asPaid(700, [cash(500), card(1000)], CASH)).toEqual([card(-700)]);
	});

	it("gives in cash what nobody paid with", () => {
		expect(asPaid(400, [], CASH)).toEqual([cash(-400)]);
		expect(asPaid(400, [cash(60)], CASH)).toEqual([cash(-400)]);
	});

	it("puts money back onto the gift card that it came from, and points in proportion", () => {
		const gift: Tender = { tender: "Gift card", kind: "gift_card", credit: "GC-1", amount_minor: 500 };
		const points: Tender = { tender: "Points", kind: "points", points: 100, amount_minor: 1000 };
		expect(asPaid(750, [gift, points], CASH)).toEqual([
			{ ...gift, amount_minor: -500 }, { ...points, points: -25, amount_minor: -250 },
		]);
	});

	it("says of a card nothing that its terminal said when it charged", () => {
		expect(asPaid(300, [{ ...card(1000), card: { attempt: "sale:1", last_four: "0000" } }], CASH)).toEqual([card(-300)]);
	});

	it("leaves to be given what a terminal has not given yet", () => {
		const given: Tender = { ...card(-600), card: { attempt: "back:1" } };
		expect(lessGiven([card(1000), cash(500)], [given])).toEqual([card(400), cash(500)]);
		expect([given, card(-600), { ...card(600), card: { attempt: "sale:1" } }].map(isGivenBack)).toEqual([true, false, false]);
	});

	it("always comes to the amount", () => {
		for (const amount of [1, 499, 500, 501, 1500, 9999]) {
			const given = asPaid(amount, [cash(500), card(1000)], CASH);
			expect(sum(given.map((tender) => tender.amount_minor))).toBe(BigInt(-amount));
		}
	});
});
