// A snapshot's chunks in the columns they came in, as rows with names instead of numbers when one is asked for.
// Never changes after its chunks are added: what the company changed later lies over it, in columns.ts.

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
}

/** Rows are numbered through all chunks. */
export class Chunks implements Searchable {
	private readonly chunks: (Chunk | undefined)[];
	private added = 0;

	constructor(readonly snapshot: Snapshot) {
		this.chunks = Array.from({ length: snapshot.chunks }, () => undefined);
	}

	/** Rows so far; numbers below it are taken once every chunk is there. */
	get size(): number {
		return this.added;
	}

	/** Every number of a row is below this one. */
	get end(): number {
		return this.snapshot.chunks * this.snapshot.chunk_size;
	}

	/** Takes a chunk's text as it was received or kept; raises Malformed. */
	add(number: number, text: string): Chunk {
		const chunk = parseChunk(number, text);
		this.added += chunk.item.length - (this.chunks[number]?.item.length ?? 0);
		this.chunks[number] = chunk;
		return chunk;
	}

	row(index: number): Row {
		const { snapshot } = this;
		const number = Math.floor(index / snapshot.chunk_size);
		const row = index % snapshot.chunk_size;
		const chunk = this.chunks[number];
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
		};
	}

	/** Numbers of the rows in a group, in their order. */
	*numbersOf(group: string): Generator<number> {
		const wanted = this.snapshot.groups.indexOf(group);
		for (const [number, chunk] of this.chunks.entries()) {
			for (let row = chunk?.group.indexOf(wanted) ?? -1; chunk && row >= 0; row = chunk.group.indexOf(wanted, row + 1)) {
				yield number * this.snapshot.chunk_size + row;
			}
		}
	}

	name(index: number): string {
		const { chunk_size } = this.snapshot;
		return this.chunks[Math.floor(index / chunk_size)]?.name[index % chunk_size] ?? "";
	}

	codes(index: number): readonly string[] {
		const { chunk_size } = this.snapshot;
		const chunk = this.chunks[Math.floor(index / chunk_size)];
		const row = index % chunk_size;
		return chunk ? [chunk.item[row] ?? "", ...(chunk.gtins[row] ?? [])] : [];
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
		COLUMN_NAMES.every((name) => Array.isArray(chunk[name]) && chunk[name].length === chunk.item.length);
	if (!whole) throw new Malformed(`Chunk ${number} of the catalogue is not what the protocol says.`, "chunk");
	return chunk;
}
