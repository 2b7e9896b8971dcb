// The cart of the customer who stands here, with its totals, kept in the browser after each change.
// Never records anything: paying and voiding are the checkout's.

import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from "vue";
import type { Item } from "@/catalogue/catalogue";
import type { Buyer } from "@/catalogue/selling";
import { PosBridgeError, wordsOf } from "@/core/errors";
import { newId } from "@/core/entry";
import { computeSale, type DraftLine, type SaleDraft, type Totals } from "@/core/sale";
import { byHand } from "@/promotions/byHand";
import type { AgeCheck } from "@/core/saleBody";
import { promoted, type Promoted } from "@/promotions/promotions";
import { sumOfBack, type Back, type BackSum } from "@/returns/back";
import type { Snapshot } from "@/server/api";
import {
	addItem, changeBy, draftOf, emptyCart, isEmpty, lineOf, putBack, removeLine, setBack, setCoupon, setCustomer, setDiscount, setQuantity,
	setAgeCheck, setNote, setPayer, setPrice, setTicketDiscount, setTip, setUnit, type ByHand, type Cart, type CartLine, type Discount,
	type Named, type Pieces,
} from "@/till/cart";

export const KEPT_CART = "cart";

export interface Basket {
	readonly cart: Readonly<ShallowRef<Cart>>;
	readonly lines: ComputedRef<readonly CartLine[]>;
	/** The cart's lines in their order as promotions price them, then what they give away. */
	readonly draft: ComputedRef<SaleDraft>;
	readonly promoted: ComputedRef<Promoted>;
	readonly totals: ComputedRef<Totals>;
	/** What comes back in this ticket, computed; undefined if nothing does. */
	readonly back: ComputedRef<BackSum | undefined>;
	/** What the customer has to pay; below zero, what he gets back. */
	readonly balance: ComputedRef<number>;
	/** The balance with the tip. */
	readonly due: ComputedRef<number>;
	/** Nothing is sold and nothing comes back. */
	readonly empty: ComputedRef<boolean>;
	readonly selected: ComputedRef<CartLine | undefined>;
	/** Changes with every item added, also when the line was there before. */
	readonly touched: Readonly<ShallowRef<number>>;
	/** The line's key; undefined if the cart is full or refused it. */
	add(item: Item, found?: Pieces): number | undefined;
	/** A change that can't be computed (an unknown tax, an amount without end) is refused and not made. */
	change(key: number, units: number): void;
	/** `serials`: of its pieces, where they have any. */
	quantity(key: number, quantity: string, serials?: readonly string[]): void;
	/** Of one unit, typed. */
	price(key: number, price_minor: number): void;
	discount(key: number, discount: Discount): void;
	/** The item as it is sold in another of its units. */
	unit(key: number, item: Item): void;
	coupon(code: string | undefined): void;
	/** From now on at this customer's prices; false if it was refused. */
	sellTo(customer: Buyer | undefined, priceOf: (line: DraftLine) => number | undefined): boolean;
	payer(payer: Named | undefined): void;
	tip(tip_minor: number): void;
	/** Of a line, or without a key of the whole sale. */
	note(key: number | undefined, note: string): void;
	ageChecked(check: AgeCheck): void;
	/** Off the whole sale; false, in words, if it can't be computed. */
	ticketDiscount(discount: ByHand | undefined): boolean;
	/** False, in words, if it can't be computed. */
	takeBack(back: Back | undefined): boolean;
	remove(key: number): void;
	select(key: number | undefined): void;
	/** Puts back a line that was taken out, as it stood in `before`; what else changed since stays. */
	restore(before: Cart, key: number): void;
	/** In place of the open one, which is empty; false, in words, if it can't be computed. */
	open(cart: Cart): boolean;
	/** The next cart, in training if this one is; or `cart` instead. */
	startNext(cart?: Cart): void;
	/** Payment begins. */
	begin(): void;
}

export interface Around {
	itemOf(item: string): Item | undefined;
	today(): string;
}

export interface Keeping {
	/** For the next start. */
	keep(cart: Cart): Promise<void>;
	failed(reason: string): void;
	/** The cart stays as it was. */
	refused(reason: string): void;
}

export function useBasket(
	snapshot: Readonly<ShallowRef<Snapshot>>, kept: Cart | undefined, { keep, failed, refused }: Keeping,
	{ itemOf, today }: Around = { itemOf: () => undefined, today: () => "" },
): Basket {
	const cart = shallowRef<Cart>(kept ?? emptyCart(newId()));
	const selectedKey = shallowRef<number>();
	const touched = shallowRef(0);
	// A changed cart is worked out before it is taken; the page then shows just that.
	const promote = onceFor((of: Cart, shop: Snapshot): Promoted => {
		return byHand(promoted(draftOf(of, shop), shop, itemOf, today(), of.coupon, of.customer), of.discount, shop);
	});
	const compute = onceFor((of: SaleDraft) => computeSale(of));
	const sumBack = onceFor((of: Back | undefined, shop: Snapshot) => of && sumOfBack(of, shop));
	const promotedCart = computed(() => promote(cart.value, snapshot.value));
	const draft = computed(() => promotedCart.value.draft);
	const totals = computed(() => compute(draft.value));
	const back = computed(() => sumBack(cart.value.back, snapshot.value));
	const balance = computed(() => totals.value.total_minor + (back.value?.totals.total_minor ?? 0));
	const keepLatest = latestWriter(keep, failed);
	watch(cart, keepLatest, { immediate: true });

	function adopt(changed: Cart): boolean {
		try {
			compute(promote(changed, snapshot.value).draft);
			sumBack(changed.back, snapshot.value);
		} catch (error) {
			if (!(error instanceof PosBridgeError)) throw error;
			refused(error.message);
			return false;
		}
		cart.value = changed;
		return true;
	}
	function add(item: Item, found?: Pieces): number | undefined {
		const added = addItem(cart.value, item, found);
		if (added.key === undefined || !adopt(added.cart)) return undefined;
		selectedKey.value = added.key;
		touched.value += 1;
		return added.key;
	}
	return {
		cart,
		draft,
		promoted: promotedCart,
		totals,
		touched,
		back,
		balance,
		due: computed(() => (balance.value > 0 ? balance.value + (cart.value.tip_minor ?? 0) : balance.value)),
		empty: computed(() => isEmpty(cart.value)),
		lines: computed(() => cart.value.lines),
		selected: computed(() => lineOf(cart.value, selectedKey.value) ?? cart.value.lines.at(-1)),
		add,
		change: (key, units) => void adopt(changeBy(cart.value, key, units)),
		quantity: (key, quantity, serials) => void adopt(setQuantity(cart.value, key, quantity, serials)),
		price: (key, price_minor) => void adopt(setPrice(cart.value, key, price_minor)),
		discount: (key, discount) => void adopt(setDiscount(cart.value, key, discount)),
		unit: (key, item) => void adopt(setUnit(cart.value, key, item)),
		coupon: (code) => void adopt(setCoupon(cart.value, code)),
		sellTo: (customer, priceOf) => adopt(setCustomer(cart.value, customer, priceOf)),
		payer: (payer) => void adopt(setPayer(cart.value, payer)),
		ticketDiscount: (discount) => adopt(setTicketDiscount(cart.value, discount)),
		tip: (tip_minor) => void adopt(setTip(cart.value, tip_minor)),
		ageChecked: (check) => void adopt(setAgeCheck(cart.value, check)),
		note: (key, note) => void adopt(setNote(cart.value, key, note)),
		takeBack: (taken) => adopt(setBack(cart.value, taken)),
		remove: (key) => void adopt(removeLine(cart.value, key)),
		select: (key) => void (selectedKey.value = key),
		restore: (before, key) => void adopt(putBack(cart.value, before, key)),
		open: adopt,
		startNext: (next = emptyCart(newId(), cart.value.training)) => void (cart.value = next),
		begin: () => void (cart.value.begun || (cart.value = { ...cart.value, begun: true })),
	};
}

/** Asked for the same things as the last time, it answers the same. */
function onceFor<K extends readonly unknown[], V>(workOut: (...of: K) => V): (...of: K) => V {
	let last: { readonly of: K; readonly value: V } | undefined;
	return (...of) => {
		if (!last?.of.every((each, index) => each === of[index])) last = { of, value: workOut(...of) };
		return last.value;
	};
}

const afterFrame = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Writes the newest value, one write at a time and after the frame that shows it; overtaken values are not written. */
function latestWriter<T>(write: (value: T) => Promise<void>, onFailed: (reason: string) => void): (value: T) => void {
	let waiting: { readonly value: T } | undefined;
	let writing = false;
	async function drain(): Promise<void> {
		writing = true;
		while (waiting) {
			await afterFrame();
			const { value } = waiting;
			waiting = undefined;
			try {
				await write(value);
			} catch (error) {
				onFailed(wordsOf(error));
			}
		}
		writing = false;
	}
	return (value) => {
		waiting = { value };
		if (!writing) void drain();
	};
}
