// A file in the origin-private file system by its synchronous handle: append, flush, answer.

const BUSY_MS = 50;
let file;

/** A browser that was killed lets go of its files a moment later. */
async function opened() {
	const folder = await navigator.storage.getDirectory();
	const handle = await folder.getFileHandle("shelf.log", { create: true });
	for (;;) {
		try {
			return await handle.createSyncAccessHandle();
		} catch (error) {
			if (error.name !== "NoModificationAllowedError") throw error;
			await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
		}
	}
}

self.onmessage = async ({ data: { op, line } }) => {
	if (op === "open") {
		file = await opened();
		// A torn end is cut, as any log must: the next line would grow out of it.
		const text = read();
		file.truncate(new TextEncoder().encode(text.slice(0, text.lastIndexOf("\n") + 1)).length);
		file.flush();
	} else if (op === "clear") {
		file.truncate(0);
		file.flush();
	} else if (op === "append") {
		file.write(new TextEncoder().encode(line), { at: file.getSize() });
		file.flush();
	}
	self.postMessage(op === "read" ? read() : op);
};

function read() {
	const bytes = new Uint8Array(file.getSize());
	file.read(bytes, { at: 0 });
	return new TextDecoder().decode(bytes);
}
