// Search over a snapshot and over what was reworded since: the large index stays, a small one is built anew beside it.
// Never finds an item by a name that it no longer has.

import type { Columns } from "@/catalogue/columns";
import { SearchIndex, termsOf, type Pause } from "@/catalogue/search";

export class LayeredSearch {
	private hidden: ReadonlySet<number> = new Set();
	private numbers: readonly number[] = [];
	private top: SearchIndex | undefined;

	private constructor(private readonly base: SearchIndex) {}

	static async build(columns: Columns, pause: Pause): Promise<LayeredSearch> {
		const search = new LayeredSearch(await SearchIndex.build(columns.base, pause));
		await search.follow(columns, pause);
		return search;
	}

	/** Call when the columns have taken changes; until it resolves the older words answer. */
	async follow(columns: Columns, pause: Pause): Promise<void> {
		if (columns.reworded.size === 0 && this.hidden.size === 0) return;
		const hidden = new Set(columns.reworded);
		const { numbers, rows } = columns.rewordedRows();
		const top = await SearchIndex.build(rows, pause);
		[this.hidden, this.numbers, this.top] = [hidden, numbers, top];
	}

	/** Numbers of at most `limit` items that match every word, best first. */
	find(text: string, limit: number): number[] {
		const terms = termsOf(text);
		if (terms.length === 0) return [];
		const exact = this.match(terms, limit, false);
		return exact.length > 0 ? exact : this.match(terms, limit, true);
	}

	private match(terms: readonly string[], limit: number, typos: boolean): number[] {
		const base = this.base.match(terms, limit, typos, this.hidden);
		const top = this.top?.match(terms, limit, typos) ?? [];
		const found: number[] = [];
		for (let score = 0; score < Math.max(base.length, top.length) && found.length < limit; score++) {
			found.push(...(base[score] ?? []), ...(top[score] ?? []).map((index) => this.numbers[index] ?? -1));
		}
		return found.slice(0, limit);
	}
}
