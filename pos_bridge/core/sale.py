"""A sale: what the lines come to, what was tendered, and the check that both add up. `returns` stands on it.

It never rounds by itself and never knows an account; `money` and `tax` round, `journal` books.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.money import MAX_MINOR, SCALE, Rounding, format_decimal, parse_decimal, round_ratio
from pos_bridge.core.tax import HUNDRED_PERCENT, Tax, TaxAmount, net_of, round_off, tax_amounts

MAX_LINES = 500
MAX_TENDERS = 20
MAX_QUANTITY = 10**9 * SCALE
MAX_PRICE_MINOR = 10**12

Direction = Literal["sale", "return"]
"""Where the goods go: in a sale every quantity is above zero, in a return below."""


@dataclass(frozen=True, slots=True)
class DraftLine:
	"""A line before it is computed. Quantity, percents and rates are integers of 10^-9.

	`against_line` is a return's: the number, from 1, of the sale's line that it takes back; 0 is none.
	"""

	item: str
	name: str
	quantity: int
	unit: str
	price_minor: int
	rates: Mapping[str, int]
	discount_percent: int = 0
	unit_discount_minor: int = 0
	discount_reason: str = ""
	gtin: str = ""
	against_line: int = 0


@dataclass(frozen=True, slots=True)
class SaleDraft:
	"""The cart: lines with the taxes, currency and rounding that they are computed under."""

	currency: str
	currency_precision: int
	rounding: Rounding
	taxes: tuple[Tax, ...]
	lines: tuple[DraftLine, ...]


@dataclass(frozen=True, slots=True)
class LineAmounts:
	"""A line, computed: the unit price after discount, the line's amount, and its amount without taxes."""

	rate_minor: int
	amount_minor: int
	net_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
	"""A cart, computed. `total_minor` = net + tax + round off: what the customer pays."""

	lines: tuple[LineAmounts, ...]
	taxes: tuple[TaxAmount, ...]
	net_minor: int
	tax_minor: int
	round_off_minor: int
	total_minor: int


@dataclass(frozen=True, slots=True)
class Tender:
	"""Money received: the Mode of Payment's name, its kind (`cash` or `card`), the amount.

	Below zero in a return: money given back.
	"""

	tender: str
	kind: str
	amount_minor: int


@dataclass(frozen=True, slots=True)
class Sale:
	"""A completed sale, as recorded: the cart, what it came to, what was received and given back."""

	draft: SaleDraft
	totals: Totals
	tenders: tuple[Tender, ...]
	change_minor: int


def compute(draft: SaleDraft, direction: Direction = "sale") -> Totals:
	"""What the cart comes to, zero or less in a return; `Rejected` names the line that can't be computed."""
	_check_lines(draft, direction)
	lines = tuple(_line_amounts(line, draft) for line in draft.lines)
	nets = [(amounts.net_minor, line.rates) for amounts, line in zip(lines, draft.lines, strict=True)]
	taxes = tax_amounts(nets, draft.taxes, draft.rounding, draft.currency_precision)
	net_minor = sum(amounts.net_minor for amounts in lines)
	tax_minor = sum(tax.amount_minor for tax in taxes)
	off_minor = round_off(sum(amounts.amount_minor for amounts in lines), net_minor, taxes)
	total_minor = net_minor + tax_minor + off_minor
	if abs(total_minor) > MAX_MINOR:
		raise Rejected("The total is larger than a till can hold. Split the sale.")
	return Totals(lines, taxes, net_minor, tax_minor, off_minor, total_minor)


def _line_amounts(line: DraftLine, draft: SaleDraft) -> LineAmounts:
	precision, rounding = draft.currency_precision, draft.rounding
	rate = line.price_minor - line.unit_discount_minor
	if line.discount_percent:
		kept = HUNDRED_PERCENT - line.discount_percent
		rate = round_ratio(line.price_minor * kept, HUNDRED_PERCENT, rounding, precision)
	amount = round_ratio(rate * line.quantity, SCALE, rounding, precision)
	return LineAmounts(rate, amount, net_of(amount, line.rates, draft.taxes, rounding, precision))


def _check_lines(draft: SaleDraft, direction: Direction) -> None:
	if not 1 <= len(draft.lines) <= MAX_LINES:
		raise Rejected(f"A {direction} has 1 to {MAX_LINES} lines, not {len(draft.lines)}.")
	if not 0 <= draft.currency_precision <= 4:
		raise Rejected(f"The currency {draft.currency} can't have {draft.currency_precision} decimals.")
	known = {tax.tax for tax in draft.taxes}
	for number, line in enumerate(draft.lines, start=1):
		if fault := _direction_fault(line, direction) or _fault_of(line, known):
			raise Rejected(f"Line {number} ({line.name}): {fault}")


def _direction_fault(line: DraftLine, direction: Direction) -> str:
	if direction == "return":
		returned = -MAX_QUANTITY <= line.quantity < 0
		return "" if returned else "the quantity is not between -1,000,000,000 and 0."
	if not 0 < line.quantity <= MAX_QUANTITY:
		return "the quantity is not between 0 and 1,000,000,000."
	return "a sale takes no line back; a return does." if line.against_line else ""


def _fault_of(line: DraftLine, known_taxes: set[str]) -> str:
	if not 0 <= line.price_minor <= MAX_PRICE_MINOR:
		return "the price is negative or too large."
	if line.discount_percent and line.unit_discount_minor:
		return "it has a discount in percent and one as an amount; only one is possible."
	if (
		not 0 <= line.discount_percent <= HUNDRED_PERCENT
		or not 0 <= line.unit_discount_minor <= line.price_minor
	):
		return "the discount is negative or more than the price."
	return _tax_fault(line, known_taxes)


def _tax_fault(line: DraftLine, known_taxes: set[str]) -> str:
	for tax, rate in line.rates.items():
		if tax not in known_taxes:
			return f"the tax {tax} is not set up for this till."
		if not 0 <= rate <= 10 * HUNDRED_PERCENT:
			return f"the rate of the tax {tax} is not between 0 and 1000 %."
	return ""


def check_sale(sale: Sale) -> None:
	"""`Rejected` unless the recorded figures are what the lines come to and the tenders pay them exactly."""
	if compute(sale.draft) != sale.totals:
		raise Rejected("The sale's figures are not what its lines come to; it was not computed by this rule.")
	_check_tenders(sale)
	received = sum(tender.amount_minor for tender in sale.tenders)
	if received - sale.change_minor != sale.totals.total_minor:
		raise Rejected(
			f"Received {received} less change {sale.change_minor} is not the total {sale.totals.total_minor}."
		)
	cash = sum(tender.amount_minor for tender in sale.tenders if tender.kind == "cash")
	if not 0 <= sale.change_minor <= cash:
		raise Rejected("Change is given out of cash, and never more than was received in cash.")


def _check_tenders(sale: Sale) -> None:
	fewest = 1 if sale.totals.total_minor else 0
	if not fewest <= len(sale.tenders) <= MAX_TENDERS:
		raise Rejected(f"A sale is paid with {fewest} to {MAX_TENDERS} tenders, not {len(sale.tenders)}.")
	if any(not 0 < tender.amount_minor <= MAX_MINOR for tender in sale.tenders):
		raise Rejected("A tender's amount is not above zero.")


def sale_body(sale: Sale) -> dict[str, Any]:
	"""The body of a sale's entry (docs/protocol.md, "Sale")."""
	draft, totals = sale.draft, sale.totals
	return {
		"currency": draft.currency,
		"currency_precision": draft.currency_precision,
		"rounding": draft.rounding.value,
		"taxes": [tax_fields(tax) for tax in totals.taxes],
		"lines": [_line_fields(*pair) for pair in zip(draft.lines, totals.lines, strict=True)],
		"net_minor": totals.net_minor,
		"tax_minor": totals.tax_minor,
		"round_off_minor": totals.round_off_minor,
		"total_minor": totals.total_minor,
		"tenders": [
			{"tender": tender.tender, "kind": tender.kind, "amount_minor": tender.amount_minor}
			for tender in sale.tenders
		],
		"change_minor": sale.change_minor,
	}


def tax_fields(tax: TaxAmount) -> dict[str, Any]:
	"""A row of a body's `taxes`."""
	return {
		"tax": tax.tax.tax,
		"label": tax.tax.label,
		"inclusive": tax.tax.inclusive,
		"base_minor": tax.base_minor,
		"amount_minor": tax.amount_minor,
	}


def _line_fields(line: DraftLine, amounts: LineAmounts) -> dict[str, Any]:
	fields: dict[str, Any] = {
		"item": line.item,
		"name": line.name,
		"quantity": format_decimal(line.quantity),
		"unit": line.unit,
		"price_minor": line.price_minor,
		"rate_minor": amounts.rate_minor,
		"amount_minor": amounts.amount_minor,
		"net_minor": amounts.net_minor,
		"rates": {tax: format_decimal(rate) for tax, rate in line.rates.items()},
	}
	if line.discount_percent:
		fields["discount_percent"] = format_decimal(line.discount_percent)
	optional = {
		"unit_discount_minor": line.unit_discount_minor,
		"discount_reason": line.discount_reason,
		"gtin": line.gtin,
		"against_line": line.against_line,
	}
	return fields | {name: value for name, value in optional.items() if value}


def sale_from_body(body: Mapping[str, Any]) -> Sale:
	"""Read a sale's body; `Malformed` where a field is missing or of another type. It checks no sums."""
	try:
		return _read_sale(body)
	except (KeyError, TypeError, ValueError, AttributeError) as error:
		raise Malformed(f"The body is not as the protocol says: {error}.") from error


def _read_sale(body: Mapping[str, Any]) -> Sale:
	taxes = tuple(_read_tax(fields) for fields in body["taxes"])
	draft = SaleDraft(
		currency=_text(body["currency"]),
		currency_precision=_whole(body["currency_precision"]),
		rounding=Rounding(body["rounding"]),
		taxes=tuple(tax.tax for tax in taxes),
		lines=tuple(_read_line(fields) for fields in body["lines"]),
	)
	totals = Totals(
		lines=tuple(_read_amounts(fields) for fields in body["lines"]),
		taxes=taxes,
		net_minor=_whole(body["net_minor"]),
		tax_minor=_whole(body["tax_minor"]),
		round_off_minor=_whole(body["round_off_minor"]),
		total_minor=_whole(body["total_minor"]),
	)
	tenders = tuple(_read_tender(fields) for fields in body["tenders"])
	return Sale(draft, totals, tenders, _whole(body["change_minor"]))


def _read_tax(fields: Mapping[str, Any]) -> TaxAmount:
	inclusive = fields["inclusive"]
	if not isinstance(inclusive, bool):
		raise TypeError("a tax is inclusive or not")
	tax = Tax(_text(fields["tax"]), _text(fields["label"]), inclusive)
	return TaxAmount(tax, _whole(fields["base_minor"]), _whole(fields["amount_minor"]))


def _read_line(fields: Mapping[str, Any]) -> DraftLine:
	return DraftLine(
		item=_text(fields["item"]),
		name=_text(fields["name"]),
		quantity=parse_decimal(fields["quantity"]),
		unit=_text(fields["unit"]),
		price_minor=_whole(fields["price_minor"]),
		rates={_text(tax): parse_decimal(rate) for tax, rate in fields["rates"].items()},
		discount_percent=parse_decimal(fields.get("discount_percent", "0")),
		unit_discount_minor=_whole(fields.get("unit_discount_minor", 0)),
		discount_reason=_text(fields.get("discount_reason", "")),
		gtin=_text(fields.get("gtin", "")),
		against_line=_whole(fields.get("against_line", 0)),
	)


def _read_amounts(fields: Mapping[str, Any]) -> LineAmounts:
	return LineAmounts(
		_whole(fields["rate_minor"]), _whole(fields["amount_minor"]), _whole(fields["net_minor"])
	)


def _read_tender(fields: Mapping[str, Any]) -> Tender:
	kind = fields["kind"]
	if kind not in ("cash", "card"):
		raise ValueError(f"the tender kind {kind!r} is not known")
	return Tender(_text(fields["tender"]), kind, _whole(fields["amount_minor"]))


def _text(value: object) -> str:
	if not isinstance(value, str):
		raise TypeError(f"{value!r} is not a text")
	return value


def _whole(value: object) -> int:
	if not isinstance(value, int) or isinstance(value, bool):
		raise TypeError(f"{value!r} is not a whole number")
	return value


def make_sale(draft: SaleDraft, tenders: Sequence[Tender]) -> Sale:
	"""The sale that these tenders complete: change is what they exceed the total by. Checked."""
	totals = compute(draft)
	received = sum(tender.amount_minor for tender in tenders)
	sale = Sale(draft, totals, tuple(tenders), received - totals.total_minor)
	check_sale(sale)
	return sale
