// An entry of a daybook: its shape, its id, its canonical text and the hash that chains it to the one before.
// Never reads a clock or draws randomness, except in newId(), which says so.

import { canonical } from "@/core/canonical";
import { Malformed } from "@/core/errors";

export const PROTOCOL_VERSION = 1;
export const MAX_ENTRY_BYTES = 256 * 1024;
export const MAX_PUSH_ENTRIES = 500;
export const MAX_PUSH_BYTES = 2 * 1024 * 1024;
export const NO_PREVIOUS = "0".repeat(64);

const ENTRY_KINDS = [
	"sale", "return", "void", "no_sale", "reprint", "approval", "shift_open", "shift_close", "cash_in", "cash_out",
	"credit_issue",
	"training_sale", "training_return", "clock_in", "clock_out", "online_order", "online_payment", "online_fulfilment", "online_refund",
	"online_return",
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];
/** A clock that a time server corrects may go back by so much. */
const CLOCK_PLAY_MS = 2_000;
const KINDS: ReadonlySet<string> = new Set(ENTRY_KINDS);

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
export type Body = { readonly [key: string]: Json };

/** The last entry of a chain: what the next one continues. */
export interface Head {
	readonly chain: string;
	readonly sequence: number;
	readonly hash: string;
	/** Told by the company and the agent, never part of an entry. */
	readonly epoch?: number;
}

/** What the page knows about a fact before the daybook gives it a place in the chain. */
export interface EntryDraft {
	readonly id: string;
	readonly kind: EntryKind;
	readonly cashier: string;
	/** The shop's day, "2026-11-22". */
	readonly business_date: string;
	/** The till's time with its offset, "2026-11-22T12:00:00.000+01:00". */
	readonly occurred_at: string;
	/** A SaleBody fits; typed as object because an interface has no index signature. */
	readonly body: object;
	readonly fiscal?: Readonly<Record<string, string>>;
	/** What is known to be wrong with the till's clock; absent if nothing is. */
	readonly clock?: ClockNote;
}

/** Milliseconds, as whole numbers. */
export interface ClockNote {
	/** So much the till's clock is ahead of the company's or the agent's; below zero: behind. */
	readonly ahead_ms?: number;
	readonly against?: "company" | "agent";
	/** So much the clock went back, at least, since the entry before. */
	readonly back_ms?: number;
}

export interface Entry extends EntryDraft {
	readonly protocol: number;
	readonly till: string;
	readonly writer: "page" | "agent" | "channel";
	readonly chain: string;
	readonly epoch: number;
	readonly sequence: number;
	readonly previous: string;
	readonly receipt_number?: string;
	readonly continues?: Head;
}

/** The canonical text, verbatim, and hash = hex SHA-256(bytes of previous || UTF-8 text). */
export interface WireEntry {
	readonly hash: string;
	readonly text: string;
}

/** RFC 9562 version 7: 48 bits of milliseconds, then 74 of the 80 random bits given. */
export function uuid7(nowMs: number, random: Uint8Array): string {
	if (random.length !== 10) throw new Malformed("A UUIDv7 takes ten random bytes.");
	const bytes = new Uint8Array(16);
	const view = new DataView(bytes.buffer);
	view.setUint16(0, Math.floor(nowMs / 2 ** 32));
	view.setUint32(2, nowMs % 2 ** 32);
	bytes.set(random, 6);
	view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
	view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
	const hex = hexOf(bytes);
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A fresh id from this machine's clock and randomness: the one impure function of this module. */
export function newId(): string {
	return uuid7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}

/** <till>-<epoch>-<6 digits>: gapless per chain over sales and returns. */
export function receiptNumber(till: string, epoch: number, counter: number): string {
	return `${till}-${epoch}-${String(counter).padStart(6, "0")}`;
}

/** Kinds that take a receipt number. */
export function takesReceiptNumber(kind: string): boolean {
	return kind === "sale" || kind === "return" || kind === "credit_issue";
}

/** What counts for nothing. */
export function isTraining({ kind }: Pick<Entry, "kind">): boolean {
	return kind === "training_sale" || kind === "training_return";
}

/** Goods come back, in earnest or in training. */
export function comesBack({ kind }: Pick<Entry, "kind">): boolean {
	return kind === "return" || kind === "training_return";
}

/** A receipt's number; training has its own, which is no receipt's. */
export function numberOf({ receipt_number, body }: Pick<Entry, "receipt_number" | "body">): string {
	return receipt_number ?? (body as { readonly training_number?: string }).training_number ?? "";
}

/** What the page knows of its clock, and by how much it went back since the entry before, across restarts, too. */
export function clockNote({ occurred_at, clock }: EntryDraft, lastAt: string | undefined): { readonly clock?: ClockNote } {
	const back_ms = lastAt === undefined ? 0 : Date.parse(lastAt) - Date.parse(occurred_at);
	const note = { ...clock, ...(back_ms > CLOCK_PLAY_MS && { back_ms }) };
	return Object.keys(note).length > 0 ? { clock: note } : {};
}

/** Without what a sender may have added: it goes into an entry. */
export function plainHead({ chain, sequence, hash }: Head): Head {
	return { chain, sequence, hash };
}

/** The entry's canonical text with its hash. */
export async function sealEntry(entry: Entry): Promise<WireEntry> {
	const text = canonical(entry);
	return { hash: await chainHash(entry.previous, text), text };
}

/** Verifies size, fields, canonical form and hash; anything wrong is Malformed with the reason. */
export async function openWire(wire: WireEntry): Promise<Entry> {
	if (new TextEncoder().encode(wire.text).length > MAX_ENTRY_BYTES) {
		throw new Malformed(`The entry is larger than ${MAX_ENTRY_BYTES / 1024} KiB.`, "entry_too_large");
	}
	const entry = parseEntry(wire.text);
	if (canonical(entry) !== wire.text) {
		throw new Malformed("The entry's text is not in canonical form (RFC 8785).");
	}
	if ((await chainHash(entry.previous, wire.text)) !== wire.hash) {
		throw new Malformed("The entry's hash does not match its text: it was changed after it was made.");
	}
	return entry;
}

/** hex SHA-256(bytes.fromhex(previous) || UTF-8 text). */
export async function chainHash(previous: string, text: string): Promise<string> {
	const tail = new TextEncoder().encode(text);
	const bytes = new Uint8Array(32 + tail.length);
	bytes.set(bytesOfHash(previous));
	bytes.set(tail, 32);
	return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** The entry in a canonical text, fields checked; the hash is not. */
export function parseEntry(text: string): Entry {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new Malformed("The entry is not JSON that the protocol allows.");
	}
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw new Malformed("An entry is a JSON object.");
	}
	const fields = value as Fields;
	checkFields(fields);
	checkKind(fields);
	checkReceiptNumber(fields);
	return value as Entry;
}

type Fields = Readonly<Record<string, unknown>>;

const HASH = /^[0-9a-f]{64}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TEXT_FIELDS: Readonly<Record<string, RegExp>> = {
	id: UUID,
	chain: UUID,
	kind: /^[a-z_]{1,32}$/,
	till: /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/,
	writer: /^(page|agent|channel)$/,
	previous: HASH,
	occurred_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$/,
	business_date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
	cashier: /^[^\x00-\x1f]{0,140}$/u,
};

function checkFields(fields: Fields): void {
	if (fields.protocol !== PROTOCOL_VERSION) {
		const given = JSON.stringify(fields.protocol);
		throw new Malformed(`Entries of protocol ${given} are not known here: update this side.`, "unknown_protocol");
	}
	for (const [name, pattern] of Object.entries(TEXT_FIELDS)) {
		const value = fields[name];
		if (typeof value !== "string" || !pattern.test(value)) {
			throw new Malformed(`The entry's ${name} is missing or not in its form.`);
		}
	}
	for (const name of ["sequence", "epoch"]) {
		const value = fields[name];
		if (!Number.isSafeInteger(value) || Number(value) < 1) {
			throw new Malformed(`The entry's ${name} is not a number from 1 on.`);
		}
	}
}

function checkKind(fields: Fields): void {
	if (!KINDS.has(String(fields.kind))) {
		throw new Malformed(`Entries of the kind '${String(fields.kind)}' are not known here.`);
	}
	if (!isObject(fields.body)) throw new Malformed("The entry's body is missing or not an object.");
	for (const name of ["continues", "fiscal", "clock"]) {
		const value = fields[name];
		if (name in fields && !(isObject(value) && Object.keys(value).length > 0)) {
			throw new Malformed(`The entry's ${name} is not an object with content.`);
		}
	}
	if (fields.sequence === 1 && fields.previous !== NO_PREVIOUS) {
		throw new Malformed("A chain's first entry has no previous hash; name an older chain in `continues`.");
	}
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkReceiptNumber(fields: Fields): void {
	const number = fields.receipt_number;
	if (!takesReceiptNumber(String(fields.kind))) {
		if (number === undefined) return;
		throw new Malformed(`An entry of the kind ${String(fields.kind)} carries no receipt number.`);
	}
	const prefix = `${String(fields.till)}-${String(fields.epoch)}-`;
	const counter = typeof number === "string" && number.startsWith(prefix) ? number.slice(prefix.length) : "";
	if (!/^[0-9]{6,}$/.test(counter)) {
		throw new Malformed(`The entry's receipt number is missing or not of the form ${prefix}000001.`);
	}
}

function bytesOfHash(hash: string): Uint8Array {
	if (!HASH.test(hash)) throw new Malformed("A hash is 64 hexadecimal digits in lower case.");
	const bytes = new Uint8Array(32);
	for (let index = 0; index < 32; index++) bytes[index] = Number.parseInt(hash.slice(2 * index, 2 * index + 2), 16);
	return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexOf(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes) text += HEX[byte];
	return text;
}
