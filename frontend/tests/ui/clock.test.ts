import { describe, expect, test } from "vitest";
import { Clock } from "@/till/clock";

const NOON = Date.parse("2026-11-22T12:00:00.000Z");
const HOUR = 3_600_000;

/** A till's clock and the steady time behind it; `set` changes the first, `pass` both. */
function world(aheadMs = 0, notBefore = 0) {
	let steady = 1_000;
	let set = aheadMs;
	const right = (): number => NOON + steady - 1_000;
	const clock = new Clock(notBefore, () => right() + set, () => steady);
	return {
		clock, right,
		pass: (ms: number) => void (steady += ms),
		set: (ms: number) => void (set += ms),
		/** The company answers with the second that its clock shows. */
		company: (tookMs = 20) => clock.heard("company", Math.floor(right() / 1_000) * 1_000, tookMs),
		agent: (theirMs: number) => clock.heard("agent", theirMs, 2, 1),
	};
}

describe("what a till knows of its clock", () => {
	test("is nothing before anybody told it the time", () => {
		expect(world(-48 * HOUR).clock.stamp().clock).toBeUndefined();
	});

	test("is nothing wrong as long as it is off by no more than the answer took, and five seconds", () => {
		const { clock, company } = world(6_000);
		company(4_000);
		expect(clock.stamp().clock).toBeUndefined();
		expect(clock.wrong.value).toBeUndefined();
	});

	test.each([2 * HOUR, -30_000])("is by how much it is off, to about a second: %d", (aheadMs) => {
		const { clock, company } = world(aheadMs);
		company();
		const { ahead_ms = 0, against } = clock.stamp().clock ?? {};
		expect(Math.abs(ahead_ms - aheadMs)).toBeLessThanOrEqual(1_000);
		expect([against, Number.isInteger(ahead_ms)]).toEqual(["company", true]);
		expect(clock.wrong.value).toEqual(clock.stamp().clock);
	});

	test("is the company's word rather than the agent's", () => {
		const { clock, company, agent, right } = world();
		agent(right() - HOUR);
		expect(clock.stamp().clock).toMatchObject({ against: "agent", ahead_ms: expect.closeTo(HOUR, -1) as number });
		company();
		expect(clock.stamp().clock).toBeUndefined();
	});

	test("follows a clock that is set back while the page is open", () => {
		const { clock, company, set, pass } = world();
		company();
		pass(60_000);
		set(-3 * HOUR);
		expect(clock.stamp().clock?.ahead_ms).toBe(-3 * HOUR);
	});

	test("is forgotten when it seems to be set forward, for the computer may have slept", () => {
		const { clock, company, set } = world(-2 * HOUR);
		company();
		set(2 * HOUR);
		expect([clock.stamp().clock, clock.knownMs]).toEqual([undefined, undefined]);
	});
});

describe("a sale", () => {
	test("says what the clock said, and belongs to the day of the company's clock", () => {
		const { clock, company } = world(-48 * HOUR);
		expect(clock.stamp().business_date).toBe("2026-11-20");
		company();
		expect(clock.stamp().business_date).toBe("2026-11-22");
		expect(Date.parse(clock.stamp().occurred_at)).toBe(NOON - 48 * HOUR);
	});

	test("of a till whose clock fell back to its factory's date belongs to no day before the last known one", () => {
		const { clock } = world(-10_000 * HOUR, NOON);
		expect(clock.stamp().business_date).toBe("2026-11-22");
	});

	test("of a till that was off for a week belongs to today", () => {
		const { clock } = world(0, NOON - 168 * HOUR);
		expect(clock.stamp().business_date).toBe("2026-11-22");
	});

	test("and what is kept for the next start is the company's time, or nothing", () => {
		const { clock, company, pass, right } = world(24 * HOUR);
		expect(clock.knownMs).toBeUndefined();
		company();
		pass(HOUR);
		expect(Math.abs((clock.knownMs ?? 0) - right())).toBeLessThanOrEqual(1_000);
	});
});
