// A gift card that is sold: the entry's body, and the receipt that is the card where there is no other.
// Never draws a number, and never says that a number is free: a second issue on it adds to it.

import type { Entry } from "@/core/entry";
import { Rejected } from "@/core/errors";
import {
	DEFAULT_COLUMNS, centred, headElements, receiptAmount, row, type ReceiptDocument, type ReceiptHeader, type ReceiptLabels, type ReceiptOptions,
} from "@/core/receipt";
import type { IssueBody } from "@/core/report/bodies";
import { sum } from "@/core/sale";
import { onPaper } from "@/words/words";

export type { IssueBody };

/** Raises Rejected unless the tenders pay for it, and change comes out of cash. */
export function issueBody(issue: Omit<IssueBody, "change_minor">): IssueBody {
	const received = sum(issue.tenders.map((tender) => tender.amount_minor));
	const cash = sum(issue.tenders.filter(({ kind }) => kind === "cash").map((tender) => tender.amount_minor));
	const change = received - BigInt(issue.amount_minor);
	if (issue.amount_minor <= 0 || change < 0n || change > cash) {
		throw new Rejected(`Received ${received} does not pay for a credit over ${issue.amount_minor}, or change would not be cash.`);
	}
	return { ...issue, change_minor: Number(change) };
}

export function receiptOfIssue(
	entry: Entry, header: ReceiptHeader, labels: ReceiptLabels, { hash, copy = 0 }: ReceiptOptions,
): ReceiptDocument {
	const body = entry.body as IssueBody;
	const amount = (minor: number): string => receiptAmount(minor, body.currency_precision, header);
	const number = entry.receipt_number ?? "";
	return {
		columns: header.columns ?? DEFAULT_COLUMNS,
		elements: [
			...headElements(entry, header, labels, copy),
			row(onPaper(`tender.${body.credit_kind}`), amount(body.amount_minor)),
			{ type: "rule" },
			{ ...row(`${labels.total} ${body.currency}`, amount(body.amount_minor)), bold: true },
			...body.tenders.map((tender) => row(tender.tender, amount(tender.amount_minor))),
			...(body.change_minor > 0 ? [{ ...row(labels.change, amount(body.change_minor)), bold: true }] : []),
			{ type: "space" },
			{ ...centred(`${onPaper(`tender.${body.credit_kind}`)} ${amount(body.amount_minor)} ${body.currency}`), bold: true },
			{ type: "code128", data: body.credit },
			centred(body.credit),
			{ type: "space" },
			...(header.footer ?? []).map(centred),
			centred(`${number}  ${labels.check} ${hash.slice(0, 8)}`),
			{ type: "cut" },
		],
	};
}
