// Cuts what is to be sent into batches that every hop takes.
// Never reorders, and never leaves an entry out: one that is too large goes alone.

import { MAX_PUSH_BYTES } from "@/core/entry";
import type { Sendable } from "@/daybook/book";

export const BATCH_ENTRIES = 100;
/** As JSON in UTF-8; half of what a hop takes, so that the frame around it never matters. */
export const BATCH_BYTES = MAX_PUSH_BYTES / 2;

/** In order, each below BATCH_BYTES (or one entry). */
export function* batches(entries: readonly Sendable[]): Generator<readonly Sendable[]> {
	let batch: Sendable[] = [];
	let bytes = 0;
	for (const entry of entries) {
		const size = new TextEncoder().encode(JSON.stringify(entry.wire)).length;
		if (batch.length > 0 && bytes + size > BATCH_BYTES) {
			yield batch;
			[batch, bytes] = [[], 0];
		}
		batch.push(entry);
		bytes += size;
	}
	if (batch.length > 0) yield batch;
}
