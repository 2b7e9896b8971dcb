// The way through the till for somebody new: what is shown in which order, and whether this till has shown it.
// Never stands in the way of a sale: it is offered once, can be left at any step, and is found again in the menu.

import { shallowRef } from "vue";
import type { Word } from "@/words/words";

export interface Stop {
	/** What it is about, on the page; on a narrow one it may not be there. */
	readonly at: string;
	readonly title: Word;
	readonly text: Word;
}

export const STOPS: readonly Stop[] = [
	{ at: ".items .search", title: "tour.find", text: "tour.find_text" },
	{ at: ".items .view", title: "tour.tap", text: "tour.tap_text" },
	{ at: "section.panel", title: "tour.sale", text: "tour.sale_text" },
	{ at: "[data-testid=pay]", title: "tour.pay", text: "tour.pay_text" },
	{ at: "[data-testid=status]", title: "tour.status", text: "tour.status_text" },
	{ at: "[data-testid=menu]", title: "tour.menu", text: "tour.menu_text" },
];

const SETTING = "posbridge.tour";

export const tourOffered = shallowRef(localStorage.getItem(SETTING) === null);

/** From now on it is found in the menu only. */
export function tourSeen(): void {
	tourOffered.value = false;
	localStorage.setItem(SETTING, "seen");
}
