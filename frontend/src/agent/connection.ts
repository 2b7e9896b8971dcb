// The WebSocket to the agent on this till: calls with references and time-outs, events, and reconnecting.
// Never decides what a lost connection means for a sale; the Pusher does.

import { PROTOCOL_VERSION, type Head, type WireEntry } from "@/core/entry";
import { Rejected, Retryable, type PosBridgeError } from "@/core/errors";
import type { ReceiptDocument } from "@/core/receipt";
import type { PushResult } from "@/server/api";

export type AgentState = "connecting" | "online" | "away";
export type PrinterState = "ready" | "paper_out" | "cover_open" | "offline";
export type JobState = "queued" | "printing" | "printed" | "unsure" | "failed";

export interface PrinterInfo {
	readonly printer: string;
	readonly kind: string;
	readonly columns: number;
	readonly online: boolean;
	readonly state: PrinterState;
	readonly reason: string;
}

export interface Welcome {
	readonly till: string;
	readonly agent: string;
	readonly heads: readonly Head[];
	readonly next_epoch: number;
	readonly printers: readonly PrinterInfo[];
	readonly unforwarded: number;
}

export interface PrintJob {
	/** "<entry id>:receipt": the same id again prints nothing twice. */
	readonly job: string;
	readonly printer: string;
	readonly document: ReceiptDocument;
	/** Open the drawer with it. */
	readonly kick: boolean;
	/** "sale T1-1-000001" */
	readonly reason: string;
}

export interface KickJob {
	readonly printer: string;
	readonly reason: string;
	/** The no_sale entry's id. */
	readonly entry: string;
}

export interface Queued {
	readonly job: string;
	readonly outcome: "created" | "exists" | "conflict";
	readonly state: JobState;
}

export interface AgentEvents {
	readonly acknowledged: { readonly results: readonly PushResult[] };
	readonly job: { readonly job: string; readonly state: JobState; readonly reason: string };
	readonly printer: Pick<PrinterInfo, "printer" | "online" | "state" | "reason">;
	readonly scan: { readonly code: string; readonly symbology: string };
	readonly state: { readonly state: AgentState };
}

export interface AgentIdentity {
	readonly till: string;
	/** The page's version. */
	readonly page: string;
}

const SUBPROTOCOL = "posbridge.v1";
const HELLO_TIMEOUT_MS = 3_000;
const CALL_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;
/** A call that stayed without any sign of life for this long ends the connection: a new one is tried. */
const SILENCE_MS = 5_000;

/** What we use of a WebSocket; tests bring their own. */
export type Socket = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose" | "onerror">;
export type OpenSocket = (url: string, subprotocol: string) => Socket;

interface WaitingCall {
	readonly resolve: (answer: Message) => void;
	readonly reject: (error: PosBridgeError) => void;
	readonly timer: ReturnType<typeof setTimeout>;
}

type Message = { readonly op: string; readonly ref?: number } & Readonly<Record<string, unknown>>;
type Listener = (event: never) => void;

export class AgentConnection {
	private current: AgentState = "connecting";
	private away: number | undefined = Date.now();
	private greeting: Welcome | undefined;
	private socket: Socket | undefined;
	private refs = 0;
	private attempts = 0;
	private heard = 0;
	private retryTimer: ReturnType<typeof setTimeout> | undefined;
	private helloTimer: ReturnType<typeof setTimeout> | undefined;
	private readonly calls = new Map<number, WaitingCall>();
	private readonly listeners = new Map<keyof AgentEvents, Set<Listener>>();
	private readonly retryNow = () => this.tryNow();

	constructor(
		private readonly urls: readonly string[],
		private readonly identity: AgentIdentity,
		private readonly openSocket: OpenSocket = (url, subprotocol) => new WebSocket(url, subprotocol),
	) {}

	get state(): AgentState {
		return this.current;
	}

	/** Milliseconds since the epoch at which the agent was last there; undefined while it is online. */
	get awaySince(): number | undefined {
		return this.away;
	}

	/** The agent's last greeting; its printers are kept up to date by events. */
	get welcome(): Welcome | undefined {
		return this.greeting;
	}

	/** Connects, and from then on reconnects by itself until close(). */
	connect(): void {
		globalThis.addEventListener?.("online", this.retryNow);
		globalThis.document?.addEventListener("visibilitychange", this.retryNow);
		if (!this.socket) this.attempt();
	}

	close(): void {
		globalThis.removeEventListener?.("online", this.retryNow);
		globalThis.document?.removeEventListener("visibilitychange", this.retryNow);
		clearTimeout(this.retryTimer);
		this.lose("The till was closed.", false);
	}

	/** Answers once the agent has the entries on its disk. */
	async record(entries: readonly WireEntry[], timeoutMs = CALL_TIMEOUT_MS): Promise<readonly PushResult[]> {
		const { results } = await this.call({ op: "record", entries }, timeoutMs);
		return results as readonly PushResult[];
	}

	/** Answers once the job is on the agent's disk; the same job id again prints nothing twice. */
	async print(job: PrintJob, timeoutMs = CALL_TIMEOUT_MS): Promise<Queued> {
		return queuedOf(await this.call({ op: "print", ...job }, timeoutMs));
	}

	/** Opens the drawer for a no_sale entry. */
	async kick(job: KickJob, timeoutMs = CALL_TIMEOUT_MS): Promise<Queued> {
		return queuedOf(await this.call({ op: "kick", ...job }, timeoutMs));
	}

	/** What the company said of these ids, as far as it has answered the agent. */
	async acknowledged(ids: readonly string[], timeoutMs = CALL_TIMEOUT_MS): Promise<readonly PushResult[]> {
		const { results } = await this.call({ op: "acknowledged", ids }, timeoutMs);
		return results as readonly PushResult[];
	}

	/** Returns the function that stops listening. */
	on<Name extends keyof AgentEvents>(name: Name, listener: (event: AgentEvents[Name]) => void): () => void {
		const listeners = this.listeners.get(name) ?? new Set<Listener>();
		this.listeners.set(name, listeners.add(listener));
		return () => listeners.delete(listener);
	}

	private emit<Name extends keyof AgentEvents>(name: Name, event: AgentEvents[Name]): void {
		for (const listener of this.listeners.get(name) ?? []) (listener as (event: AgentEvents[Name]) => void)(event);
	}

	private tryNow(): void {
		if (globalThis.document?.visibilityState === "hidden" || this.socket) return;
		this.attempts = 0;
		clearTimeout(this.retryTimer);
		this.attempt();
	}

	private attempt(): void {
		const url = this.urls[this.attempts % this.urls.length];
		if (url === undefined) return this.become("away");
		this.attempts += 1;
		this.become("connecting");
		const socket = this.openSocket(url, SUBPROTOCOL);
		this.socket = socket;
		const lost = () => {
			if (this.socket === socket) this.lose("The agent on this computer went away.", true);
		};
		socket.onclose = lost;
		socket.onerror = lost;
		socket.onmessage = ({ data }) => {
			if (this.socket === socket) this.hear(String(data));
		};
		socket.onopen = () => this.greet();
		this.helloTimer = setTimeout(lost, HELLO_TIMEOUT_MS);
	}

	private greet(): void {
		this.send({ op: "hello", protocol: PROTOCOL_VERSION, ...this.identity }, HELLO_TIMEOUT_MS).then(
			(answer) => this.welcomed(answer),
			(error: PosBridgeError) => this.lose(error.message, true),
		);
	}

	private welcomed(answer: Message): void {
		clearTimeout(this.helloTimer);
		this.greeting = answer as unknown as Welcome;
		this.attempts = 0;
		this.away = undefined;
		this.become("online");
	}

	private lose(words: string, again: boolean): void {
		const socket = this.socket;
		this.socket = undefined;
		clearTimeout(this.helloTimer);
		socket?.close();
		this.away ??= Date.now();
		for (const call of this.calls.values()) {
			clearTimeout(call.timer);
			call.reject(new Retryable(words, "agent_away"));
		}
		this.calls.clear();
		this.become("away");
		if (!again) return;
		const delay = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.attempts, 10));
		this.retryTimer = setTimeout(() => this.attempt(), delay);
	}

	private become(state: AgentState): void {
		if (this.current === state) return;
		this.current = state;
		this.emit("state", { state });
	}

	private call(message: Message, timeoutMs: number): Promise<Message> {
		if (this.current !== "online") {
			return Promise.reject(new Retryable("The agent on this computer can't be reached.", "agent_away"));
		}
		return this.send(message, timeoutMs);
	}

	private send(message: Message, timeoutMs: number): Promise<Message> {
		const ref = ++this.refs;
		const { heard } = this;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => this.timeOut(ref, heard, timeoutMs), timeoutMs);
			this.calls.set(ref, { resolve, reject, timer });
			this.socket?.send(JSON.stringify({ ...message, ref }));
		});
	}

	private timeOut(ref: number, heardBefore: number, waitedMs: number): void {
		const call = this.calls.get(ref);
		this.calls.delete(ref);
		call?.reject(new Retryable("The agent on this computer did not answer in time.", "agent_timeout"));
		if (this.heard === heardBefore && waitedMs >= SILENCE_MS) this.lose("The agent fell silent.", true);
	}

	private hear(text: string): void {
		this.heard += 1;
		const message = readMessage(text);
		if (!message) return this.lose("The agent sent something that is no message.", true);
		if (message.ref === undefined) return this.tell(message);
		const call = this.calls.get(message.ref);
		if (!call) return;
		this.calls.delete(message.ref);
		clearTimeout(call.timer);
		if (message.op === "error") call.reject(refusalOf(message));
		else call.resolve(message);
	}

	private tell(message: Message): void {
		if (message.op === "acknowledged") this.emit("acknowledged", message as unknown as AgentEvents["acknowledged"]);
		if (message.op === "job") this.emit("job", message as unknown as AgentEvents["job"]);
		if (message.op === "scan") this.emit("scan", message as unknown as AgentEvents["scan"]);
		if (message.op === "printer") this.printerChanged(message as unknown as AgentEvents["printer"]);
	}

	private printerChanged(event: AgentEvents["printer"]): void {
		const { printer, online, state, reason } = event;
		if (this.greeting) {
			const printers = this.greeting.printers.map((each) =>
				each.printer === printer ? { ...each, online, state, reason } : each,
			);
			this.greeting = { ...this.greeting, printers };
		}
		this.emit("printer", event);
	}
}

function readMessage(text: string): Message | undefined {
	try {
		const value = JSON.parse(text) as unknown;
		return typeof value === "object" && value !== null && "op" in value ? (value as Message) : undefined;
	} catch {
		return undefined;
	}
}

function refusalOf(message: Message): PosBridgeError {
	const words = String(message.message);
	const code = String(message.code);
	return message.retryable === true ? new Retryable(words, code) : new Rejected(words, code);
}

function queuedOf({ job, outcome, state }: Message): Queued {
	return { job, outcome, state } as Queued;
}
