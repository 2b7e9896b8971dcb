// The catalogue's shelf in IndexedDB: chunks as the texts they were received as, the manifest of the whole ones, and
// what changed since, answer by answer. Never holds a manifest whose chunks are not all there.
// If the browser lost it all, the copy in files is put back first.

import type { KeptStart } from "@/catalogue/columns";
import { copyFolder, readCopy, type Catalogued } from "@/catalogue/copy";
import type { Enrolment, Snapshot } from "@/server/api";
import { Rejected } from "@/core/errors";
import type { Changes } from "@/server/changes";
import { customersOf } from "@/server/customers";
import { KEPT_ENROLMENT, database, readKeptTwice, type KeptChanges } from "@/server/kept";

const MANIFEST = "manifest";
const START = "start";

export interface CatalogueShelf {
	/** The snapshot that can be sold from, if there is a whole one; what the browser lost is put back first. */
	manifest(): Promise<Snapshot | undefined>;
	/** All chunks in their order; fewer than the snapshot names if the browser lost some. */
	texts(snapshot: Snapshot): Promise<readonly string[]>;
	/** What a start needs first, of whatever snapshot; undefined if an older page kept none. */
	start(): Promise<KeptStart | undefined>;
	keepStart(start: KeptStart): Promise<void>;
	/** The chunks that an interrupted download has kept. */
	kept(snapshot: Snapshot): Promise<ReadonlyMap<number, string>>;
	keepChunk(snapshot: Snapshot, chunk: number, text: string): Promise<void>;
	/** Call once all chunks are kept: makes the snapshot the one to start from, and drops the others. */
	finish(snapshot: Snapshot): Promise<void>;
	/** What changed since this snapshot, in its order. */
	changes(snapshot: Snapshot): Promise<readonly Changes[]>;
	/** Behind those that are there, or as `merged` in their place. */
	keepChanges(snapshot: Snapshot, changes: Changes, merged?: Changes): Promise<void>;
}

export class CatalogueStore implements CatalogueShelf {
	private readonly ahead = new Map<string, Promise<unknown>>();

	/** Begins to read what the first `manifest` and the first `start` will ask for. */
	readAhead(): void {
		for (const key of [MANIFEST, START]) {
			const reading = this.read(key);
			// Whoever asks hears of a failure.
			reading.catch(() => undefined);
			this.ahead.set(key, reading);
		}
	}

	private async read(key: string): Promise<unknown> {
		const reading = this.ahead.get(key);
		this.ahead.delete(key);
		return reading ?? (await database()).get("catalogue", key);
	}

	async manifest(): Promise<Snapshot | undefined> {
		const kept = (await this.read(MANIFEST)) as Snapshot | undefined;
		// A copy that can't be put back is none: then the company is asked.
		return kept ?? (await putBack().catch(() => undefined));
	}

	async texts(snapshot: Snapshot): Promise<readonly string[]> {
		return (await (await database()).getAll("catalogue", rangeOf(snapshot))) as string[];
	}

	async start(): Promise<KeptStart | undefined> {
		return (await this.read(START)) as KeptStart | undefined;
	}

	async keepStart(start: KeptStart): Promise<void> {
		await (await database()).put("catalogue", start, START);
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

	/** The company sends all customers anew after a snapshot, so those who left it are gone here, too. */
	async finish(snapshot: Snapshot): Promise<void> {
		const transaction = (await database()).transaction(["catalogue", "changes", "customers"], "readwrite");
		const catalogue = transaction.objectStore("catalogue");
		const ours = rangeOf(snapshot);
		const keys = await catalogue.getAllKeys();
		const others = keys.filter((key) => key !== MANIFEST && key !== START && !ours.includes(key));
		await Promise.all([
			catalogue.put(snapshot, MANIFEST),
			...others.map((key) => catalogue.delete(key)),
			transaction.objectStore("changes").clear(),
			transaction.objectStore("customers").clear(),
			transaction.done,
		]);
	}

	async changes(snapshot: Snapshot): Promise<readonly Changes[]> {
		return changesOf(snapshot, await (await database()).getAll("changes"));
	}

	/** One transaction: the cursor never stands before or behind what is kept. */
	async keepChanges({ snapshot }: Snapshot, changes: Changes, merged?: Changes): Promise<void> {
		const { customers, gone_customers = [], ...rest } = changes;
		const transaction = (await database()).transaction(["changes", "customers"], "readwrite");
		const shelf = transaction.objectStore("customers");
		await Promise.all([
			merged && transaction.objectStore("changes").clear(),
			transaction.objectStore("changes").add({ snapshot, changes: merged ?? rest }),
			...customersOf(customers).map((customer) => shelf.put(customer)),
			...gone_customers.map((customer) => shelf.delete(customer)),
			transaction.done,
		]);
	}
}

/** What a copy of the catalogue takes besides its texts; undefined while there is no whole one. */
export async function readSince(): Promise<Omit<Catalogued, "texts"> | undefined> {
	const transaction = (await database()).transaction(["catalogue", "changes", "customers"]);
	const manifest = (await transaction.objectStore("catalogue").get(MANIFEST)) as Snapshot | undefined;
	if (!manifest) return undefined;
	const [kept, customers] = await Promise.all([
		transaction.objectStore("changes").getAll(), transaction.objectStore("customers").getAll(),
	]);
	return { manifest, changes: changesOf(manifest, kept), customers };
}

/** Rejected if a newer snapshot took their place meanwhile. */
export async function readTexts(snapshot: Snapshot): Promise<readonly string[]> {
	const texts = await new CatalogueStore().texts(snapshot);
	if (texts.length === snapshot.chunks) return texts;
	throw new Rejected("The catalogue was renewed while it was copied.", "no_catalogue");
}

/** From the copy in files into IndexedDB; undefined if there is no copy, or it is another till's. */
async function putBack(): Promise<Snapshot | undefined> {
	const [copied, enrolment] = await Promise.all([copyFolder(false).then(readCopy), readKeptTwice<Enrolment>(KEPT_ENROLMENT)]);
	if (!copied || copied.manifest.till !== enrolment?.till || copied.manifest.company !== enrolment.company) return undefined;
	const { manifest, texts, changes, customers } = copied;
	const transaction = (await database()).transaction(["catalogue", "changes", "customers"], "readwrite");
	const catalogue = transaction.objectStore("catalogue");
	const newer = (await catalogue.get(MANIFEST)) as Snapshot | undefined;
	if (newer) return newer;
	await Promise.all([
		transaction.objectStore("changes").clear(),
		transaction.objectStore("customers").clear(),
		...texts.map((text, number) => catalogue.put(text, keyOf(manifest, number))),
		...changes.map((one) => transaction.objectStore("changes").add({ snapshot: manifest.snapshot, changes: one })),
		...customers.map((customer) => transaction.objectStore("customers").put(customer)),
		catalogue.put(manifest, MANIFEST),
		transaction.done,
	]);
	return manifest;
}

function changesOf({ snapshot }: Snapshot, kept: readonly KeptChanges[]): Changes[] {
	return kept.filter((one) => one.snapshot === snapshot).map(({ changes }) => changes);
}

/** Padded, so that the database's order is the chunks' order. */
function keyOf({ snapshot }: Snapshot, chunk: number): string {
	return `${snapshot}/${String(chunk).padStart(6, "0")}`;
}

function rangeOf({ snapshot }: Snapshot): IDBKeyRange {
	return IDBKeyRange.bound(`${snapshot}/`, `${snapshot}/~`);
}
