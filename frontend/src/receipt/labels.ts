// The words on the paper, in the language of the shop.
// Never lays anything out: core/receipt.ts does.

import type { ReceiptLabels } from "@/core/receipt";
import { t } from "@/words/words";

export function receiptLabels(): ReceiptLabels {
	return {
		cashier: t("receipt.cashier"),
		total: t("receipt.total"),
		tip: t("receipt.tip"),
		waived: t("receipt.waived"),
		change: t("receipt.change"),
		subtotal: t("receipt.subtotal"),
		discount: t("receipt.discount"),
		rounding: t("receipt.rounding"),
		tax_on: t("receipt.tax_on"),
		copy: t("receipt.copy"),
		return: t("receipt.return"),
		of_receipt: t("receipt.of_receipt"),
		check: t("receipt.check"),
		training: t("receipt.training"),
		not_a_receipt: t("receipt.not_a_receipt"),
	};
}
