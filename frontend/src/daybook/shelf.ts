// What a log's records add up to, in memory: where each entry lies, what the company said, how far the chain is.
// Never holds an entry's text, so that a year of sales stays small.

import { NO_PREVIOUS, takesReceiptNumber, type Entry, type Head } from "@/core/entry";
import type { ReturnBody } from "@/core/returns";
import type { SaleBody } from "@/core/sale";
import type { ChainStart, LogRecord, Span } from "@/daybook/log";
import { CARRIED_SHIFT_DAYS, Shifts, orderOf } from "@/daybook/shifts";
import type { PushResult } from "@/server/api";

/** Bytes that a segment may have, so that one number orders places over all segments. */
export const SEGMENT_REACH = 2 ** 32;

/** An entry's place in its segment's file, and what is looked up without reading it. */
export interface Place extends Span {
	readonly segment: number;
	readonly id: string;
	readonly chain: string;
	readonly sequence: number;
	readonly hash: string;
	readonly businessDate: string;
	readonly occurredAt: string;
	readonly order: number;
	/** Its receipt's number, and the id of the sale that it takes back; absent where it has none. */
	readonly receipt?: string;
	readonly against?: string;
	/** Numbers of the credits that its tenders take from or add to; absent where there are none. */
	readonly credits?: readonly string[];
}

export class Shelf {
	start: ChainStart | undefined;
	/** A link of the current chain is missing: nothing may be added to it. */
	broken = false;
	/** The last entry in the file, of whatever chain. */
	last: Head | undefined;
	highestEpoch = 0;
	/** occurred_at of the entry that was written last. */
	lastAt: string | undefined;
	readonly shifts = new Shifts();
	private receipts = 0;
	private readonly places = new Map<string, Place>();
	private readonly answers = new Map<string, PushResult>();
	private waiting = new Map<string, Place>();

	/** `segment` is the number of the file that records are added from. */
	constructor(private segment: number) {}

	get entryCount(): number {
		return this.places.size;
	}

	get unsentCount(): number {
		return this.waiting.size;
	}

	/** The last entry of the current chain, undefined while it has none. */
	get head(): Head | undefined {
		return this.last?.chain === this.start?.chain ? this.last : undefined;
	}

	/** The counter of the current chain's last receipt. */
	get receiptCount(): number {
		return this.receipts;
	}

	/**
	 * What a new segment must bring along: what has no answer yet, all of the last `days` business dates, and what the
	 * open shift will be added up from.
	 */
	carried(days: number): Place[] {
		const dates = [...new Set([...this.places.values()].map((place) => place.businessDate))].sort();
		const [recent, ofShift] = [new Set(dates.slice(-days)), new Set(dates.slice(-CARRIED_SHIFT_DAYS))];
		const { open } = this.shifts;
		const [since] = this.shifts.spanOf(open);
		const isOfShift = ({ id, order, businessDate }: Place) => id === open || (order >= since && ofShift.has(businessDate));
		return [...this.places.values()]
			.filter((place) => recent.has(place.businessDate) || this.waiting.has(place.id) || isOfShift(place))
			.sort((one, other) => positionOf(one) - positionOf(other));
	}

	get oldestUnsent(): Place | undefined {
		return this.waiting.values().next().value;
	}

	place(id: string): Place | undefined {
		return this.places.get(id);
	}

	answer(id: string): PushResult | undefined {
		return this.answers.get(id);
	}

	/** Answers that a person should see: what was put aside, and what the books refused. */
	get troubled(): PushResult[] {
		return [...this.answers.values()].filter(({ state }) => state === "held" || state === "quarantined");
	}

	/** Entries without an answer that lie behind position `after`, in the order they were written. */
	unsent(limit: number, after: number): Place[] {
		const found: Place[] = [];
		for (const place of this.waiting.values()) {
			if (found.length >= limit) break;
			if (positionOf(place) > after) found.push(place);
		}
		return found;
	}

	placesOf(businessDate: string): Place[] {
		return [...this.places.values()].filter((place) => place.businessDate === businessDate);
	}

	/** From the shift's first entry to its last, in the order of the till's chains, with what lies between. */
	placesOfShift(shift: string): Place[] {
		const [first, last] = this.shifts.spanOf(shift);
		const found = [...this.places.values()].filter(({ order }) => first <= order && order <= last);
		return found.sort((one, other) => one.order - other.order);
	}

	/** What has this receipt number, then the returns of it, as they were written. */
	placesOfReceipt(number: string): Place[] {
		const all = [...this.places.values()];
		const inOrder = (found: Place[]): Place[] => found.sort((one, other) => positionOf(one) - positionOf(other));
		const named = inOrder(all.filter(({ receipt }) => receipt === number));
		const ids = new Set(named.map(({ id }) => id));
		return [...named, ...inOrder(all.filter(({ against }) => against !== undefined && ids.has(against)))];
	}

	/** What names this credit in a tender and is not known to be in the books. */
	unpostedOf(credit: string): Place[] {
		return [...this.places.values()].filter(({ id, credits }) => credits?.includes(credit) && this.answers.get(id)?.state !== "posted");
	}

	/** At most `limit` entries, the newest first, each as far behind it as twice the one before. */
	spread(limit: number): Head[] {
		const newestFirst = [...this.places.values()].sort((one, other) => other.order - one.order);
		const found = Array.from({ length: limit }, (_, step) => newestFirst[2 ** step - 1]);
		return found.flatMap((place) => (place ? { chain: place.chain, sequence: place.sequence, hash: place.hash } : []));
	}

	/** The last entry that was written to a segment. */
	lastIn(segment: number): Head | undefined {
		const places = [...this.places.values()].filter((place) => place.segment === segment);
		const [last] = places.sort((one, other) => other.from - one.from);
		return last && { chain: last.chain, sequence: last.sequence, hash: last.hash };
	}

	hashAt(chain: string, sequence: number): string | undefined {
		for (const place of this.places.values()) {
			if (place.chain === chain && place.sequence === sequence) return place.hash;
		}
		return undefined;
	}

	add(record: LogRecord): void {
		if (record.type === "chain") this.begin(record.start);
		else if (record.type === "entry") this.addEntry(record.entry, record.wire.hash, record);
		else for (const result of record.results) this.addAnswer(result);
	}

	/** A part of what another segment holds; once all was adopted, `sortWaiting` puts it into its order. */
	adopt(records: readonly LogRecord[], segment: number): void {
		for (const record of records) {
			if (record.type === "entry" && !this.places.has(record.entry.id)) {
				this.keepPlace(placeOf(record.entry, record.wire.hash, record, segment));
				this.shifts.add(record.entry);
				this.highestEpoch = Math.max(this.highestEpoch, record.entry.epoch);
			} else if (record.type === "answers") {
				// What a later segment says of an entry is newer.
				for (const result of record.results) if (!this.answers.has(result.id)) this.addAnswer(result);
			}
		}
	}

	sortWaiting(): void {
		this.waiting = new Map([...this.waiting].sort(([, one], [, other]) => positionOf(one) - positionOf(other)));
	}

	/** Records are added from `segment` now. */
	goOnIn(segment: number): void {
		this.segment = segment;
	}

	private begin(start: ChainStart): void {
		this.start = start;
		this.broken = false;
		this.receipts = start.goes_on?.receipts ?? 0;
		if (start.shift !== undefined) {
			this.shifts.goesOn(start.shift, orderOf({ epoch: start.epoch, sequence: start.goes_on?.sequence ?? 0 }));
		}
		this.lastAt = start.goes_on?.at ?? this.lastAt;
		if (start.goes_on) this.last = { chain: start.chain, sequence: start.goes_on.sequence, hash: start.goes_on.hash };
		this.highestEpoch = Math.max(this.highestEpoch, start.epoch);
	}

	private addEntry(entry: Entry, hash: string, span: Span): void {
		const { chain, sequence } = entry;
		this.keepPlace(placeOf(entry, hash, span, this.segment));
		this.shifts.add(entry);
		if (!this.follows(entry)) this.broken = true;
		this.last = { chain, sequence, hash };
		this.lastAt = entry.occurred_at;
		this.highestEpoch = Math.max(this.highestEpoch, entry.epoch);
		if (takesReceiptNumber(entry.kind)) this.receipts = Number(entry.receipt_number?.split("-").at(-1));
	}

	private keepPlace(place: Place): void {
		this.places.set(place.id, place);
		if (!this.answers.has(place.id)) this.waiting.set(place.id, place);
	}

	private follows({ chain, sequence, previous }: Entry): boolean {
		const expected = this.head ?? { sequence: 0, hash: NO_PREVIOUS };
		return chain === this.start?.chain && sequence === expected.sequence + 1 && previous === expected.hash;
	}

	private addAnswer(result: PushResult): void {
		this.answers.set(result.id, result);
		this.waiting.delete(result.id);
	}
}

/** Orders places over all segments; kept by whoever goes on behind one. */
export function positionOf({ segment, from }: Place): number {
	return segment * SEGMENT_REACH + from;
}

function placeOf(entry: Entry, hash: string, { from, to }: Span, segment: number): Place {
	const { id, chain, sequence, business_date: businessDate, occurred_at: occurredAt } = entry;
	const receipt = entry.receipt_number;
	const against = entry.kind === "return" ? (entry.body as Partial<ReturnBody>).against?.entry : undefined;
	const credits = creditsOf(entry);
	const named = {
		...(receipt !== undefined && { receipt }), ...(against !== undefined && { against }), ...(credits.length > 0 && { credits }),
	};
	return { id, chain, sequence, hash, businessDate, occurredAt, order: orderOf(entry), from, to, segment, ...named };
}

function creditsOf({ body }: Entry): readonly string[] {
	const { tenders = [] } = body as Partial<SaleBody>;
	return tenders.flatMap(({ credit }) => credit ?? []);
}
