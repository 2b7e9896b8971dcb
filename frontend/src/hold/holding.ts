// Puts the open cart on hold and takes one up again. What is open when another is taken up is put on hold itself.
// Never loses a cart: it is kept before the next one is opened, and said where it can't be.

import { wordsOf } from "@/core/errors";
import { NAME_AT_MOST, type Held, type HeldCart } from "@/hold/held";
import type { Basket } from "@/till/basket";
import { renewed } from "@/till/cart";
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
	readonly notices: Notices;
	readonly problem: (title: string) => void;
}

export interface Holding {
	/** False, in words, if it is not kept: then the cart stays open. */
	hold(name: string): Promise<boolean>;
	recall(held: HeldCart): Promise<boolean>;
}

export function useHolding({ basket, held, desk, catalogue, notices, problem }: Around): Holding {
	async function hold(typed: string): Promise<boolean> {
		const cart = basket.cart.value;
		const { cashier, clock } = desk();
		const at = clock.stamp().occurred_at;
		const name = typed.trim().slice(0, NAME_AT_MOST) || t("hold.unnamed", { time: clockTime(at) });
		try {
			await held.put({ name, at, cashier, balance_minor: basket.balance.value, cart });
		} catch (error) {
			problem(t("hold.failed", { reason: wordsOf(error) }));
			return false;
		}
		if (basket.cart.value.id === cart.id) basket.startNext();
		notices.say({ tone: "info", title: t("hold.done", { name }) });
		return true;
	}
	async function recall(wanted: HeldCart): Promise<boolean> {
		const { daybook, snapshot } = desk();
		if (!basket.empty.value && !(await hold(""))) return false;
		try {
			if (await daybook.find(wanted.cart.id)) {
				await held.take(wanted.cart.id);
				problem(t("hold.sold", { name: wanted.name }));
				return false;
			}
			const cart = renewed(wanted.cart, snapshot, (item) => catalogue.byItem(item));
			if (!basket.open(cart)) return false;
			await held.take(cart.id);
			const lost = wanted.cart.lines.length - cart.lines.length;
			if (lost > 0) problem(t("cart.renewed", { count: lost }));
		} catch (error) {
			problem(t("hold.failed", { reason: wordsOf(error) }));
			return false;
		}
		return true;
	}
	return { hold, recall };
}
