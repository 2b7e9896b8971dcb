// The worker that copies the catalogue from IndexedDB into files, and is gone when that is done.
// Never writes over the newer of two whole files.

import { changesState, copyFolder, fileOf, newest, snapshotState, type Part } from "@/catalogue/copy";
import { readSince, readTexts } from "@/catalogue/store";
import { Rejected, wordsOf } from "@/core/errors";
import { writeAll } from "@/daybook/file";
import { freeBytes, hasLittleRoom } from "@/offline/room";

const LOCK = "posbridge-catalogue-copy";

self.onmessage = () => {
	navigator.locks.request(LOCK, copy).then(() => self.postMessage(""), (error: unknown) => self.postMessage(wordsOf(error)));
};

async function copy(): Promise<void> {
	const [since, folder] = await Promise.all([readSince(), copyFolder(true)]);
	if (!since || !folder) throw new Rejected("There is no whole catalogue to copy yet.", "no_catalogue");
	const { manifest, changes, customers } = since;
	await bringUpToDate(folder, "snapshot", snapshotState(manifest), async () => [manifest, ...(await readTexts(manifest))]);
	await bringUpToDate(folder, "changes", changesState(manifest, changes), async () => [changes, customers]);
}

async function bringUpToDate(
	folder: FileSystemDirectoryHandle, part: Part, state: string, values: () => Promise<readonly unknown[]>,
): Promise<void> {
	const { head, next } = await newest(part, async (name) => (await folder.getFileHandle(name, { create: true })).getFile());
	if (head?.state === state) return;
	const text = await fileOf({ generation: (head?.generation ?? 0) + 1, state }, await values());
	await write(await folder.getFileHandle(next), text);
}

/** Sales come first: a copy that would leave them little room is not made. */
async function leaveRoom(bytes: number): Promise<void> {
	const free = await freeBytes();
	if (free !== undefined && hasLittleRoom({ freeBytes: free - bytes })) {
		throw new Rejected("The browser has too little room to keep the items twice. Free disk space.", "storage");
	}
}

async function write(handle: FileSystemFileHandle, text: string): Promise<void> {
	const file = await handle.createSyncAccessHandle();
	try {
		const bytes = new TextEncoder().encode(text);
		await leaveRoom(bytes.length);
		file.truncate(0);
		writeAll(file, bytes);
		file.flush();
	} catch (error) {
		// Half a copy is none, and takes the room that sales need.
		file.truncate(0);
		throw error;
	} finally {
		file.close();
	}
}
