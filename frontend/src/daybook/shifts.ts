// Which shifts a till had and which one is open, by their entries alone, in whatever order those are read.
// Never adds anything up, and never takes a till's word for it beside the entries.

import type { Entry } from "@/core/entry";

/** Shifts that are handed out with their opening and closing. */
export const LISTED_SHIFTS = 10;
/** Business dates of an open shift whose entries are not left behind. */
export const CARRIED_SHIFT_DAYS = 31;
const EPOCH_REACH = 2 ** 32;

export interface ShiftPlaces {
	readonly shift: string;
	/** Ids of its entries; absent where they are not here. */
	readonly opening?: string;
	readonly closing?: string;
}

interface Known {
	/** Orders of the first and the last entry that is the shift's opening or closing, or names it. */
	first: number;
	last: number;
	opening?: string;
	closing?: { readonly id: string; readonly order: number };
}

/** Orders a till's entries over all of its chains. */
export function orderOf({ epoch, sequence }: Pick<Entry, "epoch" | "sequence">): number {
	return epoch * EPOCH_REACH + sequence;
}

export class Shifts {
	private readonly known = new Map<string, Known>();

	add(entry: Entry): void {
		const order = orderOf(entry);
		if (entry.kind === "shift_open") this.note(entry.id, order).opening = entry.id;
		const { shift } = entry.body as { readonly shift?: unknown };
		if (typeof shift !== "string" || shift === "") return;
		const known = this.note(shift, order);
		// Of two closings the first one counts.
		if (entry.kind === "shift_close" && order <= (known.closing?.order ?? order)) known.closing = { id: entry.id, order };
	}

	/** An older segment says that this one was open; its entries are still to be read. */
	goesOn(shift: string, order: number): void {
		this.note(shift, order);
	}

	/** The shift that was opened last, unless it was closed: an older one that nobody closed ended there. */
	get open(): string | undefined {
		const [newest] = this.newestFirst();
		return newest && !newest[1].closing ? newest[0] : undefined;
	}

	get listed(): ShiftPlaces[] {
		return this.newestFirst().slice(0, LISTED_SHIFTS).map(([shift, { opening, closing }]) => ({
			shift, ...(opening !== undefined && { opening }), ...(closing && { closing: closing.id }),
		}));
	}

	/** Orders from the shift's first entry to its last; an open one has no last. */
	spanOf(shift: string | undefined): readonly [number, number] {
		const known = shift === undefined ? undefined : this.known.get(shift);
		if (!known) return [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
		return [known.first, shift === this.open ? Number.POSITIVE_INFINITY : known.last];
	}

	private newestFirst(): [string, Known][] {
		return [...this.known].sort(([, one], [, other]) => other.first - one.first);
	}

	private note(shift: string, order: number): Known {
		const known = this.known.get(shift) ?? { first: order, last: order };
		known.first = Math.min(known.first, order);
		known.last = Math.max(known.last, order);
		this.known.set(shift, known);
		return known;
	}
}
