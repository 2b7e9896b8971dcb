// Carts put aside for a while, by name: kept in IndexedDB and in a file, so that they outlive a restart.
// Never a sale: nothing of them is recorded, and a cart that was sold meanwhile is not given again.

import { shallowRef, type ShallowRef } from "vue";
import { Rejected } from "@/core/errors";
import { keepTwice, readKeptTwice } from "@/server/kept";
import type { Cart } from "@/till/cart";

export const KEPT_HELD = "held";
export const HELD_AT_MOST = 50;
export const NAME_AT_MOST = 60;

export interface HeldCart {
	readonly name: string;
	/** When it was put aside, as the till's clock had it. */
	readonly at: string;
	readonly cashier: string;
	readonly balance_minor: number;
	readonly cart: Cart;
}

export interface Held {
	readonly carts: Readonly<ShallowRef<readonly HeldCart[]>>;
	/** Kept when it resolves. Rejected if it can't be. */
	put(held: HeldCart): Promise<void>;
	take(id: string): Promise<void>;
}

interface Shelf {
	keep(carts: readonly HeldCart[]): Promise<void>;
	read(): Promise<readonly HeldCart[] | undefined>;
}

const KEPT: Shelf = { keep: (carts) => keepTwice(KEPT_HELD, carts), read: () => readKeptTwice(KEPT_HELD) };

/** What an earlier page put aside is there once `settled`, without the cart that is open (`isOpen`). */
export function useHeld(settled: Promise<void>, isOpen: (id: string) => boolean, shelf: Shelf = KEPT): Held {
	const carts = shallowRef<readonly HeldCart[]>([]);
	let turn: Promise<void> = settled.then(async () => {
		carts.value = ((await shelf.read()) ?? []).filter(({ cart }) => !isOpen(cart.id));
	}).catch(() => undefined);

	function change(to: (all: readonly HeldCart[]) => readonly HeldCart[]): Promise<void> {
		const changed = turn.then(async () => {
			const all = to(carts.value);
			await shelf.keep(all);
			carts.value = all;
		});
		turn = changed.catch(() => undefined);
		return changed;
	}
	return {
		carts,
		put: (held) => change((all) => {
			const others = all.filter(({ cart }) => cart.id !== held.cart.id);
			if (others.length >= HELD_AT_MOST) throw new Rejected(`More than ${HELD_AT_MOST} carts can't be on hold.`);
			return [held, ...others];
		}),
		take: (id) => change((all) => all.filter(({ cart }) => cart.id !== id)),
	};
}
