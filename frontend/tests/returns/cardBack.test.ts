// A card that gets its money back: found again after a page that ended, counted once, asked for once.

import { effectScope, nextTick, shallowRef, type EffectScope } from "vue";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Tender } from "@/core/sale";
import type { ShownTerminal } from "@/pay/terminal/asking";
import type { CardPayment } from "@/pay/terminal/terminal";
import { useCardBack } from "@/returns/cardBack";
import type { AskedCard } from "@/till/paying";
import { tillAtTerminal } from "../pay/tillAtTerminal";

const refund = (attempt: string, state: CardPayment["state"], kind: CardPayment["kind"] = "refund"): CardPayment => {
	return { attempt, kind, amount_minor: 340, state, reason: "", card: {}, lines: [] };
};
const GIVEN: Tender = { tender: "Card", kind: "card", amount_minor: -340, card: { attempt: "back:1" } };

let scope: EffectScope;
beforeEach(() => (scope = effectScope()));
afterEach(() => scope.stop());

function opened(payments: readonly CardPayment[], { agent = "online", shown = true, asked = undefined as AskedCard | undefined } = {}) {
	const { till, standing, tenders, ask } = tillAtTerminal(payments, agent, asked);
	const part = { charge: vi.fn<ShownTerminal["charge"]>(async () => GIVEN) };
	const terminal = shallowRef<ShownTerminal | null>(shown ? part : null);
	const cardBack = scope.run(() => useCardBack({ till, back: "back", tender: "Card", terminal }));
	if (!cardBack) throw new Error("The scope has ended.");
	return { ...cardBack, part, terminal, standing, tenders, ask };
}

test("what a terminal gave back before is among what was given, once, and no payment is taken for it", async () => {
	const { tenders, standing, ask } = opened([refund("back:1", "approved"), refund("back:2", "approved", "pay"), refund("back:3", "declined")]);
	await vi.waitFor(() => expect(tenders.value).toEqual([GIVEN]));
	expect(ask.mock.calls[0]?.[0]).toEqual({ op: "cards", cart: "back" });
	standing.value = { agent: "away" };
	await nextTick();
	standing.value = { agent: "online" };
	await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
	await nextTick();
	expect(tenders.value).toEqual([GIVEN]);
});

test("one that is not decided is waited for once the terminal's part is shown, and nothing else can be chosen before", async () => {
	const { asking, asks, terminal, part, tenders } = opened([refund("back:1", "unsure")], { shown: false });
	await vi.waitFor(() => expect(asking.value).toBe(true));
	expect(asks.value).toBe(true);
	terminal.value = part;
	await vi.waitFor(() => expect(tenders.value).toEqual([GIVEN]));
	expect(part.charge.mock.calls).toEqual([["Card", 340, refund("back:1", "unsure")]]);
	expect(asking.value).toBe(false);
});

test("what an earlier page kept of its asking is found out although no agent is there", async () => {
	const payment = refund("back:1", "waiting");
	const { asking, asks, part, terminal } = opened([], { agent: "away", shown: false, asked: { tender: "Maestro", payment } });
	expect([asking.value, asks.value]).toEqual([true, true]);
	terminal.value = part;
	await vi.waitFor(() => expect(part.charge.mock.calls).toEqual([["Maestro", 340, payment]]));
});

test("a card that got nothing counts nothing; without a terminal nobody is asked", async () => {
	const { giveBack, part, tenders } = opened([]);
	part.charge.mockResolvedValue(undefined);
	expect([await giveBack({ ...GIVEN, card: {} }), tenders.value]).toEqual([false, []]);
	expect(part.charge.mock.calls).toEqual([["Card", 340, undefined]]);
	expect(opened([], { agent: "away" }).asks.value).toBe(false);
});
