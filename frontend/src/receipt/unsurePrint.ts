// A print of which nobody knows whether it came out: a person looks at the paper and says so, or has it printed again.
// Never prints again by itself; a receipt that may exist twice is recorded as a reprint first, and its paper is marked.

import { comesBack, isTraining, numberOf, type Entry } from "@/core/entry";
import { PosBridgeError } from "@/core/errors";
import { recordReprint } from "@/till/checkout";
import type { Till } from "@/till/till";

type Around = Pick<Till, "people" | "desk">;

/** What a person decided; one that is decided already stays as it is. Rejects, in words, if it can't be recorded or told. */
export async function settlePrint(till: Around, job: string, printed: boolean): Promise<void> {
	if (!printed && !(await mayRepeat(till, job))) return;
	try {
		await till.desk().agent.ask({ op: "settle_print", job, printed });
	} catch (error) {
		if (!(error instanceof PosBridgeError && error.code === "not_unsure")) throw error;
	}
}

/** Recorded when it resolves, where it is a receipt that counts; false where the cashier's role does not allow it. */
async function mayRepeat({ people, desk }: Around, job: string): Promise<boolean> {
	const [id = "", what] = job.split(":");
	const stored = what === "receipt" ? await desk().daybook.find(id) : undefined;
	const of = stored && receiptOf(stored.entry);
	if (!stored || of === undefined) return true;
	if (!(await people.may({ action: "reprint", of, about: numberOf(stored.entry) }))) return false;
	await recordReprint(desk(), of);
	return true;
}

/** Whose receipt it is; undefined where nothing of it counts. */
function receiptOf(entry: Entry): string | undefined {
	if (entry.kind === "reprint") return (entry.body as { of?: string }).of;
	const counts = entry.kind === "sale" || entry.kind === "credit_issue" || comesBack(entry);
	return counts && !isTraining(entry) ? entry.id : undefined;
}
