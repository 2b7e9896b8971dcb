// What the cashier asks for beside selling: void, open the drawer, take a line back. Each says how it ended.
// Never hides a failure: what is not recorded is said to be not recorded.

import { wordsOf } from "@/core/errors";
import { beep } from "@/shell/sound";
import type { Basket } from "@/till/basket";
import { openDrawer, recordVoid, type Desk } from "@/till/checkout";
import type { Notices } from "@/till/notices";
import { t } from "@/words/words";

export interface Tasks {
	/** Clears the cart once the void stands in the daybook; true if it does. */
	voidSale(reason: string): Promise<boolean>;
	/** The cart is being given up: nothing may be paid for it any more. */
	isVoiding(): boolean;
	openDrawer(reason: string): Promise<void>;
	/** Takes a line out of the cart and offers to put it back. */
	remove(key: number): void;
	problem(title: string): void;
}

export function useTasks(desk: () => Desk, basket: Basket, notices: Notices): Tasks {
	function problem(title: string): void {
		beep("error");
		notices.say({ tone: "problem", title });
	}
	let voiding = false;
	async function voidSale(reason: string): Promise<boolean> {
		if (voiding) return false;
		voiding = true;
		try {
			await recordVoid(desk(), { id: basket.cart.value.id, draft: basket.draft.value, totals: basket.totals.value }, reason);
		} catch (error) {
			problem(t("void.failed", { reason: wordsOf(error) }));
			return false;
		} finally {
			voiding = false;
		}
		basket.startNext();
		notices.say({ tone: "info", title: t("void.done") });
		return true;
	}
	async function drawer(reason: string): Promise<void> {
		try {
			if (await openDrawer(desk(), reason)) notices.say({ tone: "info", title: t("drawer.opened") });
			else problem(t("drawer.away"));
		} catch (error) {
			problem(t("drawer.failed", { reason: wordsOf(error) }));
		}
	}
	function remove(key: number): void {
		const before = basket.cart.value;
		const line = before.lines.find((one) => one.key === key);
		if (!line) return;
		basket.remove(key);
		const action = { label: t("undo"), run: () => basket.restore(before, key) };
		notices.say({ tone: "info", title: t("cart.removed", { name: line.line.name }), action });
	}
	return { voidSale, isVoiding: () => voiding, openDrawer: drawer, remove, problem };
}
