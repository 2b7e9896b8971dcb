import { effectScope, shallowRef } from "vue";
import { describe, expect, it, vi } from "vitest";
import type { Item } from "@/catalogue/catalogue";
import { useServing } from "@/customers/serving";
import { useScanning, type ScanAround } from "@/scan/scanning";
import type { Snapshot } from "@/server/api";
import type { Customer } from "@/server/customers";
import { useBasket } from "@/till/basket";
import { useBuying } from "@/till/buying";
import { moneyOf } from "@/till/format";
import type { Notice } from "@/till/notices";
import type { Screen } from "@/till/screens";
import { snapshotOf } from "../shop";

vi.mock("@/shell/sound", () => ({ beep: () => undefined }));

const BEER: Item = {
	item: "BEER", name: "Beer", price_minor: 120, group: "Drinks", unit: "Nos", rates: {}, weighed: false, gtins: ["4006381333931"],
	more: { prices: [["Retail", "", "", "", "", "0", "1.2", false], ["Trade", "", "", "", "", "0", "0.99", false]] },
};
const SHOP: Snapshot = { ...snapshotOf("first", 1), price_list: "Retail", restricted: [["C-3", "item", "WINE"]] };
const person = (customer: string, name: string, price_list = ""): Customer =>
	({ customer, name, mobile: "", email: "", group: "", price_list, card: `LH-${customer}` });
const PEOPLE = [person("C-1", "Ada", "Trade"), person("C-2", "Bo"), person("C-3", "Cy")];

/** A sale with one beer, and a look-up of cards that answers when `answer` is called. */
function till() {
	const said: Omit<Notice, "key">[] = [];
	const notices = { say: (notice: Omit<Notice, "key">) => void said.push(notice), clear: () => undefined };
	const catalogue = {
		byItem: (code: string) => (code === "BEER" ? BEER : undefined), byCode: (code: string) => (BEER.gtins.includes(code) ? BEER : undefined),
		readiness: "search" as const, progress: undefined, awaitsCustomers: false,
	};
	const snapshot = shallowRef(SHOP);
	const screen = shallowRef<Screen>("sell");
	const paying = { mayAddItems: () => true };
	let answer = (): void => undefined;
	const answered = new Promise<void>((resolve) => (answer = resolve));
	const made = effectScope().run(() => {
		const keeping = { keep: async () => undefined, failed: () => undefined, refused: () => undefined };
		const clock = { businessDate: () => "2026-11-25" };
		const basket = useBasket(snapshot, undefined, keeping, { itemOf: catalogue.byItem, today: clock.businessDate });
		const around = { basket, catalogue, snapshot, clock, notices, screen, paying };
		const selling = useBuying(around as unknown as Parameters<typeof useBuying>[0]);
		const never = new Promise<void>(() => undefined);
		const serving = useServing({ basket, selling, company: { ask: () => never }, settled: never } as unknown as Parameters<typeof useServing>[0]);
		const scanning = useScanning({
			...around, ...selling, ...serving, panel: shallowRef(), money: () => moneyOf(SHOP), whyNot: () => undefined,
			customerOf: async (code: string) => {
				await answered;
				return PEOPLE.find(({ card }) => card === code);
			},
		} as unknown as ScanAround);
		return { basket, ...scanning };
	});
	if (!made) throw new Error("The scope did not run.");
	made.scan("4006381333931");
	const found = async (): Promise<void> => {
		answer();
		await new Promise((resolve) => setImmediate(resolve));
	};
	const served = () => made.basket.cart.value.payer?.customer;
	return { ...made, catalogue, paying, screen, said, found, served, titles: () => said.map(({ title }) => title) };
}

describe("a customer's card", () => {
	it("gives him the sale and its prices, without a word where they are seen", async () => {
		const { scan, found, served, basket, titles } = till();
		scan("LH-C-1");
		await found();
		expect([served(), basket.totals.value.total_minor, titles()]).toEqual(["C-1", 99, []]);
	});

	it("does so when Pay was pressed before it was found, and says the new total", async () => {
		const { scan, found, served, basket, screen, titles } = till();
		scan("LH-C-1");
		screen.value = "pay";
		await found();
		expect([served(), basket.totals.value.total_minor]).toEqual(["C-1", 99]);
		expect(titles()).toEqual(["Sold to Ada. The total is now €0.99."]);
	});

	it("is taken while the sale is being paid, too", async () => {
		const { scan, found, served, screen } = till();
		screen.value = "pay";
		scan("LH-C-2");
		await found();
		expect(served()).toBe("C-2");
	});

	it("is said to be too late once money was taken", async () => {
		const { scan, found, served, basket, screen, paying, titles } = till();
		scan("LH-C-1");
		screen.value = "pay";
		paying.mayAddItems = () => false;
		await found();
		expect([served(), basket.totals.value.total_minor]).toEqual([undefined, 120]);
		expect(titles()).toEqual(["Ada was not put on the sale"]);
	});

	it("is never put on the sale after the one that it was scanned for", async () => {
		const { scan, found, served, basket, screen, titles } = till();
		scan("LH-C-1");
		basket.startNext();
		screen.value = "done";
		screen.value = "sell";
		await found();
		expect([served(), titles()]).toEqual([undefined, ["Ada was not put on the sale"]]);
	});

	it("is said to be too late while the screen still shows the sale that is over", async () => {
		const { scan, found, served, screen, titles } = till();
		screen.value = "done";
		scan("LH-C-2");
		await found();
		expect([served(), titles()]).toEqual([undefined, ["Bo was not put on the sale"]]);
	});
});

describe("a code that is nobody's", () => {
	it("is unknown, and is searched by name where things are sold", async () => {
		const { scan, found, said, screen } = till();
		scan("LH-C-9");
		await found();
		expect(said.map(({ title, action }) => [title, action?.label])).toEqual([["Unknown code LH-C-9", "Search by name"]]);
		screen.value = "pay";
		scan("LH-C-8");
		await found();
		expect(said[1]).not.toHaveProperty("action");
	});

	it("is not called unknown while customers are still on their way", async () => {
		const { scan, found, titles, catalogue } = till();
		catalogue.awaitsCustomers = true;
		scan("LH-C-9");
		await found();
		expect(titles()).toEqual(["Code LH-C-9 not found yet: customers are still being fetched. Scan it again in a moment."]);
	});
});
