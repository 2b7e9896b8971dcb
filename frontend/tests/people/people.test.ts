// PINs, what roles say, waits after wrong PINs, approvals and training: as the page decides them without a network.

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { computed, shallowRef } from "vue";
import { FREE_TRIES, KEEP_EVERY_MS, Locks, WAITS_MS, type KeptTries } from "@/people/locks";
import { usePeople, type Act, type People } from "@/people/people";
import { badgeDigest, digitsOf, isPin, isPinOf } from "@/people/pins";
import { percentOf, verdictOf, type Action, type PinVerifier, type Role, type Verdict } from "@/people/rights";
import { fitsTraining, useTraining, type KeptTraining } from "@/people/training";
import type { Snapshot } from "@/server/api";
import { emptyCart, type Cart } from "@/till/cart";
import type { Desk } from "@/till/checkout";
import { speak } from "@/words/words";
import { snapshotOf } from "../shop";

type Case =
	| { do: "pin"; typed: string; verifier: PinVerifier; expected: boolean }
	| { do: "badge"; code: string; digest: string }
	| { do: "verdict"; role?: Role; action: Action; percent?: string; amount_minor?: number; expected: Verdict };

const CASES = (JSON.parse(readFileSync(new URL("../../../vectors/people.json", import.meta.url), "utf8")) as { cases: Case[] }).cases;
const MINUTE_MS = 60_000;

describe("people as Python judges them", () => {
	test.each(CASES.map((each) => [JSON.stringify(each), each] as const))("%s", async (_, each) => {
		if (each.do === "pin") expect(await isPinOf(each.typed, each.verifier)).toBe(each.expected);
		else if (each.do === "badge") expect(await badgeDigest(each.code)).toBe(each.digest);
		else expect(verdictOf(each.role, each.action, each)).toBe(each.expected);
	});
});

test("a PIN is ASCII digits alone, whatever is typed or pasted", () => {
	expect(digitsOf("🔑 2-5a8\n0")).toBe("2580");
	expect(digitsOf("٤٥٦٧②")).toBe("");
	expect(digitsOf("123456789")).toBe("12345678");
	expect([isPin("123"), isPin("1234"), isPin("123456789"), isPin("12 34")]).toEqual([false, true, false, false]);
});

test("an amount off is never less in percent than it is", () => {
	expect(percentOf(100, 1000)).toBe("10");
	expect(percentOf(1, 3)).toBe("33.333333334");
	expect([percentOf(0, 0), percentOf(5, 0)]).toEqual(["0", "100"]);
});

describe("wrong PINs", () => {
	let now = 1_000;
	let kept: KeptTries = {};
	const keep = async (tries: KeptTries): Promise<void> => void (kept = tries);
	const locks = (): Locks => new Locks(kept, keep, () => now);

	beforeEach(() => {
		vi.useFakeTimers();
		[now, kept] = [1_000, {}];
	});
	afterEach(() => vi.useRealTimers());

	async function wrong(of: Locks, times: number): Promise<void> {
		for (let count = 0; count < times; count++) await of.begin("Ada");
	}

	test("five make him wait, and only him", async () => {
		const each = locks();
		await wrong(each, FREE_TRIES - 1);
		expect([each.waitMs("Ada"), each.triesLeft("Ada")]).toEqual([0, 1]);
		await wrong(each, 1);
		expect([each.waitMs("Ada"), each.waitMs("Noor")]).toEqual([WAITS_MS[0], 0]);
		now += WAITS_MS[0];
		expect(each.waitMs("Ada")).toBe(0);
	});

	test("each further one makes him wait longer, up to a quarter of an hour", async () => {
		const each = locks();
		await wrong(each, FREE_TRIES);
		const waits = [];
		for (let count = 0; count < 6; count++) {
			now += each.waitMs("Ada");
			await wrong(each, 1);
			waits.push(each.waitMs("Ada") / MINUTE_MS);
		}
		expect(waits).toEqual([2, 4, 8, 15, 15, 15]);
	});

	test("a try counts before it is compared: a reload in between gives none back", async () => {
		await wrong(locks(), 3);
		expect(kept.Ada).toEqual({ wrong: 3, left_ms: 0 });
		expect(locks().triesLeft("Ada")).toBe(2);
	});

	test("a wait goes on after a reload, and no clock on the wall shortens it", async () => {
		const before = locks();
		await wrong(before, FREE_TRIES);
		now += 20_000;
		await vi.advanceTimersByTimeAsync(KEEP_EVERY_MS);
		before.stop();
		vi.setSystemTime(0);
		now = 5;
		const after = locks();
		expect(after.waitMs("Ada")).toBe(WAITS_MS[0] - 20_000);
		vi.setSystemTime(Date.UTC(2099, 0));
		expect(after.waitMs("Ada")).toBe(WAITS_MS[0] - 20_000);
		now += WAITS_MS[0];
		expect(after.waitMs("Ada")).toBe(0);
	});

	test("the right PIN, or whoever unlocks him, begins anew", async () => {
		const each = locks();
		await wrong(each, FREE_TRIES);
		await each.clear("Ada");
		expect([each.waitMs("Ada"), each.triesLeft("Ada"), kept]).toEqual([0, FREE_TRIES, {}]);
	});
});

describe("people at the till", () => {
	const pinOf = (typed: string): PinVerifier => {
		const found = CASES.find((each) => each.do === "pin" && each.typed === typed && each.expected);
		if (found?.do !== "pin") throw new Error(`No PIN ${typed} in the vectors.`);
		return found.verifier;
	};
	const ROLES: readonly Role[] = [
		{ role: "Cashier", rights: { line_discount: { may: "approval", percent: "10" }, reprint: { may: "never" }, return: { may: "approval" } } },
		{ role: "Supervisor", approves: true, rights: { return: { may: "approval", amount_minor: 100 } } },
	];
	const STAFF: Snapshot = {
		...snapshotOf("first", 1), cashiers: ["Ada", "Mira", "Noor"], roles: ROLES,
		people: [
			{ name: "Ada", role: "Cashier", pin: pinOf("2580") }, { name: "Mira", role: "Supervisor", pin: pinOf("73914682") },
			{ name: "Noor", role: "Supervisor" },
		],
	};
	let recorded: { kind: string; cashier: string; body: object }[];
	let problems: string[];
	let training: Desk["training"];

	beforeEach(() => {
		speak("en");
		[recorded, problems, training] = [[], [], undefined];
	});

	function people(snapshot = STAFF, cashier = "Ada", faults = false): People {
		const daybook = {
			shift: undefined,
			record: async (draft: { kind: string; cashier: string; body: object }) => {
				if (faults) throw new Error("no room");
				recorded.push(draft);
				return { entry: draft, wire: {} };
			},
		};
		const desk = {
			snapshot, cashier, daybook, pusher: { deliver: () => Promise.resolve() }, clock: { stamp: () => ({}) }, training,
		} as unknown as Desk;
		return usePeople({
			snapshot: shallowRef(snapshot), cashier: shallowRef<string | undefined>(cashier), desk: () => desk, tries: {},
			keepTries: async () => undefined, problem: (title) => void problems.push(title),
		});
	}
	const DISCOUNT: Act = { action: "line_discount", of: "cart-1", percent: "20", about: "Espresso" };

	test("where nobody set up roles, everything is allowed", async () => {
		const alone = people({ ...snapshotOf("first", 1), cashiers: ["Ada"] });
		expect(await alone.may(DISCOUNT)).toBe(true);
		expect([alone.all.value, recorded, problems]).toEqual([[{ name: "Ada" }], [], []]);
	});

	test("up to the limit nobody is asked", async () => {
		expect(await people().may({ ...DISCOUNT, percent: "10" })).toBe(true);
		expect(recorded).toEqual([]);
	});

	test("who may approve has a PIN, a role that approves, and may do it himself", async () => {
		const all = people();
		expect(all.approversOf("line_discount", "Ada", { percent: "20" }).map(({ name }) => name)).toEqual(["Mira"]);
		expect(all.approversOf("return", "Ada", { amount_minor: 101 })).toEqual([]);
		expect(all.approversOf("line_discount", "Mira", { percent: "20" })).toEqual([]);
		expect(await all.may({ action: "return", of: "back-1", amount_minor: 101 })).toBe(false);
		expect(problems).toEqual(["This needs an approval, and nobody here has a PIN who may give it: Return."]);
	});

	test("an approval names who, for whom, what, how much and what it belongs to", async () => {
		const all = people();
		const asking = all.may({ action: "return", of: "back-1", amount_minor: 100 });
		expect(all.asked.value?.approvers.map(({ name }) => name)).toEqual(["Mira"]);
		await all.asked.value?.approve("Mira");
		expect([await asking, all.asked.value]).toEqual([true, undefined]);
		expect(recorded.map(({ kind, cashier, body }) => ({ kind, cashier, body }))).toEqual([{
			kind: "approval", cashier: "Ada",
			body: { action: "return", for: "Ada", approver: "Mira", of: "back-1", amount_minor: 100, currency: "EUR", currency_precision: 2 },
		}]);
	});

	test("what can not be recorded is not approved, and may be tried again or refused", async () => {
		const all = people(STAFF, "Ada", true);
		const asking = all.may(DISCOUNT);
		await expect(all.asked.value?.approve("Mira")).rejects.toThrow("no room");
		all.asked.value?.refuse();
		expect(await asking).toBe(false);
	});

	test("one question at a time", async () => {
		const all = people();
		const first = all.may(DISCOUNT);
		expect(await all.may(DISCOUNT)).toBe(false);
		all.asked.value?.refuse();
		expect(await first).toBe(false);
	});

	test("never means never, whoever stands by", async () => {
		expect(await people().may({ action: "reprint", of: "sale-1" })).toBe(false);
		expect(problems).toEqual(["Not allowed for your role: Print a receipt again."]);
	});

	test("in training nobody is asked", async () => {
		training = { number: () => "" };
		expect(await people().may({ action: "reprint", of: "sale-1" })).toBe(true);
	});

	test("but a drawer that is really opened is asked for in training, too", async () => {
		training = { number: () => "" };
		const drawers: Role = { role: "Cashier", rights: { no_sale: { may: "never" } } };
		expect(await people({ ...STAFF, roles: [drawers] }).may({ action: "no_sale", of: "drawer-1" })).toBe(false);
	});

	test("two quick tries are compared one after the other, and only the first counts", async () => {
		const all = people();
		expect(await Promise.all([all.attempt("Ada", "1111"), all.attempt("Ada", "1112")])).toEqual(["wrong", undefined]);
		expect(all.locks.triesLeft("Ada")).toBe(FREE_TRIES - 1);
		expect(await all.attempt("Ada", "2580")).toBe("right");
		expect(all.locks.triesLeft("Ada")).toBe(FREE_TRIES);
	});

	test("while he waits nothing is compared, not even the right PIN; a manager ends it", async () => {
		const all = people();
		for (let count = 0; count < FREE_TRIES; count++) await all.attempt("Ada", "1111");
		expect(await all.attempt("Ada", "2580")).toBe("waiting");
		const unlocking = all.unlock("Ada");
		await all.asked.value?.approve("Mira");
		expect(await unlocking).toBe(true);
		expect(recorded.map(({ body }) => body)).toEqual([{ action: "unlock", for: "Ada", approver: "Mira", of: "Ada" }]);
		expect(await all.attempt("Ada", "2580")).toBe("right");
		all.locks.stop();
	});
});

describe("training", () => {
	let kept: KeptTraining | undefined;
	let cart: Cart;

	function training(): ReturnType<typeof useTraining> {
		return useTraining({
			kept, till: () => "T1", isEmpty: () => cart.lines.length === 0, startWith: (next) => void (cart = next),
			keep: async (now) => void (kept = now), failed: () => undefined,
		});
	}
	beforeEach(() => {
		kept = undefined;
		cart = emptyCart("cart-1");
	});

	test("begins over an empty cart only", () => {
		const line = { key: 1, weighed: false, line: {} } as unknown as Cart["lines"][number];
		cart = { ...cart, lines: [line] };
		expect([training().begin(), cart.training]).toEqual([false, undefined]);
	});

	test("has numbers of its own that go on after a reload", () => {
		const first = training();
		expect(first.begin()).toBe(true);
		expect([first.number(), first.number()]).toEqual(["T1-TRAINING-000001", "T1-TRAINING-000002"]);
		expect(training().number()).toBe("T1-TRAINING-000003");
	});

	test("a cart that was begun in it never becomes a sale, nor the other way round", () => {
		const learning = training();
		learning.begin();
		expect([cart.training, fitsTraining(cart, kept)]).toEqual([true, true]);
		expect([fitsTraining(cart, undefined), fitsTraining(emptyCart("cart-2"), kept)]).toEqual([false, false]);
		learning.leave();
		expect([cart.training, fitsTraining(cart, kept), computed(() => learning.on.value).value]).toEqual([undefined, true, false]);
	});
});
