// A snapshot's items in the columns they came in, with a look-up by code.
// Never builds an Item before one is asked for: a hundred thousand objects would cost a second and 90 MB.

import { Slices, type Pause, type Searchable } from "@/catalogue/search";
import { Malformed } from "@/core/errors";
import { normaliseCode } from "@/core/gs1";
import type { Snapshot } from "@/server/api";

export interface Item {
	readonly item: string;
	readonly name: string;
	readonly price_minor: number;
	readonly group: string;
	readonly unit: string;
	/** Tax -> percent. */
	readonly rates: Readonly<Record<string, string>>;
	/** Sold by weight: a quantity is asked for, or comes from the code. */
	readonly weighed: boolean;
	readonly gtins: readonly string[];
}

/** As the company sends it: parallel columns; `weighed` lists rows. */
interface Chunk {
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

const EAN_13 = 13;

export class Columns implements Searchable {
	private readonly chunks: (Chunk | undefined)[];
	private readonly byGtin = new Map<string, number>();
	private readonly byItemCode = new Map<string, number>();

	constructor(readonly snapshot: Snapshot) {
		this.chunks = Array.from({ length: snapshot.chunks }, () => undefined);
	}

	get size(): number {
		return this.byItemCode.size;
	}

	/** Takes a chunk's text as it was received or kept; raises Malformed. */
	add(number: number, text: string): void {
		const chunk = parseChunk(number, text);
		this.chunks[number] = chunk;
		const first = number * this.snapshot.chunk_size;
		chunk.item.forEach((item, row) => this.byItemCode.set(item, first + row));
		chunk.gtins.forEach((gtins, row) => {
			for (const gtin of gtins) {
				this.byGtin.set(gtin.length === EAN_13 ? gtin : normaliseCode(gtin), first + row);
			}
		});
	}

	/** Adds many with pauses between. */
	async addAll(texts: readonly string[], pause: Pause): Promise<void> {
		const slices = new Slices(pause);
		for (const [number, text] of texts.entries()) {
			this.add(number, text);
			await slices.rest();
		}
	}

	byCode(code: string): Item | undefined {
		const index = this.byGtin.get(code) ?? this.byItemCode.get(code);
		return index === undefined ? undefined : this.at(index);
	}

	byItem(item: string): Item | undefined {
		const index = this.byItemCode.get(item);
		return index === undefined ? undefined : this.at(index);
	}

	groupItems(group: string, limit: number): Item[] {
		const wanted = this.snapshot.groups.indexOf(group);
		const found: Item[] = [];
		for (const [number, chunk] of this.chunks.entries()) {
			for (let row = chunk?.group.indexOf(wanted) ?? -1; chunk && row >= 0; row = chunk.group.indexOf(wanted, row + 1)) {
				if (found.length >= limit) return found;
				found.push(this.itemOf(chunk, row, number));
			}
		}
		return found;
	}

	at(index: number): Item {
		const number = Math.floor(index / this.snapshot.chunk_size);
		const chunk = this.chunks[number];
		if (!chunk) throw new Malformed(`Chunk ${number} of the catalogue is not loaded.`, "chunk");
		return this.itemOf(chunk, index % this.snapshot.chunk_size, number);
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

	private itemOf(chunk: Chunk, row: number, number: number): Item {
		const { snapshot } = this;
		const [item, name, price_minor] = [chunk.item[row], chunk.name[row], chunk.price_minor[row]];
		const rates = snapshot.templates[chunk.template[row] ?? -1]?.rates;
		if (item === undefined || name === undefined || price_minor === undefined || !rates) {
			throw new Malformed(`Row ${row} of chunk ${number} of the catalogue is not whole.`, "chunk");
		}
		return {
			item, name, price_minor, rates,
			group: snapshot.groups[chunk.group[row] ?? -1] ?? "",
			unit: snapshot.units[chunk.unit[row] ?? -1] ?? "",
			weighed: chunk.weighed.includes(row),
			gtins: chunk.gtins[row] ?? [],
		};
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
