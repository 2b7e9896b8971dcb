import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nextTick, shallowRef } from "vue";
import { showToCustomer, shownOf } from "@/display/showing";
import { SHOWN_LINES, type DisplayMessage } from "@/display/shown";
import type { Snapshot } from "@/server/api";
import { useBasket, type Basket } from "@/till/basket";
import type { Cart, CartLine } from "@/till/cart";
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

function till(screen: Screen = "sell", given: number[] = [], snapshot: Snapshot = SNAPSHOT, cart?: Cart) {
	const keeping = { keep: async () => undefined, failed: () => undefined, refused: (reason: string) => expect.fail(reason) };
	const basket: Basket = useBasket(shallowRef(snapshot), cart, keeping);
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

	it("shows the last lines where there are more than fit", () => {
		const open = till();
		open.basket.add(BEANS);
		const cart = open.basket.cart.value;
		const [one] = cart.lines as [CartLine];
		const many = Array.from({ length: SHOWN_LINES + 1 }, (_, key) => ({ ...one, key, line: { ...one.line, name: `Beans ${key}` } }));
		const { lines } = shownOf(till("sell", [], SNAPSHOT, { ...cart, lines: many }));
		expect([lines.length, lines[0]?.name, lines.at(-1)?.name]).toEqual([SHOWN_LINES, "Beans 1", `Beans ${SHOWN_LINES}`]);
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

describe("a till that may have a customer's screen", () => {
	beforeEach(() => void vi.stubGlobal("window", new EventTarget()));
	afterEach(() => void vi.unstubAllGlobals());

	function line() {
		const told: DisplayMessage[] = [];
		const channel = { postMessage: (message: DisplayMessage) => told.push(structuredClone(message)), close: () => undefined } as unknown as BroadcastChannel;
		const hello = (): void => channel.onmessage?.({ data: { hello: true } } as MessageEvent<DisplayMessage>);
		return { told, channel, hello, totals: () => told.map(({ shown }) => shown?.total?.amount ?? shown?.stage) };
	}

	it("says once that it is there, and works nothing out until a screen says hello", async () => {
		const [open, { told, channel }] = [till(), line()];
		const read = vi.spyOn(open.basket.totals, "value", "get");
		const stop = showToCustomer(open, true, channel);
		open.basket.add(BEANS);
		await nextTick();
		window.dispatchEvent(new Event("pagehide"));
		stop();
		expect(told).toEqual([{ opened: true }]);
		expect(read).not.toHaveBeenCalled();
		shownOf(open);
		expect(read).toHaveBeenCalled();
	});

	it("tells a screen that said hello what is open, each change once, and that it goes", async () => {
		const [open, { channel, hello, totals }] = [till(), line()];
		const stop = showToCustomer(open, true, channel);
		open.basket.add(BEANS);
		hello();
		hello();
		open.basket.add(BEANS);
		await nextTick();
		window.dispatchEvent(new Event("pagehide"));
		stop();
		open.basket.add(BEANS);
		await nextTick();
		expect(totals()).toEqual([undefined, "€19.99", "€19.99", "€39.98", "closed"]);
	});

	it("that only reads says nothing, whoever says hello", () => {
		const { told, channel, hello } = line();
		showToCustomer(till(), false, channel);
		hello();
		expect(told).toEqual([]);
	});
});
