"""A shift's entries added up: `shift_report`. A closing makes it a Z.

It never decides what is right: figures are those that the entries say, and what can't be read is counted.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.shift import Count, ShiftClosing, ShiftOpening, closing_of, opening_of
from pos_bridge.core.report.continuity import belongs, chains_of, numbers_of, spans_of
from pos_bridge.core.report.figures import (
	CashierFigures,
	Counted,
	DiscountFigures,
	GroupFigures,
	Happened,
	IssuedFigures,
	MovementFigures,
	OwedFigures,
	ReportSettings,
	ShiftReport,
	TaxFigures,
	TenderFigures,
	Told,
	Turnover,
)
from pos_bridge.core.report.parts import Sums, add, parts_of
from pos_bridge.core.sale_body import UNREADABLE

Figures = TypeVar("Figures")

NO_SETTINGS = ReportSettings()


def shift_report(
	opening: Told | None,
	entries: Iterable[Told],
	closing: Told | None = None,
	settings: ReportSettings = NO_SETTINGS,
) -> ShiftReport:
	"""What the shift that `opening` opened comes to; None: it has not arrived, and the float is not known.

	`Malformed` or `Rejected` where opening or closing can't be read, or neither is there.
	`entries` are all that is known of its chains while it was open, in their order, and whatever else names
	the shift. Those of other shifts only fill gaps.
	"""
	begin, end = opening.entry if opening else None, closing.entry if closing else None
	closed = closing_of(end) if end else None
	opened = opening_of(begin) if begin else _without_opening(closed)
	shift = begin.id if begin else closed.shift if closed else ""
	told = _once([*([opening] if opening else []), *entries, *([closing] if closing else [])])
	named = [each.entry for each in told if each.entry.body.get("shift") == shift]
	spans = spans_of(begin, named, told, end)
	own = [each for each in told if belongs(each.entry, shift, spans)]
	sums = _sums(own, opened, end, settings)
	return ShiftReport(
		till=_said(begin or end, "till"),
		shift=shift,
		business_date=_said(begin or end, "business_date"),
		currency=opened.currency,
		currency_precision=opened.currency_precision,
		opened_at=_said(begin, "occurred_at"),
		opened_by=_said(begin, "cashier"),
		closed_at=_said(end, "occurred_at"),
		closed_by=_said(end, "cashier"),
		note=closed.note if closed else "",
		number=settings.number,
		amended=settings.amended,
		tenders=_tenders(sums, opened, closed),
		owed=_rows(sums, "owed", OwedFigures),
		sales=_one(sums, "sale", Turnover),
		returns=_one(sums, "return", Turnover),
		taxes=_rows(sums, "tax", TaxFigures),
		untaxed_minor=sums.get(("untaxed",), [0])[0],
		groups=tuple(sorted(_rows(sums, "group", GroupFigures), key=lambda each: -each.amount_minor)),
		cashiers=_rows(sums, "cashier", CashierFigures),
		discounts=_rows(sums, "discount", DiscountFigures),
		issued=_rows(sums, "issued", IssuedFigures),
		movements=_rows(sums, "movement", MovementFigures),
		happened=_happened(sums),
		numbers=numbers_of(own, told),
		chains=chains_of(told, spans),
	)


def _without_opening(closed: ShiftClosing | None) -> ShiftOpening:
	if closed is None:
		raise Rejected("A shift is known by its opening or its closing; neither is there.")
	return ShiftOpening(closed.currency, closed.currency_precision, ())


def _said(entry: Entry | None, field: str) -> str:
	return str(getattr(entry, field)) if entry else ""


def _once(told: Sequence[Told]) -> list[Told]:
	"""Each entry once: whoever reads them may hand opening and closing in among the others."""
	return list({each.entry.id: each for each in told}.values())


def _sums(own: Sequence[Told], opened: ShiftOpening, end: Entry | None, settings: ReportSettings) -> Sums:
	currency = (opened.currency, opened.currency_precision)
	sums: Sums = {}
	for each in own:
		try:
			add(sums, parts_of(each.entry, settings.groups, currency))
		except (Rejected, *UNREADABLE):
			add(sums, [(("unread",), (1,))])
		behind = end is not None and (each.entry.chain == end.chain and each.entry.sequence > end.sequence)
		if each.late or behind:
			add(sums, [(("late",), (1,))])
		if each.entry.clock:
			add(sums, [(("clock",), (1,))])
	return sums


def _rows(sums: Sums, section: str, of: Callable[..., Figures]) -> tuple[Figures, ...]:
	return tuple(of(*key[1:], *amounts) for key, amounts in sums.items() if key[0] == section)


def _one(sums: Sums, section: str, of: Callable[..., Figures]) -> Figures:
	return of(*sums.get((section,), ()))


def _tenders(sums: Sums, opened: ShiftOpening, closed: ShiftClosing | None) -> tuple[TenderFigures, ...]:
	"""In the order of the float, of the entries, of what was counted."""
	floats = {count.tender: count for count in opened.floats}
	counted = {count.tender: count for count in closed.counted} if closed else {}
	moved = {key[1]: _five(amounts) for key, amounts in sums.items() if key[0] == "tender"}
	kinds = {key[1]: key[2] for key in reversed(sums) if key[0] == "kind"}
	none = Count("", 0)
	return tuple(
		TenderFigures(
			tender,
			kinds.get(tender, "cash"),
			floats.get(tender, none).counted_minor,
			*moved.get(tender, (0, 0, 0, 0, 0)),
			counted_minor=counted[tender].counted_minor if tender in counted else None,
			denominations=counted.get(tender, none).denominations,
		)
		for tender in dict.fromkeys((*floats, *moved, *counted))
	)


def _five(amounts: Sequence[int]) -> tuple[int, int, int, int, int]:
	received, change, refunded, put_in, taken_out = amounts
	return received, change, refunded, put_in, taken_out


def _happened(sums: Sums) -> Happened:
	counted = ("tips", "write_offs", "with_receipt", "without_receipt", "voids")
	plain = ("no_sales", "reprints", "approvals", "training", "clock", "late", "unread")
	found: dict[str, Any] = {name: _one(sums, name, Counted) for name in counted}
	found |= {name: sums.get((name,), [0])[0] for name in plain}
	return Happened(**found)
