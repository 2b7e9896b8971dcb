// Small things this browser keeps between starts (enrolment, open cart, settings), and the one IndexedDB they live in.
// Never holds an entry: IndexedDB can be wiped by the browser, the daybook lives elsewhere.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";

const DATABASE = "posbridge";
const VERSION = 1;

interface Shelves extends DBSchema {
	kept: { key: string; value: unknown };
	catalogue: { key: string; value: unknown };
}

let opened: Promise<IDBPDatabase<Shelves>> | undefined;

/** One connection for the whole page; a failed opening is tried again by the next caller. */
export function database(): Promise<IDBPDatabase<Shelves>> {
	opened ??= openDB<Shelves>(DATABASE, VERSION, {
		upgrade(db) {
			db.createObjectStore("kept");
			db.createObjectStore("catalogue");
		},
		terminated() {
			opened = undefined;
		},
	}).catch((error: unknown) => {
		opened = undefined;
		throw error;
	});
	return opened;
}

/** What was kept under `name`; the caller vouches for its type because it alone writes it. */
export async function readKept<T>(name: string): Promise<T | undefined> {
	return (await (await database()).get("kept", name)) as T | undefined;
}

/** Values must be structured-cloneable: pass plain data, not Vue proxies. */
export async function keep(name: string, value: unknown): Promise<void> {
	await (await database()).put("kept", value, name);
}

export async function forget(name: string): Promise<void> {
	await (await database()).delete("kept", name);
}
