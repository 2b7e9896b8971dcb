// The amounts a customer is likely to hand over in cash: the next sums that can be laid down in notes.
// Pure; it knows notes in use, never tenders, tills or rates of exchange.

export const QUICK_CASH_LIMIT = 4;

/** Notes in circulation, in whole units of the currency. */
const NOTES: Readonly<Record<string, readonly number[]>> = {
	AUD: [5, 10, 20, 50, 100],
	CAD: [5, 10, 20, 50, 100],
	CHF: [10, 20, 50, 100, 200],
	CNY: [1, 5, 10, 20, 50, 100],
	DKK: [50, 100, 200, 500],
	EUR: [5, 10, 20, 50, 100, 200],
	GBP: [5, 10, 20, 50],
	INR: [10, 20, 50, 100, 200, 500],
	JPY: [1000, 5000, 10000],
	NOK: [50, 100, 200, 500, 1000],
	PLN: [10, 20, 50, 100, 200, 500],
	SEK: [20, 50, 100, 200, 500, 1000],
	USD: [1, 5, 10, 20, 50, 100],
};

/** Where the notes are not known, these steps fit most currencies. */
const COMMON_NOTES: readonly number[] = [5, 10, 20, 50, 100, 200, 500, 1000];

/** Sums above `due_minor`, rising, each a whole number of one kind of note; the exact amount is not among them. */
export function quickCash(due_minor: number, currency: string, precision: number): readonly number[] {
	if (due_minor <= 0) return [];
	const unit = 10 ** precision;
	const sums = (NOTES[currency] ?? COMMON_NOTES)
		.map((note) => Math.ceil(due_minor / (note * unit)) * note * unit)
		.filter((sum) => sum > due_minor && Number.isSafeInteger(sum));
	return [...new Set(sums)].sort((a, b) => a - b).slice(0, QUICK_CASH_LIMIT);
}
