// What a customer's telephone scans to pay: the payloads of the public QR standards, amount included.
// Pure text, as pos_bridge/core/tenders/codes.py; it never says that anything was paid.

import { Rejected } from "@/core/errors";
import { formatMinor } from "@/core/money";

export interface PaymentCode {
	readonly format: "epc" | "pix" | "upi" | "emv" | "bip21";
	/** An IBAN, a Pix key, a UPI id, a merchant's number or an address. */
	readonly account: string;
	readonly name: string;
	readonly city?: string;
	readonly country?: string;
	/** The globally unique id of an EMV code's scheme. */
	readonly scheme?: string;
}

const ONLY_IN: Readonly<Record<string, string>> = { epc: "EUR", pix: "BRL", upi: "INR", bip21: "BTC" };
const MAX_EPC_BYTES = 331;
const PIX = "br.gov.bcb.pix";
const CURRENCY_NUMBERS: Readonly<Record<string, string>> = {
	AED: "784", ARS: "032", BDT: "050", BRL: "986", CLP: "152", CNY: "156", COP: "170", EUR: "978", HKD: "344", IDR: "360",
	INR: "356", KHR: "116", KZT: "398", LAK: "418", LKR: "144", MXN: "484", MYR: "458", NPR: "524", PEN: "604", PHP: "608",
	PKR: "586", SGD: "702", THB: "764", TWD: "901", USD: "840", VND: "704",
};

type Field = readonly [id: string, value: string];

/** The text of the QR code; Rejected where the standard has no such currency or amount. */
export function payload(code: PaymentCode, amount_minor: number, precision: number, currency: string, reference = ""): string {
	if (amount_minor <= 0) throw new Rejected("A code asks for an amount above zero.", "no_code");
	if ((ONLY_IN[code.format] ?? currency) !== currency) throw new Rejected(`A code of the kind ${code.format} can't ask for ${currency}.`, "no_code");
	const amount = formatMinor(amount_minor, precision);
	if (code.format === "epc") return epc(code, amount, reference);
	if (code.format === "upi") return upi(code, amount, reference);
	if (code.format === "bip21") return bip21(code, amount);
	return emv(code, amount, currency, reference);
}

function epc(code: PaymentCode, amount: string, reference: string): string {
	const iban = code.account.replace(/\s/g, "").toUpperCase();
	const lines = ["BCD", "002", "1", "SCT", "", oneLine(code.name, 70), iban, `EUR${amount}`, "", "", oneLine(reference, 140)];
	const text = lines.join("\n").replace(/\n+$/, "");
	if (new TextEncoder().encode(text).length > MAX_EPC_BYTES) throw new Rejected("The name of the account is too long for a code.", "no_code");
	return text;
}

function upi(code: PaymentCode, amount: string, reference: string): string {
	const note: readonly Field[] = reference === "" ? [] : [["tr", reference.slice(0, 35)], ["tn", reference.slice(0, 80)]];
	const fields: readonly Field[] = [["pa", code.account], ["pn", code.name], ...note, ["am", amount], ["cu", "INR"]];
	return `upi://pay?${fields.map(([name, value]) => `${name}=${quoted(value)}`).join("&")}`;
}

function bip21(code: PaymentCode, amount: string): string {
	const short = amount.includes(".") ? amount.replace(/\.?0+$/, "") : amount;
	return `bitcoin:${code.account}?amount=${short}&label=${quoted(code.name)}`;
}

/** UPI ids are written plainly. */
function quoted(text: string): string {
	return encodeURIComponent(text).replaceAll("%40", "@");
}

function emv({ format, account, name, city = "", country = "", scheme = "" }: PaymentCode, amount: string, currency: string, reference: string): string {
	const isPix = format === "pix";
	const number = CURRENCY_NUMBERS[currency];
	if (number === undefined) throw new Rejected(`A code of this kind can't ask for ${currency}.`, "no_code");
	const txid = reference.replace(/[^A-Za-z0-9]/g, "").slice(-25) || "***";
	const text = `${tlv([
		["00", "01"],
		["26", tlv([["00", isPix ? PIX : scheme], ["01", account]])],
		["52", "0000"],
		["53", number],
		["54", amount],
		["58", isPix ? "BR" : country.toUpperCase()],
		["59", ascii(name, 25)],
		["60", ascii(city, 15)],
		["62", tlv([["05", txid]])],
	])}6304`;
	return text + crc16(text).toString(16).toUpperCase().padStart(4, "0");
}

function tlv(fields: readonly Field[]): string {
	for (const [id, value] of fields) {
		if (value.length === 0 || value.length > 99) throw new Rejected(`Field ${id} of the code is empty or too long: "${value}".`, "no_code");
	}
	return fields.map(([id, value]) => `${id}${String(value.length).padStart(2, "0")}${value}`).join("");
}

/** CRC-16/CCITT-FALSE of the text's UTF-8 bytes (EMVCo, data object 63). */
export function crc16(text: string): number {
	let crc = 0xffff;
	for (const byte of new TextEncoder().encode(text)) {
		crc ^= byte << 8;
		for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
		crc &= 0xffff;
	}
	return crc;
}

function oneLine(text: string, most: number): string {
	return text.trim().replace(/\s+/g, " ").slice(0, most);
}

function ascii(text: string, most: number): string {
	return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[^ -~]/g, "").trim().slice(0, most);
}
