"""A return: goods and money going back, computed like a sale whose quantities are below zero.

It never looks a sale up, and never decides whether a till may take goods back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.goods.tracked import came_from
from pos_bridge.core.money import MAX_MINOR
from pos_bridge.core.sale import MAX_LINES, DraftLine, Sale, SaleDraft, check_tender_kinds, compute
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.tenders import MAX_TENDERS, NOBODY, Payer, Tender


@dataclass(frozen=True, slots=True)
class Return:
	"""A completed return, as recorded. The figures in `sale` are zero or less, its tenders were given back.

	`against_entry` and `against_receipt` name the sale that it takes back; both are empty without a receipt.
	"""

	sale: Sale
	against_entry: str = ""
	against_receipt: str = ""
	reason: str = ""


@dataclass(frozen=True, slots=True)
class OverReturned:
	"""A line of a sale of which more would come back than was sold; quantities of 10^-9, all above zero.

	`already` is what came back before and may be zero.
	"""

	line: int
	sold: int
	already: int
	asked: int


def draft_of_return(sold: Sale, quantities: Mapping[int, int]) -> SaleDraft:
	"""The cart that takes back these quantities (10^-9, above zero) of the sale's lines, numbered from 1."""
	lines = (_taken_back(_line_of(sold, number), number, quantity) for number, quantity in quantities.items())
	return _with_its_part(replace(sold.draft, lines=tuple(lines)), sold)


def _taken_back(line: DraftLine, number: int, quantity: int) -> DraftLine:
	"""Which serial numbers come back is known by itself only where the whole line does."""
	serials = line.serials if quantity == line.quantity else ()
	return replace(line, quantity=-quantity, against_line=number, serials=serials)


def _with_its_part(draft: SaleDraft, sold: Sale) -> SaleDraft:
	"""Of an amount off the whole ticket, and of fixed charges, as much comes back as of the goods."""
	rates = [line.rate_minor for line in sold.totals.lines]
	back = sum(rates[line.against_line - 1] * -line.quantity for line in draft.lines)
	whole = sum(rate * line.quantity for rate, line in zip(rates, sold.draft.lines, strict=True))

	def part(amount_minor: int) -> int:
		return -draft.terms.round(amount_minor * back, whole) if whole else -amount_minor

	taxes = tuple(replace(tax, actual_minor=part(tax.actual_minor)) for tax in draft.taxes)
	discount = draft.discount and replace(draft.discount, amount_minor=part(draft.discount.amount_minor))
	return replace(draft, taxes=taxes, discount=discount)


def make_return(
	draft: SaleDraft,
	tenders: Sequence[Tender],
	against_entry: str = "",
	against_receipt: str = "",
	reason: str = "",
	payer: Payer = NOBODY,
) -> Return:
	"""The return in which these tenders (amounts below zero) are given back. Checked."""
	sale = Sale(draft, compute(draft, "return"), tuple(tenders), 0, payer=payer)
	return_ = Return(sale, against_entry, against_receipt, reason)
	check_return(return_)
	return return_


def check_return(return_: Return) -> None:
	"""`Rejected` unless the figures are what the lines come to and the tenders give it back exactly."""
	sale = return_.sale
	if compute(sale.draft, "return") != sale.totals:
		raise Rejected(
			"The return's figures are not what its lines come to; it was not computed by this rule."
		)
	_check_against(return_)
	_check_given_back(sale)


def _check_against(return_: Return) -> None:
	if bool(return_.against_entry) != bool(return_.against_receipt):
		raise Rejected("A return names both the sale's entry and its receipt number, or neither.")
	for number, line in enumerate(return_.sale.draft.lines, start=1):
		if not return_.against_entry and line.against_line:
			raise Rejected(f"Line {number} ({line.name}) takes a sale's line back, but no sale is named.")
		if return_.against_entry and not 1 <= line.against_line <= MAX_LINES:
			raise Rejected(f"Line {number} ({line.name}) does not say which line of the sale it takes back.")


def _check_given_back(sale: Sale) -> None:
	fewest = 1 if sale.totals.total_minor else 0
	if not fewest <= len(sale.tenders) <= MAX_TENDERS:
		raise Rejected(
			f"A return is paid out with {fewest} to {MAX_TENDERS} tenders, not {len(sale.tenders)}."
		)
	if any(not -MAX_MINOR <= tender.amount_minor < 0 for tender in sale.tenders):
		raise Rejected("A tender's amount in a return is not below zero.")
	check_tender_kinds(sale)
	given = sum(tender.amount_minor for tender in sale.tenders)
	if sale.tip_minor or sale.write_off_minor or sale.change_from:
		raise Rejected("A return has no tip, and nothing of it is written off.")
	if given != sale.totals.total_minor or sale.change_minor:
		raise Rejected(
			f"Given back {given} with change {sale.change_minor}, the total is {sale.totals.total_minor}:"
			" a return gives back exactly its total, without change."
		)


def quantities_returned(returns: Iterable[Return]) -> dict[int, int]:
	"""What returns against one sale take back of each of its lines, as quantities of 10^-9 above zero."""
	taken: dict[int, int] = {}
	for return_ in returns:
		for line in return_.sale.draft.lines:
			taken[line.against_line] = taken.get(line.against_line, 0) - line.quantity
	return taken


def over_returned(return_: Return, sold: Sale, already: Mapping[int, int]) -> list[OverReturned]:
	"""The sale's lines of which more would come back than was sold; `already` are `quantities_returned`.

	`Rejected` names the line that the sale does not have, or not with this item, unit, price or tax.
	"""
	_check_fits(return_.sale, sold)
	asked = quantities_returned([return_])
	compared = (
		OverReturned(number, sold.draft.lines[number - 1].quantity, already.get(number, 0), asked[number])
		for number in sorted(asked)
	)
	return [each for each in compared if each.already + each.asked > each.sold]


def _check_fits(return_: Sale, sold: Sale) -> None:
	_check_currency_and_taxes(return_.draft, sold.draft)
	for number, (line, amounts) in enumerate(
		zip(return_.draft.lines, return_.totals.lines, strict=True), start=1
	):
		sold_line = _line_of(sold, line.against_line)
		sold_rate = sold.totals.lines[line.against_line - 1].rate_minor
		if _terms(line, amounts.rate_minor) != _terms(sold_line, sold_rate):
			raise Rejected(
				f"Line {number} ({line.name}) is not what line {line.against_line} of the sale sold:"
				" item, unit, price after discount and taxes have to be the same."
			)
		if not came_from((line.batch, line.serials), (sold_line.batch, sold_line.serials)):
			raise Rejected(
				f"Line {number} ({line.name}) has another batch or serial number than line"
				f" {line.against_line} of the sale sold."
			)


def _check_currency_and_taxes(draft: SaleDraft, sold: SaleDraft) -> None:
	if (draft.currency, draft.currency_precision) != (sold.currency, sold.currency_precision):
		raise Rejected(f"The return is in {draft.currency}, the sale was in {sold.currency}.")
	included = {tax.tax: tax.inclusive for tax in sold.taxes}
	for tax in draft.taxes:
		if included.get(tax.tax, tax.inclusive) is not tax.inclusive:
			raise Rejected(f"The tax {tax.tax} is part of the prices in one of sale and return, not in both.")


def _terms(line: DraftLine, rate_minor: int) -> tuple[str, str, int, int, Mapping[str, int]]:
	return line.item, line.unit, line.conversion, rate_minor, line.rates


def _line_of(sold: Sale, number: int) -> DraftLine:
	if not 1 <= number <= len(sold.draft.lines):
		raise Rejected(f"The sale has no line {number}.")
	return sold.draft.lines[number - 1]


def return_body(return_: Return) -> dict[str, Any]:
	"""The body of a return's entry (docs/protocol.md, "Return")."""
	body = sale_body(return_.sale)
	if return_.against_entry:
		body["against"] = {"entry": return_.against_entry, "receipt_number": return_.against_receipt}
	return body | ({"reason": return_.reason} if return_.reason else {})


def return_from_body(body: Mapping[str, Any]) -> Return:
	"""Read a return's body; `Malformed` where a field is missing or of another type. It checks no sums."""
	sale = sale_from_body(body)
	reason = body.get("reason", "")
	if not isinstance(reason, str):
		raise Malformed("A return's reason is a text.")
	return Return(sale, *_read_against(body), reason)


def _read_against(body: Mapping[str, Any]) -> tuple[str, str]:
	if "against" not in body:
		return "", ""
	return _named(body["against"], "entry"), _named(body["against"], "receipt_number")


def _named(against: object, name: str) -> str:
	value = against.get(name) if isinstance(against, Mapping) else None
	if not isinstance(value, str) or not value:
		raise Malformed(f"A return's `against` names the sale's entry and receipt_number; {name} is missing.")
	return value
