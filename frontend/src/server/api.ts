// The company's HTTP interface, as the standalone server and Frappe both serve it.
// Never sends a cookie, and never retries by itself.

import { PROTOCOL_VERSION, type WireEntry } from "@/core/entry";
import { Rejected, Retryable, wordsOf, type PosBridgeError } from "@/core/errors";
import type { Snapshot } from "@/server/settings";
import { checkedChanges, type Changes } from "@/server/changes";
import { KEPT_ENROLMENT, keepTwice, readKeptTwice } from "@/server/kept";

export interface Enrolment {
	readonly till: string;
	readonly token: string;
	readonly company: string;
	readonly shop: string;
	readonly next_epoch: number;
	readonly agent_urls: readonly string[];
	/** The company switched this device off: remembered here, so that it counts without a network as well. */
	readonly revoked?: boolean;
}

export type * from "@/server/settings";

export interface Realtime {
	/** "" for the page's own origin. */
	readonly url: string;
	/** "/" and the site's name. */
	readonly namespace: string;
}

export type Outcome = "created" | "exists" | "conflict" | "quarantined";
export type RecordState = "waiting" | "posted" | "held" | "quarantined";

/** What a daybook said of one entry; `id` is "" if it could not be read, `reason` "" if there is none. */
export interface PushResult {
	readonly id: string;
	readonly outcome: Outcome;
	readonly state: RecordState;
	readonly reason: string;
}

const OUTCOMES: ReadonlySet<unknown> = new Set<Outcome>(["created", "exists", "conflict", "quarantined"]);
const STATES: ReadonlySet<unknown> = new Set<RecordState>(["waiting", "posted", "held", "quarantined"]);

export function isPushResult(value: unknown): value is PushResult {
	const { id, outcome, state, reason } = (value ?? {}) as Partial<PushResult>;
	return typeof id === "string" && typeof reason === "string" && OUTCOMES.has(outcome) && STATES.has(state);
}

/** Only whole answers count, one for each entry that was sent: Retryable else, for nothing may be taken for sent. */
export function resultsOf(value: unknown, from: "agent" | "company", sent?: number): readonly PushResult[] {
	const whole = Array.isArray(value) && value.every(isPushResult) && (sent === undefined || value.length === sent);
	if (whole) return value;
	throw new Retryable(`The ${from}'s answer does not cover every entry that was sent; they are sent again.`, "short_answer");
}

/** Entries of this till that the company or the agent gave back, newest first, with what was said of each. */
export interface Latest {
	readonly entries: readonly WireEntry[];
	readonly results: readonly PushResult[];
	/** Where older ones begin; absent if there are none. */
	readonly before?: number;
}

/** Retryable unless it is whole. */
export function latestOf(value: unknown, from: "agent" | "company"): Latest {
	const { entries, results, before } = (value ?? {}) as Partial<Latest>;
	const whole = Array.isArray(entries) && entries.every(isWire) && (before === undefined || Number.isSafeInteger(before));
	if (!whole) throw new Retryable(`The ${from} sent something that is no list of entries.`, "no_answer");
	return { entries, results: resultsOf(results, from, entries.length), ...(before !== undefined && { before }) };
}

/** What is known of a receipt: its entry and the returns of it, oldest first; no entries where it is not known. */
export interface ReceiptAnswer {
	readonly entries: readonly WireEntry[];
	readonly results: readonly PushResult[];
	/** What came back of the sale's lines without an entry: line, quantity. */
	readonly elsewhere: readonly (readonly [number, string])[];
}

/** Retryable unless it is whole. */
export function receiptOf(value: unknown, from: "agent" | "company"): ReceiptAnswer {
	const { elsewhere } = (value ?? {}) as Partial<ReceiptAnswer>;
	if (!Array.isArray(elsewhere)) throw new Retryable(`The ${from} sent something that is no receipt.`, "no_answer");
	return { ...latestOf(value, from), elsewhere };
}

function isWire(value: unknown): value is WireEntry {
	const { hash, text } = (value ?? {}) as Partial<WireEntry>;
	return typeof hash === "string" && typeof text === "string";
}

/** A credit as the company knows it; a number that nobody issued has `known` false and nothing on it. */
export interface CreditAnswer {
	readonly credit: string;
	readonly known: boolean;
	readonly credit_kind: "gift_card" | "store_credit" | "";
	readonly currency: string;
	readonly balance_minor: number;
	readonly available_minor: number;
	readonly expires_on: string;
	readonly status: "Open" | "Spent" | "Expired" | "Blocked" | "";
	readonly leased_minor: number;
	readonly leased_until_ms: number;
}

export interface Gap {
	readonly chain: string;
	readonly first: number;
	readonly last: number;
}

export interface PushAnswer {
	readonly protocol: number;
	readonly till: string;
	readonly results: readonly PushResult[];
	readonly gaps: readonly Gap[];
}

/** Frappe would parse application/json before anybody could keep a body that is none. */
const BODY_TYPE = "application/octet-stream";
const CALL_TIMEOUT_MS = 15_000;
const METHODS = "/api/method/pos_bridge.api.";
const REVOKED = "revoked";
const UNKNOWN_TILL: ReadonlySet<string> = new Set(["unauthenticated", "http_401", REVOKED]);
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

export class Company {
	private refused = false;
	/** Hears the company's time with each answer, and how long the answer took: its clock is read somewhere in between. */
	onTime: ((theirMs: number, tookMs: number) => void) | undefined;

	/** `origin` is "" for the page's own. Network and 5xx raise Retryable; 4xx raise Rejected with the server's code. */
	constructor(
		private known?: Enrolment,
		private readonly origin = "",
	) {}

	/** The company answered that it does not know our token: only a new enrolment helps. */
	get unknownHere(): boolean {
		return this.refused;
	}

	/** With the enrolment that this browser keeps, if it has one. */
	static async open(origin = ""): Promise<Company> {
		return new Company(await readKeptTwice<Enrolment>(KEPT_ENROLMENT), origin);
	}

	/** A manager switched this device off: it sells nothing more until it is enrolled again. */
	get revoked(): boolean {
		return this.known?.revoked === true;
	}

	get enrolment(): Enrolment | undefined {
		return this.known;
	}

	/** Enrols, keeps the enrolment in IndexedDB and uses it from now on. Rejected if the code is for another till. */
	async enrol(code: string): Promise<Enrolment> {
		const sent = new Company(undefined, this.origin).post("enrol", { code });
		const enrolment = messageOf<Enrolment>(await sent);
		const till = this.known?.till ?? enrolment.till;
		if (till !== enrolment.till) throw new OtherTill(till, enrolment.till);
		await keepTwice(KEPT_ENROLMENT, enrolment);
		this.known = enrolment;
		this.refused = false;
		return enrolment;
	}

	async snapshot(): Promise<Snapshot> {
		return messageOf<Snapshot>(await this.call("snapshot", {}));
	}

	/** The chunk's JSON text as it was received, wrapped in "message". */
	chunk(snapshot: string, chunk: number): Promise<string> {
		return this.call(`snapshot_chunk?snapshot=${encodeURIComponent(snapshot)}&chunk=${chunk}`, {});
	}

	/** What changed since `cursor`. Malformed if it is not what the protocol says. */
	async changes(cursor: string): Promise<Changes> {
		const changes = messageOf<Changes>(await this.call(`changes?cursor=${encodeURIComponent(cursor)}`, {}));
		if (changes.revoked) await this.switchOff();
		return checkedChanges(changes);
	}

	async push(entries: readonly WireEntry[]): Promise<PushAnswer> {
		const till = this.known?.till ?? "";
		const answer = messageOf<PushAnswer>(await this.post("push", { protocol: PROTOCOL_VERSION, till, entries }));
		return { ...answer, results: resultsOf(answer.results, "company", entries.length) };
	}

	/** What this till recorded last, as far as the company has it. Rejected by a company that is too old to be asked. */
	async latest(before = 0): Promise<Latest> {
		return latestOf(messageOf<unknown>(await this.call(`latest?before=${before}`, {})), "company");
	}

	/** A receipt of any till of the company. */
	async receipt(number: string): Promise<ReceiptAnswer> {
		const answer = await this.call(`receipt?receipt_number=${encodeURIComponent(number)}`, {});
		return receiptOf(messageOf<unknown>(answer), "company");
	}

	/** What is on a gift card or store credit, with as much of it kept for this till as is there, at most `amount_minor`. */
	async leaseCredit(credit: string, amount_minor: number): Promise<CreditAnswer> {
		return messageOf<CreditAnswer>(await this.post("lease_credit", { credit, amount_minor }));
	}

	/** Any other call of a till, with what the company answered. */
	async ask(method: "new_customers" | "customer", body: object): Promise<unknown> {
		return messageOf<unknown>(await this.post(method, body));
	}

	/** Sends a receipt to its customer; the same id again changes nothing. Retryable while the receipt has not arrived. */
	async mailReceipt(mail: { readonly id: string; readonly entry: string; readonly to: string }): Promise<void> {
		await this.post("mail_receipt", mail);
	}

	private post(method: string, body: object): Promise<string> {
		const headers = { "Content-Type": BODY_TYPE };
		return this.call(method, { method: "POST", headers, body: JSON.stringify(body) });
	}

	private async call(method: string, init: RequestInit): Promise<string> {
		const headers = new Headers(init.headers);
		if (this.known) headers.set("Authorization", `Till ${this.known.token}`);
		const url = `${this.origin}${METHODS}${method}`;
		try {
			const text = await fetchText(url, { ...init, headers, credentials: "omit" }, this.onTime);
			this.refused = false;
			return text;
		} catch (error) {
			if (error instanceof Rejected && UNKNOWN_TILL.has(error.code)) this.refused = true;
			if (error instanceof Rejected && error.code === REVOKED) await this.switchOff();
			throw error;
		}
	}

	private async switchOff(): Promise<void> {
		this.refused = true;
		if (!this.known || this.known.revoked) return;
		this.known = { ...this.known, revoked: true };
		await keepTwice(KEPT_ENROLMENT, this.known);
	}
}

/** This browser keeps the daybook of `till`: under another name its entries would never be sent. */
export class OtherTill extends Rejected {
	constructor(
		readonly till: string,
		readonly other: string,
	) {
		super(`The code is for till ${other}, this browser keeps the daybook of till ${till}.`, "other_till");
	}
}

/** The code with which the demo enrols itself; undefined where the server offers none. */
export async function offeredEnrolmentCode(origin = ""): Promise<string | undefined> {
	try {
		const text = await fetchText(`${origin}/till/enrolment.json`, { credentials: "omit" });
		const { code } = JSON.parse(text) as { code?: unknown };
		return typeof code === "string" ? code : undefined;
	} catch (error) {
		// Rejected: no such page here; SyntaxError: another page answers for every address.
		if (error instanceof Rejected || error instanceof SyntaxError) return undefined;
		throw error;
	}
}

async function fetchText(url: string, init: RequestInit, onTime?: Company["onTime"]): Promise<string> {
	let response: Response;
	let text: string;
	const askedAt = performance.now();
	try {
		response = await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
		tellTime(response, performance.now() - askedAt, onTime);
		text = await response.text();
	} catch (error) {
		throw new Retryable(`The company's server can't be reached (${wordsOf(error)}).`, "network");
	}
	if (response.ok) return text;
	throw refusalOf(response.status, text);
}

/** What a cache kept says what time it was then, not now. */
function tellTime({ headers }: Response, tookMs: number, onTime: Company["onTime"]): void {
	const theirMs = Date.parse(headers.get("Date") ?? "");
	const kept = headers.has("Age") || !(headers.get("Cache-Control") ?? "").includes("no-store");
	if (Number.isFinite(theirMs) && !kept) onTime?.(theirMs, tookMs);
}

/** The server's own error if it sent one; else the status in words. */
function refusalOf(status: number, text: string): PosBridgeError {
	const { code, message, retryable } = sentError(text);
	const words = message ?? `The company's server answered with status ${status}.`;
	if (retryable ?? (status >= 500 || BUSY_STATUSES.has(status))) return new Retryable(words, code ?? "server");
	return new Rejected(words, code ?? `http_${status}`);
}

interface SentError {
	readonly code?: string;
	readonly message?: string;
	readonly retryable?: boolean;
}

function sentError(text: string): SentError {
	try {
		return (JSON.parse(text) as { error?: SentError } | null)?.error ?? {};
	} catch {
		// A proxy's HTML page: the status alone has to do.
		return {};
	}
}

function messageOf<T>(text: string): T {
	try {
		const answer = JSON.parse(text) as { message?: T } | null;
		if (answer?.message !== undefined) return answer.message;
	} catch {
		// Falls through: not JSON is as little an answer as JSON without a message.
	}
	const words = "The company's server sent something that is no answer; a proxy may have answered for it.";
	throw new Retryable(words, "no_answer");
}
