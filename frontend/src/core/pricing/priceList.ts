// Which row of a price list a customer pays by, for a unit, on a day: ERPNext's get_price_list_rate_for.
// Never discounts and never rounds to cents.

import { SCALE, formatDecimal, parseDecimal, roundRatio } from "@/core/money";

/** Price list, unit, customer ("": for any), first and last day ("": open), packing unit, rate, whether its template's. */
export type PriceRow = readonly [
	price_list: string, unit: string, customer: string, valid_from: string, valid_upto: string,
	packing_unit: string, rate: string, of_template: boolean,
];

/** What a price is wanted for; without a customer it is for whoever walks in. Decimals are canonical texts. */
export interface Asked {
	readonly price_list: string;
	readonly unit: string;
	readonly stock_unit: string;
	/** Stock units in one unit. */
	readonly factor: string;
	readonly customer: string;
	readonly day: string;
	readonly quantity: string;
}

/** The price of a unit in the currency; undefined if there is none. `rows` are in the order in which they were made. */
export function rateOf(rows: readonly PriceRow[], asked: Asked): string | undefined {
	const valid = rows.filter(([list, , , from, upto]) => {
		return list === asked.price_list && from <= asked.day && (upto === "" || upto >= asked.day);
	});
	return rateAmong(valid.filter((row) => !row[7]), asked) ?? rateAmong(valid.filter((row) => row[7]), asked);
}

function rateAmong(rows: readonly PriceRow[], asked: Asked): string | undefined {
	const own = asked.customer === "" ? undefined : best(rows, asked.customer, asked.unit);
	const packing = parseDecimal(own?.[5] ?? "0");
	// ERPNext does not fall back to the price for everybody then.
	if (packing !== 0n && parseDecimal(asked.quantity) % packing !== 0n) return undefined;
	const found = own ?? best(rows, "", asked.unit)
		?? (asked.unit === asked.stock_unit ? undefined : best(rows, "", asked.stock_unit));
	if (!found) return undefined;
	const [, unit, , , , , rate] = found;
	if (unit === asked.unit) return rate;
	return formatDecimal(roundRatio(parseDecimal(rate) * parseDecimal(asked.factor), SCALE, "commercial"));
}

/** The one that began last, then the one that names the unit, then the first that was made. */
function best(rows: readonly PriceRow[], customer: string, unit: string): PriceRow | undefined {
	const fitting = rows.filter((row) => row[2] === customer && (row[1] === "" || row[1] === unit));
	return fitting.reduce<PriceRow | undefined>((found, row) => (found && !isBetter(row, found) ? found : row), undefined);
}

function isBetter(row: PriceRow, than: PriceRow): boolean {
	return row[3] === than[3] ? row[1] > than[1] : row[3] > than[3];
}
