import { describe, expect, it } from "vitest";
import { BURST_QUIET_MS, BURST_TAIL_MS, BurstAssembler, type Verdict } from "@/scan/burst";

function type(assembler: BurstAssembler, text: string, step: number, from = 0): { last: Verdict; at: number } {
	let at = from;
	let last: Verdict = { kind: "pass", typed: "" };
	for (const [index, key] of [...text].entries()) {
		at = from + index * step;
		last = assembler.press(key, at);
	}
	return { last, at };
}

describe("the burst assembler", () => {
	it("takes a fast code ended by Enter for a scan", () => {
		const assembler = new BurstAssembler();
		const { at } = type(assembler, "4006381333931", 8);
		expect(assembler.press("Enter", at + 8)).toEqual({ kind: "scan", code: "4006381333931" });
	});

	it("takes a fast code ended by Tab, or by quiet, for a scan too", () => {
		const assembler = new BurstAssembler();
		const { at } = type(assembler, "123456", 10);
		expect(assembler.press("Tab", at + 10)).toEqual({ kind: "scan", code: "123456" });
		type(assembler, "654321", 10, 5_000);
		expect(assembler.flush()).toEqual({ kind: "scan", code: "654321" });
	});

	it("hands a person's typing back instead of scanning it", () => {
		const assembler = new BurstAssembler();
		type(assembler, "coffee", 45);
		expect(assembler.flush()).toEqual({ kind: "typed", typed: "coffee" });
	});

	it("draws the line at an average of 30 ms a character", () => {
		const slow = new BurstAssembler();
		type(slow, "123456", 31);
		expect(slow.flush().kind).toBe("typed");
		const fast = new BurstAssembler();
		type(fast, "123456", 30);
		expect(fast.flush().kind).toBe("scan");
	});

	it("wants six characters, or three behind an AIM prefix", () => {
		const assembler = new BurstAssembler();
		type(assembler, "12345", 5);
		expect(assembler.flush().kind).toBe("typed");
		type(assembler, "]C1A12", 5, 1_000);
		expect(assembler.flush()).toEqual({ kind: "scan", code: "]C1A12" });
		type(assembler, "]C1A1", 5, 2_000);
		expect(assembler.flush().kind).toBe("typed");
	});

	it("lets an Enter that belongs to no code pass", () => {
		const assembler = new BurstAssembler();
		expect(assembler.press("Enter", 10)).toEqual({ kind: "pass", typed: "" });
		expect(assembler.press("7", 1_000).kind).toBe("held");
		expect(assembler.press("Enter", 1_050)).toEqual({ kind: "pass", typed: "7" });
	});

	it("swallows the late or second Enter of a code, and only that", () => {
		const assembler = new BurstAssembler();
		const { at } = type(assembler, "4006381333931", 5);
		assembler.press("Enter", at + 5);
		expect(assembler.press("Enter", at + 8)).toEqual({ kind: "swallow" });
		expect(assembler.press("Enter", at + 5 + BURST_TAIL_MS + 1).kind).toBe("pass");
	});

	it("keeps two codes apart that come one right after the other", () => {
		const assembler = new BurstAssembler();
		const first = type(assembler, "111111", 5);
		expect(assembler.press("Enter", first.at + 5)).toEqual({ kind: "scan", code: "111111" });
		const second = type(assembler, "222222", 5, first.at + 12);
		expect(assembler.press("Enter", second.at + 5)).toEqual({ kind: "scan", code: "222222" });
	});

	it("ends a code that quiet ended even if the page was too busy for its timer", () => {
		const assembler = new BurstAssembler();
		const { at } = type(assembler, "111111", 5);
		expect(assembler.press("9", at + BURST_QUIET_MS + 1)).toEqual({ kind: "scan", code: "111111" });
		expect(assembler.flush()).toEqual({ kind: "typed", typed: "9" });
	});

	it("leaves the last key of a person's word out of a code that comes right after it", () => {
		const assembler = new BurstAssembler();
		type(assembler, "gift", 80);
		const { at } = type(assembler, "4006381333931", 8, 3 * 80 + 85);
		expect(assembler.press("Enter", at + 8)).toEqual({ kind: "scan", code: "4006381333931" });
	});

	it("never takes a key held down for a scanner", () => {
		const assembler = new BurstAssembler();
		assembler.press("1", 0);
		for (let at = 30; at < 600; at += 30) expect(assembler.press("1", at, true).kind).toBe("pass");
		expect(assembler.pending).toBe(false);
	});

	it("ignores Shift inside a code and gives up on an arrow key", () => {
		const assembler = new BurstAssembler();
		["A", "Shift", "B", "1", "Shift", "2", "3", "4"].forEach((key, index) => assembler.press(key, index * 5));
		expect(assembler.press("Enter", 45)).toEqual({ kind: "scan", code: "AB1234" });
		type(assembler, "12", 5, 1_000);
		expect(assembler.press("ArrowLeft", 1_010)).toEqual({ kind: "pass", typed: "12" });
	});
});
