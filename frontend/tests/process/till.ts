// A till in a process of its own: a line of JSON in is one thing that happens to it, the line out is all it did then.
// Nothing happens between two lines: time, network and disk are the other side's, so that a run can be repeated.

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { EntryDraft } from "@/core/entry";
import type { PushResult } from "@/server/api";
import { Clock } from "./clock";
import { Died, Folder, type Crash, type Disk } from "./folder";
import type { Page, PageSetup } from "./page";
import { drawFromTheStart, pageScope, run, type Network, type Scripts } from "./scope";

/** What the page tells its cashier, and what it asks of the network. */
export type Said =
	| { readonly said: "started"; readonly writable: boolean; readonly words: readonly string[] }
	| { readonly said: "not_started" | "not_done"; readonly words: string }
	| { readonly said: "recorded"; readonly id: string; readonly outcome: string; readonly hash: string; readonly text: string }
	| { readonly said: "refused"; readonly id: string; readonly code: string; readonly words: string }
	| { readonly said: "delivered"; readonly id: string; readonly to: string }
	| { readonly said: "died" }
	| { readonly said: "fault"; readonly words: string }
	| {
			readonly said: "status"; readonly unsentCount: number; readonly unsent: readonly string[]; readonly route: string;
			readonly lastError: string; readonly reasons: readonly PushResult[];
	  }
	| { readonly said: "connect" | "hang_up"; readonly socket: number }
	| { readonly said: "frame"; readonly socket: number; readonly text: string }
	| { readonly said: "call"; readonly call: number; readonly url: string; readonly method: string; readonly token: string; readonly body: string };

type Told =
	| { readonly op: "reset"; readonly now: number }
	| { readonly op: "start"; readonly again: boolean; readonly code: string; readonly today: string }
	| { readonly op: "record"; readonly draft: EntryDraft; readonly taps: number }
	| { readonly op: "status" | "close" }
	| { readonly op: "crash"; readonly crash: Crash }
	| { readonly op: "die_after"; readonly steps: number; readonly crash: Crash }
	| { readonly op: "wipe"; readonly log: boolean; readonly kept: boolean }
	| { readonly op: "damage"; readonly pick: number }
	| { readonly op: "disk"; readonly disk: Disk }
	| { readonly op: "go_on"; readonly ms: number }
	| { readonly op: "opened" | "hung_up"; readonly socket: number }
	| { readonly op: "frame"; readonly socket: number; readonly text: string }
	| { readonly op: "answer"; readonly call: number; readonly status: number; readonly text: string };

/** Turns of the event loop in which nothing moved, after which nothing will. */
const QUIET_TURNS = 3;
const KILLED: Crash = { power: false, writes: 0, percent: 0, zeros: false };
const turn = globalThis.setImmediate;
let moving = 0;
// IndexedDB's stand-in works in such turns: while one is due, something is still going on.
globalThis.setImmediate = ((work: () => void) => {
	moving += 1;
	return turn(() => {
		moving -= 1;
		work();
	});
}) as typeof setImmediate;

class Socket {
	onopen: (() => void) | null = null;
	onmessage: ((event: { readonly data: string }) => void) | null = null;
	onclose: (() => void) | null = null;
	onerror: (() => void) | null = null;

	constructor(
		private readonly number: number,
		private readonly say: (said: Said) => void,
	) {}

	send(text: string): void {
		this.say({ said: "frame", socket: this.number, text });
	}

	close(): void {
		this.say({ said: "hang_up", socket: this.number });
	}
}

interface PageScript {
	readonly Page: { start(setup: PageSetup): Promise<Page> };
}

interface Call {
	readonly resolve: (response: Response) => void;
	readonly reject: (error: unknown) => void;
}

class TillProcess {
	private out: Said[] = [];
	private clock = new Clock(0);
	private folder = new Folder(() => undefined);
	private kept = new IDBFactory();
	private script: PageScript | undefined;
	private page: Page | undefined;
	/** Counts page starts: what an earlier one still says is heard by nobody. */
	private life = 0;
	private crash: Crash | undefined;
	private numbers = 0;
	private readonly sockets = new Map<number, Socket>();
	private readonly calls = new Map<number, Call>();

	constructor(private readonly scripts: Scripts) {}

	async carryOut(told: Told): Promise<object> {
		this.out = [];
		this.begin(told);
		for (let quiet = 0; quiet < QUIET_TURNS; quiet = moving > 0 ? 0 : quiet + 1) {
			await new Promise<void>((resolve) => turn(resolve));
		}
		return { said: this.out, until_next: this.clock.untilNext };
	}

	/** Whatever goes wrong in a page that was just killed is no fault of it. */
	fault(error: unknown): void {
		const died = error instanceof Died || this.out.some(({ said }) => said === "died");
		if (!died) this.out.push({ said: "fault", words: error instanceof Error ? (error.stack ?? "") : String(error) });
	}

	private begin(told: Told): void {
		switch (told.op) {
			case "reset":
				return this.reset(told.now);
			case "start":
				if (!told.again || !this.script) this.load();
				return this.start(told.code, told.today);
			case "record":
				return this.doing(this.page?.record(told.draft, told.taps));
			case "status":
				return this.doing(this.page?.status().then((status) => this.out.push(status)));
			case "close":
				return this.doing(this.page?.close().finally(() => this.end(KILLED)));
			case "crash":
				return this.end(told.crash);
			case "die_after":
				this.crash = told.crash;
				return this.folder.dieAfter(told.steps);
			default:
				return this.outside(told);
		}
	}

	private outside(told: Told): void {
		switch (told.op) {
			case "wipe":
				if (told.log) this.folder.wipe();
				if (told.kept) this.kept = new IDBFactory();
				return;
			case "damage":
				return this.folder.damage(told.pick);
			case "disk":
				return this.folder.become(told.disk);
			case "go_on":
				return this.clock.goOn(told.ms);
			case "opened":
				return this.sockets.get(told.socket)?.onopen?.();
			case "hung_up":
				return this.sockets.get(told.socket)?.onclose?.();
			case "frame":
				return this.sockets.get(told.socket)?.onmessage?.({ data: told.text });
			case "answer":
				return this.answer(told.call, told.status, told.text);
		}
	}

	private reset(now: number): void {
		drawFromTheStart();
		this.life += 1;
		this.numbers = 0;
		this.page = this.script = undefined;
		this.clock = new Clock(now);
		this.folder = new Folder(() => this.die());
		this.kept = new IDBFactory();
		this.sockets.clear();
		this.calls.clear();
	}

	/** The page's address is opened, or opened anew: its scripts run from the beginning. */
	private load(): void {
		this.end(KILLED);
		const scope = pageScope(this.scripts, this.clock, this.folder, this.network(this.hearer()), this.kept);
		this.script = run<PageScript>(this.scripts.page, "page", scope);
	}

	private start(code: string, today: string): void {
		const { life } = this;
		const say = this.hearer();
		const started = this.script?.Page.start({ code, today, say }).then((page) => {
			if (life === this.life) this.page = page;
		});
		this.doing(started?.catch((error: unknown) => say({ said: "not_started", words: String(error) })));
	}

	/** Hears the page of this life, no later one. */
	private hearer(): (said: Said) => void {
		const { life } = this;
		return (said) => {
			if (life === this.life) this.out.push(said);
		};
	}

	/** Killed in the middle of a step. */
	private die(): void {
		const crash = this.crash ?? KILLED;
		this.out.push({ said: "died" });
		this.end(crash);
	}

	private end(crash: Crash): void {
		this.life += 1;
		this.page = this.script = undefined;
		this.clock.forget();
		this.folder.crash(crash);
		this.sockets.clear();
		this.calls.clear();
	}

	/** A failing disk is the till's to say; anything else that comes out here is a fault of the page. */
	private doing(work: Promise<unknown> | undefined): void {
		work?.catch((error: unknown) => {
			if (error instanceof Error && error.name === "Rejected") this.out.push({ said: "not_done", words: error.message });
			else this.fault(error);
		});
	}

	private network(say: (said: Said) => void): Network {
		const { sockets } = this;
		const next = (): number => (this.numbers += 1);
		class WebSocket extends Socket {
			constructor() {
				const number = next();
				super(number, say);
				sockets.set(number, this);
				say({ said: "connect", socket: number });
			}
		}
		return { WebSocket, fetch: (url, init) => this.fetch(url, init ?? {}, say) };
	}

	private fetch(url: string, init: RequestInit, say: (said: Said) => void): Promise<Response> {
		const call = (this.numbers += 1);
		const token = new Headers(init.headers).get("Authorization") ?? "";
		const { method = "GET", body, signal } = init;
		say({ said: "call", call, url, method, token, body: typeof body === "string" ? body : "" });
		return new Promise((resolve, reject) => {
			this.calls.set(call, { resolve, reject });
			signal?.addEventListener("abort", () => reject(signal.reason));
		});
	}

	/** Status 0: the connection broke. */
	private answer(call: number, status: number, text: string): void {
		const waiting = this.calls.get(call);
		this.calls.delete(call);
		if (status === 0) waiting?.reject(new TypeError("Failed to fetch"));
		else waiting?.resolve(new Response(text, { status }));
	}
}

const [page = "", worker = ""] = process.argv.slice(2).map((path) => readFileSync(path, "utf-8"));
const till = new TillProcess({ page, worker });
process.on("unhandledRejection", (error) => till.fault(error));
for await (const line of createInterface({ input: process.stdin })) {
	process.stdout.write(`${JSON.stringify(await till.carryOut(JSON.parse(line) as Told))}\n`);
}
