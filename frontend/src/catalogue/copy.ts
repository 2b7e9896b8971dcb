// The catalogue's second copy, in files: browsers lose whole IndexedDBs when they are killed (google/leveldb#1287), and
// a till without a network must sell after that, too. Never put back while IndexedDB has the catalogue.

import { NO_PREVIOUS, chainHash } from "@/core/entry";
import type { Snapshot } from "@/server/api";
import type { Changes } from "@/server/changes";
import type { Customer } from "@/server/customers";

const COPY_FOLDER = "catalogue";
const END = /^"end [0-9a-f]{64}"$/;
const END_CHARACTERS = 70;
const MAX_HEAD_BYTES = 4_096;

/** The items as they were loaded, or what came since then. Each has two files: what is being written is never the only one. */
export type Part = "snapshot" | "changes";

export interface Catalogued {
	readonly manifest: Snapshot;
	/** The chunks' texts, in their order. */
	readonly texts: readonly string[];
	/** The company's answers since, in their order. */
	readonly changes: readonly Changes[];
	readonly customers: readonly Customer[];
}

/** The first line of a file. */
export interface Head {
	/** The higher one of two whole files counts. */
	readonly generation: number;
	/** Says of what state it is a copy: an equal one needs no writing. */
	readonly state: string;
}

/** A line of JSON each, so that no line holds a line break; the last one has the hash of all before it. */
export async function fileOf(head: Head, values: readonly unknown[]): Promise<string> {
	const text = [head, ...values].map((value) => `${JSON.stringify(value)}\n`).join("");
	return text + (await endOf(text));
}

async function endOf(text: string): Promise<string> {
	return JSON.stringify(`end ${await chainHash(NO_PREVIOUS, text)}`);
}

/** Undefined unless it was written to its end; whether all of it is right says its hash, when it is read. */
async function headOf(file: Blob): Promise<Head | undefined> {
	const [start, end] = await Promise.all([file.slice(0, MAX_HEAD_BYTES).text(), file.slice(-END_CHARACTERS).text()]);
	if (!END.test(end)) return undefined;
	try {
		return JSON.parse(start.split("\n")[0] ?? "") as Head;
	} catch {
		return undefined;
	}
}

export interface Newest {
	/** The newer of a part's whole files. */
	readonly file: Blob | undefined;
	readonly head: Head | undefined;
	/** Where the next one belongs. */
	readonly next: string;
}

export async function newest(part: Part, fileAt: (name: string) => Promise<Blob | undefined>): Promise<Newest> {
	const names = [`${part}.0`, `${part}.1`] as const;
	const files = await Promise.all(names.map(fileAt));
	const heads = await Promise.all(files.map((file) => file && headOf(file)));
	const best = (heads[1]?.generation ?? 0) > (heads[0]?.generation ?? 0) ? 1 : 0;
	if (!heads[best]) return { file: undefined, head: undefined, next: names[0] };
	return { file: files[best], head: heads[best], next: names[1 - best] ?? "" };
}

/** Of what items a file is a copy. */
export function snapshotState({ snapshot }: Snapshot): string {
	return snapshot;
}

/** How far the changes of a file go. */
export function changesState({ snapshot }: Snapshot, changes: readonly Changes[]): string {
	return `${snapshot} ${changes.length} ${changes.at(-1)?.cursor ?? ""}`;
}

/** What the files hold; undefined if they hold no whole catalogue. */
export async function readCopy(folder: FileSystemDirectoryHandle | undefined): Promise<Catalogued | undefined> {
	if (!folder) return undefined;
	const fileAt = async (name: string): Promise<Blob | undefined> => (await folder.getFileHandle(name).catch(() => undefined))?.getFile();
	const [items, since] = await Promise.all([newest("snapshot", fileAt), newest("changes", fileAt)]);
	const [manifest, ...texts] = (await valuesOf(items)) as [Snapshot?, ...string[]];
	if (!manifest || texts.length !== manifest.chunks) return undefined;
	const fits = since.head?.state.startsWith(`${manifest.snapshot} `);
	const [changes = [], customers = []] = (fits ? await valuesOf(since) : []) as [Changes[]?, Customer[]?];
	return { manifest, texts, changes, customers };
}

async function valuesOf({ file }: Newest): Promise<unknown[]> {
	const whole = (await file?.text()) ?? "";
	const text = whole.slice(0, -END_CHARACTERS);
	if (whole === "" || whole !== text + (await endOf(text))) return [];
	return text.split("\n").slice(1, -1).map((line) => JSON.parse(line) as unknown);
}

/** Undefined where there is none, or no such file system. */
export async function copyFolder(create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
	const root = await globalThis.navigator?.storage?.getDirectory?.();
	try {
		return await root?.getDirectoryHandle(COPY_FOLDER, { create });
	} catch (error) {
		if (error instanceof DOMException && error.name === "NotFoundError") return undefined;
		throw error;
	}
}
