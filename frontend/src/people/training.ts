// Training: tickets that count for nothing, under numbers of their own, until somebody leaves it.
// Never turns a cart that was begun in training into a sale, nor an open sale into training.

import { shallowRef, type ShallowRef } from "vue";
import { wordsOf } from "@/core/errors";
import { emptyCart, type Cart } from "@/till/cart";
import { newId } from "@/core/entry";

/** What is kept for the next start: a reload does not leave training. */
export interface KeptTraining {
	readonly on: boolean;
	readonly count: number;
}

export interface Training {
	readonly on: Readonly<ShallowRef<boolean>>;
	/** The next number; one that is taken is not taken again. */
	number(): string;
	/** False if there is something open that is no training. */
	begin(): boolean;
	leave(): void;
}

interface Around {
	readonly kept: KeptTraining | undefined;
	readonly till: () => string;
	readonly isEmpty: () => boolean;
	/** In place of whatever cart is open. */
	readonly startWith: (cart: Cart) => void;
	readonly keep: (kept: KeptTraining) => Promise<void>;
	readonly failed: (reason: string) => void;
}

export function useTraining({ kept, till, isEmpty, startWith, keep, failed }: Around): Training {
	const on = shallowRef(kept?.on ?? false);
	let count = kept?.count ?? 0;

	function write(): void {
		keep({ on: on.value, count }).catch((error: unknown) => failed(wordsOf(error)));
	}
	return {
		on,
		number() {
			count += 1;
			write();
			return `${till()}-TRAINING-${String(count).padStart(6, "0")}`;
		},
		begin() {
			if (!isEmpty()) return false;
			on.value = true;
			startWith(emptyCart(newId(), true));
			write();
			return true;
		},
		leave() {
			on.value = false;
			startWith(emptyCart(newId()));
			write();
		},
	};
}

/** A kept cart belongs to the training or to the selling in which it was begun. */
export function fitsTraining(cart: Cart | undefined, kept: KeptTraining | undefined): boolean {
	return (cart?.training ?? false) === (kept?.on ?? false);
}
