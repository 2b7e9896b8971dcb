// A gift receipt: what was bought, without what it cost, and the number by which it is exchanged.
// Never a copy of the receipt: it proves no price, so that it is neither counted nor recorded.

import { DEFAULT_COLUMNS, centred, minuteOf, row, type ReceiptDocument, type ReceiptHeader } from "@/core/receipt";
import type { Entry } from "@/core/entry";
import type { SaleBody } from "@/core/sale";

export interface GiftLabels {
	readonly title: string;
	readonly exchange: string;
}

export function giftReceiptOf(entry: Entry, header: ReceiptHeader, labels: GiftLabels): ReceiptDocument {
	const { lines } = entry.body as SaleBody;
	const number = entry.receipt_number ?? "";
	const space = { type: "space" } as const;
	return {
		columns: header.columns ?? DEFAULT_COLUMNS,
		elements: [
			{ ...centred(header.shop), bold: true, large: true },
			...(header.address ?? []).map(centred),
			space,
			{ ...centred(labels.title), bold: true, large: true },
			space,
			row(number, minuteOf(entry.occurred_at)),
			{ type: "rule" },
			...lines.map(({ name, quantity, unit }) => row(name, unit === "Nos" ? quantity : `${quantity} ${unit}`)),
			{ type: "rule" },
			centred(labels.exchange),
			space,
			{ type: "code128", data: number },
			centred(number),
			{ type: "cut" },
		],
	};
}
