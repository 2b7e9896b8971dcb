// The slip of money that was put in or taken out: for the safe's bag, the bank, or whoever signs for it.
// Never adds anything up.

import type { Entry } from "@/core/entry";
import type { CashBody } from "@/core/report/bodies";
import { receiptAmount, type ReceiptDocument, type ReceiptElement, type ReceiptHeader } from "@/core/receipt";

export interface SlipLabels {
	readonly title: string;
	readonly amount: string;
	readonly purpose: string;
	readonly purposeName: string;
	readonly reason: string;
	readonly cashier: string;
	readonly signature: string;
}

export function slipOf(entry: Entry, header: ReceiptHeader, labels: SlipLabels): ReceiptDocument {
	const body = entry.body as CashBody;
	const row = (left: string, right: string): ReceiptElement => ({ type: "row", left, right });
	const space: ReceiptElement = { type: "space" };
	return {
		columns: header.columns ?? 42,
		elements: [
			{ type: "text", text: header.shop, align: "center", bold: true },
			{ type: "text", text: labels.title, align: "center", bold: true, large: true },
			space,
			row(entry.till, entry.occurred_at.slice(0, 16).replace("T", " ")),
			{ type: "rule" },
			{ ...row(`${labels.amount} (${body.tender})`, `${receiptAmount(body.amount_minor, body.currency_precision, header)} ${body.currency}`), bold: true } as ReceiptElement,
			row(labels.purpose, labels.purposeName),
			...(body.reason ? [row(labels.reason, body.reason)] : []),
			row(labels.cashier, entry.cashier),
			space,
			{ type: "text", text: labels.signature },
			space,
			{ type: "rule" },
			{ type: "cut" },
		],
	};
}
