import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rejected } from "@/core/errors";
import { crc16, payload, type PaymentCode } from "@/core/paymentCodes";

interface Case {
	readonly why: string;
	readonly code: PaymentCode;
	readonly amount_minor: number;
	readonly precision: number;
	readonly currency: string;
	readonly reference: string;
	readonly expected?: string;
}

const file = new URL("../../vectors/payment_codes.json", import.meta.url);
const { cases, checks } = JSON.parse(readFileSync(file, "utf8")) as {
	cases: readonly Case[]; checks: readonly { readonly text: string; readonly crc: string }[];
};

describe("a payment code is made as Python makes it", () => {
	it.each(cases)("$why", ({ code, amount_minor, precision, currency, reference, expected }) => {
		const make = (): string => payload(code, amount_minor, precision, currency, reference);
		if (expected === undefined) expect(make).toThrow(Rejected);
		else expect(make()).toBe(expected);
	});

	it.each(checks)("checksum $crc", ({ text, crc }) => {
		expect(crc16(text).toString(16).toUpperCase()).toBe(crc);
	});
});
