// A card payment at a terminal: asked for once, found out when the answer is lost, decided by a person at last.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { holdsCardNumber } from "@/shell/cardNumbers";
import { Rejected, Retryable } from "@/core/errors";
import { ASK_EVERY_MS, Attempt, takeBackCard, tenderOf, type CardPayment, type Line } from "@/pay/terminal/terminal";
import type { Till } from "@/till/till";

const CART = "01a1ee56-5e01-7001-8203-040506070809";
const WANTED = { terminal: "terminal", cart: CART, amount_minor: 340, currency: "EUR", kind: "pay" as const };

type Asked = { readonly op: string; readonly [field: string]: unknown };

/** An agent: what it was asked, and what it has of the cart. */
class FakeAgent {
	readonly asked: Asked[] = [];
	payments: CardPayment[] = [];
	away = false;
	/** The next answer to "reverse" is lost, or is this refusal. */
	onReverse: Error | undefined;
	listening = 0;
	listener: (event: never) => void = () => undefined;

	readonly line: Line = {
		ask: async (message) => {
			this.asked.push(message);
			if (this.away) throw new Retryable("away", "agent_away");
			if (message.op === "cards") return { op: "cards", payments: this.payments };
			if (message.op === "settle_card") this.become(message.charged === true ? "approved" : "failed");
			if (message.op === "reverse" && this.onReverse instanceof Rejected) throw this.onReverse;
			if (message.op === "reverse") this.payments.push({ ...paid(String(message.attempt), "waiting"), kind: "reversal" });
			if (message.op === "reverse" && this.onReverse) throw this.onReverse;
			if (message.op === "pay") this.payments.push(paid(String(message.attempt), "waiting"));
			if (message.op === "refund") this.payments.push({ ...paid(String(message.attempt), "waiting"), kind: "refund" });
			return { op: "card", ...this.payments.at(-1) };
		},
		on: (_name, listener) => {
			this.listener = listener as never;
			this.listening += 1;
			return () => {
				this.listener = () => undefined;
				this.listening -= 1;
			};
		},
	};

	become(state: CardPayment["state"], tell = false): void {
		const last = this.payments.pop() as CardPayment;
		this.payments.push({ ...last, state, card: { last_four: "0000" } });
		if (tell) this.listener({ op: "card", ...this.payments.at(-1) } as never);
	}

	count(op: string): number {
		return this.asked.filter((message) => message.op === op).length;
	}
}

function paid(attempt: string, state: CardPayment["state"]): CardPayment {
	return { attempt, kind: "pay", amount_minor: 340, state, reason: "", card: {}, lines: [] };
}

let agent: FakeAgent;
let told: string[];
const tell = (payment: CardPayment, away: boolean) => void told.push(away ? `${payment.state} away` : payment.state);

beforeEach(() => {
	vi.useFakeTimers();
	agent = new FakeAgent();
	told = [];
});
afterEach(() => vi.useRealTimers());

test("it is asked for once and decided by what the agent tells", async () => {
	const attempt = await Attempt.begin(agent.line, WANTED, tell);
	const decided = attempt.decided();
	agent.become("approved", true);
	expect(await decided).toMatchObject({ attempt: `${CART}:1`, state: "approved" });
	expect([agent.count("pay"), told]).toEqual([1, ["waiting", "approved"]]);
});

test("another attempt for a cart gets the next number", async () => {
	agent.payments = [paid(`${CART}:1`, "declined"), paid(`${CART}:2`, "cancelled")];
	await Attempt.begin(agent.line, WANTED, tell);
	expect(agent.asked.at(-1)).toMatchObject({ op: "pay", attempt: `${CART}:3` });
});

test("money goes back by a refund of its own number, which a page keeps before the agent hears of it", async () => {
	const seen: (string | number)[] = [];
	const before = async (open: CardPayment): Promise<void> => void seen.push(open.attempt, agent.count("refund"));
	const attempt = await Attempt.begin(agent.line, { ...WANTED, kind: "refund", before }, tell);
	const decided = attempt.decided();
	agent.become("approved", true);
	const refunded = await decided;
	expect(agent.asked.at(-1)).toEqual({ op: "refund", terminal: "terminal", attempt: `${CART}:1`, amount_minor: 340, currency: "EUR" });
	expect(seen).toEqual([`${CART}:1`, 0]);
	expect(tenderOf("Card", refunded)).toEqual({ tender: "Card", kind: "card", amount_minor: -340, card: { attempt: `${CART}:1`, last_four: "0000" } });
});

test("a refund that was made and is counted nowhere is counted, not made again; a payment is none", async () => {
	agent.payments = [paid(`${CART}:1`, "approved"), { ...paid(`${CART}:2`, "approved"), kind: "refund" }];
	const attempt = await Attempt.next(agent.line, { ...WANTED, kind: "refund" }, new Set(), tell);
	expect(await attempt.decided()).toMatchObject({ attempt: `${CART}:2` });
	expect(agent.count("refund")).toBe(0);
});

test("a payment of this cart that is open is taken up, and no other begins beside it", async () => {
	agent.payments = [paid(`${CART}:1`, "declined"), paid(`${CART}:2`, "waiting")];
	const decided = (await Attempt.next(agent.line, WANTED, new Set(), tell)).decided();
	agent.become("approved", true);
	expect(await decided).toMatchObject({ attempt: `${CART}:2`, state: "approved" });
	expect([agent.count("pay"), told]).toEqual([0, ["waiting", "approved"]]);
});

test("what was charged and is counted nowhere is counted, not charged again", async () => {
	agent.payments = [paid(`${CART}:1`, "approved"), paid(`${CART}:2`, "approved")];
	const attempt = await Attempt.next(agent.line, WANTED, new Set([`${CART}:1`]), tell);
	expect(await attempt.decided()).toMatchObject({ attempt: `${CART}:2` });
	expect(agent.count("pay")).toBe(0);
	await Attempt.next(agent.line, WANTED, new Set([`${CART}:1`, `${CART}:2`]), tell);
	expect(agent.asked.at(-1)).toMatchObject({ op: "pay", attempt: `${CART}:3` });
});

test("nothing is charged while nobody can say what is open", async () => {
	agent.away = true;
	await expect(Attempt.next(agent.line, WANTED, new Set(), tell)).rejects.toThrow("away");
	expect(agent.count("pay")).toBe(0);
});

test("an event that was lost is found by asking, and nothing is charged again", async () => {
	const decided = (await Attempt.begin(agent.line, WANTED, tell)).decided();
	agent.become("approved");
	await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
	expect((await decided).state).toBe("approved");
	expect(agent.count("pay")).toBe(1);
});

test("what is unsure is asked for until a person says what the terminal shows", async () => {
	const attempt = await Attempt.begin(agent.line, WANTED, tell);
	const decided = attempt.decided();
	agent.become("unsure", true);
	await vi.advanceTimersByTimeAsync(3 * ASK_EVERY_MS);
	expect(agent.count("card_result")).toBeGreaterThan(1);
	attempt.settle(true);
	await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
	expect((await decided).state).toBe("approved");
	expect([agent.count("settle_card"), agent.count("pay")]).toEqual([1, 1]);
});

test("away from the agent nothing is decided but by a person", async () => {
	const attempt = await Attempt.begin(agent.line, WANTED, tell);
	const decided = attempt.decided();
	agent.away = true;
	await vi.advanceTimersByTimeAsync(2 * ASK_EVERY_MS);
	expect(told.at(-1)).toBe("waiting away");
	attempt.settle(false);
	await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
	expect((await decided).state).toBe("failed");
});

test("an agent that never heard of it has charged nothing", async () => {
	const attempt = await Attempt.begin(agent.line, WANTED, tell);
	const decided = attempt.decided();
	agent.payments = [];
	await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
	expect((await decided).state).toBe("failed");
});

test("a refusal to begin is said, not waited for", async () => {
	const line: Line = { ...agent.line, ask: async ({ op }) => (op === "cards" ? { op, payments: [] } : Promise.reject(new Rejected("busy", "terminal_busy"))) };
	await expect(Attempt.begin(line, WANTED, tell)).rejects.toMatchObject({ code: "terminal_busy" });
});

/** Takes back the first card of the cart; what is said to the cashier meanwhile. */
function takingBack() {
	agent.payments = [paid(`${CART}:1`, "approved")];
	const said: string[] = [];
	const till = {
		askable: { agent: { ...agent.line, welcome: { devices: [{ device: "terminal", role: "terminal" }] } } },
		basket: { cart: { value: { id: CART } } }, money: { value: { currency: "EUR" } }, notices: { say: ({ title }: { title: string }) => void said.push(title) },
	} as unknown as Till;
	return { said, back: takeBackCard(till, { tender: "Card", kind: "card", amount_minor: 340, card: { attempt: `${CART}:1` } }) };
}

test("a charged card gets its money back by an attempt of its own", async () => {
	const { said, back } = takingBack();
	await vi.advanceTimersByTimeAsync(0);
	expect(agent.asked.at(-1)).toEqual({ op: "reverse", terminal: "terminal", attempt: `${CART}:2`, against: `${CART}:1` });
	agent.become("approved", true);
	expect([await back, said, agent.listening]).toEqual([true, [], 0]);
});

test("money that went back is back though the agent's answer came late", async () => {
	agent.onReverse = new Retryable("It did not answer.", "no_answer");
	const { said, back } = takingBack();
	await vi.advanceTimersByTimeAsync(0);
	agent.become("approved");
	await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
	expect([await back, said, agent.count("reverse")]).toEqual([true, [], 1]);
});

test("that the agent is away while money goes back is said, once", async () => {
	const { said, back } = takingBack();
	await vi.advanceTimersByTimeAsync(0);
	agent.away = true;
	await vi.advanceTimersByTimeAsync(3 * ASK_EVERY_MS);
	expect(said).toEqual(["The agent on this computer is away. When it is back, it is asked by itself."]);
	agent.away = false;
	agent.become("approved", true);
	expect(await back).toBe(true);
});

test("a card that is refused its money back stays given, and nothing listens for it any more", async () => {
	agent.onReverse = new Rejected("Only what was approved can be taken back.", "not_approved");
	const { said, back } = takingBack();
	expect(await back).toBe(false);
	expect([said, agent.listening]).toEqual([["The card was not given its money back: Only what was approved can be taken back."], 0]);
});

test("a card's number is found in what somebody types", () => {
	expect(["4111 1111 1111 1111", "no 4111111111111111", "12 4111-1111-1111-1111"].every(holdsCardNumber)).toBe(true);
	expect(["4111111111111112", "changed their mind", "2026-11-27 12:00", "0000000000000000"].some(holdsCardNumber)).toBe(false);
});
