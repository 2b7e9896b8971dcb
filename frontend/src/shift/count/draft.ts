// What was typed while a drawer is counted, and what it comes to.
// Pure; never knows what should be there.

import type { Count } from "@/core/report/bodies";

export interface CountDraft {
	/** By the name of the field. */
	readonly texts: Record<string, string>;
	/** Tenders that are counted by their notes and coins. */
	readonly byPieces: Record<string, boolean>;
}

export interface CountedTender {
	readonly tender: string;
	/** Must be counted; another may be left out. */
	readonly isCash: boolean;
	/** Notes and coins, in minor units; absent where they are not known. */
	readonly pieces?: readonly number[];
}

export type Reading =
	| { readonly kind: "counted"; readonly count: Count }
	| { readonly kind: "empty" | "bad" };

const MOST_PIECES = 99_999;

export function emptyDraft(): CountDraft {
	return { texts: {}, byPieces: {} };
}

export function totalField(tender: string): string {
	return `total:${tender}`;
}

export function pieceField(tender: string, minor: number): string {
	return `piece:${minor}:${tender}`;
}

/** How many; undefined if it is no number of pieces. */
export function piecesIn(text: string | undefined): number | undefined {
	const typed = (text ?? "").trim();
	if (typed === "") return 0;
	return /^\d{1,6}$/.test(typed) && Number(typed) <= MOST_PIECES ? Number(typed) : undefined;
}

export function readCount(draft: CountDraft, { tender, pieces }: CountedTender, parse: (text: string) => number | undefined): Reading {
	if (pieces && draft.byPieces[tender]) return readPieces(draft, tender, pieces);
	const text = draft.texts[totalField(tender)] ?? "";
	if (text.trim() === "") return { kind: "empty" };
	const counted_minor = parse(text);
	if (counted_minor === undefined || counted_minor < 0) return { kind: "bad" };
	return { kind: "counted", count: { tender, counted_minor } };
}

function readPieces({ texts }: CountDraft, tender: string, pieces: readonly number[]): Reading {
	const typed = pieces.map((minor) => texts[pieceField(tender, minor)]);
	if (typed.every((text) => (text ?? "").trim() === "")) return { kind: "empty" };
	const numbers = typed.map(piecesIn);
	if (numbers.includes(undefined)) return { kind: "bad" };
	const found = pieces.map((minor, index) => [minor, numbers[index] ?? 0] as const).filter(([, number]) => number > 0);
	const counted_minor = found.reduce((sum, [minor, number]) => sum + minor * number, 0);
	if (!Number.isSafeInteger(counted_minor)) return { kind: "bad" };
	const denominations = found.map(([minor, number]) => [String(minor), number] as const);
	return { kind: "counted", count: { tender, counted_minor, ...(found.length > 0 && { denominations }) } };
}

/** Everything that was counted; or the first tender that has to be counted, or typed anew. */
export function readAll(
	draft: CountDraft, tenders: readonly CountedTender[], parse: (text: string) => number | undefined,
): { readonly counts: readonly Count[]; readonly missing?: string; readonly bad?: string } {
	const readings = tenders.map((each) => [each, readCount(draft, each, parse)] as const);
	const bad = readings.find(([, { kind }]) => kind === "bad")?.[0].tender;
	const missing = readings.find(([{ isCash }, { kind }]) => isCash && kind === "empty")?.[0].tender;
	const counts = readings.flatMap(([, reading]) => (reading.kind === "counted" ? [reading.count] : []));
	return { counts, ...(missing !== undefined && { missing }), ...(bad !== undefined && { bad }) };
}
