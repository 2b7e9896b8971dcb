// All items of the till by number and by code: a snapshot's chunks, and over them what the company changed since.
// Never builds an Item before one is asked for: a hundred thousand objects would cost a second and 90 MB.

import { Chunks, type Front, type Row } from "@/catalogue/chunks";
import { CodeTable, CodeTableBuilder, type KeptCodes } from "@/catalogue/codes";
import { codesOfUnits } from "@/catalogue/more";
import { Slices, type Pause, type Searchable } from "@/catalogue/search";
import { currentSettings, mergedChanges, rowsOf } from "@/catalogue/overlay";
import { Malformed } from "@/core/errors";
import { normaliseCode } from "@/core/gs1";
import type { Snapshot } from "@/server/api";
import type { Changes } from "@/server/changes";

export interface Item extends Omit<Row, "template"> {
	/** Stock units in one `unit`, where that is another one than the item's own. */
	readonly conversion?: string;
	/** Tax -> percent. */
	readonly rates: Readonly<Record<string, string>>;
}

const EAN_13 = 13;
/** Fills a large screen with tiles. */
export const FRONT_ROWS = 60;

/** What a start needs before it reads a chunk; made when a snapshot is whole. */
export interface KeptStart {
	readonly codes: KeptCodes;
	readonly front: Front;
}

export class Columns {
	/** The snapshot itself, as it was loaded. */
	readonly base: Chunks;
	/** Numbers whose words are not those of the base: renamed, new or gone. */
	readonly reworded = new Set<number>();
	private current: Snapshot;
	private rates: ReadonlyMap<string, Item["rates"]>;
	/** Rows of the base by code; undefined until all chunks are there. */
	private table: CodeTable | undefined;
	/** Codes of rows that lie over the base or behind it. */
	private readonly newGtins = new Map<string, number>();
	private readonly newItems = new Map<string, number>();
	/** Rows over the base and behind it; undefined where the item is gone. */
	private readonly changed = new Map<number, Row | undefined>();
	private readonly stock = new Map<string, string>();
	private next: number;
	/** Items that came since the snapshot, less those that went. */
	private balance = 0;

	constructor(snapshot: Snapshot) {
		this.base = new Chunks(snapshot);
		this.current = snapshot;
		this.rates = ratesOf(snapshot);
		this.next = this.base.end;
	}

	/** The settings as they are by now. */
	get snapshot(): Snapshot {
		return this.current;
	}

	get size(): number {
		return this.base.size + this.balance;
	}

	/** Takes a chunk's text as it was received; raises Malformed. */
	add(number: number, text: string): void {
		this.base.add(number, text);
	}

	/** Takes all chunks as they were kept. False, and nothing is taken, if `kept` does not belong to them. */
	addKept(texts: readonly string[], kept: KeptStart | undefined): boolean {
		const table = CodeTable.of(kept?.codes, this.base.snapshot.snapshot);
		if (!table || !kept) return false;
		this.table = table;
		this.base.addUnread(texts, table.kept.rows, kept.front);
		return true;
	}

	/** Call once all chunks are there: from then on codes answer. What it makes is worth keeping. */
	async tabulate(pause: Pause): Promise<KeptStart> {
		const { chunks, chunk_size, snapshot } = this.base.snapshot;
		const builder = new CodeTableBuilder();
		const slices = new Slices(pause);
		for (let number = 0; number < chunks; number++) {
			const { item = [], gtins = [], more = {} } = this.base.chunk(number) ?? {};
			item.forEach((code, row) => builder.add(number * chunk_size + row, code));
			gtins.forEach((codes, row) => codes.forEach((code) => builder.add(number * chunk_size + row, keyOf(code))));
			for (const [row, each] of Object.entries(more)) {
				for (const code of codesOfUnits(each)) builder.add(number * chunk_size + Number(row), keyOf(code));
			}
			await slices.rest();
		}
		this.table = builder.finish(snapshot, this.base.size);
		return { codes: this.table.kept, front: this.base.frontOf(FRONT_ROWS) };
	}

	/** Takes all of it, or raises Malformed and takes nothing. Any number of times gives the same. */
	apply(changes: Changes): void {
		const rows = rowsOf(changes.items);
		const settings = currentSettings(this.base.snapshot, this.current, changes.settings, rows);
		const rates = ratesOf(settings);
		const older = settings === this.current ? [] : [...this.changed.values()].filter((row) => row !== undefined);
		for (const { item, template } of [...older, ...rows]) {
			if (!rates.has(template)) throw new Malformed(`Item ${item} has unknown taxes: ${template}.`, "changes");
		}
		this.current = settings;
		this.rates = rates;
		for (const item of changes.gone ?? []) this.remove(item);
		// All old codes go before any new one comes, so that a code may move from one item to another.
		for (const row of rows) this.forgetCodes(this.numberOf(row.item));
		for (const row of rows) this.put(row);
		changes.stock?.item.forEach((item, index) => this.stock.set(item, changes.stock?.available[index] ?? ""));
	}

	/** Everything that was applied, as one. */
	merged(cursor: string): Changes {
		return mergedChanges(cursor, this.base, this.current, this.changed, this.stock);
	}

	byCode(code: string): Item | undefined {
		const index = this.numberOfGtin(code) ?? this.numberOf(code);
		return index === undefined ? undefined : this.at(index);
	}

	byItem(item: string): Item | undefined {
		const index = this.numberOf(item);
		return index === undefined ? undefined : this.at(index);
	}

	/** What is left of an item, as a decimal; undefined where the company does not say. */
	available(item: string): string | undefined {
		return this.stock.get(item);
	}

	groupItems(group: string, limit: number): Item[] {
		const found: Item[] = [];
		for (const number of this.numbersOf(group)) {
			const item = this.at(number);
			// Not after the next number, which may have to be read from a chunk.
			if (item && found.push(item) >= limit) break;
		}
		return found;
	}

	variantsOf(template: string): Item[] {
		const inBase = [...this.base.variantsOf(template)].filter((number) => !this.changed.has(number));
		const over = [...this.changed].flatMap(([number, row]) => (row?.more?.variant_of === template ? number : []));
		return [...inBase, ...over].flatMap((number) => this.at(number) ?? []);
	}

	/** Undefined if the item is gone. */
	at(index: number): Item | undefined {
		const row = this.row(index);
		if (!row) return undefined;
		const { template, ...rest } = row;
		const rates = this.rates.get(template);
		if (!rates) throw new Malformed(`Item ${row.item} has unknown taxes: ${template}.`, "chunk");
		return { ...rest, rates };
	}

	/** The reworded rows, for a search index of their own, and the numbers that they have here. */
	rewordedRows(): { readonly numbers: readonly number[]; readonly rows: Searchable } {
		const numbers = [...this.reworded].filter((number) => this.changed.get(number));
		const at = (index: number): Row | undefined => this.changed.get(numbers[index] ?? -1);
		const codesIn = (row: Row | undefined): readonly string[] => (row ? codesOf(row) : []);
		const codes = (index: number): readonly string[] => [at(index)?.item ?? "", ...codesIn(at(index))];
		return { numbers, rows: { size: numbers.length, name: (index) => at(index)?.name ?? "", codes } };
	}

	private row(index: number): Row | undefined {
		return this.changed.has(index) ? this.changed.get(index) : this.base.row(index);
	}

	/** Where they stand in the base first, then what came into the group later. */
	private *numbersOf(group: string): Generator<number> {
		for (const number of this.base.numbersOf(group)) {
			if (!this.changed.has(number) || this.changed.get(number)?.group === group) yield number;
		}
		for (const [number, row] of this.changed) {
			if (row?.group !== group) continue;
			if (number >= this.base.end || this.base.row(number).group !== group) yield number;
		}
	}

	/** A row over the base answers for itself: by what it has now, not by what the base says. */
	private numberOfGtin(code: string): number | undefined {
		return this.newGtins.get(code) ?? this.numberInBase(code, (row) => codesOf(row).some((gtin) => keyOf(gtin) === code));
	}

	private numberOf(item: string): number | undefined {
		const number = this.newItems.get(item) ?? this.numberInBase(item, (row) => row.item === item);
		return number ?? this.numberOfChanged(item);
	}

	private numberInBase(code: string, has: (row: Row) => boolean): number | undefined {
		return this.table?.rowsOf(code).find((number) => !this.changed.has(number) && has(this.base.row(number)));
	}

	/** A row of the base keeps its number for as long as its item is not gone. */
	private numberOfChanged(item: string): number | undefined {
		return this.table?.rowsOf(item).find((number) => this.changed.get(number)?.item === item);
	}

	private put(row: Row): void {
		const number = this.numberOf(row.item) ?? this.newNumber(row.item);
		this.changed.set(number, row);
		for (const gtin of codesOf(row)) this.newGtins.set(keyOf(gtin), number);
		if (number >= this.base.end || !hasSameWords(this.base, number, row)) this.reworded.add(number);
		else this.reworded.delete(number);
	}

	private newNumber(item: string): number {
		this.newItems.set(item, this.next);
		this.balance += 1;
		return this.next++;
	}

	private remove(item: string): void {
		const number = this.numberOf(item);
		if (number === undefined) return;
		this.forgetCodes(number);
		this.newItems.delete(item);
		this.changed.set(number, undefined);
		this.balance -= 1;
		this.reworded.add(number);
		this.stock.delete(item);
	}

	private forgetCodes(number: number | undefined): void {
		if (number === undefined) return;
		const row = this.changed.get(number);
		for (const gtin of row ? codesOf(row) : []) {
			if (this.newGtins.get(keyOf(gtin)) === number) this.newGtins.delete(keyOf(gtin));
		}
	}
}

function codesOf(row: Row): readonly string[] {
	return row.more ? [...row.gtins, ...codesOfUnits(row.more)] : row.gtins;
}

function keyOf(gtin: string): string {
	return gtin.length === EAN_13 ? gtin : normaliseCode(gtin);
}

function hasSameWords(base: Chunks, number: number, row: Row): boolean {
	return base.name(number) === row.name && base.codes(number).join("\n") === [row.item, ...codesOf(row)].join("\n");
}

function ratesOf({ templates }: Snapshot): ReadonlyMap<string, Item["rates"]> {
	return new Map(templates.map(({ template, rates }) => [template, rates]));
}
