"""An order and its facts as fields of JSON (docs/protocol.md, "Online orders"), and read back.

It checks no sums, and writes nobody's name or address: of the buyer only the shop's id and a salted hash.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pos_bridge.core.entry import INSTANT
from pos_bridge.core.money import format_decimal, parse_decimal
from pos_bridge.core.online.order import (
	CHARGE_KINDS,
	ORDER_STATES,
	PAYMENT_KINDS,
	Fulfilment,
	Moved,
	Order,
	OrderCharge,
	OrderDiscount,
	OrderLine,
	OrderTax,
	Payment,
	Refund,
	RefundLine,
	Return,
)
from pos_bridge.core.sale_body import text, whole, yes

T = TypeVar("T")


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
	"""What is absent is left out."""
	return {name: value for name, value in fields.items() if value not in ("", 0, [], False)}


def snapshot_fields(order: Order) -> dict[str, Any]:
	"""An order without what happened to it: payments, fulfilments, refunds, returns."""
	return {
		"number": order.number,
		"state": order.state,
		"placed_at": order.placed_at,
		"currency": order.currency,
		"currency_precision": order.currency_precision,
		"prices_include_tax": order.prices_include_tax,
		"lines": [_line_fields(line) for line in order.lines],
		"total_minor": order.total_minor,
		"tax_minor": order.tax_minor,
	} | _present(
		{
			"charges": [_charge_fields(charge) for charge in order.charges],
			"discounts": [_discount_fields(discount) for discount in order.discounts],
			"cash_rounding_minor": order.cash_rounding_minor,
			"credited_minor": order.credited_minor,
			"settlement_currency": order.settlement_currency,
			"settlement_rate": format_decimal(order.settlement_rate) if order.settlement_rate else "",
			"pickup": order.pickup,
			"customer": order.customer,
			"ship_country": order.ship_country,
			"ship_region": order.ship_region,
		}
	)


def read_snapshot(channel: str, order: str, fields: Mapping[str, Any]) -> Order:
	"""The order in a snapshot; raises `Malformed` or one of `UNREADABLE`, as all readers here do."""
	return Order(
		channel=channel,
		id=order,
		number=text(fields["number"]),
		state=_one_of(ORDER_STATES, fields["state"]),
		placed_at=instant(fields["placed_at"]),
		currency=text(fields["currency"]),
		currency_precision=whole(fields["currency_precision"]),
		prices_include_tax=yes(fields["prices_include_tax"]),
		lines=_all(_read_line, fields["lines"]),
		charges=_all(_read_charge, fields.get("charges", [])),
		total_minor=whole(fields["total_minor"]),
		tax_minor=whole(fields["tax_minor"]),
		discounts=_all(_read_discount, fields.get("discounts", [])),
		cash_rounding_minor=whole(fields.get("cash_rounding_minor", 0)),
		credited_minor=whole(fields.get("credited_minor", 0)),
		settlement_currency=text(fields.get("settlement_currency", "")),
		settlement_rate=parse_decimal(fields.get("settlement_rate", "0")),
		pickup=text(fields.get("pickup", "")),
		customer=text(fields.get("customer", "")),
		ship_country=text(fields.get("ship_country", "")),
		ship_region=text(fields.get("ship_region", "")),
	)


def _line_fields(line: OrderLine) -> dict[str, Any]:
	return {
		"line": line.id,
		"title": line.title,
		"quantity": format_decimal(line.quantity),
		"ordered": format_decimal(line.ordered),
		"net_minor": line.net_minor,
		"tax_minor": line.tax_minor,
	} | _present(
		{
			"sku": line.sku,
			"barcode": line.barcode,
			"item": line.item,
			"taxes": [_tax_fields(tax) for tax in line.taxes],
			"discounts": [_discount_fields(discount) for discount in line.discounts],
			"gift_card": line.gift_card,
		}
	)


def _read_line(fields: Mapping[str, Any]) -> OrderLine:
	return OrderLine(
		id=text(fields["line"]),
		title=text(fields["title"]),
		quantity=parse_decimal(fields["quantity"]),
		ordered=parse_decimal(fields["ordered"]),
		net_minor=whole(fields["net_minor"]),
		tax_minor=whole(fields["tax_minor"]),
		sku=text(fields.get("sku", "")),
		barcode=text(fields.get("barcode", "")),
		item=text(fields.get("item", "")),
		taxes=_all(_read_tax, fields.get("taxes", [])),
		discounts=_all(_read_discount, fields.get("discounts", [])),
		gift_card=yes(fields.get("gift_card", False)),
	)


def _tax_fields(tax: OrderTax) -> dict[str, Any]:
	rate = {"rate": format_decimal(tax.rate)} if tax.rate else {}
	return {"title": tax.title, "amount_minor": tax.amount_minor} | rate


def _read_tax(fields: Mapping[str, Any]) -> OrderTax:
	return OrderTax(
		text(fields["title"]), whole(fields["amount_minor"]), parse_decimal(fields.get("rate", "0"))
	)


def _discount_fields(discount: OrderDiscount) -> dict[str, Any]:
	return {"amount_minor": discount.amount_minor} | _present(
		{"code": discount.code, "title": discount.title}
	)


def _read_discount(fields: Mapping[str, Any]) -> OrderDiscount:
	return OrderDiscount(
		whole(fields["amount_minor"]), text(fields.get("code", "")), text(fields.get("title", ""))
	)


def _charge_fields(charge: OrderCharge) -> dict[str, Any]:
	return {
		"charge": charge.id,
		"kind": charge.kind,
		"title": charge.title,
		"net_minor": charge.net_minor,
		"tax_minor": charge.tax_minor,
	} | _present({"taxes": [_tax_fields(tax) for tax in charge.taxes]})


def _read_charge(fields: Mapping[str, Any]) -> OrderCharge:
	return OrderCharge(
		text(fields["charge"]),
		_one_of(CHARGE_KINDS, fields["kind"]),
		text(fields["title"]),
		whole(fields["net_minor"]),
		whole(fields["tax_minor"]),
		_all(_read_tax, fields.get("taxes", [])),
	)


def payment_fields(payment: Payment) -> dict[str, Any]:
	return {
		"payment": payment.id,
		"kind": payment.kind,
		"gateway": payment.gateway,
		"amount_minor": payment.amount_minor,
		"currency": payment.currency,
		"at": payment.occurred_at,
	} | _present({"parent": payment.parent, "refund": payment.refund})


def read_payment(fields: Mapping[str, Any]) -> Payment:
	return Payment(
		text(fields["payment"]),
		_one_of(PAYMENT_KINDS, fields["kind"]),
		text(fields["gateway"]),
		whole(fields["amount_minor"]),
		text(fields["currency"]),
		instant(fields["at"]),
		text(fields.get("parent", "")),
		text(fields.get("refund", "")),
	)


def _moved_fields(lines: Sequence[Moved]) -> list[dict[str, str]]:
	return [{"line": moved.line, "quantity": format_decimal(moved.quantity)} for moved in lines]


def _read_moved(fields: Mapping[str, Any]) -> Moved:
	return Moved(text(fields["line"]), parse_decimal(fields["quantity"]))


def fulfilment_fields(fulfilment: Fulfilment) -> dict[str, Any]:
	"""Without its tracking, which shops change afterwards: no books need it."""
	return {
		"fulfilment": fulfilment.id,
		"lines": _moved_fields(fulfilment.lines),
		"at": fulfilment.occurred_at,
	} | _present({"location": fulfilment.location})


def read_fulfilment(fields: Mapping[str, Any]) -> Fulfilment:
	return Fulfilment(
		text(fields["fulfilment"]),
		_all(_read_moved, fields["lines"]),
		instant(fields["at"]),
		text(fields.get("location", "")),
	)


def refund_fields(refund: Refund) -> dict[str, Any]:
	lines = [
		{
			"line": line.line,
			"quantity": format_decimal(line.quantity),
			"net_minor": line.net_minor,
			"tax_minor": line.tax_minor,
		}
		for line in refund.lines
	]
	return {
		"refund": refund.id,
		"total_minor": refund.total_minor,
		"at": refund.occurred_at,
	} | _present(
		{
			"lines": lines,
			"charges": [_charge_fields(charge) for charge in refund.charges],
			"reason": refund.reason,
		}
	)


def read_refund(fields: Mapping[str, Any]) -> Refund:
	return Refund(
		text(fields["refund"]),
		whole(fields["total_minor"]),
		instant(fields["at"]),
		_all(_read_refund_line, fields.get("lines", [])),
		_all(_read_charge, fields.get("charges", [])),
		text(fields.get("reason", "")),
	)


def _read_refund_line(fields: Mapping[str, Any]) -> RefundLine:
	return RefundLine(
		text(fields["line"]),
		parse_decimal(fields["quantity"]),
		whole(fields["net_minor"]),
		whole(fields["tax_minor"]),
	)


def return_fields(returned: Return) -> dict[str, Any]:
	return {
		"return": returned.id,
		"lines": _moved_fields(returned.lines),
		"at": returned.occurred_at,
	} | _present({"location": returned.location, "refund": returned.refund, "version": returned.version})


def read_return(fields: Mapping[str, Any]) -> Return:
	return Return(
		text(fields["return"]),
		_all(_read_moved, fields["lines"]),
		instant(fields["at"]),
		text(fields.get("location", "")),
		text(fields.get("refund", "")),
		whole(fields.get("version", 0)),
	)


def instant(value: object) -> str:
	if not isinstance(value, str) or not INSTANT.fullmatch(value):
		raise TypeError(f"{value!r} is not a time like 2026-11-22T12:00:00.000Z")
	return value


def _one_of(known: Sequence[T], value: object) -> T:
	if value not in known:
		raise ValueError(f"{value!r} is none of {', '.join(map(str, known))}")
	return known[known.index(value)]


def _all(read: Callable[[Mapping[str, Any]], T], rows: object) -> tuple[T, ...]:
	if not isinstance(rows, list):
		raise TypeError(f"{rows!r} is not a list")
	return tuple(read(row) for row in rows)
