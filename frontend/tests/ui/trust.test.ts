import { beforeEach, describe, expect, it } from "vitest";
import { chipOf, type Standing } from "@/trust/trust";
import { speak, t, tCount } from "@/words/words";

const GOOD: Standing = {
	writable: true,
	agent: "online",
	printer: "ready",
	caution: "",
	troubled: 0, unknownThere: false, unsurePrints: [],
	push: { unsentCount: 0, oldestUnsentAt: undefined, route: "agent", lastError: undefined, lastAnswerAt: undefined },
};
const with_ = (change: Partial<Standing>): Standing => ({ ...GOOD, ...change });
const unsent = (count: number, lastError?: string): Standing["push"] => ({ ...GOOD.push, unsentCount: count, lastError });

describe("the status chip", () => {
	beforeEach(() => speak("en"));

	it("says that all is well only when everything is", () => {
		expect(chipOf(GOOD)).toEqual({ tone: "ok", text: "All sent" });
		for (const worse of [{ writable: false }, { agent: "away" }, { printer: "paper_out" }, { troubled: 1 }, { push: unsent(1) }] as const) {
			expect(chipOf(with_(worse)).tone).not.toBe("ok");
		}
	});

	it("puts a second tab before everything else", () => {
		expect(chipOf(with_({ writable: false, troubled: 3, agent: "away" })).text).toBe("Second tab: read only");
	});

	it("puts entries that need a person before a printer without paper", () => {
		expect(chipOf(with_({ troubled: 2, printer: "paper_out" })).text).toBe("2 entries need attention");
	});

	it("counts what the company has not confirmed", () => {
		expect(chipOf(with_({ push: unsent(1) })).text).toBe("1 entry on its way");
		expect(chipOf(with_({ push: unsent(12, "no network") })).text).toBe("Offline, sales are kept · 12");
	});

	it("says how much is kept on this till when the agent is away", () => {
		expect(chipOf(with_({ agent: "away", push: unsent(2) })).text).toBe("No printer or drawer · 2 entries on this till");
	});

	it("tells of a drawer that was left open at once, and of a roll near its end when nothing else is to be told", () => {
		expect(chipOf(with_({ caution: "drawer_open", push: unsent(1) })).text).toBe("Drawer open for 3 minutes: close it");
		expect(chipOf(with_({ caution: "paper_low" }))).toEqual({ tone: "notice", text: "Paper roll near its end" });
		expect(chipOf(with_({ caution: "paper_low", push: unsent(1) })).text).toBe("1 entry on its way");
		expect(chipOf(with_({ caution: "drawer_open", printer: "paper_out" })).text).toContain("Out of paper");
	});

	it("asks for a look at prints that nobody is sure of, once the printer itself is well", () => {
		const unsurePrints = [{ job: "sale:receipt", reason: "sale T1-1-000001" }];
		expect(chipOf(with_({ unsurePrints, push: unsent(1) }))).toEqual({ tone: "warning", text: "1 print to look at" });
		expect(chipOf(with_({ unsurePrints, printer: "paper_out" })).text).toContain("Out of paper");
	});

	it("does not speak of a printer's paper when the agent that would know is away", () => {
		expect(chipOf(with_({ agent: "away", printer: "paper_out" })).text).toBe("No printer or drawer");
	});
});

describe("the words", () => {
	it("follow the locale and fall back to English", async () => {
		await speak("de-AT");
		expect(t("pay.button")).toBe("Bezahlen");
		expect(tCount("cart.items", 2)).toBe("2 Positionen");
		await speak("xx");
		expect(tCount("cart.items", 1)).toBe("1 line");
	});

	it("never take a value for a place of their own", async () => {
		await speak("en");
		expect(t("cart.removed", { name: "{name} <b>$&" })).toBe("{name} <b>$& removed");
	});
});
