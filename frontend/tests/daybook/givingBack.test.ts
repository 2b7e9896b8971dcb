import "fake-indexeddb/auto";
import { beforeEach, describe, expect, test } from "vitest";
import type { WireEntry } from "@/core/entry";
import { Rejected, Retryable } from "@/core/errors";
import type { Restored } from "@/daybook/daybook";
import { GivingBack } from "@/daybook/givingBack";
import type { Latest } from "@/server/api";
import { forget } from "@/server/kept";
import { MemoryDaybook, coffeeSale } from "../fakes";

const TODAY = "2026-11-22";

/** A page's daybook as far as this is concerned. */
function lostDaybook(newChain = true) {
	const changed = new Set<() => void>();
	const restored: Restored[] = [];
	const daybook = {
		till: "T1", writable: true, epoch: 2, restored,
		report: { entries: 0, cutBytes: 0, damagedBytes: 0, newChain, words: [], persisted: true },
		restore: async (entries: readonly Restored[]) => void restored.push(...entries),
		on: (_name: "change", listener: () => void) => (changed.add(listener), () => changed.delete(listener)),
		startChain() {
			daybook.epoch += 1;
			for (const listener of changed) listener();
		},
	};
	return daybook;
}

async function day(count: number, business_date = TODAY): Promise<WireEntry[]> {
	const old = await MemoryDaybook.open();
	return old.recordMany(count, () => coffeeSale({ business_date }));
}

/** Newest first, three to a page, as agent and company answer. */
function holding(wires: readonly WireEntry[]) {
	const asked: number[] = [];
	const ask = async (before: number): Promise<Latest> => {
		asked.push(before);
		const upTo = before === 0 ? wires.length : before - 1;
		const entries = wires.slice(Math.max(0, upTo - 3), upTo).reverse();
		const results = entries.map(() => ({ id: "", outcome: "exists", state: "posted", reason: "" }) as const);
		return { entries, results, ...(upTo > 3 && { before: upTo - 2 }) };
	};
	return { ask, asked };
}

const refusing = (error: Error) => () => Promise.reject(error);

beforeEach(() => forget("give_back:T1"));

describe("after a lost daybook", () => {
	test("all of the last days comes back in its order, with the company's word", async () => {
		const daybook = lostDaybook();
		const wires = await day(8);
		const back = await GivingBack.open(daybook);
		expect(await back.ask("company", holding(wires).ask, TODAY)).toBe(8);
		expect(daybook.restored.map(({ wire }) => wire)).toEqual(wires);
		expect(daybook.restored.every(({ result }) => result?.state === "posted")).toBe(true);
	});

	test("what the agent gives counts as unsent", async () => {
		const daybook = lostDaybook();
		await (await GivingBack.open(daybook)).ask("agent", holding(await day(2)).ask, TODAY);
		expect(daybook.restored.map(({ result }) => result)).toEqual([undefined, undefined]);
	});

	test("each is asked once, also after a restart", async () => {
		const wires = await day(2);
		const { ask, asked } = holding(wires);
		const back = await GivingBack.open(lostDaybook());
		await back.ask("agent", ask, TODAY);
		await back.ask("agent", ask, TODAY);
		const later = await GivingBack.open(lostDaybook(false));
		expect(await later.ask("agent", ask, TODAY)).toBe(0);
		expect(await later.ask("company", ask, TODAY)).toBe(2);
		expect(asked).toEqual([0, 0]);
	});

	test("who is away is asked again, who is too old is not", async () => {
		const back = await GivingBack.open(lostDaybook());
		const away = back.ask("agent", refusing(new Retryable("away")), TODAY);
		await expect(away).rejects.toThrow("away");
		expect(await back.ask("agent", holding(await day(1)).ask, TODAY)).toBe(1);
		expect(await back.ask("company", refusing(new Rejected("what?", "http_404")), TODAY)).toBe(0);
		expect(await back.ask("company", holding(await day(1)).ask, TODAY)).toBe(0);
	});

	test("a company that does not know the till is asked again once it does", async () => {
		const back = await GivingBack.open(lostDaybook());
		const unknown = back.ask("company", refusing(new Rejected("who?", "unauthenticated")), TODAY);
		await expect(unknown).rejects.toThrow("who?");
		expect(await back.ask("company", holding(await day(1)).ask, TODAY)).toBe(1);
	});

	test("older days stay where they are, and nobody is asked for more of them", async () => {
		const daybook = lostDaybook();
		const { ask, asked } = holding([...(await day(9, "2026-11-10")), ...(await day(2))]);
		expect(await (await GivingBack.open(daybook)).ask("company", ask, TODAY)).toBe(2);
		expect(asked).toHaveLength(1);
	});

	test("an entry that this page can't read is left out, the others come", async () => {
		const daybook = lostDaybook();
		const wires = await day(3);
		const odd = { hash: "0".repeat(64), text: '{"protocol":9}' };
		await (await GivingBack.open(daybook)).ask("company", holding([wires[0] ?? odd, odd, wires[1] ?? odd]).ask, TODAY);
		expect(daybook.restored.map(({ wire }) => wire)).toEqual(wires.slice(0, 2));
	});
});

test("nobody is asked while nothing was lost, and both are once a chain had to be left", async () => {
	const daybook = lostDaybook(false);
	const { ask, asked } = holding(await day(1));
	const back = await GivingBack.open(daybook);
	expect(await back.ask("company", ask, TODAY)).toBe(0);
	daybook.startChain();
	expect(await back.ask("company", ask, TODAY)).toBe(1);
	expect(asked).toEqual([0]);
});
