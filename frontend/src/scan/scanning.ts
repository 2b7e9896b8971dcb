// What a scan does at each moment of a sale: adds the item, or says plainly why not and what to do.
// Never blocks the screen, and never lets a scan change what is being paid.

import { shallowRef, type ShallowRef } from "vue";
import type { Catalogue, Item } from "@/catalogue/catalogue";
import { mayBuy, soldIn, type Buying } from "@/catalogue/selling";
import { MAX_LINES } from "@/core/sale";
import { hasCoupon } from "@/promotions/promotions";
import { lookUp, type Found, type FoundItem } from "@/scan/lookUp";
import { isReceiptNumber } from "@/returns/lookUpSale";
import type { Snapshot } from "@/server/api";
import type { Customer } from "@/server/customers";
import { beep } from "@/shell/sound";
import type { Basket } from "@/till/basket";
import { hasSerial } from "@/till/cart";
import { showDay, type Money } from "@/till/format";
import type { Notices } from "@/till/notices";
import type { Paying } from "@/till/paying";
import type { Panel, Screen } from "@/till/screens";
import { t } from "@/words/words";

export interface ScanAround {
	readonly catalogue: Catalogue;
	readonly snapshot: Readonly<ShallowRef<Snapshot>>;
	readonly basket: Basket;
	readonly paying: Paying;
	readonly notices: Notices;
	readonly screen: ShallowRef<Screen>;
	readonly panel: ShallowRef<Panel>;
	readonly money: () => Money;
	/** To whom is sold, and on which day. */
	readonly buying: () => Buying;
	/** Words if nothing may be sold now, else undefined. */
	readonly whyNot: () => { readonly title: string; readonly text?: string } | undefined;
	readonly nextCustomer: () => void;
	readonly searchByName: () => void;
	/** Whose card a code is that stands for no goods. */
	readonly customerOf?: (code: string) => Promise<Customer | undefined>;
	readonly serve?: (customer: Customer) => boolean;
	/** Opens the return of this receipt. */
	readonly openReceipt: (number: string) => void;
}

type Chosen = Omit<FoundItem, "kind" | "item">;

export interface Scanning {
	scan(code: string): void;
	/** An item chosen by hand, in its own unit unless another is named. */
	add(item: Item, unit?: string): void;
	/** A panel that takes codes while it is open; false lets the sale have it. */
	readonly taker: ShallowRef<((code: string) => boolean) | undefined>;
	/** The line whose weight or price the cashier is being asked for. */
	readonly unanswered: ShallowRef<number | undefined>;
	/** The asking ended: a line without an answer leaves the cart, for nobody weighed one unit of it or named its price. */
	settleAnswer(key: number): void;
}

export function useScanning(around: ScanAround): Scanning {
	const { basket, notices, panel, screen } = around;
	const unanswered = shallowRef<number>();
	const taker = shallowRef<(code: string) => boolean>();

	function problem(title: string, text?: string): void {
		beep("error");
		notices.say({ tone: "problem", title, ...(text !== undefined && { text }) });
	}
	/** As it is sold to who stands here; undefined, in words, if it is not. */
	function soldNow(chosen: Item, { unit = chosen.unit, quantity = "1" }: Chosen): Item | undefined {
		const [snapshot, buying] = [around.snapshot.value, around.buying()];
		const item = soldIn(chosen, unit, snapshot, { ...buying, quantity });
		if (!item) problem(t("scan.no_price", { name: chosen.name, unit }), t("scan.no_price_hint"));
		if (!item || mayBuy(item, snapshot, buying.customer)) return item;
		problem(t("scan.restricted", { name: chosen.name }), t("scan.restricted_hint"));
		return undefined;
	}
	/** False, in words, if the cart does not hold it now. */
	function put(chosen: Item, found: Chosen = {}): boolean {
		const twice = found.serials?.find((serial) => hasSerial(basket.cart.value, chosen.item, serial));
		if (twice !== undefined) {
			problem(t("line.serial_twice", { serial: twice }));
			return false;
		}
		const item = soldNow(chosen, found);
		const key = item && basket.add(item, found);
		if (!item || key === undefined) {
			if (item && basket.lines.value.length >= MAX_LINES) problem(t("cart.full", { limit: MAX_LINES }));
			return false;
		}
		beep("ok");
		const { serials, open_price } = item.more ?? {};
		const isMeasured = found.quantity !== undefined || !(item.weighed || open_price);
		if (isMeasured && (!serials || found.serials)) return true;
		unanswered.value = key;
		panel.value = "line";
		return true;
	}
	/** Past its last day it is sold only if somebody says so. */
	function take(found: FoundItem): void {
		const { sellBy, ...rest } = found;
		if (sellBy === undefined || sellBy >= around.buying().day) return takeNow(rest);
		beep("error");
		const title = t("scan.past_date", { name: found.item.name, date: showDay(sellBy) });
		notices.say({ tone: "problem", title, action: { label: t("scan.sell_anyway"), run: () => mayAdd() && takeNow(rest) } });
	}
	function takeNow(found: FoundItem): void {
		if (screen.value === "done") around.nextCustomer();
		notices.clear();
		panel.value = undefined;
		if (!put(found.item, found) || screen.value !== "pay") return;
		notices.say({ tone: "info", title: t("pay.scan_added", { name: found.item.name, total: total() }) });
	}
	const total = (): string => around.money().full(basket.totals.value.total_minor);
	function takeCoupon(code: string): void {
		basket.coupon(code);
		const { coupon } = basket.promoted.value;
		if (coupon !== "taken") return problem(t("coupon.refused", { code }), t(`coupon.${coupon || "unknown"}`));
		beep("ok");
		notices.say({ tone: "info", title: t("coupon.taken", { code }) });
	}
	function refuse(found: Exclude<Found, { kind: "item" }>): void {
		if (found.kind === "loading") return problem(t("scan.not_ready", { code: found.code }));
		if (found.kind === "unknown" && hasCoupon(around.snapshot.value, found.code)) return takeCoupon(found.code);
		if (found.kind === "misread") return problem(t("scan.bad_check", { code: found.code }));
		if (isReceiptNumber(found.code) && screen.value !== "pay") return around.openReceipt(found.code);
		void takeCard(found.code, basket.cart.value.id);
	}
	/** Whose card it is takes a moment to find; the sale may be paid, or another one, by then. */
	async function takeCard(code: string, sale: string): Promise<void> {
		const customer = await around.customerOf?.(code).catch(() => undefined);
		if (!customer) return unknown(code);
		const { name } = customer;
		const isPaying = screen.value === "pay" && around.paying.mayAddItems();
		const mayServe = basket.cart.value.id === sale && (screen.value === "sell" || isPaying);
		if (!mayServe) return problem(t("scan.customer_late", { name }), t("scan.customer_late_hint"));
		if (!around.serve?.(customer)) return;
		beep("ok");
		if (isPaying) notices.say({ tone: "info", title: t("pay.customer_added", { name, total: total() }) });
	}
	function unknown(code: string): void {
		if (around.catalogue.awaitsCustomers) return problem(t("scan.customers_not_ready", { code }));
		beep("error");
		const action = { label: t("scan.search"), run: around.searchByName };
		const text = t("scan.unknown_hint");
		notices.say({ tone: "problem", title: t("scan.unknown", { code }), text, ...(screen.value === "sell" && { action }) });
	}
	/** False, in words, while nothing may be sold, or money was taken. */
	function mayAdd(): boolean {
		const why = around.whyNot();
		const refused = screen.value === "pay" && !around.paying.mayAddItems();
		if (why) problem(why.title, why.text);
		else if (refused) problem(t("pay.scan_refused"));
		return !why && !refused;
	}
	function scan(code: string): void {
		const why = around.whyNot();
		if (why) return problem(why.title, why.text);
		if (taker.value?.(code) || !mayAdd()) return;
		const found = lookUp(code, around.catalogue, around.snapshot.value, around.buying());
		if (found.kind === "item") take(found);
		else refuse(found);
	}
	function add(item: Item, unit = item.unit): void {
		const why = around.whyNot();
		if (why) problem(why.title, why.text);
		else put(item, { unit });
	}
	function settleAnswer(key: number): void {
		if (unanswered.value !== key) return;
		unanswered.value = undefined;
		basket.remove(key);
	}
	return { scan, add, taker, unanswered, settleAnswer };
}
