// What a till has open (cart, money given for it, who sells), kept for the next start: in IndexedDB, and beside the
// daybook, for browsers lose whole IndexedDBs when they are killed. Never kept by a tab that only reads.

import type { PageDaybook } from "@/daybook/daybook";
import type { KeptTries } from "@/people/locks";
import type { KeptTraining } from "@/people/training";
import { keep } from "@/server/kept";
import { KEPT_CART } from "@/till/basket";
import type { Cart } from "@/till/cart";
import { KEPT_TENDERS, type KeptTenders } from "@/till/paying";

export const KEPT_CASHIER = "cashier";
export const KEPT_TRIES = "pin_tries";
export const KEPT_TRAINING = "training";

/** By the names under which they are kept. */
export interface Open {
	[KEPT_CART]?: Cart;
	[KEPT_TENDERS]?: KeptTenders;
	[KEPT_CASHIER]?: string;
	[KEPT_TRIES]?: KeptTries;
	[KEPT_TRAINING]?: KeptTraining;
}

export type KeepOpen = <Name extends keyof Open>(name: Name, value: Open[Name]) => Promise<void>;

/** The copy begins once `settled`: a start has other things to do. `open` is what the last page left. */
export function keepOpen(daybook: Pick<PageDaybook, "writable" | "keepOpen">, settled: Promise<void>, open: Open): KeepOpen {
	let copies = false;
	const copy = (): void => {
		const given = open[KEPT_TENDERS];
		const isPaid = given !== undefined && (given.tenders.length > 0 || given.asked !== undefined) && given.cart === open[KEPT_CART]?.id;
		if (copies && daybook.writable) daybook.keepOpen(JSON.stringify(open), isPaid);
	};
	void settled.then(() => {
		copies = true;
		copy();
	});
	return async (name, value) => {
		if (!daybook.writable) return;
		open[name] = value;
		copy();
		await keep(name, value);
	};
}
