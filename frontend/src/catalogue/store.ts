// The catalogue's shelf in IndexedDB: chunks as the texts they were received as, and the manifest of the whole ones.
// Never holds a manifest whose chunks are not all there.

import { database } from "@/server/kept";
import type { Snapshot } from "@/server/api";

const MANIFEST = "manifest";

export interface CatalogueShelf {
	/** The snapshot that can be sold from, if there is a whole one. */
	manifest(): Promise<Snapshot | undefined>;
	/** All chunks in their order; fewer than the snapshot names if the browser lost some. */
	texts(snapshot: Snapshot): Promise<readonly string[]>;
	/** The chunks that an interrupted download has kept. */
	kept(snapshot: Snapshot): Promise<ReadonlyMap<number, string>>;
	keepChunk(snapshot: Snapshot, chunk: number, text: string): Promise<void>;
	/** Call once all chunks are kept: makes the snapshot the one to start from, and drops the others. */
	finish(snapshot: Snapshot): Promise<void>;
}

export class CatalogueStore implements CatalogueShelf {
	async manifest(): Promise<Snapshot | undefined> {
		return (await (await database()).get("catalogue", MANIFEST)) as Snapshot | undefined;
	}

	async texts(snapshot: Snapshot): Promise<readonly string[]> {
		return (await (await database()).getAll("catalogue", rangeOf(snapshot))) as string[];
	}

	async kept(snapshot: Snapshot): Promise<ReadonlyMap<number, string>> {
		const transaction = (await database()).transaction("catalogue");
		const [keys, texts] = await Promise.all([
			transaction.store.getAllKeys(rangeOf(snapshot)),
			transaction.store.getAll(rangeOf(snapshot)),
		]);
		return new Map(keys.map((key, index) => [Number(key.split("/").at(-1)), texts[index] as string]));
	}

	async keepChunk(snapshot: Snapshot, chunk: number, text: string): Promise<void> {
		await (await database()).put("catalogue", text, keyOf(snapshot, chunk));
	}

	async finish(snapshot: Snapshot): Promise<void> {
		const transaction = (await database()).transaction("catalogue", "readwrite");
		const ours = rangeOf(snapshot);
		const keys = await transaction.store.getAllKeys();
		const others = keys.filter((key) => key !== MANIFEST && !ours.includes(key));
		await Promise.all([
			transaction.store.put(snapshot, MANIFEST),
			...others.map((key) => transaction.store.delete(key)),
			transaction.done,
		]);
	}
}

/** Padded, so that the database's order is the chunks' order. */
function keyOf({ snapshot }: Snapshot, chunk: number): string {
	return `${snapshot}/${String(chunk).padStart(6, "0")}`;
}

function rangeOf({ snapshot }: Snapshot): IDBKeyRange {
	return IDBKeyRange.bound(`${snapshot}/`, `${snapshot}/~`);
}
