// The log file's format: one line per record, each carrying the hash that proves it, read and verified line by line.
// Never touches a file and never repairs anything; book.ts does.
//
//   C <hash> {"chain","epoch","format":1,"till",...}   a chain starts, or goes on here
//   E <hash> <canonical text>                                               an entry, its hash chained to the one before
//   A <hash> {"results":[...]}                                              what the company answered

import { canonical } from "@/core/canonical";
import { NO_PREVIOUS, chainHash, parseEntry, type Entry, type Head, type WireEntry } from "@/core/entry";
import { Malformed } from "@/core/errors";
import type { PushResult } from "@/server/api";

export const LOG_FORMAT = 1;
const NEWLINE = 0x0a;
const CHAIN_LETTER = "C".charCodeAt(0);
const HASH_START = 2;
const TEXT_START = HASH_START + 64 + 1;
/** Lines hashed at the same time: the browser hashes on other threads. */
const HASHED_TOGETHER = 256;

/** Bytes [from, to) of the file. */
export interface Span {
	readonly from: number;
	readonly to: number;
}

export interface ChainStart {
	readonly chain: string;
	readonly epoch: number;
	readonly format: number;
	readonly till: string;
	readonly continues?: Head;
	/** The chain goes on from an older segment: its last entry there, when that happened, and the last receipt's counter. */
	readonly goes_on?: { readonly sequence: number; readonly hash: string; readonly receipts: number; readonly at?: string };
	/** The shift that was open when the chain went on here; its entries say whether it still is. */
	readonly shift?: string;
	/** Older segments that still hold what this chain's writer must not forget. */
	readonly sealed?: readonly number[];
	/** Damaged spans that were copied to the second file before this chain started. */
	readonly kept_aside?: readonly Span[];
}

export type LogRecord =
	| ({ readonly type: "chain"; readonly start: ChainStart } & Span)
	| ({ readonly type: "entry"; readonly entry: Entry; readonly wire: WireEntry } & Span)
	| ({ readonly type: "answers"; readonly results: readonly PushResult[] } & Span);

export interface LogReading {
	readonly records: readonly LogRecord[];
	/** What does not verify and has something good behind it, or was written whole; not yet kept aside. */
	readonly damaged: readonly Span[];
	/** A write that power or process did not survive, at the very end. */
	readonly torn: Span | undefined;
}

export async function chainLine(start: ChainStart): Promise<Uint8Array> {
	return proven("C", canonical(start));
}

export function entryLine(wire: WireEntry): Uint8Array {
	return line("E", wire.hash, wire.text);
}

export async function answersLine(results: readonly PushResult[]): Promise<Uint8Array> {
	return proven("A", canonical({ results }));
}

async function proven(letter: string, text: string): Promise<Uint8Array> {
	return line(letter, await chainHash(NO_PREVIOUS, text), text);
}

function line(letter: string, hash: string, text: string): Uint8Array {
	return new TextEncoder().encode(`${letter} ${hash} ${text}\n`);
}

/** Reads a whole log; every record in the answer has been proven by its hash. */
export async function readLog(bytes: Uint8Array): Promise<LogReading> {
	const records: LogRecord[] = [];
	const found = await readBatches(bytes, (some) => void records.push(...some));
	return { records, ...found };
}

/** The same, batch by batch: of a long log only a batch is in memory. */
export async function readBatches(
	bytes: Uint8Array, take: (records: readonly LogRecord[]) => void,
): Promise<Omit<LogReading, "records">> {
	const bad: Span[] = [];
	const known: Span[] = [];
	const spans = lineSpans(bytes);
	for (let at = 0; at < spans.length; at += HASHED_TOGETHER) {
		const some = spans.slice(at, at + HASHED_TOGETHER);
		const read = await Promise.all(some.map((span) => readLine(bytes, span)));
		const records = read.filter((record) => record !== undefined);
		known.push(...records.flatMap((record) => (record.type === "chain" ? (record.start.kept_aside ?? []) : [])));
		take(records);
		bad.push(...some.filter((_, index) => read[index] === undefined));
	}
	const torn = takeTornTail(bytes, bad);
	return { damaged: joined(bad).filter((span) => !known.some((aside) => covers(aside, span))), torn };
}

/** True if a whole chain line stands in the log: only then has a new segment been written to its end. */
export async function hasChain(bytes: Uint8Array): Promise<boolean> {
	const starts = lineSpans(bytes).filter((span) => bytes[span.from] === CHAIN_LETTER);
	return (await Promise.all(starts.map((span) => readLine(bytes, span)))).some((record) => record?.type === "chain");
}

function lineSpans(bytes: Uint8Array): Span[] {
	const spans: Span[] = [];
	let from = 0;
	while (from < bytes.length) {
		const end = bytes.indexOf(NEWLINE, from);
		const to = end < 0 ? bytes.length : end + 1;
		spans.push({ from, to });
		from = to;
	}
	return spans;
}

/** A cut-off line or blocks that were never written (zeros) are torn; a whole line that is wrong is damage. */
function takeTornTail(bytes: Uint8Array, bad: Span[]): Span | undefined {
	let from = bytes.length;
	for (let last = bad.at(-1); last?.to === from && isTorn(bytes.subarray(last.from, last.to)); last = bad.at(-1)) {
		from = last.from;
		bad.pop();
	}
	return from === bytes.length ? undefined : { from, to: bytes.length };
}

function isTorn(line: Uint8Array): boolean {
	return line.at(-1) !== NEWLINE || line.includes(0);
}

/** Neighbouring damage is one span. */
function joined(bad: readonly Span[]): Span[] {
	const spans: Span[] = [];
	for (const span of bad) {
		const last = spans.at(-1);
		if (last?.to === span.from) spans[spans.length - 1] = { from: last.from, to: span.to };
		else spans.push(span);
	}
	return spans;
}

function covers(outer: Span, inner: Span): boolean {
	return outer.from <= inner.from && inner.to <= outer.to;
}

async function readLine(bytes: Uint8Array, span: Span): Promise<LogRecord | undefined> {
	try {
		const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(span.from, span.to));
		return await provenRecord(text, span);
	} catch (error) {
		// Not an entry, not UTF-8, not JSON: all three are damage, anything else is a fault of ours.
		if (error instanceof Malformed || error instanceof TypeError || error instanceof SyntaxError) return undefined;
		throw error;
	}
}

async function provenRecord(whole: string, span: Span): Promise<LogRecord | undefined> {
	if (!/^[CEA] [0-9a-f]{64} [^\n]*\n$/.test(whole)) return undefined;
	const hash = whole.slice(HASH_START, TEXT_START - 1);
	const text = whole.slice(TEXT_START, -1);
	if (whole.startsWith("E")) {
		const entry = parseEntry(text);
		// Kept for as long as the till runs: a slice of the line would keep all of the line with it.
		const computed = await chainHash(entry.previous, text);
		return computed === hash ? { type: "entry", entry, wire: { hash: computed, text }, ...span } : undefined;
	}
	if ((await chainHash(NO_PREVIOUS, text)) !== hash) return undefined;
	if (whole.startsWith("C")) return { type: "chain", start: JSON.parse(text) as ChainStart, ...span };
	const { results } = JSON.parse(text) as { results: readonly PushResult[] };
	return { type: "answers", results, ...span };
}
