// Which entries belong to a shift, and whether its chains and receipt numbers are without gaps.
// Never judges a gap: what is missing may still be on its way. As pos_bridge/core/report/continuity.py.

import type { Entry } from "@/core/entry";
import { shiftOf } from "@/core/report/bodies";
import type { ChainFigures, NumberFigures, Told } from "@/core/report/figures";
import { MONEY_KINDS } from "@/core/report/parts";

/** Missing receipt numbers that a report names, of each prefix. */
const MAX_NAMED = 20;

interface Span {
	readonly first: number;
	readonly last: number;
}
export type Spans = ReadonlyMap<string, Span>;

/** The shift's part of each chain that it has entries in; while it is open, all that was recorded since. */
export function spansOf(
	opening: Entry | undefined, named: readonly Entry[], told: readonly Told[], closing: Entry | undefined,
): Spans {
	const own = opening ? [opening, ...named] : named;
	const chains = new Set(own.map(({ chain }) => chain));
	const since = opening && !closing ? untilTheNextShift(opening, told.map(({ entry }) => entry)) : [];
	const spans = new Map<string, Span>();
	for (const { chain, sequence } of [...own, ...since.filter((entry) => chains.has(entry.chain))]) {
		spans.set(chain, widened(spans.get(chain), sequence));
	}
	if (opening) {
		const { chain, sequence } = opening;
		spans.set(chain, { first: sequence, last: spans.get(chain)?.last ?? sequence });
	}
	if (closing) {
		const { chain, sequence } = closing;
		spans.set(chain, { first: Math.min(spans.get(chain)?.first ?? sequence, sequence), last: sequence });
	}
	return spans;
}

function widened(span: Span | undefined, number: number): Span {
	return { first: Math.min(span?.first ?? number, number), last: Math.max(span?.last ?? number, number) };
}

/** A shift that nobody closed ends in each chain where another one is opened. */
function untilTheNextShift(opening: Entry, entries: readonly Entry[]): Entry[] {
	const nexts = new Map<string, number>();
	for (const { chain, sequence, kind, id } of entries) {
		const isBehind = chain !== opening.chain || sequence > opening.sequence;
		if (kind !== "shift_open" || id === opening.id || !isBehind) continue;
		nexts.set(chain, Math.min(nexts.get(chain) ?? sequence, sequence));
	}
	return entries.filter(({ chain, sequence }) => sequence < (nexts.get(chain) ?? sequence + 1));
}

/** It names the shift; or it names none, moves no money, and lies in the shift's part of its chain. */
export function belongs(entry: Entry, shift: string, spans: Spans): boolean {
	const named = shiftOf(entry);
	if (entry.kind === "shift_open" || entry.kind === "shift_close") return false;
	if (named || MONEY_KINDS.has(entry.kind)) return named === shift;
	return isWithin(spans.get(entry.chain), entry.sequence);
}

function isWithin(span: Span | undefined, number: number): boolean {
	return span !== undefined && span.first <= number && number <= span.last;
}

/** `told` is all that is known of these chains, of whatever shift. */
export function chainsOf(told: readonly Told[], spans: Spans): ChainFigures[] {
	return [...spans].map(([chain, { first, last }]) => {
		const there = new Map<number, Told>();
		for (const each of told) {
			const { entry } = each;
			if (entry.chain === chain && isWithin({ first, last }, entry.sequence)) there.set(entry.sequence, each);
		}
		const head = there.get(Math.max(...there.keys()));
		const missing = last - first + 1 - there.size;
		return { chain, epoch: head?.entry.epoch ?? 0, first, last, missing, hash: head?.hash ?? "" };
	});
}

/** Numbers of `own` entries; one of `told`, of whatever shift or voided, accounts for one between. */
export function numbersOf(own: readonly Told[], told: readonly Told[]): NumberFigures[] {
	const known = new Map<string, Set<number>>();
	for (const { entry } of told) {
		const place = numberOf(entry);
		if (place) known.set(place.prefix, (known.get(place.prefix) ?? new Set()).add(place.counter));
	}
	const ranges = new Map<string, Span>();
	for (const { entry } of own) {
		const place = numberOf(entry);
		if (place) ranges.set(place.prefix, widened(ranges.get(place.prefix), place.counter));
	}
	return [...ranges].map(([prefix, span]) => numbers(prefix, span, known.get(prefix) ?? new Set()));
}

function numbers(prefix: string, span: Span, known: ReadonlySet<number>): NumberFigures {
	const there = [...known].filter((counter) => isWithin(span, counter)).sort((one, other) => one - other);
	const named: number[] = [];
	for (const [index, before] of there.entries()) {
		const after = there[index + 1] ?? before;
		for (let each = before + 1; each < Math.min(after, before + 1 + MAX_NAMED); each++) named.push(each);
	}
	const missing = span.last - span.first + 1 - there.length;
	return { prefix, ...span, missing, named: named.slice(0, MAX_NAMED) };
}

/** Of the entry's receipt number, or of the one that a void accounts for. */
function numberOf(entry: Entry): { readonly prefix: string; readonly counter: number } | undefined {
	const voided = entry.kind === "void" ? (entry.body as { readonly receipt_number?: unknown }).receipt_number : "";
	const number = entry.receipt_number || voided;
	const found = typeof number === "string" ? /^(.+)-([0-9]{1,15})$/.exec(number) : null;
	return found ? { prefix: found[1] ?? "", counter: Number(found[2]) } : undefined;
}
