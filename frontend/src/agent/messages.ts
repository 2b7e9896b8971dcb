// What is said between the page and the agent, and reading it: a message that lacks something is no message.
// Never holds a connection.

import type { Head } from "@/core/entry";
import { Rejected, Retryable, type PosBridgeError } from "@/core/errors";
import type { ReceiptDocument } from "@/core/receipt";
import { isPushResult, type PushResult } from "@/server/api";

/** "none": no agent was ever here; "away": the one that was is gone. */
export type AgentState = "connecting" | "online" | "away" | "none";
export type PrinterState = "ready" | "paper_out" | "cover_open" | "offline";
export type DrawerState = "open" | "left_open" | "closed" | "";
export type JobState = "queued" | "printing" | "printed" | "unsure" | "failed";

export interface PrinterInfo {
	readonly printer: string;
	readonly kind: string;
	readonly columns: number;
	readonly online: boolean;
	readonly state: PrinterState;
	readonly reason: string;
	/** The roll is near its end. Agents before 0.5.0 say neither this nor the next. */
	readonly paper_low?: boolean | undefined;
	/** "" where nobody knows; left_open after three minutes. */
	readonly drawer?: DrawerState | undefined;
}

/** What the agent has beside printers, by name; agents before 0.5.0 don't say. */
export interface DeviceInfo {
	readonly device: string;
	readonly role: "scanner" | "scale" | "terminal";
	readonly kind: string;
	readonly online: boolean;
	readonly reason: string;
}

export interface Welcome {
	readonly till: string;
	readonly agent: string;
	readonly heads: readonly Head[];
	readonly next_epoch: number;
	readonly printers: readonly PrinterInfo[];
	readonly unforwarded: number;
	/** The agent's time, ISO 8601 in UTC; agents before 0.2.0 don't say. */
	readonly at?: string;
	readonly devices?: readonly DeviceInfo[];
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

/** Of its paper nobody knows whether it came out. */
export interface UnsurePrint {
	readonly job: string;
	readonly reason: string;
}

export interface AgentEvents {
	readonly acknowledged: { readonly results: readonly PushResult[] };
	readonly job: { readonly job: string; readonly state: JobState; readonly reason: string };
	readonly printer: Pick<PrinterInfo, "printer" | "online" | "state" | "reason" | "paper_low" | "drawer">;
	/** A card payment was decided; pay/terminal/terminal.ts reads it. */
	readonly card: { readonly attempt: string; readonly state: string };
	/** A terminal's end of day was asked for or has ended; shift/terminalDay.ts reads it. */
	readonly day: { readonly attempt: string; readonly state: string };
	readonly device: DeviceInfo;
	readonly scan: { readonly code: string; readonly symbology: string };
	readonly state: { readonly state: AgentState };
}

export interface AgentIdentity {
	readonly till: string;
	/** The page's version. */
	readonly page: string;
}

export type Message = { readonly op: string; readonly ref?: number } & Readonly<Record<string, unknown>>;

type Sent = Omit<AgentEvents, "state">;
type Heard = { readonly [Name in keyof Sent]: { readonly name: Name; readonly event: Sent[Name] } }[keyof Sent];

export function readMessage(text: string): Message | undefined {
	try {
		const value = JSON.parse(text) as unknown;
		return typeof value === "object" && value !== null && "op" in value ? (value as Message) : undefined;
	} catch {
		return undefined;
	}
}

export function refusalOf(message: Message): PosBridgeError {
	const words = String(message.message);
	const code = String(message.code);
	return message.retryable === true ? new Retryable(words, code) : new Rejected(words, code);
}

export function queuedOf({ job, outcome, state }: Message): Queued {
	if (!areTexts([job, outcome, state])) throw noAnswer("print");
	return { job, outcome, state } as Queued;
}

export function welcomeOf(message: Message): Welcome {
	const { till, agent, heads, next_epoch, printers } = message;
	const whole = areTexts([till, agent]) && Number.isSafeInteger(next_epoch) && isListOf(heads, isHead) && isListOf(printers, isPrinter);
	if (!whole) throw noAnswer("hello");
	return message as unknown as Welcome;
}

/** The name of the agent's device for this, if it has one. */
export function deviceOf(welcome: Welcome | undefined, role: DeviceInfo["role"]): string | undefined {
	const { devices } = welcome ?? {};
	return Array.isArray(devices) ? (devices as readonly DeviceInfo[]).find((one) => one.role === role)?.device : undefined;
}

/** What a person has to decide. Rejected by an agent that is too old to be asked. */
export async function unsurePrintsOf(line: { ask(message: Message): Promise<Message> }): Promise<readonly UnsurePrint[]> {
	const { jobs } = await line.ask({ op: "unsure_jobs" });
	return isListOf(jobs, isUnsurePrint) ? (jobs as readonly UnsurePrint[]) : [];
}

/** "unknown" is an event that a later agent may send; undefined is one of ours that is not whole. */
export function eventOf(message: Message): Heard | "unknown" | undefined {
	switch (message.op) {
		case "acknowledged":
			return isListOf(message.results, isPushResult) ? { name: "acknowledged", event: message as never } : undefined;
		case "job":
			return areTexts([message.job, message.state, message.reason]) ? { name: "job", event: message as never } : undefined;
		case "scan":
			return areTexts([message.code]) ? { name: "scan", event: message as never } : undefined;
		case "card":
			return areTexts([message.attempt, message.state]) ? { name: "card", event: message as never } : undefined;
		case "day":
			return areTexts([message.attempt, message.state]) ? { name: "day", event: message as never } : undefined;
		case "device":
			return areTexts([message.device, message.role, message.reason]) ? { name: "device", event: message as never } : undefined;
		case "printer":
			return isPrinterEvent(message) ? { name: "printer", event: message as never } : undefined;
		default:
			return "unknown";
	}
}

function noAnswer(call: string): Retryable {
	return new Retryable(`The agent on this computer sent something that is no answer to "${call}".`, "no_answer");
}

function isPrinterEvent({ printer, online, state, reason }: Message): boolean {
	return areTexts([printer, state, reason]) && typeof online === "boolean";
}

function isListOf(value: unknown, isOne: (each: unknown) => boolean): boolean {
	return Array.isArray(value) && value.every(isOne);
}

function isUnsurePrint(value: unknown): boolean {
	const { job, reason } = (value ?? {}) as Partial<UnsurePrint>;
	return areTexts([job, reason]);
}

function isHead(value: unknown): boolean {
	const { chain, sequence, hash } = (value ?? {}) as Partial<Head>;
	return areTexts([chain, hash]) && Number.isSafeInteger(sequence);
}

function isPrinter(value: unknown): boolean {
	const { printer, state, columns } = (value ?? {}) as Partial<PrinterInfo>;
	return areTexts([printer, state]) && Number.isSafeInteger(columns);
}

function areTexts(values: readonly unknown[]): boolean {
	return values.every((value) => typeof value === "string");
}
