import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Rejected, Retryable } from "@/core/errors";
import { BATCH_ENTRIES } from "@/daybook/batches";
import { AGENT_GRACE_MS, LOOK_AGAIN_MS, MAX_RETRY_MS, Pusher } from "@/daybook/push";
import { FakeAgent, FakeCompany, MemoryDaybook, coffeeSale, noSale } from "./fakes";

let daybook: MemoryDaybook;
let agent: FakeAgent;
let company: FakeCompany;
let pusher: Pusher;

beforeEach(async () => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"], now: 1_795_000_000_000 });
	daybook = await MemoryDaybook.open();
	agent = new FakeAgent();
	company = new FakeCompany();
	pusher = new Pusher(daybook, agent, company);
});

afterEach(() => {
	pusher.stop();
	vi.useRealTimers();
});

const realTimeout = globalThis.setTimeout;

async function pass(milliseconds: number): Promise<void> {
	for (const end = Date.now() + milliseconds; ; ) {
		await settle();
		if (Date.now() >= end) return;
		await vi.advanceTimersByTimeAsync(Math.min(1_000, end - Date.now()));
	}
}

/** Hashing happens on other threads, for as long as it takes: nothing here may guess how long that is. */
async function settle(): Promise<void> {
	await pusher.settled();
	await new Promise((resolve) => realTimeout(resolve));
	await pusher.settled();
}

describe("with the agent there", () => {
	beforeEach(() => agent.come());

	test("entries go to the agent, and stay unsent until the company has answered", async () => {
		await daybook.recordMany(3);
		pusher.start();
		await pass(0);
		expect([agent.shelf.recorded.size, company.ids.length, pusher.status.unsentCount]).toEqual([3, 0, 3]);
		await agent.forward(company);
		await settle();
		expect(pusher.status).toMatchObject({ unsentCount: 0, route: "agent", lastError: undefined });
	});

	test("Pay is told that the agent has it, and it is not sent twice", async () => {
		pusher.start();
		const { wire } = await daybook.record(coffeeSale());
		expect(await pusher.deliver(wire)).toBe("agent");
		const { calls } = agent;
		await pass(LOOK_AGAIN_MS * 3);
		expect(agent.calls).toBe(calls);
	});

	test("an answer that was missed is asked for", async () => {
		await daybook.recordMany(2);
		pusher.start();
		await settle();
		for (const id of agent.shelf.recorded.keys()) agent.answered.set(id, { id, outcome: "created", state: "posted", reason: "" });
		await pass(LOOK_AGAIN_MS);
		expect(pusher.status.unsentCount).toBe(0);
	});

	test("what the agent puts aside goes to the company, and blocks nothing", async () => {
		const drafts = [noSale(), noSale(), noSale()];
		const broken = drafts[1]?.id ?? "";
		agent.broken.add(broken);
		await daybook.recordMany(3, (index) => drafts[index] ?? noSale());
		pusher.start();
		await pass(0);
		expect(agent.shelf.recorded.size).toBe(2);
		expect(company.ids).toEqual([broken]);
	});

	test("an agent that takes nothing for 30 s is gone round", async () => {
		agent.refuse = new Rejected("The agent's disk is full.", "storage");
		await daybook.recordMany(2);
		pusher.start();
		await pass(AGENT_GRACE_MS - 2_000);
		expect(company.ids).toEqual([]);
		expect(pusher.status.lastError).toBe("The agent's disk is full.");
		await pass(MAX_RETRY_MS);
		expect(pusher.status).toMatchObject({ unsentCount: 0, lastError: undefined });
	});

	test("an agent that knows more of our chain than we do makes us start a new one first", async () => {
		const [wire] = await daybook.recordMany(1);
		const chain = (await daybook.unsent(1))[0]?.entry.chain ?? "";
		agent.heads = [{ chain, sequence: 2, hash: "d".repeat(64) }];
		pusher.start();
		await settle();
		expect(daybook.epoch).toBe(9);
		expect([...agent.shelf.recorded.values()].map((kept) => kept.wire)).toEqual([wire]);
	});
});

test("an agent that was never there is not waited for", async () => {
	agent.state = "none";
	await daybook.recordMany(3);
	pusher.start();
	await pass(0);
	expect([company.ids.length, pusher.status.route, pusher.status.unsentCount]).toEqual([3, "company", 0]);
});

describe("without the agent", () => {
	test("nothing goes to the company before 30 s, everything after", async () => {
		await daybook.recordMany(3);
		pusher.start();
		await pass(AGENT_GRACE_MS - 1_000);
		expect([company.ids.length, pusher.status.route]).toEqual([0, "none"]);
		await pass(LOOK_AGAIN_MS + 1_000);
		expect(company.ids).toHaveLength(3);
		expect(pusher.status).toMatchObject({ unsentCount: 0, route: "company" });
	});

	test("a clock that is set back meanwhile does not make the page wait for hours", async () => {
		await daybook.recordMany(1);
		pusher.start();
		vi.setSystemTime(Date.now() - 3 * 3_600_000);
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS);
		expect(company.ids).toHaveLength(1);
	});

	test("Pay is told that only the page has it", async () => {
		const { wire } = await daybook.record(coffeeSale());
		expect(await pusher.deliver(wire)).toBe("page");
	});

	test("more than a batch goes in several", async () => {
		await daybook.recordMany(BATCH_ENTRIES * 2 + 1);
		pusher.start();
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS);
		await settle();
		expect(company.sizes).toEqual([BATCH_ENTRIES, BATCH_ENTRIES, 1]);
		expect(pusher.status.unsentCount).toBe(0);
	});

	test("the agent's return takes over again", async () => {
		pusher.start();
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS);
		agent.come();
		await daybook.recordMany(2);
		pusher.poke();
		await pass(0);
		expect([agent.shelf.recorded.size, company.ids.length, pusher.status.route]).toEqual([2, 0, "agent"]);
	});

	test("a company that is away is tried again, later and later but never given up", async () => {
		company.away = true;
		await daybook.recordMany(1);
		pusher.start();
		await pass(AGENT_GRACE_MS + 10 * MAX_RETRY_MS);
		expect(pusher.status).toMatchObject({ unsentCount: 1, lastError: "The company's server can't be reached." });
		company.away = false;
		await pass(MAX_RETRY_MS + 1_000);
		expect(pusher.status).toMatchObject({ unsentCount: 0, lastError: undefined });
	});

	test("a lost answer leaves one entry there, not two", async () => {
		company.loseAnswers = 2;
		await daybook.recordMany(3);
		pusher.start();
		await pass(AGENT_GRACE_MS + MAX_RETRY_MS);
		expect([company.ids.length, company.shelf.quarantine.length, pusher.status.unsentCount]).toEqual([3, 0, 0]);
	});

	test("a push that is too large is halved until it fits", async () => {
		company.mostEntries = 3;
		await daybook.recordMany(10);
		pusher.start();
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS);
		expect([company.ids.length, pusher.status.unsentCount]).toEqual([10, 0]);
	});

	test("one entry that is too large alone is noted with its reason, and the others go on", async () => {
		const wires = await daybook.recordMany(5);
		company.tooLarge.add(wires[2]?.hash ?? "");
		pusher.start();
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS);
		expect([company.ids.length, pusher.status.unsentCount]).toEqual([4, 1]);
		expect([...pusher.reasons.values()].map(({ reason }) => reason)).toEqual(["The push is larger than it may be; nothing was taken."]);
	});

	test("a sale that the books hold is kept with its reason, and is not sent again", async () => {
		const draft = coffeeSale();
		company.held.set(draft.id, "Item C1 is disabled.");
		await daybook.recordMany(2, (index) => (index === 0 ? draft : coffeeSale()));
		pusher.start();
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS * 3);
		expect(pusher.reasons.get(draft.id)).toMatchObject({ state: "held", reason: "Item C1 is disabled." });
		expect([company.sizes, pusher.status.unsentCount]).toEqual([[2], 0]);
	});

	test("a token that is refused is shown and tried again", async () => {
		company.refuse = new Rejected("This till is not enrolled any more.", "unauthenticated");
		await daybook.recordMany(1);
		pusher.start();
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS);
		expect(pusher.status.lastError).toBe("This till is not enrolled any more.");
		company.refuse = undefined;
		await pass(MAX_RETRY_MS);
		expect(pusher.status.unsentCount).toBe(0);
	});

	test("an answer that this disk cannot keep leaves the entry unsent, to be asked again", async () => {
		daybook.failAcknowledge = true;
		await daybook.recordMany(1);
		pusher.start();
		await pass(AGENT_GRACE_MS + LOOK_AGAIN_MS);
		expect(pusher.status.unsentCount).toBe(1);
		daybook.failAcknowledge = false;
		await pass(MAX_RETRY_MS);
		expect([pusher.status.unsentCount, company.ids.length]).toEqual([0, 1]);
	});
});

test("whatever the network does, every entry ends up once at the company", async () => {
	pusher.start();
	let seed = 7;
	const chance = (share: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31 < share;
	for (let round = 0; round < 60; round++) {
		const { wire } = await daybook.record(coffeeSale());
		void pusher.deliver(wire);
		if (chance(0.3)) agent.state === "online" ? agent.leave() : agent.come();
		company.away = chance(0.3);
		company.loseAnswers = chance(0.3) ? 1 : 0;
		agent.refuse = chance(0.2) ? new Retryable("busy") : undefined;
		if (!company.away && chance(0.3)) await agent.forward(company).catch((error: unknown) => expect(error).toBeInstanceOf(Retryable));
		await pass(chance(0.3) ? AGENT_GRACE_MS + LOOK_AGAIN_MS : 500);
	}
	Object.assign(company, { away: false, loseAnswers: 0 });
	agent.leave();
	await pass(AGENT_GRACE_MS + MAX_RETRY_MS);
	expect([company.ids.length, new Set(company.ids).size, company.shelf.quarantine.length]).toEqual([60, 60, 0]);
	expect(pusher.status.unsentCount).toBe(0);
});

test.each([
	["answers with nothing", undefined],
	["answers with too little", []],
	["answers with something else", [{ id: 7 }]],
])("an agent that %s does not make Pay say that the sale is not recorded", async (_what, garbage) => {
	agent.come();
	vi.spyOn(agent, "record").mockResolvedValue(garbage as never);
	pusher.start();
	const { wire } = await daybook.record(coffeeSale());
	await expect(pusher.deliver(wire)).resolves.toBe("page");
	expect(pusher.status.unsentCount).toBe(1);
});

test("an entry that the agent took stays known as with the agent while the agent is away", async () => {
	agent.come();
	pusher.start();
	const { wire } = await daybook.record(coffeeSale());
	await pusher.deliver(wire);
	const [stored] = await daybook.unsent(1);
	agent.leave();
	expect(pusher.isWithAgent(stored?.entry.id ?? "")).toBe(true);
	agent.come();
	expect(pusher.isWithAgent(stored?.entry.id ?? "")).toBe(false);
	await settle();
	expect(pusher.isWithAgent(stored?.entry.id ?? "")).toBe(true);
});
