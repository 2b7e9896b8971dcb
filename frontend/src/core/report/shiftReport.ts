// A shift's entries added up: an X, and with a closing a Z. As pos_bridge/core/report/shift_report.py.
// Figures are those that the entries say; what can't be read is counted.

import type { Entry } from "@/core/entry";
import { Rejected } from "@/core/errors";
import { denominationsOf, shiftOf, type Count, type ShiftCloseBody, type ShiftOpenBody } from "@/core/report/bodies";
import { belongs, chainsOf, numbersOf, spansOf } from "@/core/report/continuity";
import type {
	Counted, DiscountFigures, Happened, MovementFigures, ReportSettings, ShiftReport, TenderFigures, Told, Turnover,
} from "@/core/report/figures";
import { Sums, partsOf, type Part } from "@/core/report/parts";

/**
 * Without `opening` it has not arrived, and the float is not known; then there is a closing, or Rejected is raised.
 * `entries` are all that is known of the shift's chains while it was open, in their order, and whatever else names
 * the shift. Those of other shifts only fill gaps.
 */
export function shiftReport(
	opening: Told | undefined, entries: readonly Told[], closing?: Told, settings: ReportSettings = {},
): ShiftReport {
	const first = opening ?? closing;
	if (!first) throw new Rejected("A shift is known by its opening or its closing; neither is there.");
	const { till, business_date } = first.entry;
	const closed = closing?.entry.body as ShiftCloseBody | undefined;
	const shift = opening ? opening.entry.id : (closed?.shift ?? "");
	const { currency, currency_precision } = first.entry.body as ShiftOpenBody | ShiftCloseBody;
	const told = once([...(opening ? [opening] : []), ...entries, ...(closing ? [closing] : [])]);
	const named = told.map(({ entry }) => entry).filter((entry) => shiftOf(entry) === shift);
	const spans = spansOf(opening?.entry, named, told, closing?.entry);
	const own = told.filter(({ entry }) => belongs(entry, shift, spans));
	const sums = sumsOf(own, { groups: settings.groups ?? {}, currency, currency_precision }, closing?.entry);
	const floats = opening ? (opening.entry.body as ShiftOpenBody).float : [];
	return {
		till, shift, business_date, currency, currency_precision,
		opened_at: opening?.entry.occurred_at ?? "",
		opened_by: opening?.entry.cashier ?? "",
		closed_at: closing?.entry.occurred_at ?? "",
		closed_by: closing?.entry.cashier ?? "",
		note: closed?.note ?? "",
		number: settings.number ?? 0,
		amended: settings.amended ?? 0,
		tenders: tendersOf(sums, floats, closed?.counted ?? []),
		sales: turnover(sums.one("sale")),
		returns: turnover(sums.one("return")),
		...sectionsOf(sums),
		untaxed_minor: sums.one("untaxed")[0] ?? 0,
		happened: happenedOf(sums),
		numbers: numbersOf(own, told),
		chains: chainsOf(told, spans),
	};
}

/** Each entry once: opening and closing may be handed in among the others. */
function once(told: readonly Told[]): Told[] {
	return [...new Map(told.map((each) => [each.entry.id, each])).values()];
}

function sumsOf(own: readonly Told[], reading: Parameters<typeof partsOf>[1], end: Entry | undefined): Sums {
	const sums = new Sums();
	for (const { entry, late = false } of own) {
		sums.add(partsOf(entry, reading) ?? [[["unread"], [1]]]);
		const isBehind = end !== undefined && entry.chain === end.chain && entry.sequence > end.sequence;
		if (late || isBehind) sums.add([[["late"], [1]]]);
		if (entry.clock) sums.add([[["clock"], [1]]]);
	}
	return sums;
}

type Sections = Pick<
	ShiftReport, "owed" | "taxes" | "groups" | "cashiers" | "discounts" | "issued" | "movements"
>;

function sectionsOf(sums: Sums): Sections {
	const groups = sums.section("group").map(([[group = ""], [lines = 0, amount_minor = 0, net_minor = 0]]) =>
		({ group, lines, amount_minor, net_minor }));
	return {
		owed: sums.section("owed").map(([[kind = "", tender = ""], [count = 0, received = 0, refunded = 0, points = 0]]) =>
			({ kind, tender, count, received_minor: received, refunded_minor: refunded, points })),
		taxes: sums.section("tax").map(([[label = "", rate = ""], [net_minor = 0, tax_minor = 0]]) =>
			({ label, rate, net_minor, tax_minor })),
		groups: groups.sort((one, other) => other.amount_minor - one.amount_minor),
		cashiers: sums.section("cashier").map(([[cashier = ""], [sales = 0, sold = 0, returns = 0, back = 0]]) =>
			({ cashier, sales, sales_minor: sold, returns, returns_minor: back })),
		discounts: sums.section("discount").map(([[on, reason = ""], amounts]) =>
			({ on: on as DiscountFigures["on"], reason, ...counted(amounts) })),
		issued: sums.section("issued").map(([[kind = ""], amounts]) => ({ kind, ...counted(amounts) })),
		movements: sums.section("movement").map(movement),
	};
}

function movement([[kind, purpose, tender = "", reason = ""], amounts]: Part): MovementFigures {
	const named = { kind: kind as MovementFigures["kind"], purpose: purpose as MovementFigures["purpose"] };
	return { ...named, tender, reason, ...counted(amounts) };
}

function turnover([count = 0, net = 0, tax = 0, roundOff = 0, adjustment = 0, total = 0]: readonly number[]): Turnover {
	return {
		count, net_minor: net, tax_minor: tax, round_off_minor: roundOff, adjustment_minor: adjustment, total_minor: total,
	};
}

function counted([count = 0, amount_minor = 0]: readonly number[]): Counted {
	return { count, amount_minor };
}

/** In the order of the float, of the entries, of what was counted. */
function tendersOf(sums: Sums, floats: readonly Count[], counts: readonly Count[]): TenderFigures[] {
	const moved = new Map(sums.section("tender").map(([[tender = ""], amounts]) => [tender, amounts]));
	const kinds = new Map(sums.section("kind").reverse().map(([[tender = "", kind = ""]]) => [tender, kind]));
	const countOf = (rows: readonly Count[], tender: string) => rows.find((row) => row.tender === tender);
	const names = new Set([...floats.map(({ tender }) => tender), ...moved.keys(), ...counts.map(({ tender }) => tender)]);
	return [...names].map((tender) => {
		const [received = 0, change = 0, refunded = 0, putIn = 0, takenOut = 0] = moved.get(tender) ?? [];
		const count = countOf(counts, tender);
		return {
			tender,
			kind: kinds.get(tender) ?? "cash",
			float_minor: countOf(floats, tender)?.counted_minor ?? 0,
			received_minor: received,
			change_minor: change,
			refunded_minor: refunded,
			in_minor: putIn,
			out_minor: takenOut,
			...(count && { counted_minor: count.counted_minor }),
			denominations: denominationsOf(count),
		};
	});
}

function happenedOf(sums: Sums): Happened {
	const many = (section: string) => sums.one(section)[0] ?? 0;
	return {
		tips: counted(sums.one("tips")),
		write_offs: counted(sums.one("write_offs")),
		with_receipt: counted(sums.one("with_receipt")),
		without_receipt: counted(sums.one("without_receipt")),
		voids: counted(sums.one("voids")),
		no_sales: many("no_sales"),
		reprints: many("reprints"),
		approvals: many("approvals"),
		training: many("training"),
		clock: many("clock"),
		late: many("late"),
		unread: many("unread"),
	};
}
