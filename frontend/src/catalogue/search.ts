// The search index: words in any order, part words, one slip of the finger, and the first or last digits of codes.
// Never holds an item, only numbers of items; and never works longer than a slice at a time while it is built.

import { DigitBuilder, MAX_DIGITS, type DigitCodes } from "@/catalogue/digits";
import { latinDigits } from "@/core/money";

export interface Searchable {
	readonly size: number;
	name(index: number): string;
	/** Item code and GTINs. */
	codes(index: number): readonly string[];
}

/** Lets the page do something else when a slice of work is over. */
export type Pause = () => Promise<void>;

/** Far below the 50 ms after which the browser calls a task long, even on a machine four times slower. */
export const SLICE_MS = 10;
const LOOK_AT_CLOCK_EVERY = 128;
export const MAX_TERMS = 8;
const MIN_TYPO_LETTERS = 4;

const EXACT = 0;
const PREFIX = 2;
const TYPO = 4;
const NOT_FIRST = 1;
const WORST = MAX_TERMS * (TYPO + NOT_FIRST);

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
const SCRIPT_WITHOUT_BLANKS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const ODD_LETTERS: Readonly<Record<string, string>> = { ß: "ss", ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d", ı: "i" };

/** Words in lower case without accents, digits as Latin ones; scripts without blanks fall into single characters. */
export function wordsOfText(text: string): string[] {
	let folded = text.toLowerCase();
	if (/[^\x20-\x7e]/.test(folded)) {
		folded = latinDigits(folded).replace(/[ßøæœłđı]/g, (letter) => ODD_LETTERS[letter] ?? letter);
		folded = folded.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").normalize("NFC");
		folded = folded.replace(SCRIPT_WITHOUT_BLANKS, " $& ");
	}
	return folded.match(WORDS) ?? [];
}

export function termsOf(text: string): string[] {
	return wordsOfText(text).slice(0, MAX_TERMS);
}

const NONE: ReadonlySet<number> = new Set();

export class SearchIndex {
	/** Per item: the round and number of terms it has matched so far, and how well. */
	private readonly reached: Int32Array;
	private readonly scores: Uint8Array;
	private round = 0;

	private constructor(
		size: number,
		/** Sorted; the postings of word w stand at starts[w] to starts[w + 1]. */
		private readonly vocabulary: readonly string[],
		private readonly starts: Int32Array,
		/** Item * 2, plus 1 if the word is not the name's first. */
		private readonly postings: Int32Array,
		private readonly digits: DigitCodes,
	) {
		this.reached = new Int32Array(size);
		this.scores = new Uint8Array(size);
	}

	static async build(source: Searchable, pause: Pause): Promise<SearchIndex> {
		const builder = new IndexBuilder();
		const slices = new Slices(pause);
		for (let index = 0; index < source.size; index++) {
			builder.add(index, source.name(index), source.codes(index));
			if (index % LOOK_AT_CLOCK_EVERY === 0) await slices.rest();
		}
		const { vocabulary, starts, postings } = await builder.finish(slices);
		return new SearchIndex(source.size, vocabulary, starts, postings, builder.digits.finish());
	}

	/** Numbers of at most `limit` items that match every word, best first. */
	find(text: string, limit: number): number[] {
		const terms = termsOf(text);
		const exact = this.match(terms, limit, false).flat();
		return (exact.length > 0 ? exact : this.match(terms, limit, true).flat()).slice(0, limit);
	}

	/** At most `limit` items for each score, the best score first; `without` some. */
	match(terms: readonly string[], limit: number, typos: boolean, without: ReadonlySet<number> = NONE): readonly number[][] {
		this.nextRound();
		const best = new Best(limit);
		terms.forEach((term, number) => {
			const isLast = number === terms.length - 1;
			const mark = (item: number, score: number) => {
				if (this.markItem(item, score, number) && isLast && !without.has(item)) best.add(item, this.scores[item] ?? WORST);
			};
			this.markPrefixes(term, mark);
			if (/^[0-9]+$/.test(term)) this.digits.each(term, (item) => mark(item, PREFIX));
			if (typos && term.length >= MIN_TYPO_LETTERS) this.markTypos(term, mark);
		});
		return best.levels;
	}

	/** True the first time that an item, which has all earlier terms, matches this one. */
	private markItem(item: number, score: number, number: number): boolean {
		const before = this.round + number;
		const reached = this.reached[item] ?? 0;
		if (number > 0 ? reached !== before : reached >= before + 1) return false;
		this.reached[item] = before + 1;
		this.scores[item] = (number > 0 ? (this.scores[item] ?? 0) : 0) + score;
		return true;
	}

	private nextRound(): void {
		this.round += MAX_TERMS + 1;
		if (this.round < 2 ** 30) return;
		this.round = 0;
		this.reached.fill(-1);
	}

	/** Exact words come first in the sorted range, so an item keeps its best score. */
	private markPrefixes(term: string, mark: (item: number, score: number) => void): void {
		for (let word = lowerBound(this.vocabulary, term); word < this.vocabulary.length; word++) {
			const text = this.vocabulary[word] ?? "";
			if (!text.startsWith(term)) return;
			this.markWord(word, text.length === term.length ? EXACT : PREFIX, mark);
		}
	}

	private markTypos(term: string, mark: (item: number, score: number) => void): void {
		for (let word = 0; word < this.vocabulary.length; word++) {
			if (isOneSlipFrom(term, this.vocabulary[word] ?? "")) this.markWord(word, TYPO, mark);
		}
	}

	private markWord(word: number, score: number, mark: (item: number, score: number) => void): void {
		const end = this.starts[word + 1] ?? 0;
		for (let at = this.starts[word] ?? 0; at < end; at++) {
			const posting = this.postings[at] ?? 0;
			mark(posting >> 1, score + (posting & 1) * NOT_FIRST);
		}
	}
}

/** The word, or a beginning of it, is `term` with one letter changed, missing, too many, or two swapped. */
export function isOneSlipFrom(term: string, word: string): boolean {
	let at = 0;
	while (at < term.length && term.charCodeAt(at) === word.charCodeAt(at)) at++;
	if (at === term.length) return true;
	return (
		continues(word, at + 1, term, at + 1) ||
		continues(word, at + 1, term, at) ||
		continues(word, at, term, at + 1) ||
		(term.charCodeAt(at) === word.charCodeAt(at + 1) &&
			term.charCodeAt(at + 1) === word.charCodeAt(at) &&
			continues(word, at + 2, term, at + 2))
	);
}

/** The rest of `term` stands in `word` at `from`. */
function continues(word: string, from: number, term: string, termFrom: number): boolean {
	if (from > word.length || word.length - from < term.length - termFrom) return false;
	for (let at = termFrom; at < term.length; at++) {
		if (term.charCodeAt(at) !== word.charCodeAt(from + at - termFrom)) return false;
	}
	return true;
}

function lowerBound(sorted: readonly string[], text: string): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] ?? "") < text) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** At most `limit` items per score, in the order they came: enough for the best `limit` of all. */
class Best {
	readonly levels: number[][] = [];

	constructor(private readonly limit: number) {}

	add(item: number, score: number): void {
		const level = (this.levels[score] ??= []);
		if (level.length < this.limit) level.push(item);
	}
}

interface Words {
	readonly vocabulary: readonly string[];
	readonly starts: Int32Array;
	readonly postings: Int32Array;
}

class IndexBuilder {
	readonly digits = new DigitBuilder();
	private readonly ids = new Map<string, number>();
	private readonly counts: number[] = [];
	private wordOf = new Int32Array(1 << 16);
	private postingOf = new Int32Array(1 << 16);
	private used = 0;

	add(item: number, name: string, codes: readonly string[]): void {
		let first = true;
		for (const word of wordsOfText(name)) {
			this.addWord(word, item, first);
			first = false;
		}
		for (const code of codes) {
			// Most codes are one run of digits, and there are hundreds of thousands of them.
			if (isRunOfDigits(code)) this.digits.add(item, code);
			else for (const word of wordsOfText(code)) this.addWord(word, item, false);
		}
	}

	private addWord(word: string, item: number, first: boolean): void {
		if (isRunOfDigits(word)) return this.digits.add(item, word);
		let id = this.ids.get(word);
		if (id === undefined) {
			id = this.ids.size;
			this.ids.set(word, id);
			this.counts.push(0);
		}
		if (this.used === this.wordOf.length) this.grow();
		this.counts[id] = (this.counts[id] ?? 0) + 1;
		this.wordOf[this.used] = id;
		this.postingOf[this.used] = item * 2 + (first ? 0 : 1);
		this.used += 1;
	}

	private grow(): void {
		const twice = (old: Int32Array) => {
			const larger = new Int32Array(old.length * 2);
			larger.set(old);
			return larger;
		};
		this.wordOf = twice(this.wordOf);
		this.postingOf = twice(this.postingOf);
	}

	async finish(slices: Slices): Promise<Words> {
		const vocabulary = await sortedInSlices([...this.ids.keys()], slices);
		const starts = new Int32Array(vocabulary.length + 1);
		const next = new Int32Array(vocabulary.length);
		vocabulary.forEach((word, rank) => {
			const id = this.ids.get(word) ?? 0;
			next[id] = starts[rank] ?? 0;
			starts[rank + 1] = (starts[rank] ?? 0) + (this.counts[id] ?? 0);
		});
		await slices.rest();
		const postings = new Int32Array(this.used);
		for (let at = 0; at < this.used; at++) {
			const id = this.wordOf[at] ?? 0;
			postings[next[id] ?? 0] = this.postingOf[at] ?? 0;
			next[id] = (next[id] ?? 0) + 1;
			if (at % (LOOK_AT_CLOCK_EVERY * 64) === 0) await slices.rest();
		}
		return { vocabulary, starts, postings };
	}
}

function isRunOfDigits(word: string): boolean {
	if (word.length === 0 || word.length > MAX_DIGITS) return false;
	for (let at = 0; at < word.length; at++) {
		const unit = word.charCodeAt(at);
		if (unit < 0x30 || unit > 0x39) return false;
	}
	return true;
}

/** Sorted by UTF-16 units, one first letter after the other, with rests between. */
async function sortedInSlices(words: readonly string[], slices: Slices): Promise<string[]> {
	const drawers = new Map<string, string[]>();
	for (const word of words) {
		const key = word.slice(0, 2);
		const drawer = drawers.get(key);
		if (drawer) drawer.push(word);
		else drawers.set(key, [word]);
	}
	const sorted: string[] = [];
	for (const key of [...drawers.keys()].sort()) {
		sorted.push(...(drawers.get(key) ?? []).sort());
		await slices.rest();
	}
	return sorted;
}

/** Hands the thread back whenever a slice is used up. */
export class Slices {
	private since = performance.now();

	constructor(private readonly pause: Pause) {}

	async rest(): Promise<void> {
		if (performance.now() - this.since < SLICE_MS) return;
		await this.pause();
		this.since = performance.now();
	}
}
