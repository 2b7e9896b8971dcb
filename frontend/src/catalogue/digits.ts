// Runs of digits from names and codes: whoever types the first or the last few digits finds them.
// Never looks at more than a drawer of them, and never holds them as text.

/** Longer runs of digits can't be held exactly; they are found by prefix as words. */
export const MAX_DIGITS = 15;
/** So many digits are needed to look for an end, and by so many the runs are sorted into drawers. */
const DRAWER_DIGITS = 3;
const DRAWERS = 10 ** DRAWER_DIGITS;

/** Rows sorted into a thousand drawers: those of drawer d stand at starts[d] to starts[d + 1]. */
interface Drawers {
	readonly starts: Int32Array;
	readonly rows: Int32Array;
}

/** Runs of one length, as numbers, by their first and by their last three digits. */
interface DigitRuns {
	readonly length: number;
	readonly values: Float64Array;
	readonly items: Int32Array;
	readonly byFirst: Drawers;
	readonly byLast: Drawers;
}

export class DigitCodes {
	constructor(private readonly lengths: readonly DigitRuns[]) {}

	/** Items with a run that begins or, from three digits on, ends with `term`. An item may come twice. */
	each(term: string, found: (item: number) => void): void {
		for (const runs of this.lengths) {
			if (runs.length < term.length) continue;
			eachBeginning(runs, term, found);
			if (term.length >= DRAWER_DIGITS && runs.length > term.length) eachEnd(runs, term, found);
		}
	}
}

function eachBeginning({ length, values, items, byFirst }: DigitRuns, term: string, found: (item: number) => void): void {
	const unit = 10 ** (length - term.length);
	const least = Number(term) * unit;
	const head = term.slice(0, DRAWER_DIGITS);
	const first = Number(head.padEnd(DRAWER_DIGITS, "0"));
	const last = Number(head.padEnd(DRAWER_DIGITS, "9"));
	for (let at = byFirst.starts[first] ?? 0; at < (byFirst.starts[last + 1] ?? 0); at++) {
		const row = byFirst.rows[at] ?? 0;
		const value = values[row] ?? 0;
		if (value >= least && value < least + unit) found(items[row] ?? 0);
	}
}

function eachEnd({ values, items, byLast }: DigitRuns, term: string, found: (item: number) => void): void {
	const wanted = Number(term);
	const modulus = 10 ** term.length;
	const drawer = wanted % DRAWERS;
	for (let at = byLast.starts[drawer] ?? 0; at < (byLast.starts[drawer + 1] ?? 0); at++) {
		const row = byLast.rows[at] ?? 0;
		if ((values[row] ?? 0) % modulus === wanted) found(items[row] ?? 0);
	}
}

export class DigitBuilder {
	private readonly lengths = new Map<number, { readonly values: number[]; readonly items: number[] }>();

	/** `digits` has at most MAX_DIGITS. */
	add(item: number, digits: string): void {
		let runs = this.lengths.get(digits.length);
		if (!runs) this.lengths.set(digits.length, (runs = { values: [], items: [] }));
		runs.values.push(Number(digits));
		runs.items.push(item);
	}

	finish(): DigitCodes {
		return new DigitCodes([...this.lengths].map(([length, runs]) => {
			const values = Float64Array.from(runs.values);
			const items = Int32Array.from(runs.items);
			const byFirst = inDrawers(values, (value) => firstDigits(value, length));
			return { length, values, items, byFirst, byLast: inDrawers(values, (value) => value % DRAWERS) };
		}));
	}
}

function firstDigits(value: number, length: number): number {
	return length < DRAWER_DIGITS ? value * 10 ** (DRAWER_DIGITS - length) : Math.floor(value / 10 ** (length - DRAWER_DIGITS));
}

/** Counting sort: rows keep their order within a drawer. */
function inDrawers(values: Float64Array, drawerOf: (value: number) => number): Drawers {
	const starts = new Int32Array(DRAWERS + 1);
	for (const value of values) starts[drawerOf(value) + 1]! += 1;
	for (let drawer = 0; drawer < DRAWERS; drawer++) starts[drawer + 1]! += starts[drawer]!;
	const next = starts.slice();
	const rows = new Int32Array(values.length);
	values.forEach((value, row) => (rows[next[drawerOf(value)]!++] = row));
	return { starts, rows };
}
