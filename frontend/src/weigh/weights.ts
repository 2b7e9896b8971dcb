// Weights in the units that scales, codes and items name. Exact decimals; what has no exact answer has none.
// Pure; it asks no scale.

import { SCALE, formatDecimal, parseDecimal } from "@/core/money";

/** Grams and ounces are what the others are made of; nothing here turns one into the other. */
const UNITS: Readonly<Record<string, readonly ["g" | "oz", bigint]>> = {
	kg: ["g", 1000n], kilogram: ["g", 1000n], kilo: ["g", 1000n],
	g: ["g", 1n], gram: ["g", 1n], gm: ["g", 1n],
	lb: ["oz", 16n], lbs: ["oz", 16n], pound: ["oz", 16n],
	oz: ["oz", 1n], ounce: ["oz", 1n],
};

/** A weight in another unit, as a canonical decimal; undefined if that is no weight's unit, or it does not come out even. */
export function inUnit(weight: string, from: string, to: string): string | undefined {
	const [theirs, ours] = [UNITS[from.toLowerCase()], UNITS[to.toLowerCase()]];
	if (!theirs || !ours || theirs[0] !== ours[0]) return undefined;
	const small = parseDecimal(weight) * theirs[1];
	return small % ours[1] === 0n && small < 10n ** 12n * SCALE ? formatDecimal(small / ours[1]) : undefined;
}
