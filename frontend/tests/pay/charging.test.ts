// A card payment that an earlier page began: found whenever the agent comes, and taken up once.

import { effectScope, nextTick, shallowRef, type EffectScope } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tender } from "@/core/sale";
import type { ShownTerminal } from "@/pay/terminal/asking";
import { useCharging } from "@/pay/terminal/charging";
import type { CardPayment } from "@/pay/terminal/terminal";
import type { Way } from "@/pay/ways";
import type { AskedCard } from "@/till/paying";
import { tillAtTerminal } from "./tillAtTerminal";

const CARD: Way = { tender: "Card", kind: "card", icon: "card" };
const CASH: Way = { tender: "Cash", kind: "cash", icon: "cash" };
const paid = (attempt: string, state: CardPayment["state"]): CardPayment => {
	return { attempt, kind: "pay", amount_minor: 340, state, reason: "", card: {}, lines: [] };
};

let scope: EffectScope;
beforeEach(() => (scope = effectScope()));
afterEach(() => scope.stop());

/** A screen that was just opened over a cart for which the agent has `payments`. */
function opened(payments: readonly CardPayment[], { agent = "online", first = CASH, shown = false, asked = undefined as AskedCard | undefined } = {}) {
	const { till, standing, tenders, ask } = tillAtTerminal(payments, agent, asked);
	const part = { charge: vi.fn<ShownTerminal["charge"]>(async () => undefined) };
	const terminal = shallowRef<ShownTerminal | null>(shown ? part : null);
	const chosen = shallowRef<Way | undefined>(first);
	const taken = async () => void (chosen.value = CASH);
	const charging = scope.run(() => useCharging({ till, card: CARD, chosen, terminal, taken }));
	if (!charging) throw new Error("The scope has ended.");
	return { ...charging, part, terminal, chosen, standing, tenders, ask };
}

test("an open payment is taken up once the agent has connected and the terminal's part is shown", async () => {
	const { standing, chosen, ask, terminal, part } = opened([paid("cart:1", "waiting")], { agent: "connecting" });
	await nextTick();
	expect([ask.mock.calls.length, chosen.value]).toEqual([0, CASH]);
	standing.value = { agent: "online" };
	await vi.waitFor(() => expect(chosen.value).toBe(CARD));
	terminal.value = part;
	await nextTick();
	expect(part.charge.mock.calls).toEqual([["Card", 340, paid("cart:1", "waiting")]]);
});

test("what an earlier page kept of its asking is found out although no agent is there", async () => {
	const payment = paid("cart:1", "waiting");
	const { asks, chosen, terminal, part } = opened([], { agent: "away", asked: { tender: "Card", payment } });
	expect([asks.value, chosen.value]).toEqual([true, CARD]);
	terminal.value = part;
	await nextTick();
	expect(part.charge.mock.calls).toEqual([["Card", 340, payment]]);
});

test("in a shop without cash, where the terminal's part was shown before, it is taken up, too", async () => {
	const { part } = opened([paid("cart:1", "unsure")], { first: CARD, shown: true });
	await vi.waitFor(() => expect(part.charge).toHaveBeenCalledTimes(1));
	expect(part.charge.mock.calls[0]?.[2]).toMatchObject({ attempt: "cart:1" });
});

test("what was charged before the page ended is among what was given, once", async () => {
	const { tenders, standing, ask } = opened([paid("cart:1", "approved")]);
	await vi.waitFor(() => expect(tenders.value).toHaveLength(1));
	standing.value = { agent: "away" };
	await nextTick();
	standing.value = { agent: "online" };
	await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
	await nextTick();
	expect(tenders.value).toEqual([{ tender: "Card", kind: "card", amount_minor: 340, card: { attempt: "cart:1" } }]);
});

test("an agent that comes back during a payment is not asked about it a second time", async () => {
	const { charge, charging, part, standing, ask } = opened([], { agent: "connecting", first: CARD, shown: true });
	let decide = (_given: Tender | undefined): void => undefined;
	part.charge.mockReturnValue(new Promise((resolve) => (decide = resolve)));
	const over = charge(340);
	standing.value = { agent: "online" };
	await nextTick();
	expect([charging.value, ask.mock.calls.length]).toEqual([true, 0]);
	decide(undefined);
	await over;
	expect(charging.value).toBe(false);
});

test("a card is not taken as charged while the terminal's part is still being loaded", async () => {
	const { asks, charge, tenders, charging } = opened([], { first: CARD });
	expect(asks.value).toBe(true);
	await charge(340);
	expect([tenders.value, charging.value]).toEqual([[], false]);
});
