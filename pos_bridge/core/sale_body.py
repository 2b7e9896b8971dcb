"""A cart and a sale as fields of JSON (docs/protocol.md, "Sale"), and read back. It checks no sums."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pos_bridge.core.errors import Malformed
from pos_bridge.core.money import SCALE, Rounding, format_decimal, parse_decimal
from pos_bridge.core.sale import DraftLine, LineAmounts, Sale, SaleDraft, Totals
from pos_bridge.core.tax import Charge, Tax, TaxAmount
from pos_bridge.core.tenders import TENDER_KINDS, Foreign, Payer, Tender
from pos_bridge.core.ticket import TicketDiscount, TotalRounding

UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
"""What reading fields of a wrong form raises, besides `Malformed`."""

T = TypeVar("T")


def sale_body(sale: Sale) -> dict[str, Any]:
	"""The body of a sale's entry: the cart, what it came to, what was received and given back."""
	totals = sale.totals
	fields = draft_fields(sale.draft)
	for line, amounts in zip(fields["lines"], totals.lines, strict=True):
		line |= _amounts_fields(amounts)
	if "discount" in fields:
		fields["discount"]["amount_minor"] = totals.discount_minor
	if "total_rounding" in fields:
		fields["total_rounding"]["adjustment_minor"] = totals.rounding_adjustment_minor
	rare: dict[str, Any] = {"tip_minor": sale.tip_minor, "write_off_minor": sale.write_off_minor}
	rare |= {
		"change_from": sale.change_from,
		"customer": sale.payer.customer,
		"exchange": sale.payer.exchange,
	}
	fields |= {name: value for name, value in rare.items() if value}
	return fields | {
		"taxes": [tax_fields(tax) for tax in totals.taxes],
		"net_minor": totals.net_minor,
		"tax_minor": totals.tax_minor,
		"round_off_minor": totals.round_off_minor,
		"total_minor": totals.total_minor,
		"tenders": [tender_fields(tender) for tender in sale.tenders],
		"change_minor": sale.change_minor,
	}


def tender_fields(tender: Tender) -> dict[str, Any]:
	"""A row of a body's `tenders`."""
	fields: dict[str, Any] = {
		"tender": tender.tender,
		"kind": tender.kind,
		"amount_minor": tender.amount_minor,
	}
	rare = {"credit": tender.credit, "points": tender.points}
	fields |= {name: value for name, value in rare.items() if value}
	if foreign := tender.foreign:
		fields["foreign"] = {
			"currency": foreign.currency,
			"currency_precision": foreign.currency_precision,
			"amount_minor": foreign.amount_minor,
			"rate": format_decimal(foreign.rate),
		}
	if tender.card:
		fields["card"] = dict(tender.card)
	return fields


def draft_fields(draft: SaleDraft) -> dict[str, Any]:
	"""A cart before it is computed, as the page's engine takes it."""
	fields: dict[str, Any] = {
		"currency": draft.currency,
		"currency_precision": draft.currency_precision,
		"rounding": draft.rounding.value,
		"taxes": [tax_row_fields(tax) for tax in draft.taxes],
		"lines": [_line_fields(line) for line in draft.lines],
	}
	if draft.discount:
		fields["discount"] = _discount_fields(draft.discount)
	if draft.total_rounding:
		fields["total_rounding"] = total_rounding_fields(draft.total_rounding)
	rare = {"row_wise_tax": draft.row_wise_tax, "rate_decimals": draft.rate_decimals}
	return fields | {name: value for name, value in rare.items() if value}


def _discount_fields(discount: TicketDiscount) -> dict[str, Any]:
	fields: dict[str, Any] = {"on": discount.on}
	if discount.percent:
		fields["percent"] = format_decimal(discount.percent)
	else:
		fields["amount_minor"] = discount.amount_minor
	return fields | ({"reason": discount.reason} if discount.reason else {})


def total_rounding_fields(how: TotalRounding) -> dict[str, Any]:
	"""How a shop rounds its totals, as settings and carts say it."""
	return {"to_minor": how.to_minor, "halves": "down" if how.halves_down else "rounding"}


def totals_fields(totals: Totals) -> dict[str, Any]:
	"""What a cart came to, as the page's engine says it."""
	return {
		"lines": [_amounts_fields(amounts) for amounts in totals.lines],
		"taxes": [tax_fields(tax) for tax in totals.taxes],
		"net_minor": totals.net_minor,
		"tax_minor": totals.tax_minor,
		"round_off_minor": totals.round_off_minor,
		"total_minor": totals.total_minor,
		"discount_minor": totals.discount_minor,
		"rounding_adjustment_minor": totals.rounding_adjustment_minor,
	}


def _amounts_fields(amounts: LineAmounts) -> dict[str, int]:
	return {
		"rate_minor": amounts.rate_minor,
		"amount_minor": amounts.amount_minor,
		"net_minor": amounts.net_minor,
	}


def tax_fields(tax: TaxAmount) -> dict[str, Any]:
	"""A row of a body's `taxes`."""
	return tax_row_fields(tax.tax) | {"base_minor": tax.base_minor, "amount_minor": tax.amount_minor}


def tax_row_fields(tax: Tax) -> dict[str, Any]:
	"""A tax row before it is computed, as settings and carts have it."""
	fields: dict[str, Any] = {"tax": tax.tax, "label": tax.label, "inclusive": tax.inclusive}
	if tax.charge is Charge.NET_TOTAL:
		return fields
	fields["charge"] = tax.charge.value
	if tax.row:
		fields |= {"row": tax.row, "rate": format_decimal(tax.rate)}
	return fields | ({"actual_minor": tax.actual_minor} if tax.charge is Charge.ACTUAL else {})


def _line_fields(line: DraftLine) -> dict[str, Any]:
	fields: dict[str, Any] = {
		"item": line.item,
		"name": line.name,
		"quantity": format_decimal(line.quantity),
		"unit": line.unit,
		"price_minor": line.price_minor,
		"rates": {tax: format_decimal(rate) for tax, rate in line.rates.items()},
	}
	percents = {"discount_percent": line.discount_percent, "margin_percent": line.margin_percent}
	fields |= {name: format_decimal(percent) for name, percent in percents.items() if percent}
	optional = {
		"unit_discount_minor": line.unit_discount_minor,
		"unit_margin_minor": line.unit_margin_minor,
		"discount_reason": line.discount_reason,
		"gtin": line.gtin,
		"against_line": line.against_line,
		"batch": line.batch,
		"serials": list(line.serials),
	}
	if line.conversion != SCALE:
		fields["conversion"] = format_decimal(line.conversion)
	return fields | {name: value for name, value in optional.items() if value}


def sale_from_body(body: Mapping[str, Any]) -> Sale:
	"""Read a sale's body; `Malformed` where a field is missing or of another type."""
	return readable(lambda: _read_sale(body))


def draft_from_fields(fields: Mapping[str, Any]) -> SaleDraft:
	"""Read a cart; raises `Malformed` or one of `UNREADABLE`."""
	return SaleDraft(
		currency=text(fields["currency"]),
		currency_precision=whole(fields["currency_precision"]),
		rounding=Rounding(fields["rounding"]),
		taxes=tuple(_read_tax_row(row) for row in fields["taxes"]),
		lines=tuple(_read_line(line) for line in fields["lines"]),
		discount=_read_discount(fields["discount"]) if "discount" in fields else None,
		total_rounding=_read_rounding(fields["total_rounding"]) if "total_rounding" in fields else None,
		row_wise_tax=yes(fields.get("row_wise_tax", False)),
		rate_decimals=whole(fields.get("rate_decimals", 0)),
	)


def _read_sale(body: Mapping[str, Any]) -> Sale:
	draft = draft_from_fields(body)
	taxes = (
		TaxAmount(tax, whole(row["base_minor"]), whole(row["amount_minor"]))
		for tax, row in zip(draft.taxes, body["taxes"], strict=True)
	)
	totals = Totals(
		lines=tuple(_read_amounts(line) for line in body["lines"]),
		taxes=tuple(taxes),
		net_minor=whole(body["net_minor"]),
		tax_minor=whole(body["tax_minor"]),
		round_off_minor=whole(body["round_off_minor"]),
		total_minor=whole(body["total_minor"]),
		discount_minor=whole(body["discount"]["amount_minor"]) if draft.discount else 0,
		rounding_adjustment_minor=(
			whole(body["total_rounding"]["adjustment_minor"]) if draft.total_rounding else 0
		),
	)
	tenders = tuple(read_tender(fields) for fields in body["tenders"])
	return Sale(
		draft,
		totals,
		tenders,
		whole(body["change_minor"]),
		whole(body.get("tip_minor", 0)),
		whole(body.get("write_off_minor", 0)),
		text(body.get("change_from", "")),
		Payer(text(body.get("customer", "")), text(body.get("exchange", ""))),
	)


def _read_discount(fields: Mapping[str, Any]) -> TicketDiscount:
	if fields["on"] not in ("net_total", "grand_total"):
		raise ValueError(f"a discount on {fields['on']!r} is not known")
	percent = parse_decimal(fields.get("percent", "0"))
	amount_minor = 0 if percent else whole(fields["amount_minor"])
	return TicketDiscount(fields["on"], percent, amount_minor, text(fields.get("reason", "")))


def _read_rounding(fields: Mapping[str, Any]) -> TotalRounding:
	if fields["halves"] not in ("down", "rounding"):
		raise ValueError(f"halves that go {fields['halves']!r} are not known")
	return TotalRounding(whole(fields["to_minor"]), fields["halves"] == "down")


def _read_tax_row(fields: Mapping[str, Any]) -> Tax:
	return Tax(
		text(fields["tax"]),
		text(fields["label"]),
		yes(fields["inclusive"]),
		Charge(fields.get("charge", Charge.NET_TOTAL.value)),
		text(fields.get("row", "")),
		parse_decimal(fields.get("rate", "0")),
		whole(fields.get("actual_minor", 0)),
	)


def _read_line(fields: Mapping[str, Any]) -> DraftLine:
	return DraftLine(
		item=text(fields["item"]),
		name=text(fields["name"]),
		quantity=parse_decimal(fields["quantity"]),
		unit=text(fields["unit"]),
		price_minor=whole(fields["price_minor"]),
		rates={text(tax): parse_decimal(rate) for tax, rate in fields["rates"].items()},
		discount_percent=parse_decimal(fields.get("discount_percent", "0")),
		unit_discount_minor=whole(fields.get("unit_discount_minor", 0)),
		discount_reason=text(fields.get("discount_reason", "")),
		gtin=text(fields.get("gtin", "")),
		against_line=whole(fields.get("against_line", 0)),
		margin_percent=parse_decimal(fields.get("margin_percent", "0")),
		unit_margin_minor=whole(fields.get("unit_margin_minor", 0)),
		conversion=parse_decimal(fields.get("conversion", "1")),
		batch=text(fields.get("batch", "")),
		serials=tuple(text(serial) for serial in _list(fields.get("serials", []))),
	)


def _read_amounts(fields: Mapping[str, Any]) -> LineAmounts:
	return LineAmounts(whole(fields["rate_minor"]), whole(fields["amount_minor"]), whole(fields["net_minor"]))


def read_tender(fields: Mapping[str, Any]) -> Tender:
	"""Read a row of a body's `tenders`; raises `Malformed` or one of `UNREADABLE`."""
	kind = fields["kind"]
	if kind not in TENDER_KINDS:
		raise ValueError(f"the tender kind {kind!r} is not known")
	return Tender(
		text(fields["tender"]),
		kind,
		whole(fields["amount_minor"]),
		text(fields.get("credit", "")),
		whole(fields.get("points", 0)),
		_read_foreign(fields["foreign"]) if "foreign" in fields else None,
		tuple((text(name), text(said)) for name, said in fields.get("card", {}).items()),
	)


def _read_foreign(fields: Mapping[str, Any]) -> Foreign:
	return Foreign(
		text(fields["currency"]),
		whole(fields["currency_precision"]),
		whole(fields["amount_minor"]),
		parse_decimal(fields["rate"]),
	)


MAX_NOTE = 200
"""Characters of a note that are printed and carried to the invoice."""


def note_of(fields: Mapping[str, Any]) -> str:
	"""The note of a body or of one of its lines, "" where there is none."""
	note = fields.get("note", "")
	return note[:MAX_NOTE] if isinstance(note, str) else ""


def readable(read: Callable[[], T]) -> T:
	"""What `read` comes to; `Malformed` where a field is missing or of another type."""
	try:
		return read()
	except UNREADABLE as error:
		raise Malformed(f"The body is not as the protocol says: {error}.") from error


def text(value: object) -> str:
	if not isinstance(value, str):
		raise TypeError(f"{value!r} is not a text")
	return value


def _list(value: object) -> list[Any]:
	if not isinstance(value, list):
		raise TypeError(f"{value!r} is not a list")
	return value


def whole(value: object) -> int:
	if not isinstance(value, int) or isinstance(value, bool):
		raise TypeError(f"{value!r} is not a whole number")
	return value


def yes(value: object) -> bool:
	if not isinstance(value, bool):
		raise TypeError(f"{value!r} is neither true nor false")
	return value
