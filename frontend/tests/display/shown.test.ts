import { shallowRef } from "vue";
import { describe, expect, it } from "vitest";
import { shownOf } from "@/display/showing";
import type { Snapshot } from "@/server/api";
import { useBasket, type Basket } from "@/till/basket";
import type { Paying } from "@/till/paying";
import type { Screen } from "@/till/screens";
import { settle } from "@/pay/payment";

const SNAPSHOT = {
	till: "T1", company: "C", shop: "Corner", address: ["Secret Street 1"], tax_id: "TAX-99", currency: "EUR", currency_precision: 2,
	rounding: "commercial", locale: "en", taxes: [{ tax: "VAT-19", label: "VAT 19 %", inclusive: true }], receipt_footer: ["Come again"],
	tenders: [{ tender: "Cash", kind: "cash" }], cashiers: ["Ada Lovelace"],
} as unknown as Snapshot;
const BEANS = {
	item: "SKU-1", name: "Beans", price_minor: 1999, group: "Coffee", unit: "Nos", rates: { "VAT-19": "19" }, weighed: false, gtins: ["4006381333931"],
};

function till(screen: Screen = "sell", given: number[] = [], snapshot: Snapshot = SNAPSHOT) {
	const keeping = { keep: async () => undefined, failed: () => undefined, refused: (reason: string) => expect.fail(reason) };
	const basket: Basket = useBasket(shallowRef(snapshot), undefined, keeping);
	const tenders = given.map((amount_minor) => ({ tender: "Cash", kind: "cash" as const, amount_minor }));
	const paying = { done: shallowRef(), settlement: { get value() { return settle(basket.due.value, tenders); } } } as unknown as Paying;
	return { snapshot: shallowRef(snapshot), basket, paying, screen: shallowRef(screen) };
}

describe("the customer's screen", () => {
	it("greets while nobody buys, with the shop's own text if it has one", () => {
		expect(shownOf(till())).toMatchObject({ stage: "idle", shop: "Corner", text: ["Come again"], lines: [], logo: "" });
		const greeting = { ...SNAPSHOT, display_text: ["Hello"], display_logo: "data:image/png;base64,AA==" };
		expect(shownOf(till("sell", [], greeting))).toMatchObject({ text: ["Hello"], logo: "data:image/png;base64,AA==" });
	});

	it("shows lines and total as they grow, and what was given and is left", () => {
		const open = till("pay", [2000]);
		open.basket.add(BEANS, { quantity: "2" });
		const shown = shownOf(open);
		expect(shown.stage).toBe("pay");
		expect(shown.lines).toEqual([{ name: "Beans", about: "2 × 19.99", amount: "39.98" }]);
		expect(shown.total).toEqual({ label: "Total", amount: "€39.98" });
		expect(shown.money.map(({ amount }) => amount)).toEqual(["€20.00", "€19.98"]);
	});

	it("shows the tip in the total, and a discount above it without the cashier's reason", () => {
		const open = till();
		open.basket.add(BEANS);
		open.basket.ticketDiscount({ percent: "10", reason: "Looks like trouble" });
		open.basket.tip(100);
		const shown = shownOf(open);
		expect(shown.sums.map(({ label }) => label)).toEqual(["Subtotal", "Discount", "Tip"]);
		expect(shown.total?.amount).toBe("€18.99");
		expect(JSON.stringify(shown)).not.toContain("trouble");
	});

	it("never says who sells or buys, what a code or an account is, or how many are left", () => {
		const open = till("pay");
		open.basket.add({ ...BEANS, available: "3" } as typeof BEANS);
		open.basket.payer({ customer: "CUST-7", name: "Jana Petersen" });
		const said = JSON.stringify(shownOf(open));
		for (const secret of ["Ada", "Jana", "CUST-7", "4006381333931", "SKU-1", "TAX-99", "Secret", "available"]) expect(said).not.toContain(secret);
		expect(Object.keys(shownOf(open)).sort()).toEqual(["lines", "locale", "logo", "money", "shop", "stage", "sums", "text", "total"]);
	});

	it("says what is given back after a return, in training as in earnest, and of an exchange what its customer gave himself", () => {
		const ticket = (kind: string, amounts: readonly (readonly [string, number])[], back?: object) => ({
			entry: { kind }, body: { tenders: amounts.map(([tender, amount_minor]) => ({ tender, kind: tender, amount_minor })), change_minor: 0 }, ...(back && { back }),
		});
		const shown = (done: object) => {
			const open = till("done");
			return shownOf({ ...open, paying: { ...open.paying, done: shallowRef(done) } as unknown as Paying }).total;
		};
		for (const kind of ["return", "training_return"]) expect(shown(ticket(kind, [["cash", -1999]]))).toEqual({ label: "Given back", amount: "€19.99" });
		const back = ticket("training_return", [["exchange", -1000], ["cash", -250]]);
		expect(shown(ticket("training_sale", [["exchange", 1000]], back))?.amount).toBe("€2.50");
		expect(shown(ticket("sale", [["exchange", 1000], ["cash", 999]], ticket("return", [["exchange", -1000]])))).toEqual({ label: "Total", amount: "€9.99" });
	});

	it("can be posted to another window as it is", () => {
		const open = till();
		open.basket.add(BEANS);
		expect(structuredClone(shownOf(open))).toEqual(shownOf(open));
	});
});
