// A print that nobody is sure of: a person decides; printed again it is recorded first, as his role allows.

import { beforeEach, expect, test } from "vitest";
import { Rejected, Retryable } from "@/core/errors";
import type { StoredEntry } from "@/daybook/daybook";
import { settlePrint } from "@/receipt/unsurePrint";
import type { Till } from "@/till/till";

let done: unknown[];
let allowed: boolean;
let refusal: Error | undefined;
beforeEach(() => ([done, allowed, refusal] = [[], true, undefined]));

function tillWith(entries: Readonly<Record<string, object>>) {
	const desk = {
		cashier: "Ada",
		clock: { stamp: () => ({}), businessDate: () => "2026-11-28" },
		pusher: { deliver: async () => undefined },
		agent: {
			ask: async (message: object) => {
				done.push(message);
				if (refusal) throw refusal;
				return { op: "queued" };
			},
		},
		daybook: {
			shift: undefined,
			find: async (id: string) => (entries[id] ? ({ entry: { id, body: {}, ...entries[id] } } as StoredEntry) : undefined),
			entriesOf: async () => [{ entry: { kind: "reprint", body: { of: "sale" } } }],
			record: async ({ kind, body }: { kind: string; body: object }) => {
				done.push([kind, body]);
				return { entry: { kind }, wire: {} };
			},
		},
	};
	return { desk: () => desk, people: { may: async () => allowed } } as unknown as Till;
}

test("what is on paper is said to the agent, and nothing is recorded", async () => {
	await settlePrint(tillWith({ sale: { kind: "sale" } }), "sale:receipt", true);
	expect(done).toEqual([{ op: "settle_print", job: "sale:receipt", printed: true }]);
});

test("a receipt that is printed again is recorded as the next copy before the agent hears of it", async () => {
	await settlePrint(tillWith({ sale: { kind: "sale" } }), "sale:receipt", false);
	expect(done).toEqual([["reprint", { of: "sale", copy: 2 }], { op: "settle_print", job: "sale:receipt", printed: false }]);
});

test("a copy that is printed again is one more of the same sale", async () => {
	await settlePrint(tillWith({ copy: { kind: "reprint", body: { of: "sale", copy: 1 } } }), "copy:receipt", false);
	expect(done[0]).toEqual(["reprint", { of: "sale", copy: 2 }]);
});

test("reports, card slips and what is training are printed again without a record", async () => {
	const till = tillWith({ sale: { kind: "sale" }, trained: { kind: "training_sale" } });
	for (const job of ["report:1", "sale:1:slip", "trained:receipt", "unknown:receipt"]) await settlePrint(till, job, false);
	expect(done.filter(Array.isArray)).toEqual([]);
	expect(done).toHaveLength(4);
});

test("whoever may not reprint does not; nothing is told to the agent", async () => {
	allowed = false;
	await settlePrint(tillWith({ sale: { kind: "sale" } }), "sale:receipt", false);
	expect(done).toEqual([]);
});

test("what somebody else decided meanwhile stays as it is; an agent that is away is said", async () => {
	const till = tillWith({});
	refusal = new Rejected("It is not unsure.", "not_unsure");
	await settlePrint(till, "report:1", true);
	refusal = new Retryable("away", "agent_away");
	await expect(settlePrint(till, "report:1", true)).rejects.toThrow("away");
});
