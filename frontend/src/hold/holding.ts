// Puts the open cart on hold and takes one up again. What is open when another is taken up is put on hold itself.
// Never loses a cart: it is kept before the next one is opened, and said where it can't be. Never in a tab that only reads.

import { wordsOf } from "@/core/errors";
import { NAME_AT_MOST, type Held, type HeldCart } from "@/hold/held";
import { renewedBack } from "@/returns/back";
import type { LookedUp } from "@/returns/lookUpSale";
import type { Basket } from "@/till/basket";
import { renewed, setBack, type Cart } from "@/till/cart";
import type { Desk } from "@/till/checkout";
import { clockTime } from "@/till/format";
import type { Catalogue } from "@/catalogue/catalogue";
import type { Notices } from "@/till/notices";
import { t } from "@/words/words";

interface Around {
	readonly basket: Basket;
	readonly held: Held;
	readonly desk: () => Desk;
	readonly catalogue: Pick<Catalogue, "byItem">;
	readonly lookUp: (receipt: string) => Promise<LookedUp>;
	readonly notices: Notices;
	readonly problem: (title: string) => void;
}

export interface Holding {
	/** False, in words, if it is not kept: then the cart stays open. */
	hold(name: string): Promise<boolean>;
	/** One at a time; false, in words, if it stays on hold or was sold. */
	recall(held: HeldCart): Promise<boolean>;
}

export function useHolding({ basket, held, desk, catalogue, lookUp, notices, problem }: Around): Holding {
	let recalling = false;

	function onlyReads(): boolean {
		if (desk().daybook.writable) return false;
		problem(t("read_only.title"));
		return true;
	}
	/** With what is scanned while it is being kept. */
	async function putAside(name: string, at: string): Promise<void> {
		const cart = basket.cart.value;
		await held.put({ name, at, cashier: desk().cashier, balance_minor: basket.balance.value, cart });
		if (basket.cart.value === cart) basket.startNext();
		else if (basket.cart.value.id === cart.id) await putAside(name, at);
	}
	async function hold(typed: string): Promise<boolean> {
		if (onlyReads()) return false;
		const at = desk().clock.stamp().occurred_at;
		const name = typed.trim().slice(0, NAME_AT_MOST) || t("hold.unnamed", { time: clockTime(at) });
		try {
			await putAside(name, at);
		} catch (error) {
			problem(t("hold.failed", { reason: wordsOf(error) }));
			return false;
		}
		notices.say({ tone: "info", title: t("hold.done", { name }) });
		return true;
	}
	/** A return by itself is recorded under its own id. */
	async function isRecorded({ id, back }: Cart): Promise<boolean> {
		const { daybook } = desk();
		return Boolean((await daybook.find(id)) ?? (back && (await daybook.find(back.id))));
	}
	/** With what comes back as the receipt stands now; undefined, in words, if nobody can say. */
	async function lookedUp(cart: Cart): Promise<Cart | undefined> {
		const { back } = cart;
		if (!back?.against) return cart;
		const number = back.against.receipt_number;
		const found = await lookUp(number);
		if (found.kind === "found") return setBack(cart, renewedBack(back, found));
		problem(t(`back.${found.kind}`, { number }));
		return undefined;
	}
	/** The till stays in use while daybook and company are asked: it opens only over an empty cart. */
	async function takeUp({ name, cart: kept }: HeldCart): Promise<boolean> {
		if (await isRecorded(kept)) {
			await held.take(kept.id);
			problem(t("hold.sold", { name }));
			return false;
		}
		const known = await lookedUp(kept);
		if (!known) return false;
		// A training that was begun has an empty cart, too: a sale put into it would count for nothing.
		if (!basket.empty.value || desk().training) {
			problem(t("hold.meanwhile", { name }));
			return false;
		}
		const cart = renewed(known, desk().snapshot, (item) => catalogue.byItem(item));
		if (!basket.open(cart)) return false;
		await held.take(cart.id);
		sayWhatIsGone(kept, cart);
		return true;
	}
	function sayWhatIsGone(kept: Cart, cart: Cart): void {
		const lost = kept.lines.length - cart.lines.length;
		if (lost > 0) problem(t("cart.renewed", { count: lost }));
		if (kept.back?.against && !cart.back) problem(t("hold.came_back", { number: kept.back.against.receipt_number }));
	}
	async function recall({ cart: { id } }: HeldCart): Promise<boolean> {
		if (recalling || onlyReads()) return false;
		recalling = true;
		try {
			if (!basket.empty.value && !(await hold(""))) return false;
			// The open one may have been this one: as it was put on hold last.
			const wanted = held.carts.value.find(({ cart }) => cart.id === id);
			return wanted !== undefined && (await takeUp(wanted));
		} catch (error) {
			problem(t("hold.failed", { reason: wordsOf(error) }));
			return false;
		} finally {
			recalling = false;
		}
	}
	return { hold, recall };
}
