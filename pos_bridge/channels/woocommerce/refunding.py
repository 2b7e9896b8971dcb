"""What WooCommerce wants to be told of a refund: amounts by line, and each tax of it by its rate's number.

It never restocks, and asks no gateway for money that none can give back.
"""

from collections.abc import Mapping
from typing import Any

from pos_bridge.channels.base import Raw, RefundWish
from pos_bridge.channels.reading import identity, mapping, minor, rows, words
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, allocate, format_minor
from pos_bridge.core.online import Order, RefundLine

KEY = "_pos_bridge_key"
"""The meta data by which a refund is found again, should its answer get lost."""
PAID_BY_HAND = ("", "cod", "bacs", "cheque")
"""Gateways of WooCommerce itself that can't give money back; the refund is noted, and paid by somebody."""


def refund_request(order: Order, raw: Raw, wish: RefundWish, key: str) -> dict[str, Any]:
	"""The body of the call; `Rejected` for more than is left, another currency, or unknown lines."""
	left = order.total_minor - sum(refund.total_minor for refund in order.refunds)
	if wish.currency != order.currency or not 0 < wish.amount_minor <= left:
		said = format_minor(wish.amount_minor, order.currency_precision)
		most = format_minor(left, order.currency_precision)
		message = f"{said} {wish.currency} can't be refunded: {most} {order.currency} are left of the order."
		raise Rejected(message, code="channel_refused")
	row, precision = mapping(raw["order"]), order.currency_precision
	rows_by_id = {identity(each["id"]): each for each in rows(row["line_items"])}
	if unknown := [line.line for line in wish.lines if line.line not in rows_by_id]:
		raise Rejected(f"The order has no line {unknown[0]} to refund.", code="channel_refused")
	lines = [_line(each, rows_by_id[each.line], precision) for each in wish.lines]
	return {
		"amount": format_minor(wish.amount_minor, precision),
		"reason": wish.reason,
		"api_refund": words(row["payment_method"]) not in PAID_BY_HAND,
		"api_restock": False,
		"line_items": lines,
		"meta_data": [{"key": KEY, "value": key}],
	}


def _line(line: RefundLine, row: Mapping[str, Any], precision: int) -> dict[str, Any]:
	taxes = [each for each in rows(row["taxes"]) if each["total"] != ""]
	parts = _split(line.tax_minor, [abs(minor(each["total"], precision)) for each in taxes])
	return {
		"id": row["id"],
		"quantity": line.quantity // SCALE,
		"refund_total": format_minor(line.net_minor, precision),
		"refund_tax": [
			{"id": tax["id"], "refund_total": format_minor(part, precision)}
			for tax, part in zip(taxes, parts, strict=True)
		],
	}


def _split(tax_minor: int, weights: list[int]) -> tuple[int, ...]:
	if not sum(weights):
		return tuple(0 for _ in weights)
	return allocate(tax_minor, weights)
