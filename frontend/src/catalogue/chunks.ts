// A snapshot's chunks in the columns they came in, as rows with names instead of numbers when one is asked for.
// Never changes after its chunks are added: what the company changed later lies over it, in columns.ts.
// A kept chunk is read when one of its rows is asked for: a start must not wait for a hundred of them.

import { codesOfUnits, isMoreColumn, type More, type MoreColumn } from "@/catalogue/more";
import type { Searchable } from "@/catalogue/search";
import { Malformed } from "@/core/errors";
import type { Snapshot } from "@/server/api";

export interface Row {
	readonly item: string;
	readonly name: string;
	readonly price_minor: number;
	readonly group: string;
	readonly unit: string;
	readonly template: string;
	readonly gtins: readonly string[];
	/** Sold by weight: a quantity is asked for, or comes from the code. */
	readonly weighed: boolean;
	readonly more?: More;
}

/** As the company sends it: parallel columns; `weighed` lists rows. */
export interface Chunk {
	readonly chunk: number;
	readonly item: readonly string[];
	readonly name: readonly string[];
	readonly price_minor: readonly number[];
	readonly group: readonly number[];
	readonly unit: readonly number[];
	readonly template: readonly number[];
	readonly gtins: readonly (readonly string[])[];
	readonly weighed: readonly number[];
	readonly more?: MoreColumn;
}

/** A group's first rows, which the first screen shows before any chunk is read. */
export interface Front {
	readonly group: string;
	readonly numbers: readonly number[];
	readonly rows: readonly Row[];
	/** The group has no other rows. */
	readonly isAll: boolean;
}

/** Rows are numbered through all chunks. */
export class Chunks implements Searchable {
	private readonly chunks: (Chunk | undefined)[];
	/** Chunks that were kept and not read yet. */
	private readonly unread: (string | undefined)[];
	private front: Front | undefined;
	private added = 0;

	constructor(readonly snapshot: Snapshot) {
		this.chunks = Array.from({ length: snapshot.chunks }, () => undefined);
		this.unread = [...this.chunks] as undefined[];
	}

	/** Rows so far; numbers below it are taken once every chunk is there. */
	get size(): number {
		return this.added;
	}

	/** Every number of a row is below this one. */
	get end(): number {
		return this.snapshot.chunks * this.snapshot.chunk_size;
	}

	/** Takes all texts as they were kept, to be read later; `rows` is how many they hold together. */
	addUnread(texts: readonly string[], rows: number, front: Front): void {
		for (const [number, text] of texts.entries()) this.unread[number] = text;
		this.added = rows;
		this.front = front;
	}

	/** Of the first group, for the next start. */
	frontOf(limit: number): Front {
		const group = this.snapshot.groups[0] ?? "";
		const numbers: number[] = [];
		for (const number of this.numbersOf(group)) if (numbers.push(number) > limit) break;
		const isAll = numbers.length <= limit;
		if (!isAll) numbers.pop();
		return { group, numbers, rows: numbers.map((number) => this.row(number)), isAll };
	}

	/** The chunk, read if need be; raises Malformed. */
	chunk(number: number): Chunk | undefined {
		const text = this.unread[number];
		if (text === undefined) return this.chunks[number];
		const chunk = parseChunk(number, text);
		this.chunks[number] = chunk;
		this.unread[number] = undefined;
		return chunk;
	}

	/** Takes a chunk's text as it was received; raises Malformed. */
	add(number: number, text: string): Chunk {
		const chunk = parseChunk(number, text);
		this.added += chunk.item.length - (this.chunks[number]?.item.length ?? 0);
		this.chunks[number] = chunk;
		return chunk;
	}

	row(index: number): Row {
		const shown = this.front?.rows[this.front.numbers.indexOf(index)];
		return shown ?? this.readRow(index);
	}

	private readRow(index: number): Row {
		const { snapshot } = this;
		const number = Math.floor(index / snapshot.chunk_size);
		const row = index % snapshot.chunk_size;
		const chunk = this.chunk(number);
		const [item, name, price_minor] = [chunk?.item[row], chunk?.name[row], chunk?.price_minor[row]];
		const template = snapshot.templates[chunk?.template[row] ?? -1]?.template;
		if (!chunk || item === undefined || name === undefined || price_minor === undefined || template === undefined) {
			throw new Malformed(`Row ${row} of chunk ${number} of the catalogue is not whole.`, "chunk");
		}
		return {
			item, name, price_minor, template,
			group: snapshot.groups[chunk.group[row] ?? -1] ?? "",
			unit: snapshot.units[chunk.unit[row] ?? -1] ?? "",
			gtins: chunk.gtins[row] ?? [],
			weighed: chunk.weighed.includes(row),
			...(chunk.more?.[row] && { more: chunk.more[row] }),
		};
	}

	/** Numbers of the rows in a group, in their order. */
	*numbersOf(group: string): Generator<number> {
		const { front } = this;
		if (front?.group !== group) return yield* this.readNumbersOf(group, 0);
		yield* front.numbers;
		if (!front.isAll) yield* this.readNumbersOf(group, (front.numbers.at(-1) ?? -1) + 1);
	}

	private *readNumbersOf(group: string, from: number): Generator<number> {
		const { groups, chunk_size } = this.snapshot;
		const wanted = groups.indexOf(group);
		for (let number = Math.floor(from / chunk_size); number < this.chunks.length; number++) {
			const first = number * chunk_size;
			const chunk = this.chunk(number);
			let row = chunk?.group.indexOf(wanted, Math.max(from - first, 0)) ?? -1;
			for (; chunk && row >= 0; row = chunk.group.indexOf(wanted, row + 1)) yield first + row;
		}
	}

	/** Numbers of a template's variants, in their order. Reads every chunk. */
	*variantsOf(template: string): Generator<number> {
		for (let number = 0; number < this.chunks.length; number++) {
			for (const [row, more] of Object.entries(this.chunk(number)?.more ?? {})) {
				if (more.variant_of === template) yield number * this.snapshot.chunk_size + Number(row);
			}
		}
	}

	name(index: number): string {
		const { chunk_size } = this.snapshot;
		return this.chunk(Math.floor(index / chunk_size))?.name[index % chunk_size] ?? "";
	}

	codes(index: number): readonly string[] {
		const { chunk_size } = this.snapshot;
		const chunk = this.chunk(Math.floor(index / chunk_size));
		const row = index % chunk_size;
		return chunk ? [chunk.item[row] ?? "", ...(chunk.gtins[row] ?? []), ...codesOfUnits(chunk.more?.[row])] : [];
	}
}

const COLUMN_NAMES = ["item", "name", "price_minor", "group", "unit", "template", "gtins"] as const;

function parseChunk(number: number, text: string): Chunk {
	let chunk: Chunk | undefined;
	try {
		const answer = JSON.parse(text) as Chunk & { readonly message?: Chunk };
		chunk = answer.message ?? answer;
	} catch {
		throw new Malformed(`Chunk ${number} of the catalogue is not JSON.`, "chunk");
	}
	const whole =
		chunk.chunk === number &&
		Array.isArray(chunk.weighed) &&
		COLUMN_NAMES.every((name) => Array.isArray(chunk[name]) && chunk[name].length === chunk.item.length) &&
		isMoreColumn(chunk.more, chunk.item.length);
	if (!whole) throw new Malformed(`Chunk ${number} of the catalogue is not what the protocol says.`, "chunk");
	return chunk;
}
