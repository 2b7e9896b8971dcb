// The browser's private files, in memory: what was not flushed can be lost, wholly or in part, and the disk can fail.
// Never keeps a byte for whoever was killed: a handle from before a crash reaches nothing any more.

/** How much of what was not flushed survives: so many writes, and a part of the next, perhaps as zeros. */
export interface Crash {
	/** The power failed; else only the browser died, and the system still writes all that it was given. */
	readonly power: boolean;
	readonly writes: number;
	readonly percent: number;
	readonly zeros: boolean;
}

/** What is wrong with the disk; all of it at once is possible. */
export interface Disk {
	/** Bytes that still fit. */
	readonly room?: number;
	readonly failFlush?: boolean;
	readonly failTruncate?: boolean;
}

type Step = { readonly size: number } | { readonly at: number; readonly bytes: Uint8Array };

class File {
	bytes: Uint8Array = new Uint8Array();
	/** What survives a power cut for sure; undefined while the file was never flushed. */
	flushed: Uint8Array | undefined;
	steps: Step[] = [];
	inUse = false;

	take(step: Step): void {
		this.bytes = applied(this.bytes, step);
		this.steps.push(step);
	}

	/** False if the file is gone. */
	survives(crash: Crash): boolean {
		this.inUse = false;
		if (crash.power && !this.flushed) return false;
		if (crash.power) this.bytes = this.remains(this.flushed ?? new Uint8Array(), crash);
		this.flushed = this.bytes;
		this.steps = [];
		return true;
	}

	private remains(flushed: Uint8Array, { writes, percent, zeros }: Crash): Uint8Array {
		const whole = this.steps.slice(0, writes).reduce(applied, flushed);
		const next = this.steps[writes];
		return next && "bytes" in next ? applied(whole, torn(next.at, next.bytes, percent, zeros)) : whole;
	}
}

function applied(bytes: Uint8Array, step: Step): Uint8Array {
	if ("size" in step) return bytes.slice(0, step.size);
	const larger = new Uint8Array(Math.max(bytes.length, step.at + step.bytes.length));
	larger.set(bytes);
	larger.set(step.bytes, step.at);
	return larger;
}

function torn(at: number, bytes: Uint8Array, percent: number, zeros: boolean): Step {
	const length = Math.floor((bytes.length * percent) / 100);
	if (!zeros) return { at, bytes: bytes.slice(0, length) };
	return { at, bytes: bytes.map((byte, index) => (index < length ? byte : 0)) };
}

/** The page was killed at this very step; whatever it does from now on reaches nobody. */
export class Died extends Error {}

export interface Visitor {
	/** What `navigator.storage.getDirectory()` gives. */
	readonly root: FileSystemDirectoryHandle;
	/** False if somebody else holds it. */
	lock(name: string): Promise<boolean>;
	leave(): void;
}

export class Folder {
	private readonly files = new Map<string, File>();
	private disk: Disk = {};
	private readonly locks = new Set<string>();
	private life = 0;
	private stepsToLive = Number.POSITIVE_INFINITY;

	/** `onDeath` is called when the step set by `dieAfter` is reached. */
	constructor(private readonly onDeath: () => void) {}

	become(disk: Disk): void {
		this.disk = disk;
	}

	dieAfter(steps: number): void {
		this.stepsToLive = steps;
	}

	crash(crash: Crash): void {
		this.life += 1;
		this.stepsToLive = Number.POSITIVE_INFINITY;
		this.locks.clear();
		for (const [name, file] of this.files) if (!file.survives(crash)) this.files.delete(name);
	}

	wipe(): void {
		this.files.clear();
	}

	/** One bit of a log is another, as on a disk that grows old. */
	damage(pick: number): void {
		const logs = [...this.files].filter(([name, { bytes }]) => name.endsWith(".log") && bytes.length > 0);
		const [, file] = logs[pick % logs.length] ?? [];
		if (!file) return;
		file.bytes = file.bytes.map((byte, index) => (index === (pick * 7919) % file.bytes.length ? byte ^ 1 : byte));
		file.flushed = file.bytes;
	}

	/** The private files as one page or one worker sees them; what it holds open and locked goes with it. */
	enter(): Visitor {
		const life = this.life;
		const held: File[] = [];
		const locks: string[] = [];
		const inside = (path: string): object => ({
			getDirectoryHandle: async (name: string) => inside(`${path}${name}/`),
			keys: () => this.names(path),
			getFileHandle: async (name: string, { create = false } = {}) => this.fileHandle(path + name, create, life, held),
			removeEntry: async (name: string) => void this.files.delete(path + name),
		});
		return {
			root: inside("") as FileSystemDirectoryHandle,
			lock: async (name) => {
				if (this.locks.has(name)) return false;
				this.locks.add(name);
				locks.push(name);
				return true;
			},
			leave: () => {
				if (life !== this.life) return;
				for (const file of held) file.inUse = false;
				for (const name of locks) this.locks.delete(name);
			},
		};
	}

	private async *names(path: string): AsyncGenerator<string> {
		for (const name of [...this.files.keys()]) if (name.startsWith(path)) yield name.slice(path.length);
	}

	private fileHandle(path: string, create: boolean, life: number, held: File[]): FileSystemFileHandle {
		let file = this.files.get(path);
		if (!file && !create) throw new DOMException(`no ${path}`, "NotFoundError");
		if (!file) this.files.set(path, (file = new File()));
		const found = file;
		const handle = {
			kind: "file",
			getFile: async () => new Blob([found.bytes as Uint8Array<ArrayBuffer>]),
			createWritable: async () => this.replacing(found, life),
			createSyncAccessHandle: async () => {
				const access = this.accessTo(found, life);
				held.push(found);
				return access;
			},
		};
		return handle as unknown as FileSystemFileHandle;
	}

	/** A file that is written beside the old one, and takes its place when it is closed. */
	private replacing(file: File, life: number): object {
		let bytes = new Uint8Array();
		return {
			write: async (text: string) => {
				bytes = new TextEncoder().encode(text);
			},
			close: async () => {
				this.step(life);
				file.bytes = file.flushed = bytes;
			},
		};
	}

	private accessTo(file: File, life: number): FileSystemSyncAccessHandle {
		if (file.inUse) throw new DOMException("in use", "NoModificationAllowedError");
		file.inUse = true;
		const step = (): void => this.step(life);
		const access = {
			getSize: () => file.bytes.length,
			read: (into: Uint8Array, { at }: { at: number }) => {
				const part = file.bytes.subarray(at, at + into.length);
				into.set(part);
				return part.length;
			},
			write: (bytes: Uint8Array, { at }: { at: number }) => this.write(file, bytes, at, step),
			truncate: (size: number) => {
				step();
				if (this.disk.failTruncate) throw new DOMException("the disk fails", "InvalidStateError");
				file.take({ size });
			},
			flush: () => this.flush(file, step),
			close: () => {
				file.inUse = false;
			},
		};
		return access as unknown as FileSystemSyncAccessHandle;
	}

	private write(file: File, bytes: Uint8Array, at: number, step: () => void): number {
		const fits = bytes.slice(0, Math.max(0, this.disk.room ?? bytes.length));
		if (this.disk.room !== undefined) this.disk = { ...this.disk, room: this.disk.room - fits.length };
		if (fits.length > 0) file.take({ at, bytes: fits });
		step();
		if (fits.length === 0 && bytes.length > 0) throw new DOMException("no room", "QuotaExceededError");
		return fits.length;
	}

	private flush(file: File, step: () => void): void {
		step();
		if (this.disk.failFlush) throw new DOMException("the disk fails", "InvalidStateError");
		file.flushed = file.bytes;
		file.steps = [];
		step();
	}

	private step(life: number): void {
		if (life !== this.life) throw new Died();
		this.stepsToLive -= 1;
		if (this.stepsToLive >= 0) return;
		this.onDeath();
		throw new Died();
	}
}
