// What a daybook hands out: entries with their place and the company's answer, and how the daybook stands.
// Values only.

import type { Entry, Head, WireEntry } from "@/core/entry";
import type { PushResult } from "@/server/api";

export interface StoredEntry {
	readonly entry: Entry;
	readonly wire: WireEntry;
	/** Orders entries as they were written: pass it as `after` to go on behind one. */
	readonly position: number;
	/** What the company said; absent until it answered. */
	readonly result?: PushResult;
}

/** What the next hop gets of an entry. */
export type Sendable = Pick<StoredEntry, "wire" | "position"> & { readonly id: string };

/** An entry that the agent or the company gave back; `result` is what the company said, if that is known. */
export interface Restored {
	readonly wire: WireEntry;
	readonly result?: PushResult;
}

export interface RecordAnswer {
	readonly entry: Entry;
	readonly wire: WireEntry;
	readonly outcome: "created" | "exists";
}

export interface BookStatus {
	readonly head: Head | undefined;
	readonly epoch: number;
	readonly unsentCount: number;
	readonly oldestUnsentAt: string | undefined;
	/** The open shift, as the entries say it. */
	readonly shift: string | undefined;
}

/** A shift with what begins and ends it, as far as that is here. */
export interface KnownShift {
	readonly shift: string;
	readonly opening?: StoredEntry;
	readonly closing?: StoredEntry;
}
