import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AgentConnection, type Socket } from "@/agent/connection";
import { Rejected, Retryable } from "@/core/errors";

class FakeSocket implements Socket {
	onopen: WebSocket["onopen"] = null;
	onmessage: WebSocket["onmessage"] = null;
	onclose: WebSocket["onclose"] = null;
	onerror: WebSocket["onerror"] = null;
	readonly sent: Record<string, unknown>[] = [];
	closed = false;

	constructor(
		readonly url: string,
		readonly subprotocol: string,
	) {}

	send(text: string): void {
		this.sent.push(JSON.parse(text) as Record<string, unknown>);
	}

	close(): void {
		this.closed = true;
	}

	opened(): void {
		this.onopen?.call(this as never, new Event("open"));
	}

	drop(): void {
		this.onclose?.call(this as never, new Event("close") as CloseEvent);
	}

	hears(message: object): void {
		this.hearsText(JSON.stringify(message));
	}

	hearsText(data: string): void {
		this.onmessage?.call(this as never, new MessageEvent("message", { data }));
	}

	/** Answers the last call. */
	answers(message: object): void {
		this.hears({ ref: this.sent.at(-1)?.ref, ...message });
	}

	async welcomes(): Promise<void> {
		this.opened();
		const printers = [{ printer: "receipt", kind: "virtual", columns: 42, online: true, state: "ready", reason: "" }];
		this.answers({ op: "welcome", protocol: 1, till: "T1", agent: "0.1.0", heads: [], next_epoch: 1, printers, unforwarded: 0 });
		await vi.advanceTimersByTimeAsync(0);
	}
}

let sockets: FakeSocket[];
let agent: AgentConnection;
let states: string[];
const last = () => sockets.at(-1) as FakeSocket;

beforeEach(() => {
	vi.useFakeTimers();
	sockets = [];
	states = [];
	const open = (url: string, subprotocol: string) => {
		sockets.push(new FakeSocket(url, subprotocol));
		return last();
	};
	agent = new AgentConnection(["ws://127.0.0.1:8686/agent"], { till: "T1", page: "0.1.0" }, open);
	agent.on("state", ({ state }) => states.push(state));
});

afterEach(() => {
	agent.close();
	vi.useRealTimers();
});

test("nothing is called before connect()", () => {
	expect(sockets).toEqual([]);
});

test("the page says hello in our subprotocol and is online once it is welcome", async () => {
	agent.connect();
	await last().welcomes();
	expect([last().url, last().subprotocol]).toEqual(["ws://127.0.0.1:8686/agent", "posbridge.v1"]);
	expect(last().sent).toEqual([{ op: "hello", ref: 1, protocol: 1, till: "T1", page: "0.1.0" }]);
	expect([agent.state, agent.awaySince, agent.welcome?.agent, states]).toEqual(["online", undefined, "0.1.0", ["online"]]);
});

test("an agent that opens the line but says nothing counts as away", async () => {
	agent.connect();
	last().opened();
	await vi.advanceTimersByTimeAsync(3_000);
	expect([agent.state, last().closed]).toEqual(["away", true]);
});

test("an agent that refuses the hello counts as away", async () => {
	agent.connect();
	last().opened();
	last().answers({ op: "error", code: "wrong_till", message: "This agent serves till T2.", retryable: false });
	await vi.advanceTimersByTimeAsync(0);
	expect([agent.state, agent.awaySince === undefined]).toEqual(["away", false]);
});

test("where no agent ever answered there is none; where one did it is away", async () => {
	agent.connect();
	last().drop();
	expect(agent.state).toBe("none");
	await vi.advanceTimersByTimeAsync(500);
	await last().welcomes();
	last().drop();
	expect(agent.state).toBe("away");
});

describe("calls", () => {
	beforeEach(async () => {
		agent.connect();
		await last().welcomes();
	});

	test("are answered by their reference, in whatever order", async () => {
		const first = agent.record([{ hash: "a", text: "A" }]);
		const second = agent.acknowledged(["x"]);
		const [one, two] = last().sent.slice(-2).map(({ ref }) => ref);
		last().hears({ op: "acknowledged", ref: two, results: [] });
		last().hears({ op: "recorded", ref: one, results: [{ id: "a", outcome: "created", state: "waiting", reason: "" }] });
		expect(await second).toEqual([]);
		expect((await first)[0]?.outcome).toBe("created");
	});

	test("that print and kick carry what the agent needs", async () => {
		const job = { job: "1:receipt", printer: "receipt", document: { columns: 42, elements: [] }, kick: true, reason: "sale T1-1-000001" };
		const printed = agent.print(job);
		expect(last().sent.at(-1)).toMatchObject({ op: "print", ...job });
		last().answers({ op: "queued", job: "1:receipt", outcome: "created", state: "queued" });
		expect(await printed).toEqual({ job: "1:receipt", outcome: "created", state: "queued" });
		const kicked = agent.kick({ printer: "receipt", reason: "change", entry: "2" });
		expect(last().sent.at(-1)).toMatchObject({ op: "kick", printer: "receipt", reason: "change", entry: "2" });
		last().answers({ op: "queued", job: "2:kick", outcome: "exists", state: "printed" });
		expect((await kicked).outcome).toBe("exists");
	});

	test("that the agent refuses are Rejected or Retryable, as it says", async () => {
		const rejected = expect(agent.record([])).rejects.toThrow(Rejected);
		last().answers({ op: "error", code: "malformed", message: "No entries.", retryable: false });
		await rejected;
		const retryable = expect(agent.record([])).rejects.toThrow(Retryable);
		last().answers({ op: "error", code: "busy", message: "Busy.", retryable: true });
		await retryable;
	});

	test("without an answer in time can be tried again, and a late answer harms nothing", async () => {
		const slow = expect(agent.record([], 300)).rejects.toThrow("did not answer in time");
		await vi.advanceTimersByTimeAsync(300);
		await slow;
		last().answers({ op: "recorded", results: [] });
		expect(agent.state).toBe("online");
	});

	test("without any sign of life for five seconds end the connection", async () => {
		const silent = expect(agent.record([])).rejects.toThrow(Retryable);
		await vi.advanceTimersByTimeAsync(5_000);
		await silent;
		expect(agent.state).toBe("away");
	});

	test("that were under way when the line broke can be tried again", async () => {
		const broken = expect(agent.record([])).rejects.toThrow(Retryable);
		last().drop();
		await broken;
	});

	test("while the agent is away fail at once", async () => {
		last().drop();
		await expect(agent.record([])).rejects.toThrow("can't be reached");
	});
});

describe("a lost agent", () => {
	test("is tried again, later and later, at most every ten seconds", async () => {
		agent.connect();
		const delays: number[] = [];
		for (let round = 0; round < 9; round++) {
			const before = Date.now();
			const count = sockets.length;
			last().drop();
			while (sockets.length === count) await vi.advanceTimersByTimeAsync(250);
			delays.push(Date.now() - before);
		}
		expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000]);
	});

	test("is away since it was last there, not since the last try", async () => {
		agent.connect();
		await last().welcomes();
		const since = performance.now();
		last().drop();
		await vi.advanceTimersByTimeAsync(500);
		last().drop();
		expect(agent.awaySince).toBe(since);
	});

	test("is not looked for any more after close()", async () => {
		agent.connect();
		agent.close();
		await vi.advanceTimersByTimeAsync(60_000);
		expect([sockets.length, agent.state]).toEqual([1, "none"]);
	});

	test("that sends what is no message is left and tried again", async () => {
		agent.connect();
		await last().welcomes();
		last().hearsText("<html>");
		expect(agent.state).toBe("away");
		await vi.advanceTimersByTimeAsync(500);
		expect(sockets).toHaveLength(2);
	});
});

describe("events", () => {
	beforeEach(async () => {
		agent.connect();
		await last().welcomes();
	});

	test("reach those who listen, until they stop", () => {
		const scans: string[] = [];
		const stop = agent.on("scan", ({ code }) => scans.push(code));
		last().hears({ op: "scan", code: "4006381333931", symbology: "" });
		stop();
		last().hears({ op: "scan", code: "96385074", symbology: "" });
		expect(scans).toEqual(["4006381333931"]);
	});

	test("of a printer keep the greeting's printers up to date", () => {
		last().hears({ op: "printer", printer: "receipt", online: false, state: "paper_out", reason: "No paper." });
		expect(agent.welcome?.printers[0]).toMatchObject({ online: false, state: "paper_out", columns: 42 });
	});

	test("that this page does not know change nothing", () => {
		last().hears({ op: "weather", sunny: true });
		expect(agent.state).toBe("online");
	});
});
