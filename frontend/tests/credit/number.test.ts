import { describe, expect, it } from "vitest";
import { LETTERS, makeNumber, normalNumber, ours } from "@/credit/number";

describe("numbers of gift cards and store credit", () => {
	it("are what Python makes of the same chance", () => {
		expect(makeNumber("gift_card", Uint8Array.from({ length: 16 }, (_, index) => index))).toBe("GC-HJ4K2-5EFWY-A2FB");
		expect(makeNumber("store_credit", new Uint8Array(16).fill(255))).toBe("SC-HAARD-N5SDS-PJ4R");
		expect(makeNumber("gift_card", new Uint8Array(16))).toBe("GC-22222-22222-222A");
	});

	it("are read however they are typed", () => {
		expect([ours("gc hj4k2 5efwy a2fb"), ours("GC-HJ4K2-5EFWY-A2FB"), ours("GCHJ4K25EFWYA2FB")]).toEqual(Array(3).fill("GC-HJ4K2-5EFWY-A2FB"));
	});

	it("show every wrong letter", () => {
		for (const letter of LETTERS) expect(ours(`GC-HJ4K2-5EFW${letter}-A2FB`)).toBe(letter === "Y" ? "GC-HJ4K2-5EFWY-A2FB" : "");
	});

	it("may be somebody else's", () => {
		expect([normalNumber(" card-0042 "), normalNumber("x"), normalNumber("4006381333931")]).toEqual(["CARD-0042", "", "4006381333931"]);
	});
});
