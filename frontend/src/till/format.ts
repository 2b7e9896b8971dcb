// Money, quantities, times and ages as the shop's locale writes them.
// Never computes with them.

import { formatMinor, latinDigits, parseAmount, withoutSpareZeros } from "@/core/money";
import type { Snapshot } from "@/server/api";
import { currentLocale, t } from "@/words/words";

export interface Money {
	/** "1,234.50": for tiles, lines and lists. */
	plain(minor: number): string;
	/** "€1,234.50": where an amount stands alone. */
	full(minor: number): string;
	/** What a person typed; undefined if it is no amount. */
	parse(text: string): number | undefined;
	/** A unit's price, which can be finer than the currency: "1.799", but "1.80". */
	rate(minor: number): string;
	/** A unit's price as a person typed it. */
	parseRate(text: string): number | undefined;
	/** The separator that this locale's keypad shows. */
	readonly decimalSign: string;
	readonly precision: number;
	readonly currency: string;
}

export function moneyOf(
	snapshot: Pick<Snapshot, "currency" | "currency_precision" | "rate_decimals">, locale = currentLocale(),
): Money {
	const { currency, currency_precision: precision } = snapshot;
	const rateDecimals = Math.max(snapshot.rate_decimals ?? 0, precision);
	const digits = { minimumFractionDigits: precision, maximumFractionDigits: precision };
	const withSign = new Intl.NumberFormat(locale, { style: "currency", currency, ...digits });
	return {
		plain: (minor) => formatMinor(minor, precision, locale),
		full: (minor) => withSign.format(formatMinor(minor, precision) as Intl.StringNumericLiteral),
		parse: (text) => parseAmount(text, precision, locale),
		rate: (minor) => formatMinor(...withoutSpareZeros(minor, rateDecimals, precision), locale),
		parseRate: (text) => parseAmount(text, rateDecimals, locale),
		decimalSign: decimalSignOf(locale),
		precision,
		currency,
	};
}

/** How many units of a price a minor unit has. */
export function finerOf(snapshot: Pick<Snapshot, "currency_precision" | "rate_decimals">): number {
	return 10 ** Math.max((snapshot.rate_decimals ?? 0) - snapshot.currency_precision, 0);
}

export function decimalSignOf(locale: string): string {
	return new Intl.NumberFormat(locale).formatToParts(1.5).find((part) => part.type === "decimal")?.value ?? ".";
}

const decimals = new Map<string, Intl.NumberFormat>();

/** A canonical decimal as the locale writes it. */
export function showDecimal(decimal: string, locale = currentLocale()): string {
	let format = decimals.get(locale);
	if (!format) decimals.set(locale, (format = new Intl.NumberFormat(locale, { maximumFractionDigits: 9 })));
	return format.format(decimal as Intl.StringNumericLiteral);
}

/** A person's "1,25", "1.25" or "١٫٢٥" as a canonical decimal; undefined if it is none or has more than `decimals`. */
export function readDecimal(text: string, decimals: number): string | undefined {
	const typed = latinDigits(text).trim().replace(/[,\u066b]/, ".");
	const match = /^0*([0-9]{1,9})(?:\.([0-9]*))?$/.exec(typed === "." ? "" : typed.replace(/^\./, "0."));
	if (!match) return undefined;
	const fraction = (match[2] ?? "").replace(/0+$/, "");
	if (fraction.length > decimals) return undefined;
	const whole = String(Number(match[1]));
	return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** "2026-11-22T12:00:00.000+01:00" in this machine's zone. */
export function localTime(now: Date): string {
	const offset = -now.getTimezoneOffset();
	const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, -1);
	const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) => String(n).padStart(2, "0"));
	return `${local}${offset < 0 ? "-" : "+"}${hours}:${minutes}`;
}

export function businessDate(now: Date): string {
	return localTime(now).slice(0, 10);
}

/** "3 min", "2 hr", "4 days": how long ago `at` was. */
export function age(at: string | number, nowMs: number): string {
	const minutes = Math.floor((nowMs - new Date(at).getTime()) / 60_000);
	return minutes < 1 ? t("age.now") : inMinutes(minutes);
}

function inMinutes(minutes: number): string {
	if (minutes < 60) return inUnit(minutes, "minute");
	if (minutes < 48 * 60) return inUnit(Math.floor(minutes / 60), "hour");
	return inUnit(Math.floor(minutes / (24 * 60)), "day");
}

/** "12 sec", "3 min", "2 hr", "4 days". */
export function spanOf(ms: number): string {
	const seconds = Math.round(ms / 1_000);
	return seconds < 60 ? inUnit(seconds, "second") : inMinutes(Math.floor(seconds / 60));
}

/** "2026-11-27" as people write it here. */
export function showDay(day: string): string {
	return new Intl.DateTimeFormat(currentLocale(), { dateStyle: "medium" }).format(new Date(`${day}T12:00:00`));
}

export function clockTime(at: string): string {
	return new Intl.DateTimeFormat(currentLocale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

function inUnit(count: number, unit: "second" | "minute" | "hour" | "day"): string {
	return new Intl.NumberFormat(currentLocale(), { style: "unit", unit, unitDisplay: "short" }).format(count);
}
