// Small things this browser keeps between starts (enrolment, open cart, settings), and the one IndexedDB they live in.
// Never holds an entry: IndexedDB can be wiped by the browser, the daybook lives elsewhere. So does a copy of the enrolment.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { Retryable } from "@/core/errors";
import type { Customer } from "@/server/customers";
import type { Changes } from "@/server/changes";

const DATABASE = "posbridge";
/** An older release can't open what a newer one raised this for: think of setting back. */
const VERSION = 2;
/** Which till this browser is. */
export const KEPT_ENROLMENT = "enrolment";
export const OPEN_TIMEOUT_MS = 3_000;
const OPEN_TRIES = 3;

/** What the company said after a snapshot, in the order it came. */
export interface KeptChanges {
	/** The snapshot that it lies over. */
	readonly snapshot: string;
	readonly changes: Changes;
}

interface Shelves extends DBSchema {
	kept: { key: string; value: unknown };
	catalogue: { key: string; value: unknown };
	changes: { key: number; value: KeptChanges };
	customers: { key: string; value: Customer };
}

let opened: Promise<IDBPDatabase<Shelves>> | undefined;

/** One connection for the whole page; a failed opening is tried again by the next caller. */
export function database(): Promise<IDBPDatabase<Shelves>> {
	opened ??= open().catch((error: unknown) => {
		opened = undefined;
		throw error;
	});
	return opened;
}

/** Chromium never answers a request that was under way while its storage was cleared: then it is asked again. */
async function open(): Promise<IDBPDatabase<Shelves>> {
	for (let tries = 1; tries <= OPEN_TRIES; tries++) {
		const connection = await inTime(openOnce());
		if (connection) return connection;
	}
	throw new Retryable("The browser's storage does not answer. Close other tabs, then reload.", "storage_silent");
}

/** Undefined if it took too long; what comes later is closed. */
async function inTime(opening: Promise<IDBPDatabase<Shelves>>): Promise<IDBPDatabase<Shelves> | undefined> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), OPEN_TIMEOUT_MS)));
	try {
		const connection = await Promise.race([opening, late]);
		if (!connection) opening.then((one) => one.close(), () => undefined);
		return connection;
	} finally {
		clearTimeout(timer);
	}
}

function openOnce(): Promise<IDBPDatabase<Shelves>> {
	return new Promise((resolve, reject) => {
		openDB<Shelves>(DATABASE, VERSION, {
			/** Each step adds to what is there; nothing that an older page kept is lost. */
			upgrade(db, before) {
				if (before < 1) db.createObjectStore("kept");
				if (before < 1) db.createObjectStore("catalogue");
				if (before < 2) db.createObjectStore("changes", { autoIncrement: true });
				if (before < 2) db.createObjectStore("customers", { keyPath: "customer" });
			},
			blocked() {
				reject(new Retryable("Another tab runs an older version of the till. Close it, then try again.", "older_tab"));
			},
			blocking(_current, _wanted, event) {
				(event.target as IDBDatabase).close();
				opened = undefined;
			},
			terminated() {
				opened = undefined;
			},
		}).then(resolve, reject);
	});
}

/** What was kept under `name`; the caller vouches for its type because it alone writes it. */
export async function readKept<T>(name: string): Promise<T | undefined> {
	return (await (await database()).get("kept", name)) as T | undefined;
}

/** Values must be structured-cloneable: pass plain data, not Vue proxies. */
export async function keep(name: string, value: unknown): Promise<void> {
	await (await database()).put("kept", value, name);
}

/**
 * For what a till can't start without: also in a file, for browsers lose whole IndexedDBs when they are killed
 * (google/leveldb#1287). The file is replaced as a whole. JSON only.
 */
export async function keepTwice(name: string, value: unknown): Promise<void> {
	await keep(name, value);
	const file = await (await keptFolder())?.getFileHandle(fileNameOf(name), { create: true });
	const out = await file?.createWritable();
	await out?.write(JSON.stringify(value));
	await out?.close();
}

/** From IndexedDB, else from the file; a file that was not written to its end is as good as none. */
export async function readKeptTwice<T>(name: string): Promise<T | undefined> {
	const kept = await readKept<T>(name);
	if (kept !== undefined) return kept;
	try {
		const file = await (await keptFolder())?.getFileHandle(fileNameOf(name));
		return file && (JSON.parse(await (await file.getFile()).text()) as T);
	} catch (error) {
		if (error instanceof SyntaxError || (error instanceof DOMException && error.name === "NotFoundError")) return undefined;
		throw error;
	}
}

/** Undefined where there is no such file system: then IndexedDB alone has to do. */
async function keptFolder(): Promise<FileSystemDirectoryHandle | undefined> {
	const root = await globalThis.navigator?.storage?.getDirectory?.();
	return root?.getDirectoryHandle("kept", { create: true });
}

function fileNameOf(name: string): string {
	return `${encodeURIComponent(name)}.json`;
}

export async function forget(name: string): Promise<void> {
	await (await database()).delete("kept", name);
}
