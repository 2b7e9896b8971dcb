// The worker that copies the catalogue from IndexedDB into files, and is gone when that is done.
// Never writes over the newer of two whole files.

import { changesState, copyFolder, fileOf, newest, snapshotState, type Part } from "@/catalogue/copy";
import { readSince, readTexts } from "@/catalogue/store";
import { Rejected, wordsOf } from "@/core/errors";

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
	const text = fileOf({ generation: (head?.generation ?? 0) + 1, state }, await values());
	await write(await folder.getFileHandle(next), text);
}

async function write(handle: FileSystemFileHandle, text: string): Promise<void> {
	const file = await handle.createSyncAccessHandle();
	try {
		const bytes = new TextEncoder().encode(text);
		file.truncate(0);
		const written = file.write(bytes, { at: 0 });
		if (written !== bytes.length) throw new Error(`${written} of ${bytes.length} bytes were written`);
		file.flush();
	} finally {
		file.close();
	}
}
