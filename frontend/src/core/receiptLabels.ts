// The words of a receipt, in English where nobody passes others.

/** The words of a receipt; a page passes its own language's. */
export interface ReceiptLabels {
	readonly cashier: string;
	readonly total: string;
	readonly tip: string;
	readonly waived: string;
	readonly change: string;
	readonly subtotal: string;
	readonly discount: string;
	readonly rounding: string;
	readonly tax_on: string;
	readonly copy: string;
	readonly return: string;
	readonly of_receipt: string;
	readonly check: string;
	readonly training: string;
	readonly not_a_receipt: string;
}

export const LABELS: ReceiptLabels = {
	cashier: "Cashier",
	total: "TOTAL",
	tip: "Tip",
	waived: "Waived",
	change: "Change",
	subtotal: "Subtotal",
	discount: "Discount",
	rounding: "Rounding",
	tax_on: "on",
	copy: "COPY",
	return: "RETURN",
	of_receipt: "of receipt",
	check: "Check",
	training: "TRAINING",
	not_a_receipt: "Not a receipt: nothing was sold",
};
