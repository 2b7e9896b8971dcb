// What the daybook needs of a file, and the two ways in which it is used whole.
// Never knows what is in it.

import { Rejected } from "@/core/errors";

/** What we use of a FileSystemSyncAccessHandle; tests bring one in memory. */
export interface LogFile {
	getSize(): number;
	read(into: Uint8Array, options: { at: number }): number;
	write(bytes: Uint8Array, options: { at: number }): number;
	truncate(size: number): void;
	flush(): void;
	close(): void;
}

export function readAll(file: LogFile): Uint8Array {
	const bytes = new Uint8Array(file.getSize());
	const read = bytes.length === 0 ? 0 : file.read(bytes, { at: 0 });
	if (read !== bytes.length) {
		const words = `The daybook has ${bytes.length} bytes, but only ${read} could be read. Reload the till.`;
		throw new Rejected(words, "storage");
	}
	return bytes;
}

/** Appends, or raises an Error that says how far it came. */
export function writeAll(file: LogFile, line: Uint8Array): void {
	const written = file.write(line, { at: file.getSize() });
	if (written !== line.length) throw new Error(`${written} of ${line.length} bytes were written`);
}

/** What another tab's log says now: it can be read, every write is refused. */
export class ShownFile implements LogFile {
	constructor(private readonly bytes: Uint8Array) {}

	getSize(): number {
		return this.bytes.length;
	}

	read(into: Uint8Array, { at }: { at: number }): number {
		const part = this.bytes.subarray(at, at + into.length);
		into.set(part);
		return part.length;
	}

	write(): never {
		throw new Rejected("The till is open in another tab, which alone may record. Use that one.", "not_writable");
	}

	truncate(): never {
		return this.write();
	}

	flush(): void {}

	close(): void {}
}
