import { shallowRef } from "vue";
import { beforeEach, describe, expect, it } from "vitest";
import { Rejected } from "@/core/errors";
import type { Entry, EntryDraft } from "@/core/entry";
import type { ReturnBody } from "@/core/returns";
import type { Tender } from "@/core/sale";
import { UNSURE, type StoredEntry } from "@/daybook/daybook";
import type { Back } from "@/returns/back";
import type { Snapshot } from "@/server/api";
import { useBasket, type Basket, type Keeping } from "@/till/basket";
import { recordVoid, type Desk } from "@/till/checkout";
import { Clock } from "@/till/clock";
import { usePaying, type KeptTenders, type Paying } from "@/till/paying";
import type { Screen } from "@/till/screens";
import { speak } from "@/words/words";

const SNAPSHOT = {
	till: "T1", company: "C", shop: "S", address: [], currency: "EUR", currency_precision: 2, rounding: "commercial", locale: "en",
	taxes: [{ tax: "VAT-19", label: "VAT 19 %", inclusive: true }], receipt_footer: [],
	tenders: [{ tender: "Cash", kind: "cash" }, { tender: "Card", kind: "card" }],
} as unknown as Snapshot;
const BEANS = {
	item: "SKU-1", name: "Beans", price_minor: 1999, group: "Coffee", unit: "Nos", rates: { "VAT-19": "19" }, weighed: false, gtins: [],
};
const cash = (amount_minor: number): Tender => ({ tender: "Cash", kind: "cash", amount_minor });
const card = (amount_minor: number): Tender => ({ tender: "Card", kind: "card", amount_minor });

/** A daybook, a pusher and an agent that write down what was asked of them, in order. */
function deskThat(faults: { record?: Error; agent?: "online" | "away" } = {}) {
	const asked: string[] = [];
	const recorded = new Map<string, Entry>();
	const desk = {
		snapshot: SNAPSHOT,
		cashier: "Ada",
		daybook: {
			async record(draft: EntryDraft) {
				asked.push(`record ${draft.kind}`);
				if (faults.record) throw faults.record;
				const outcome = recorded.has(draft.id) ? "exists" : "created";
				const entry = recorded.get(draft.id) ?? ({ ...draft, receipt_number: "T1-1-000001", sequence: 1, till: "T1" } as Entry);
				recorded.set(draft.id, entry);
				return { entry, wire: { hash: "0".repeat(64), text: "" }, outcome };
			},
			entriesOf: async () => [...recorded.values()].map((entry) => ({ entry })),
		},
		clock: new Clock(),
		pusher: { deliver: async () => (asked.push("deliver"), "agent" as const) },
		agent: {
			state: faults.agent ?? "online",
			on: () => () => undefined,
			async print(job: { job: string; kick: boolean }) {
				asked.push(job.kick ? "print and kick" : "print");
				return { job: job.job, outcome: "created", state: "queued" };
			},
		},
	} as unknown as Desk;
	const refused: string[] = [];
	const kept: KeptTenders[] = [];
	// The browser can't keep the open cart: a sale must not care.
	const keeping: Keeping = {
		keep: () => Promise.reject(new Error("no room")), failed: () => undefined, refused: (reason) => void refused.push(reason),
	};
	return { desk, asked, recorded, faults, refused, kept, keeping };
}

function open(world: ReturnType<typeof deskThat>): { basket: Basket; paying: Paying; screen: { value: Screen } } {
	const screen = shallowRef<Screen>("pay");
	const basket = useBasket(shallowRef(SNAPSHOT), undefined, world.keeping);
	basket.add(BEANS);
	return { basket, screen, paying: usePaying({ basket, desk: () => world.desk, screen, keep: async (given) => void world.kept.push(given), may: async () => true }) };
}

describe("paying", () => {
	beforeEach(() => speak("en"));

	it("records first, then delivers, and only then prints and opens the drawer", async () => {
		const world = deskThat();
		await open(world).paying.take(cash(2000));
		await Promise.resolve();
		expect(world.asked).toEqual(["record sale", "deliver", "print and kick"]);
	});

	it("leaves the drawer shut when no cash is in play", async () => {
		const world = deskThat();
		await open(world).paying.take(card(1999));
		await Promise.resolve();
		expect(world.asked.at(-1)).toBe("print");
	});

	it("records once however often Pay is pressed", async () => {
		const world = deskThat();
		const { paying } = open(world);
		await Promise.all([paying.take(cash(2000)), paying.take(cash(2000)), paying.finish(), paying.finish()]);
		expect(world.asked.filter((what) => what === "record sale")).toHaveLength(1);
		expect(world.recorded.size).toBe(1);
	});

	it("keeps cart, tenders and screen when the sale can't be recorded, and says so", async () => {
		const world = deskThat({ record: new Rejected("The disk is full.") });
		const { basket, paying, screen } = open(world);
		const id = basket.cart.value.id;
		await paying.take(cash(2000));
		expect(paying.problem.value).toContain("NOT recorded: The disk is full.");
		expect([basket.cart.value.id, basket.lines.value.length, screen.value]).toEqual([id, 1, "pay"]);
		expect(world.asked).toEqual(["record sale"]);
		delete world.faults.record;
		await paying.finish();
		expect([paying.problem.value, screen.value, [...world.recorded.keys()]]).toEqual(["", "done", [id]]);
	});

	it("waits for the rest when a tender does not cover the total", async () => {
		const world = deskThat();
		const { paying } = open(world);
		await paying.take(card(1000));
		expect(world.asked).toEqual([]);
		expect(paying.settlement.value.remaining_minor).toBe(999);
		expect(paying.mayAddItems()).toBe(false);
		await paying.take(cash(1000));
		expect(paying.done.value?.body.change_minor).toBe(1);
	});

	it("takes a tender once however often it is pressed while its card is noted", async () => {
		const { paying } = open(deskThat());
		const gift: Tender = { tender: "Gift card", kind: "gift_card", credit: "GC-1", amount_minor: 500 };
		const noted = () => new Promise<void>((resolve) => setTimeout(resolve));
		const first = paying.take(gift, noted);
		expect([paying.idle(), paying.takeBack(gift)]).toEqual([false, false]);
		await Promise.all([first, paying.take(gift, noted)]);
		expect([paying.tenders.value, paying.idle()]).toEqual([[gift], true]);
	});

	it("gives the next customer a cart with an id of its own", async () => {
		const { basket, paying } = open(deskThat());
		const id = basket.cart.value.id;
		await paying.take(cash(1999));
		expect(basket.cart.value.id).not.toBe(id);
		expect(basket.lines.value).toEqual([]);
	});

	it("numbers each copy and records it before it prints", async () => {
		const world = deskThat();
		const { paying } = open(world);
		await paying.take(cash(1999));
		await paying.printAgain();
		await paying.printAgain();
		expect(world.asked.slice(3)).toEqual(["record reprint", "deliver", "print", "record reprint", "deliver", "print"]);
		const copies = [...world.recorded.values()].filter((entry) => entry.kind === "reprint").map((entry) => entry.body);
		expect(copies).toMatchObject([{ copy: 1 }, { copy: 2 }]);
	});

	it("sells without an agent, and the receipt printed later is still the original", async () => {
		const world = deskThat({ agent: "away" });
		const { paying } = open(world);
		await paying.take(cash(1999));
		await Promise.resolve();
		expect(paying.printed.value?.state).toBe("no_agent");
		await paying.printAgain();
		expect(world.asked).toEqual(["record sale", "deliver"]);
	});

	it("finishes a sale that costs nothing, and leaves the drawer shut", async () => {
		const world = deskThat();
		const { basket, paying } = open(world);
		basket.discount(basket.lines.value[0]?.key ?? 0, { percent: "100" });
		await paying.finish();
		expect(paying.problem.value).toBe("");
		expect(paying.done.value?.body).toMatchObject({ total_minor: 0, tenders: [] });
		await Promise.resolve();
		expect(world.asked.at(-1)).toBe("print");
	});

	it("keeps what was given under the cart it was given for, and nothing once the sale is recorded", async () => {
		const world = deskThat();
		const { basket, paying } = open(world);
		const id = basket.cart.value.id;
		await paying.take(card(1000));
		expect(world.kept.at(-1)).toEqual({ cart: id, tenders: [card(1000)] });
		await paying.take(cash(999));
		expect(world.kept.at(-1)).toEqual({ cart: basket.cart.value.id, tenders: [] });
	});

	it("says that it does not know when the worker that records fell silent", async () => {
		const world = deskThat({ record: new Rejected("It did not confirm.", UNSURE) });
		const { paying } = open(world);
		await paying.take(cash(1999));
		expect(paying.problem.value).toContain("It is not certain that the sale is recorded");
	});

	it("does not take the money of a sale that could not be recorded for the next one", async () => {
		const world = deskThat({ record: new Rejected("This id is taken.", "conflict") });
		const { basket, paying } = open(world);
		const taking = paying.take(cash(2000));
		basket.startNext();
		await taking;
		expect([paying.tenders.value, world.kept]).toEqual([[], []]);
	});

	it("gives a cart up without waiting for an agent that is silent", async () => {
		const world = deskThat();
		const { basket } = open(world);
		const silent = { ...world.desk, pusher: { deliver: () => new Promise(() => undefined) } } as unknown as Desk;
		const { cart, draft, totals } = basket;
		await recordVoid(silent, { id: cart.value.id, draft: draft.value, totals: totals.value }, "changed their mind");
		expect(world.recorded.has(cart.value.id)).toBe(true);
	});

	it("records a given-up cart with its lines and its total", async () => {
		const world = deskThat();
		const { basket } = open(world);
		const id = basket.cart.value.id;
		await recordVoid(world.desk, { id, draft: basket.draft.value, totals: basket.totals.value }, "changed their mind");
		const lines = [expect.objectContaining({ item: "SKU-1", amount_minor: 1999 })];
		expect(world.recorded.get(id)?.body).toEqual({ reason: "changed their mind", lines, total_minor: 1999 });
	});
});

describe("a cart", () => {
	it("refuses an item whose tax this sale does not know, and stays as it was", () => {
		const world = deskThat();
		const { basket } = open(world);
		expect(basket.add({ ...BEANS, item: "SKU-2", rates: { "VAT-7": "7" } })).toBeUndefined();
		expect([basket.lines.value.length, basket.totals.value.total_minor]).toEqual([1, 1999]);
		expect(world.refused).toEqual(["Line 2 (Beans): the tax VAT-7 is not set up for this till."]);
	});

	it("refuses a quantity whose amount has no end", () => {
		const world = deskThat();
		const { basket } = open(world);
		const key = basket.add({ ...BEANS, item: "SKU-3", price_minor: 999_999_999_999 }) ?? 0;
		basket.quantity(key, "999999999");
		expect([basket.lines.value.at(-1)?.line.quantity, world.refused.length]).toEqual(["1", 1]);
	});
});

describe("an exchange", () => {
	const SOLD = {
		currency: "EUR", currency_precision: 2, rounding: "commercial" as const, net_minor: 840, tax_minor: 160, round_off_minor: 0,
		total_minor: 1000, taxes: [{ tax: "VAT-19", label: "VAT 19 %", inclusive: true, base_minor: 840, amount_minor: 160 }],
		lines: [{
			item: "MUG", name: "Mug", quantity: "1", unit: "Nos", price_minor: 1000, rates: { "VAT-19": "19" },
			rate_minor: 1000, amount_minor: 1000, net_minor: 840,
		}],
		tenders: [cash(1000)], change_minor: 0,
	};
	const MUG_BACK: Back = {
		id: "00000000-0000-7000-8000-00000000000a", against: { entry: "e", receipt_number: "T1-1-000001" }, sold: SOLD, taken: [[1, "1"]], goods: [], paid: [],
	};

	it("names each half's own customer, by that customer's own record", async () => {
		const JANA = { customer: "jana", name: "Jana", record: "a".repeat(64) };
		const named = async (bought: object) => {
			const world = deskThat();
			const { basket, paying } = open(world);
			basket.payer(JANA);
			basket.takeBack({ ...MUG_BACK, sold: { ...SOLD, ...bought } });
			await paying.take(cash(1000));
			return [...world.recorded.values()].map(({ body }) => body as ReturnBody).map(({ customer, customer_record }) => [customer, customer_record]);
		};
		const hers = [JANA.customer, JANA.record];
		expect(await named({ customer: "bo" })).toEqual([["bo", undefined], hers]);
		expect(await named({ customer: "cy", customer_record: "c".repeat(64) })).toEqual([["cy", "c".repeat(64)], hers]);
		expect(await named({})).toEqual([hers, hers]);
	});

	it("is a return and a sale that name each other and pay each other", async () => {
		const world = deskThat();
		const { basket, paying } = open(world);
		const { id } = basket.cart.value;
		basket.takeBack(MUG_BACK);
		expect(basket.balance.value).toBe(999);
		await paying.take(cash(1000));
		const [back, out] = [...world.recorded.values()].map(({ body }) => body as ReturnBody);
		expect(world.asked.filter((what) => what.startsWith("record"))).toEqual(["record return", "record sale"]);
		expect([back?.exchange, out?.exchange]).toEqual([id, MUG_BACK.id]);
		expect(back?.tenders).toEqual([{ tender: "Exchange", kind: "exchange", amount_minor: -1000 }]);
		expect(out?.tenders).toEqual([{ tender: "Exchange", kind: "exchange", amount_minor: 1000 }, cash(1000)]);
		expect(out?.change_minor).toBe(1);
	});

	it("of which only the return could be recorded can't be changed, only tried again", async () => {
		const world = deskThat();
		const { basket, paying } = open(world);
		basket.takeBack(MUG_BACK);
		const { record } = world.desk.daybook;
		world.desk.daybook.record = async (draft) => {
			if (draft.kind === "sale") throw new Rejected("The disk is full.");
			return record.call(world.desk.daybook, draft);
		};
		await paying.take(cash(999));
		expect(paying.problem.value).toContain("What came back is recorded, the new sale is NOT yet: The disk is full.");
		expect(paying.takeBack(paying.tenders.value[0] as Tender)).toBe(false);
		expect([paying.half.value, paying.tenders.value, paying.mayAddItems()]).toEqual([true, [cash(999)], false]);
		world.desk.daybook.record = record;
		await paying.finish();
		expect([...world.recorded.values()].map(({ kind }) => kind)).toEqual(["return", "sale"]);
		expect(paying.half.value).toBe(false);
	});

	it("whose sale is refused records no return", async () => {
		const world = deskThat();
		const { basket, paying } = open(world);
		basket.takeBack(MUG_BACK);
		await paying.take({ tender: "On account", kind: "on_account", amount_minor: 999 });
		expect(paying.problem.value).toContain("NOT recorded: Tender 2 (On account): on_account needs a customer.");
		expect([world.asked, paying.half.value]).toEqual([[], false]);
		expect(paying.takeBack(paying.tenders.value[0] as Tender)).toBe(true);
	});

	it("of which nobody knows whether the return stands can't be changed", async () => {
		const world = deskThat({ record: new Rejected("It did not confirm.", UNSURE) });
		const { basket, paying } = open(world);
		basket.takeBack(MUG_BACK);
		await paying.take(cash(999));
		expect([paying.half.value, paying.tenders.value, paying.mayAddItems()]).toEqual([true, [cash(999)], false]);
		expect(paying.problem.value).toContain("It is not certain");
	});

	it("for less keeps what a card terminal gave back, though it can't be recorded", async () => {
		const world = deskThat({ record: new Rejected("The disk is full.") });
		const { basket, paying } = open(world);
		basket.remove(basket.lines.value[0]?.key ?? 0);
		basket.takeBack(MUG_BACK);
		const given: Tender = { ...card(-600), card: { attempt: `${MUG_BACK.id}:1` } };
		await paying.keepAsked({ tender: "Card", payment: { attempt: `${MUG_BACK.id}:1`, kind: "refund", amount_minor: 600, state: "waiting", reason: "", card: {}, lines: [] } });
		expect(world.kept.at(-1)?.asked?.payment.attempt).toBe(`${MUG_BACK.id}:1`);
		await paying.take(given);
		expect([world.kept.at(-1), world.asked]).toEqual([{ cart: basket.cart.value.id, tenders: [given] }, []]);
		await paying.finish([given, cash(-400)]);
		expect([paying.tenders.value, paying.asked.value]).toEqual([[given], undefined]);
		delete world.faults.record;
		await paying.finish([given, cash(-400)]);
		const [back] = [...world.recorded.values()].map(({ body }) => body as ReturnBody);
		expect([back?.tenders, world.asked.filter((what) => what.startsWith("record"))]).toEqual([[given, cash(-400)], ["record return", "record return"]]);
	});

	it("that an earlier page did not get to show is shown with both halves", async () => {
		const world = deskThat();
		const first = open(world);
		first.basket.takeBack(MUG_BACK);
		await first.paying.take(cash(999));
		const [returned, sale] = [...world.recorded.values()].map((entry) => ({ entry, wire: { hash: "0".repeat(64), text: "" } }) as StoredEntry);
		const { paying } = open(world);
		paying.showEarlier(sale as StoredEntry, returned);
		expect([paying.done.value?.entry.kind, paying.done.value?.back?.entry.id]).toEqual(["sale", MUG_BACK.id]);
	});

	it("for less gives the rest back, and never half of it", async () => {
		const world = deskThat();
		const { basket, paying, screen } = open(world);
		basket.takeBack({ ...MUG_BACK, sold: { ...SOLD, lines: SOLD.lines.map((line) => ({ ...line, price_minor: 3000, rate_minor: 3000 })) } });
		expect(basket.balance.value).toBe(-1001);
		await paying.finish([cash(-1000)]);
		expect(screen.value).toBe("pay");
		await paying.finish([cash(-1001)]);
		const [back, out] = [...world.recorded.values()].map(({ body }) => body as ReturnBody);
		expect(back?.tenders.map(({ amount_minor }) => amount_minor)).toEqual([-1999, -1001]);
		expect(out?.tenders.map(({ amount_minor }) => amount_minor)).toEqual([1999]);
		expect(screen.value).toBe("done");
	});
});
