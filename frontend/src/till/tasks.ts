// What the cashier asks for beside selling: void, open the drawer, take a line back. Each says how it ended.
// Never hides a failure: what is not recorded is said to be not recorded.

import { newId } from "@/core/entry";
import { wordsOf } from "@/core/errors";
import { SCALE, parseDecimal } from "@/core/money";
import type { People } from "@/people/people";
import { beep } from "@/shell/sound";
import type { Basket } from "@/till/basket";
import { openDrawer, recordVoid, type Desk } from "@/till/checkout";
import type { Notices } from "@/till/notices";
import { t } from "@/words/words";

export interface Tasks {
	/** False, in words, if a role does not let goods be taken out once payment began. */
	mayTakeOut(about: string): Promise<boolean>;
	/** Clears the cart once the void stands in the daybook; true if it does. */
	voidSale(reason: string): Promise<boolean>;
	/** The cart is being given up: nothing may be paid for it any more. */
	isVoiding(): boolean;
	openDrawer(reason: string): Promise<void>;
	/** Takes a line out of the cart and offers to put it back. */
	remove(key: number): void;
	/** One less of a line; the last one takes the line out. */
	less(key: number): void;
	problem(title: string): void;
}

export function useTasks(desk: () => Desk, basket: Basket, notices: Notices, may: People["may"]): Tasks {
	function problem(title: string): void {
		beep("error");
		notices.say({ tone: "problem", title });
	}
	let voiding = false;
	async function voidSale(reason: string): Promise<boolean> {
		if (voiding) return false;
		voiding = true;
		try {
			if (!(await may({ action: "void_sale", of: basket.cart.value.id, amount_minor: Math.abs(basket.balance.value), about: reason }))) return false;
			if (!desk().training) await recordVoid(desk(), { id: basket.cart.value.id, draft: basket.draft.value, totals: basket.totals.value }, reason);
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
		const id = newId();
		try {
			if (!(await may({ action: "no_sale", of: id, about: reason }))) return;
			if (await openDrawer(desk(), reason, id)) notices.say({ tone: "info", title: t("drawer.opened") });
			else problem(t("drawer.away"));
		} catch (error) {
			problem(t("drawer.failed", { reason: wordsOf(error) }));
		}
	}
	async function mayTakeOut(about: string): Promise<boolean> {
		const { id, begun } = basket.cart.value;
		return !begun || may({ action: "remove_line", of: id, about });
	}
	async function remove(key: number): Promise<void> {
		const wanted = basket.cart.value.lines.find((one) => one.key === key);
		if (!wanted || (basket.cart.value.begun && !(await mayTakeOut(wanted.line.name)))) return;
		const before = basket.cart.value;
		const line = before.lines.find((one) => one.key === key);
		if (!line) return;
		basket.remove(key);
		const action = { label: t("undo"), run: () => basket.restore(before, key) };
		notices.say({ tone: "info", title: t("cart.removed", { name: line.line.name }), action });
	}
	async function less(key: number): Promise<void> {
		const found = basket.cart.value.lines.find((one) => one.key === key);
		if (!found) return;
		if (parseDecimal(found.line.quantity) <= SCALE) return remove(key);
		if (basket.cart.value.begun && !(await mayTakeOut(found.line.name))) return;
		basket.change(key, -1);
	}
	return { voidSale, isVoiding: () => voiding, openDrawer: drawer, remove: (key) => void remove(key), less: (key) => void less(key), mayTakeOut, problem };
}
