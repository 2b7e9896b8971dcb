// How much more the browser lets this till keep, and when that is too little.
// Never frees any: what may go is the business of whoever keeps it.

/** Below this a person has to make room: some ten thousand sales, or one catalogue. */
export const LITTLE_ROOM_BYTES = 64 * 1024 * 1024;

export function hasLittleRoom({ freeBytes }: { readonly freeBytes?: number | undefined }): boolean {
	return freeBytes !== undefined && freeBytes < LITTLE_ROOM_BYTES;
}

/** Undefined where the browser does not say. */
export async function freeBytes(storage: StorageManager | undefined = navigator.storage): Promise<number | undefined> {
	const { quota, usage } = (await storage?.estimate?.()) ?? {};
	return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage);
}

/** As people count them. */
export function megabytes(bytes = 0): string {
	return String(Math.floor(bytes / 1_000_000));
}
