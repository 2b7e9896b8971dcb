// The slip of money that was put in or taken out: for the safe's bag, the bank, or whoever signs for it.
// Never adds anything up.

import type { Entry } from "@/core/entry";
import type { CashBody } from "@/core/report/bodies";
import { DEFAULT_COLUMNS, centred, minuteOf, receiptAmount, row, type ReceiptDocument, type ReceiptHeader } from "@/core/receipt";

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
	const space = { type: "space" } as const;
	return {
		columns: header.columns ?? DEFAULT_COLUMNS,
		elements: [
			{ ...centred(header.shop), bold: true },
			{ ...centred(labels.title), bold: true, large: true },
			space,
			row(entry.till, minuteOf(entry.occurred_at)),
			{ type: "rule" },
			{ ...row(`${labels.amount} (${body.tender})`, `${receiptAmount(body.amount_minor, body.currency_precision, header)} ${body.currency}`), bold: true },
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
