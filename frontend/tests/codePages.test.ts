// The printers' code pages as the agent sends them, against an encoder that somebody else wrote from other tables.

import ReceiptPrinterEncoder from "@point-of-sale/receipt-printer-encoder";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Case {
	readonly page: number;
	readonly codec: string;
	readonly text: string;
	readonly bytes: string;
}

const { cases } = JSON.parse(readFileSync(new URL("../../vectors/code_pages.json", import.meta.url), "utf8")) as {
	readonly cases: readonly Case[];
};

const theirName = (codec: string): string => codec.replace(/^cp(125\d)$/, "windows$1").replace("iso8859_2", "epson/iso8859-2").replace("iso8859_", "iso8859-");

/** It sends these two as the pictures of control characters (0x14, 0x15), which a printer takes for commands. */
const APART = /[§¶]/;

/** Without the letters that are told apart above. */
function compared({ page, codec, text, bytes }: Case): Case {
	const kept = [...text].flatMap((letter, at) => (APART.test(letter) ? [] : [{ letter, byte: bytes.slice(2 * at, 2 * at + 2) }]));
	return { page, codec, text: kept.map(({ letter }) => letter).join(""), bytes: kept.map(({ byte }) => byte).join("") };
}

/** What it sends for one line: `ESC t n`, then the letters. */
function theirs({ codec, text }: Case): { readonly page: number; readonly bytes: string } {
	const encoder = new ReceiptPrinterEncoder({ language: "esc-pos", codepageMapping: "epson" });
	const sent: Uint8Array = encoder.codepage(theirName(codec)).text(text).encode();
	const at = sent.findIndex((byte, place) => byte === 0x1b && sent[place + 1] === 0x74);
	const letters = [...sent.slice(at + 3)].filter((byte) => byte >= 0x80);
	return { page: sent[at + 2]!, bytes: letters.map((byte) => byte.toString(16).padStart(2, "0")).join("") };
}

describe("the code pages", () => {
	it.each(cases.map(compared).map((each) => [each.codec, each] as const))("%s has the same number and bytes there", (_, each) => {
		expect(theirs(each)).toEqual({ page: each.page, bytes: each.bytes });
	});
});
