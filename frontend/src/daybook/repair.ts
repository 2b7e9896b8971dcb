// What a segment's reading found: damage kept in a second file before anything is cut, and said in words.
// Never changes a segment.

import type { LogFile } from "@/daybook/file";
import type { LogReading, Span } from "@/daybook/log";
import type { Shelf } from "@/daybook/shelf";

export interface BookReport {
	readonly entries: number;
	/** Bytes of a torn write that were cut from the end (and kept aside). */
	readonly cutBytes: number;
	/** Bytes that do not verify (and were kept aside). */
	readonly damagedBytes: number;
	readonly newChain: boolean;
	/** For the cashier; empty if all was well. */
	readonly words: readonly string[];
}

/** The second file gets the bytes behind a line that says where they were, and is flushed before anything is cut. */
export function keepAside(file: LogFile, aside: LogFile, reading: LogReading): void {
	for (const span of reading.torn ? [...reading.damaged, reading.torn] : reading.damaged) {
		const bytes = new Uint8Array(span.to - span.from);
		file.read(bytes, { at: span.from });
		const title = new TextEncoder().encode(`\n# bytes ${span.from} to ${span.to} of the log\n`);
		aside.write(title, { at: aside.getSize() });
		aside.write(bytes, { at: aside.getSize() });
		aside.flush();
	}
}

export function reportOf(reading: LogReading, shelf: Shelf, fresh: boolean): BookReport {
	const cutBytes = reading.torn ? lengthOf([reading.torn]) : 0;
	const damagedBytes = lengthOf(reading.damaged);
	const words: string[] = [];
	if (cutBytes > 0) words.push(`A write that was interrupted (${cutBytes} bytes) was cut; nothing confirmed was lost.`);
	if (damagedBytes > 0) {
		words.push(`${damagedBytes} bytes of the daybook were damaged. They are kept aside; tell your support.`);
	} else if (shelf.broken) words.push("An entry is missing in the daybook. A new chain was started; tell your support.");
	return { entries: shelf.entryCount, cutBytes, damagedBytes, newChain: fresh, words };
}

export function lengthOf(spans: readonly Span[]): number {
	return spans.reduce((sum, span) => sum + span.to - span.from, 0);
}
