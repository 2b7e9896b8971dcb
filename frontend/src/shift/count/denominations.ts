// The notes and coins of a currency, for counting a drawer.
// Pure. A currency that is not here is counted as a total: a wrong list would be worse than none.

export interface Pieces {
	/** Minor units of each, falling. */
	readonly notes: readonly number[];
	readonly coins: readonly number[];
}

/** Notes and coins in circulation: whole units of the currency, then hundredths of one. */
const CIRCULATING: Readonly<Record<string, readonly [notes: readonly number[], coins: readonly number[]]>> = {
	AUD: [[100, 50, 20, 10, 5], [200, 100, 50, 20, 10, 5]],
	CAD: [[100, 50, 20, 10, 5], [200, 100, 25, 10, 5]],
	CHF: [[1000, 200, 100, 50, 20, 10], [500, 200, 100, 50, 20, 10, 5]],
	CNY: [[100, 50, 20, 10, 5, 1], [100, 50, 10]],
	CZK: [[5000, 2000, 1000, 500, 200, 100], [5000, 2000, 1000, 500, 200, 100]],
	DKK: [[500, 200, 100, 50], [2000, 1000, 500, 200, 100, 50]],
	EUR: [[500, 200, 100, 50, 20, 10, 5], [200, 100, 50, 20, 10, 5, 2, 1]],
	GBP: [[50, 20, 10, 5], [200, 100, 50, 20, 10, 5, 2, 1]],
	INR: [[500, 200, 100, 50, 20, 10], [2000, 1000, 500, 200, 100]],
	JPY: [[10_000, 5000, 2000, 1000], [50_000, 10_000, 5000, 1000, 500, 100]],
	NOK: [[1000, 500, 200, 100, 50], [2000, 1000, 500, 100]],
	PLN: [[500, 200, 100, 50, 20, 10], [500, 200, 100, 50, 20, 10, 5, 2, 1]],
	SEK: [[1000, 500, 200, 100, 50, 20], [1000, 500, 200, 100]],
	USD: [[100, 50, 20, 10, 5, 2, 1], [100, 50, 25, 10, 5, 1]],
};

/** Undefined where they are not known. */
export function piecesOf(currency: string, precision: number): Pieces | undefined {
	const found = CIRCULATING[currency];
	if (!found) return undefined;
	const unit = 10 ** precision;
	const [notes, coins] = found;
	return {
		notes: notes.map((note) => note * unit),
		coins: coins.map((coin) => (coin * unit) / 100).filter((coin) => Number.isSafeInteger(coin)),
	};
}
