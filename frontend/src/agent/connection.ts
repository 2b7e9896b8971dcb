// The WebSocket to the agent on this till: calls with references and time-outs, events, and reconnecting.
// Never decides what a lost connection means for a sale; the Pusher does.

import {
	eventOf, queuedOf, readMessage, refusalOf, welcomeOf,
	type AgentEvents, type AgentIdentity, type AgentState, type KickJob, type Message, type PrintJob, type Queued, type Welcome,
} from "@/agent/messages";
import { PROTOCOL_VERSION, type WireEntry } from "@/core/entry";
import type { Pairing } from "@/agent/pairing";
import { PosBridgeError, Rejected, Retryable, wordsOf } from "@/core/errors";
import { latestOf, receiptOf, resultsOf, type Latest, type PushResult, type ReceiptAnswer } from "@/server/api";

export type {
	AgentEvents, AgentIdentity, AgentState, JobState, KickJob, PrintJob, PrinterInfo, PrinterState, Queued, Welcome,
} from "@/agent/messages";

const SUBPROTOCOL = "posbridge.v1";
const HELLO_TIMEOUT_MS = 3_000;
const CALL_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;
/** A call that stayed without any sign of life for this long ends the connection: a new one is tried. */
const SILENCE_MS = 5_000;

/** What keeps an agent that answers from being used; undefined while nothing does. */
export interface Refusal {
	/** "not_paired", "impostor", "wrong_till", … */
	readonly code: string;
	readonly words: string;
	/** What a person compares with the agent's page before he lets this browser in. */
	readonly digits: string;
	/** Where that page is. */
	readonly page: string;
}

/** What we use of a WebSocket; tests bring their own. */
export type Socket = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose" | "onerror">;
export type OpenSocket = (url: string, subprotocol: string) => Socket;

interface WaitingCall {
	readonly resolve: (answer: Message) => void;
	readonly reject: (error: PosBridgeError) => void;
	readonly timer: ReturnType<typeof setTimeout>;
}

type Listener = (event: never) => void;

export class AgentConnection {
	private current: AgentState = "connecting";
	private away: number | undefined = performance.now();
	private greeting: Welcome | undefined;
	private socket: Socket | undefined;
	private refs = 0;
	private attempts = 0;
	private heard = 0;
	/** Hears the agent's time, and how long it took to be told. */
	onTime: ((theirMs: number, tookMs: number) => void) | undefined;
	private retryTimer: ReturnType<typeof setTimeout> | undefined;
	private helloTimer: ReturnType<typeof setTimeout> | undefined;
	private refused: Refusal | undefined;
	private readonly calls = new Map<number, WaitingCall>();
	private readonly listeners = new Map<keyof AgentEvents, Set<Listener>>();
	private readonly retryNow = () => this.tryNow();

	constructor(
		private readonly urls: readonly string[],
		private readonly identity: AgentIdentity,
		private readonly openSocket: OpenSocket = (url, subprotocol) => new WebSocket(url, subprotocol),
		/** An agent answered on this computer before this page started. */
		private met = false,
		/** This browser's key; loaded when a line stands. */
		private readonly openPairing: (() => Promise<Pairing | undefined>) | undefined = undefined,
	) {}

	get state(): AgentState {
		return this.current;
	}

	/** performance.now() when the agent was last there, for a clock may jump; undefined while it is online. */
	get awaySince(): number | undefined {
		return this.away;
	}

	/** The agent's last greeting; its printers are kept up to date by events. */
	get welcome(): Welcome | undefined {
		return this.greeting;
	}

	/** Why an agent that answers is not used. */
	get refusal(): Refusal | undefined {
		return this.refused;
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
		return resultsOf(results, "agent", entries.length);
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
		return resultsOf(results, "agent");
	}

	/** What this till recorded last, as far as the agent has it. Rejected by an agent that is too old to be asked. */
	async latest(before = 0, timeoutMs = CALL_TIMEOUT_MS): Promise<Latest> {
		return latestOf(await this.call({ op: "latest", before }, timeoutMs), "agent");
	}

	/** What this agent has of a receipt. Rejected by an agent that is too old to be asked. */
	async receipt(receipt_number: string, timeoutMs = CALL_TIMEOUT_MS): Promise<ReceiptAnswer> {
		return receiptOf(await this.call({ op: "receipt", receipt_number }, timeoutMs), "agent");
	}

	/** Anything else that an agent can be asked for; whoever asks reads the answer. */
	ask(message: Message, timeoutMs = CALL_TIMEOUT_MS): Promise<Message> {
		return this.call(message, timeoutMs);
	}

	/** Keeps records of new customers; answers with what the company said of them so far. Rejected by an older agent. */
	async newCustomers(customers: readonly object[], timeoutMs = CALL_TIMEOUT_MS): Promise<unknown> {
		return (await this.call({ op: "new_customers", customers }, timeoutMs)).results;
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
		if (url === undefined) return this.become("none");
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
		socket.onopen = () => {
			this.met = true;
			this.greet();
		};
		this.helloTimer = setTimeout(lost, HELLO_TIMEOUT_MS);
	}

	private greet(): void {
		const { socket } = this;
		const askedAt = performance.now();
		const greeted = this.openPairing ? this.openPairing().catch(() => undefined).then((pairing) => this.hello(pairing)) : this.hello(undefined);
		greeted
			.then((answer) => this.socket === socket && this.welcomed(answer, performance.now() - askedAt))
			.catch((error: unknown) => this.socket === socket && this.lose(wordsOf(error), true));
	}

	private hello(pairing: Pairing | undefined): Promise<Message> {
		const sent = this.send({ op: "hello", protocol: PROTOCOL_VERSION, ...this.identity, ...pairing?.hello }, HELLO_TIMEOUT_MS);
		return pairing ? sent.then((answer) => this.proven(answer, pairing)).catch((error: unknown) => this.refuse(error, pairing)) : sent;
	}

	/** The agent's proof is checked and ours is given. One that needs none may be older, unless it proved itself before. */
	private async proven(answer: Message, pairing: Pairing): Promise<Message> {
		if (answer.op === "challenge") return this.send(await pairing.prove(answer), HELLO_TIMEOUT_MS);
		if (pairing.pinned) throw new Rejected("An agent that can't show its key answers on this computer.", "impostor");
		return answer;
	}

	private refuse(error: unknown, { digits }: Pairing): never {
		const page = (this.urls[0] ?? "").replace(/^ws(s?):/, "http$1:").replace(/\/agent$/, "/status");
		if (error instanceof PosBridgeError && !(error instanceof Retryable)) this.refused = { code: error.code, words: error.message, digits, page };
		throw error;
	}

	private welcomed(answer: Message, tookMs: number): void {
		this.greeting = welcomeOf(answer);
		this.refused = undefined;
		const theirMs = Date.parse(this.greeting.at ?? "");
		if (Number.isFinite(theirMs)) this.onTime?.(theirMs, tookMs);
		clearTimeout(this.helloTimer);
		this.attempts = 0;
		this.away = undefined;
		this.become("online");
	}

	private lose(words: string, again: boolean): void {
		const socket = this.socket;
		this.socket = undefined;
		clearTimeout(this.helloTimer);
		socket?.close();
		this.away ??= performance.now();
		for (const call of this.calls.values()) {
			clearTimeout(call.timer);
			call.reject(new Retryable(words, "agent_away"));
		}
		this.calls.clear();
		this.become(this.met ? "away" : "none");
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
		const heard = eventOf(message);
		if (heard === "unknown") return;
		if (!heard) return this.lose("The agent sent something that is no message.", true);
		if (heard.name === "printer") this.printerChanged(heard.event);
		if (heard.name === "device") this.deviceChanged(heard.event);
		this.emit(heard.name, heard.event as never);
	}

	private deviceChanged({ device, online, reason }: AgentEvents["device"]): void {
		const { devices } = this.greeting ?? {};
		if (!this.greeting || !devices) return;
		this.greeting = { ...this.greeting, devices: devices.map((one) => (one.device === device ? { ...one, online, reason } : one)) };
	}

	private printerChanged(event: AgentEvents["printer"]): void {
		const { printer, online, state, reason, paper_low, drawer } = event;
		if (this.greeting) {
			const printers = this.greeting.printers.map((each) =>
				each.printer === printer ? { ...each, online, state, reason, paper_low, drawer } : each,
			);
			this.greeting = { ...this.greeting, printers };
		}
	}
}
