// Appends to a file in the origin-private file system and flushes: the least that makes a sale durable in a page.

const folder = await navigator.storage.getDirectory();
const file = await (await folder.getFileHandle("bare.log", { create: true })).createSyncAccessHandle();

self.onmessage = ({ data }) => {
	file.write(data, { at: file.getSize() });
	file.flush();
	self.postMessage("kept");
};
