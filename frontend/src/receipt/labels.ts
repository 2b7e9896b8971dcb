// The words on the paper, always in the language of the shop.
// Never lays anything out: core/receipt.ts does.

import type { ReceiptLabels } from "@/core/receipt";
import { onPaper } from "@/words/words";

export function receiptLabels(): ReceiptLabels {
	return {
		cashier: onPaper("receipt.cashier"),
		total: onPaper("receipt.total"),
		tip: onPaper("receipt.tip"),
		waived: onPaper("receipt.waived"),
		change: onPaper("receipt.change"),
		subtotal: onPaper("receipt.subtotal"),
		discount: onPaper("receipt.discount"),
		rounding: onPaper("receipt.rounding"),
		tax_on: onPaper("receipt.tax_on"),
		copy: onPaper("receipt.copy"),
		return: onPaper("receipt.return"),
		of_receipt: onPaper("receipt.of_receipt"),
		check: onPaper("receipt.check"),
		training: onPaper("receipt.training"),
		not_a_receipt: onPaper("receipt.not_a_receipt"),
	};
}
