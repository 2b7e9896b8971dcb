// Which rows a code may belong to: hashes of all codes in drawers, small enough to be read whole before the first scan.
// Never holds a code and never says yes: whoever asks looks at the row's own codes.

/** The upper half of a hash names the drawer, the lower half is what lies in it. */
const DRAWERS = 1 << 16;
const LOWER_HALF = 0xffff;
const FIRST_ROOM = 1 << 16;
/** Rises with what is in a table: one of an older page lacks codes, and is made anew. 2: codes of other units. */
const VERSION = 2;

/** As IndexedDB keeps it: what lies in drawer d stands at starts[d] to starts[d + 1]. */
export interface KeptCodes {
	/** Absent before 2. */
	readonly version?: number;
	readonly snapshot: string;
	readonly rows: number;
	readonly starts: Uint32Array;
	readonly halves: Uint16Array;
	readonly numbers: Uint32Array;
}

export class CodeTable {
	private constructor(readonly kept: KeptCodes) {}

	/** Undefined if it is not of this snapshot and of this page, or not whole. */
	static of(kept: KeptCodes | undefined, snapshot: string): CodeTable | undefined {
		if (kept?.snapshot !== snapshot || kept.version !== VERSION) return undefined;
		const { starts, halves, numbers } = kept;
		const whole = starts.length === DRAWERS + 1 && starts[DRAWERS] === halves.length && halves.length === numbers.length;
		return whole ? new CodeTable(kept) : undefined;
	}

	/** Rows that may have the code, the highest first; all that have it are among them. */
	rowsOf(code: string): number[] {
		const { starts, halves, numbers } = this.kept;
		const hash = hashOf(code);
		const rows: number[] = [];
		for (let at = starts[hash >>> 16] ?? 0; at < (starts[(hash >>> 16) + 1] ?? 0); at++) {
			if (halves[at] === (hash & LOWER_HALF)) rows.push(numbers[at] ?? 0);
		}
		return rows.sort((one, other) => other - one);
	}
}

export class CodeTableBuilder {
	private hashes = new Uint32Array(FIRST_ROOM);
	private numbers = new Uint32Array(FIRST_ROOM);
	private used = 0;

	add(row: number, code: string): void {
		if (this.used === this.hashes.length) this.grow();
		this.hashes[this.used] = hashOf(code);
		this.numbers[this.used] = row;
		this.used += 1;
	}

	/** A counting sort by drawer: a few milliseconds for a hundred thousand items. */
	finish(snapshot: string, rows: number): CodeTable {
		const { hashes, used } = this;
		const starts = new Uint32Array(DRAWERS + 1);
		for (let at = 0; at < used; at++) starts[(hashes[at]! >>> 16) + 1]! += 1;
		for (let drawer = 0; drawer < DRAWERS; drawer++) starts[drawer + 1]! += starts[drawer]!;
		const next = starts.slice();
		const halves = new Uint16Array(used);
		const numbers = new Uint32Array(used);
		for (let at = 0; at < used; at++) {
			const place = next[hashes[at]! >>> 16]!++;
			halves[place] = hashes[at]! & LOWER_HALF;
			numbers[place] = this.numbers[at]!;
		}
		const table = CodeTable.of({ version: VERSION, snapshot, rows, starts, halves, numbers }, snapshot);
		if (!table) throw new Error("A table of codes that was just made is not whole.");
		return table;
	}

	private grow(): void {
		const [hashes, numbers] = [new Uint32Array(this.used * 2), new Uint32Array(this.used * 2)];
		hashes.set(this.hashes);
		numbers.set(this.numbers);
		[this.hashes, this.numbers] = [hashes, numbers];
	}
}

/** FNV-1a over UTF-16 units with a last stir, so that codes that count upwards spread over all drawers. */
function hashOf(code: string): number {
	let hash = 0x811c9dc5;
	for (let at = 0; at < code.length; at++) hash = Math.imul(hash ^ code.charCodeAt(at), 0x01000193);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
