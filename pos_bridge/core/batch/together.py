"""Sales added up: one Sale that books what they book one by one, and its lines merged to as few as can be.

It never computes a tax or a price anew: every amount is the sum of what the receipts say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pos_bridge.core.sale import DraftLine, Sale, Totals
from pos_bridge.core.tax import HUNDRED_PERCENT, Charge, Ratio, TaxAmount
from pos_bridge.core.tenders import Tender

Terms = tuple[str, str, int, int, tuple[tuple[str, int], ...]]
"""What lines have in common that are one row: item, unit, conversion, price after discount, rates."""


@dataclass(frozen=True, slots=True)
class Row:
	"""A row of an invoice: one line, or lines of the same terms as one, with the quantity and net of all."""

	line: DraftLine
	rate_minor: int
	net_minor: int


def together(sales: Sequence[Sale]) -> Sale:
	"""Sales under the same terms as one, whose figures are their sums; money is what was kept of it.

	Its lines are theirs, in their order. It is not what `compute` would make of them: each sale's taxes
	were rounded for themselves.
	"""
	first = sales[0]
	totals = [sale.totals for sale in sales]
	lines = tuple(line for sale in sales for line in sale.draft.lines)
	taxes = _taxes(totals)
	return Sale(
		draft=replace(first.draft, lines=lines, taxes=tuple(each.tax for each in taxes)),
		totals=Totals(
			lines=tuple(amounts for each in totals for amounts in each.lines),
			taxes=taxes,
			net_minor=sum(each.net_minor for each in totals),
			tax_minor=sum(each.tax_minor for each in totals),
			round_off_minor=sum(each.round_off_minor for each in totals),
			total_minor=sum(each.total_minor for each in totals),
			rounding_adjustment_minor=sum(each.rounding_adjustment_minor for each in totals),
		),
		tenders=_kept(sales),
		change_minor=0,
	)


def _taxes(totals: Sequence[Totals]) -> tuple[TaxAmount, ...]:
	found: dict[str, TaxAmount] = {}
	for row in (row for each in totals for row in each.taxes):
		before = found.get(row.tax.tax, TaxAmount(row.tax, 0, 0))
		found[row.tax.tax] = replace(
			before,
			base_minor=before.base_minor + row.base_minor,
			amount_minor=before.amount_minor + row.amount_minor,
		)
	return tuple(found.values())


def _kept(sales: Sequence[Sale]) -> tuple[Tender, ...]:
	"""One tender of each name, less the change that was given out of it: of a sale's first cash tender."""
	kept: dict[tuple[str, str], int] = {}
	for sale in sales:
		change_minor = sale.change_minor
		for tender in sale.tenders:
			given = change_minor if tender.kind == "cash" else 0
			change_minor -= given
			key = (tender.tender, tender.kind)
			kept[key] = kept.get(key, 0) + tender.amount_minor - given
	return tuple(Tender(*key, amount_minor) for key, amount_minor in kept.items() if amount_minor)


def terms_of(line: DraftLine, rate_minor: int) -> Terms:
	"""What decides which merged line a sale's line is part of."""
	return line.item, line.unit, line.conversion, rate_minor, tuple(sorted(line.rates.items()))


def rows_of(sale: Sale) -> tuple[Row, ...]:
	"""A row for each line of a sale."""
	lines = zip(sale.draft.lines, sale.totals.lines, strict=True)
	return tuple(Row(line, amounts.rate_minor, amounts.net_minor) for line, amounts in lines)


def merged(rows: Iterable[Row]) -> tuple[Row, ...]:
	"""Those of the same terms as one, in the order of their first."""
	found: dict[Terms, Row] = {}
	for row in rows:
		terms = terms_of(row.line, row.rate_minor)
		if before := found.get(terms):
			whole = replace(before.line, quantity=before.line.quantity + row.line.quantity)
			row = Row(whole, before.rate_minor, before.net_minor + row.net_minor)
		found[terms] = row
	return tuple(found.values())


def tax_of_items(sale: Sale, tax: TaxAmount) -> Mapping[str, tuple[int, Ratio]]:
	"""By item: its rate of a tax (10^-9) and about how much of the tax it bears, not rounded.

	For reports by item. What is not charged on the net total is spread over the nets.
	"""
	found: dict[str, tuple[int, Ratio]] = {}
	for row in merged(rows_of(sale)):
		rate = row.line.rates.get(tax.tax.tax, 0)
		before = found.get(row.line.item, (rate, Ratio(0, 1)))[1]
		share = Ratio(row.net_minor * rate, HUNDRED_PERCENT)
		if tax.tax.charge is not Charge.NET_TOTAL:
			share = Ratio(row.net_minor * tax.amount_minor, sale.totals.net_minor or 1)
		found[row.line.item] = rate, before.plus(share)
	return found
