// What a browser gives to a page and to its worker, as the till's process has it: time, files, network, worker.
// Every start of a page runs the built scripts anew in such a scope, so nothing of the page before is left in them.

import { createHash } from "node:crypto";
import type { Clock } from "./clock";
import type { Folder, Visitor } from "./folder";

/** The built scripts of the page and of the daybook's worker. */
export interface Scripts {
	readonly page: string;
	readonly worker: string;
}

export interface Network {
	fetch(url: string, init?: RequestInit): Promise<Response>;
	readonly WebSocket: unknown;
}

type Names = Readonly<Record<string, unknown>>;

/** Runs a built script whose result is called `result`, with these names before all global ones. */
export function run<T>(script: string, result: string, names: Names): T {
	const body = `"use strict";\n${script}\n;return ${result};`;
	return new Function(...Object.keys(names), body)(...Object.values(names)) as T;
}

export function pageScope(scripts: Scripts, clock: Clock, folder: Folder, network: Network, kept: IDBFactory): Names {
	const names = commonNames(clock, folder.enter());
	const Worker = workerClass(scripts.worker, clock, folder);
	const empty = { history: undefined, document: undefined, location: undefined };
	return { ...names, ...network, ...empty, Worker, MessageChannel: Channel, indexedDB: kept };
}

function commonNames(clock: Clock, files: Visitor): Names {
	const storage = {
		getDirectory: async () => files.root,
		persist: async () => true,
		persisted: async () => true,
		estimate: async () => ({ quota: 2 ** 40, usage: 0 }),
	};
	return {
		navigator: { storage, locks: { request: lockIn(files) }, onLine: true },
		setTimeout: clock.setTimeout.bind(clock),
		clearTimeout: clock.clearTimeout.bind(clock),
		setInterval: clock.setInterval.bind(clock),
		clearInterval: clock.clearTimeout.bind(clock),
		Date: dateOf(clock),
		performance: { now: () => clock.now() },
		AbortSignal: abortSignalOf(clock),
		crypto: cryptoOf(),
	};
}

/** Whoever has to wait waits until its signal says that it is enough: nobody here lets go without being gone. */
function lockIn(files: Visitor): unknown {
	return async (name: string, { signal }: { readonly signal: AbortSignal }, held: () => Promise<unknown>) => {
		if (await files.lock(name)) return held();
		return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
	};
}

/** A message in the same turn: the page uses it to let others go first, and here there are none. */
class Channel {
	readonly port1: { onmessage?: () => void; close(): void } = { close: () => undefined };
	readonly port2 = { postMessage: () => queueMicrotask(() => this.port1.onmessage?.()) };
}

function dateOf(clock: Clock): DateConstructor {
	const now = (): number => clock.now();
	return class extends Date {
		constructor(...given: [] | [number | string | Date]) {
			super(given[0] ?? now());
		}
		static override now = now;
	} as DateConstructor;
}

function abortSignalOf(clock: Clock): object {
	const timeout = (ms: number): AbortSignal => {
		const controller = new AbortController();
		clock.setTimeout(() => controller.abort(new DOMException("time is up", "TimeoutError")), ms);
		return controller.signal;
	};
	return { timeout };
}

let draws = 0;

/** Numbers that nobody else draws, but the same in every run; digests that come at once. */
function cryptoOf(): object {
	const getRandomValues = (into: Uint8Array): Uint8Array => {
		into.set(createHash("sha512").update(`draw ${(draws += 1)}`).digest().subarray(0, into.length));
		return into;
	};
	const digest = async (_name: string, bytes: Uint8Array): Promise<ArrayBuffer> => {
		const hash = createHash("sha256").update(bytes).digest();
		return hash.buffer.slice(hash.byteOffset, hash.byteOffset + hash.length) as ArrayBuffer;
	};
	return { getRandomValues, subtle: { digest } };
}

export function drawFromTheStart(): void {
	draws = 0;
}

/** A worker in the page's own thread: messages are copied and come one turn later, as from another one. */
function workerClass(script: string, clock: Clock, folder: Folder): unknown {
	return class {
		onmessage: ((event: { readonly data: unknown }) => void) | null = null;
		private readonly self: { onmessage?: (event: { readonly data: unknown }) => void; postMessage(data: unknown): void };
		private readonly files = folder.enter();
		private ended = false;

		constructor() {
			const names = commonNames(clock, this.files);
			const answer = (data: unknown) => this.pass(data, () => this.onmessage);
			this.self = { postMessage: answer };
			run<void>(script, "undefined", { ...names, self: this.self });
		}

		postMessage(data: unknown): void {
			this.pass(data, () => this.self.onmessage ?? null);
		}

		terminate(): void {
			this.ended = true;
			this.files.leave();
		}

		private pass(data: unknown, to: () => ((event: { readonly data: unknown }) => void) | null): void {
			const copy: unknown = structuredClone(data);
			queueMicrotask(() => {
				if (!this.ended) to()?.({ data: copy });
			});
		}
	};
}
