// The count of an open shift while it is being typed: a customer may come in the middle of it.
// Kept as long as the page lives, and never longer: a drawer that was sold from since is counted anew.

import { reactive } from "vue";
import type { Count } from "@/core/report/bodies";
import { emptyDraft, type CountDraft } from "@/shift/count/draft";

export interface Counting {
	readonly draft: CountDraft;
	/** The last entry that had moved money when the count began. */
	movedBefore: string | undefined;
	/** What was counted when it was first compared. */
	first: readonly Count[] | undefined;
}

const counts = new Map<string, Counting>();

export function countOf(shift: string): Counting {
	const known = counts.get(shift) ?? { draft: reactive(emptyDraft()), movedBefore: undefined, first: undefined };
	counts.set(shift, known);
	return known;
}

export function forgetCount(shift: string): void {
	counts.delete(shift);
}
