// The company's HTTP interface, as the standalone server and Frappe both serve it.
// Never sends a cookie, and never retries by itself.

import { PROTOCOL_VERSION, type Head, type WireEntry } from "@/core/entry";
import { Rejected, Retryable, wordsOf, type PosBridgeError } from "@/core/errors";
import type { Rounding } from "@/core/money";
import type { Tax } from "@/core/sale";
import { keep, readKept } from "@/server/kept";

export interface Enrolment {
	readonly till: string;
	readonly token: string;
	readonly company: string;
	readonly shop: string;
	readonly next_epoch: number;
	readonly agent_urls: readonly string[];
}

export interface Snapshot {
	readonly protocol: number;
	readonly snapshot: string;
	readonly till: string;
	readonly company: string;
	readonly shop: string;
	readonly address: readonly string[];
	readonly tax_id?: string;
	readonly currency: string;
	readonly currency_precision: number;
	readonly rounding: Rounding;
	readonly locale: string;
	readonly taxes: readonly Tax[];
	readonly templates: readonly { readonly template: string; readonly rates: Readonly<Record<string, string>> }[];
	readonly tenders: readonly { readonly tender: string; readonly kind: "cash" | "card" }[];
	readonly cashiers: readonly string[];
	readonly groups: readonly string[];
	readonly units: readonly string[];
	readonly code_patterns: readonly string[];
	readonly items: number;
	readonly chunk_size: number;
	readonly chunks: number;
	readonly next_epoch: number;
	readonly heads: readonly Head[];
	readonly receipt_footer: readonly string[];
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

const CALL_TIMEOUT_MS = 15_000;
const METHODS = "/api/method/pos_bridge.api.";
const ENROLMENT = "enrolment";
const BUSY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

export class Company {
	/** `origin` is "" for the page's own. Network and 5xx raise Retryable; 4xx raise Rejected with the server's code. */
	constructor(
		private known?: Enrolment,
		private readonly origin = "",
	) {}

	/** With the enrolment that this browser keeps, if it has one. */
	static async open(origin = ""): Promise<Company> {
		return new Company(await readKept<Enrolment>(ENROLMENT), origin);
	}

	get enrolment(): Enrolment | undefined {
		return this.known;
	}

	/** Enrols, keeps the enrolment in IndexedDB and uses it from now on. */
	async enrol(code: string): Promise<Enrolment> {
		const enrolment = messageOf<Enrolment>(await this.post("enrol", { code }));
		await keep(ENROLMENT, enrolment);
		this.known = enrolment;
		return enrolment;
	}

	async snapshot(): Promise<Snapshot> {
		return messageOf<Snapshot>(await this.call("snapshot", {}));
	}

	/** The chunk's JSON text as it was received, wrapped in "message". */
	chunk(snapshot: string, chunk: number): Promise<string> {
		return this.call(`snapshot_chunk?snapshot=${encodeURIComponent(snapshot)}&chunk=${chunk}`, {});
	}

	async push(entries: readonly WireEntry[]): Promise<PushAnswer> {
		const till = this.known?.till ?? "";
		const answer = messageOf<PushAnswer>(await this.post("push", { protocol: PROTOCOL_VERSION, till, entries }));
		if (!Array.isArray(answer.results) || answer.results.length !== entries.length) {
			const words = "The company's answer does not cover every entry that was sent; they are sent again.";
			throw new Retryable(words, "short_answer");
		}
		return answer;
	}

	private post(method: string, body: object): Promise<string> {
		const headers = { "Content-Type": "application/json" };
		return this.call(method, { method: "POST", headers, body: JSON.stringify(body) });
	}

	private async call(method: string, init: RequestInit): Promise<string> {
		const headers = new Headers(init.headers);
		if (this.known) headers.set("Authorization", `Till ${this.known.token}`);
		const url = `${this.origin}${METHODS}${method}`;
		return fetchText(url, { ...init, headers, credentials: "omit" });
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

async function fetchText(url: string, init: RequestInit): Promise<string> {
	let response: Response;
	let text: string;
	try {
		response = await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
		text = await response.text();
	} catch (error) {
		throw new Retryable(`The company's server can't be reached (${wordsOf(error)}).`, "network");
	}
	if (response.ok) return text;
	throw refusalOf(response.status, text);
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
