// Goods that are told apart: the batch that they came from, and their serial numbers.
// Never knows where one of them is; that is the company's matter.

import { Rejected } from "@/core/errors";
import { SCALE, parseDecimal, roundRatio } from "@/core/money";

const MAX_SERIALS = 1000;
/** Characters of a batch's or a serial number. */
export const MAX_TRACKED_NAME = 140;

export interface Tracked {
	readonly item: string;
	readonly quantity: string;
	readonly conversion?: string;
	readonly batch?: string;
	readonly serials?: readonly string[];
}

/** What is wrong with a line's batch or serial numbers in words, "" if nothing is. */
export function trackedFaultOf({ quantity, conversion = "1", batch = "", serials = [] }: Tracked): string {
	if (serials.some((serial) => !serial || [...serial].length > MAX_TRACKED_NAME || serial !== serial.trim())) {
		return "a serial number is empty, too long, or has blanks around it.";
	}
	if ([...batch].length > MAX_TRACKED_NAME || batch !== batch.trim()) {
		return "the batch's number is too long, or has blanks around it.";
	}
	if (serials.length > MAX_SERIALS) return `it has more than ${MAX_SERIALS} serial numbers.`;
	const stock = stockOf(quantity, conversion);
	const wanted = BigInt(serials.length) * SCALE;
	if (serials.length > 0 && stock !== wanted && -stock !== wanted) {
		return "it has not as many serial numbers as its quantity in stock units.";
	}
	return "";
}

/** Stock units in a quantity, times 10^9. */
export function stockOf(quantity: string, conversion = "1"): bigint {
	return roundRatio(parseDecimal(quantity) * parseDecimal(conversion), SCALE, "commercial", 0);
}

/** As a receipt shows them, for a warranty asks for them; "" without any. */
export function serialsText({ serials = [] }: Pick<Tracked, "serials">): string {
	return serials.length > 0 ? `S/N ${serials.join(", ")}` : "";
}

/** Raises Rejected if an item's serial number stands twice in one ticket. */
export function checkSerials(lines: readonly Tracked[]): void {
	const seen = new Map<string, Set<string>>();
	for (const { item, serials = [] } of lines) {
		const ofItem = seen.get(item) ?? new Set<string>();
		seen.set(item, ofItem);
		for (const serial of serials) {
			if (ofItem.has(serial)) throw new Rejected(`The serial number ${serial} of ${item} is on the ticket twice.`);
			ofItem.add(serial);
		}
	}
}

/** Whether batch and serials that come back can be those sold; what one of both doesn't say, it may be. */
export function cameFrom(back: Tracked, sold: Tracked): boolean {
	const sameBatch = !back.batch || !sold.batch || back.batch === sold.batch;
	const serials = new Set(sold.serials ?? []);
	return sameBatch && (serials.size === 0 || (back.serials ?? []).every((serial) => serials.has(serial)));
}
