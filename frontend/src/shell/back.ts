// The browser's back button and back swipe: one step back in the till, never out of it in the middle of a sale.
// Never changes what was given or recorded.

import type { Till } from "@/till/till";

/** Listens until the returned function is called. */
export function listenToBack(till: Till): () => void {
	const stay = (): void => history.pushState({ till: true }, "");
	const onBack = (): void => {
		stay();
		if (till.panel.value !== undefined) till.panel.value = undefined;
		else if (till.screen.value === "pay") till.leavePay();
	};
	stay();
	window.addEventListener("popstate", onBack);
	return () => window.removeEventListener("popstate", onBack);
}
