// The places in which a browser can keep a sale, each used as its makers say: records of a sale's size, one after the other.
// `append` tells `acknowledged` the highest number that its shelf has promised to keep, every few milliseconds.

/** News that come faster than they can be taken would still be on their way at the kill. */
const NEWS_MS = 3;
const RECORD = "s".repeat(1_500);
const textOf = (number) => `${number} ${RECORD}`;

class Database {
	constructor(durability) {
		this.durability = durability;
	}

	async open() {
		const opening = indexedDB.open("shelf", 1);
		opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
		this.database = await new Promise((resolve, reject) => {
			opening.onsuccess = () => resolve(opening.result);
			opening.onerror = () => reject(opening.error);
		});
	}

	put(number) {
		const transaction = this.database.transaction("kept", "readwrite", { durability: this.durability });
		transaction.objectStore("kept").put(textOf(number), number);
		return new Promise((resolve, reject) => {
			transaction.oncomplete = resolve;
			transaction.onabort = () => reject(transaction.error);
		});
	}

	async clear() {
		const transaction = this.database.transaction("kept", "readwrite");
		transaction.objectStore("kept").clear();
		await new Promise((resolve) => (transaction.oncomplete = resolve));
	}

	/** Numbers of what is there, whole. */
	async kept() {
		const store = this.database.transaction("kept").objectStore("kept");
		const [keys, texts] = await Promise.all([store.getAllKeys(), store.getAll()].map((request) =>
			new Promise((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(request.error);
			})));
		return keys.filter((number, at) => texts[at] === textOf(number));
	}
}

class File {
	async open() {
		this.worker = new Worker("./shelf_worker.js");
		await this.ask({ op: "open" });
	}

	ask(call) {
		return new Promise((resolve, reject) => {
			this.worker.onmessage = ({ data }) => resolve(data);
			this.worker.onerror = ({ message }) => reject(new Error(message));
			this.worker.postMessage(call);
		});
	}

	put(number) {
		return this.ask({ op: "append", line: `${textOf(number)}\n` });
	}

	clear() {
		return this.ask({ op: "clear" });
	}

	async kept() {
		const text = await this.ask({ op: "read" });
		const lines = text.split("\n").slice(0, -1);
		return lines.map((line) => Number(line.split(" ", 1)[0])).filter((number, at) => lines[at] === textOf(number));
	}
}

const KINDS = {
	indexeddb_relaxed: () => new Database("relaxed"),
	indexeddb_strict: () => new Database("strict"),
	opfs: () => new File(),
};

let shelf;

window.shelf = {
	/** Numbers that it holds. */
	async open(kind) {
		shelf = KINDS[kind]();
		await shelf.open();
		return shelf.kept();
	},
	/** Begins with an empty shelf, and goes on for as long as the page lives. */
	async append(from, acknowledged) {
		await shelf.clear();
		let toldAt = 0;
		for (let number = from; ; number++) {
			await shelf.put(number);
			if (performance.now() - toldAt < NEWS_MS) continue;
			acknowledged(number);
			toldAt = performance.now();
		}
	},
};
