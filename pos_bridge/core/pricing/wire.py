"""A question to the pricing rules and its answer as JSON values, as the page's engine and vectors have them.

It never computes anything; decimals are texts, money is in minor units.
"""

from collections.abc import Mapping
from typing import Any

from pos_bridge.core.money import Rounding, format_decimal, parse_decimal
from pos_bridge.core.pricing.cart import LinePrice, Pricing, PricingContext, PricingLine
from pos_bridge.core.pricing.invoice import price
from pos_bridge.core.pricing.matching import Buyer
from pos_bridge.core.pricing.rules import rules_from_wire


def price_of(asked: Mapping[str, Any]) -> Pricing:
	"""`rules`, `lines` and `context` priced; what `rules_from_wire` and `price` raise."""
	lines = [_line(fields) for fields in asked["lines"]]
	return price(rules_from_wire(asked["rules"]), lines, _context(asked["context"]))


def _line(fields: Mapping[str, Any]) -> PricingLine:
	return PricingLine(
		item=fields["item"],
		quantity=parse_decimal(fields["quantity"]),
		unit=fields["unit"],
		price_minor=fields["price_minor"],
		group=fields["group"],
		brand=fields.get("brand", ""),
		variant_of=fields.get("variant_of", ""),
		stock_unit=fields.get("stock_unit", ""),
		factor=parse_decimal(fields.get("factor", "1")),
	)


def _context(fields: Mapping[str, Any]) -> PricingContext:
	buyer = Buyer(fields["customer"], fields["customer_group"], fields["territory"], fields["date"])
	return PricingContext(
		currency=fields["currency"],
		currency_precision=fields["currency_precision"],
		rounding=Rounding(fields["rounding"]),
		price_list=fields["price_list"],
		buyer=buyer,
		coupon=fields.get("coupon", ""),
		discount_on=fields.get("discount_on", "grand"),
	)


def wire_of(pricing: Pricing) -> dict[str, Any]:
	ticket = pricing.ticket
	return {
		"lines": [_line_fields(line) for line in pricing.lines],
		"free": [
			{
				"item": free.item,
				"quantity": format_decimal(free.quantity),
				"unit": free.unit,
				"rate_minor": free.rate_minor,
				"rule": free.rule,
			}
			for free in pricing.free
		],
		"ticket": ticket
		and {
			"on": ticket.on,
			"percent": format_decimal(ticket.percent),
			"amount_minor": ticket.amount_minor,
			"rules": list(ticket.rules),
		},
		"conflicts": [
			{"line": each.line, "kind": each.kind, "rules": list(each.rules)} for each in pricing.conflicts
		],
		"coupon": pricing.coupon,
	}


def _line_fields(line: LinePrice) -> dict[str, Any]:
	return {
		"price_minor": line.price_minor,
		"rate_minor": line.rate_minor,
		"discount_percent": format_decimal(line.discount_percent),
		"unit_discount_minor": line.unit_discount_minor,
		"margin_percent": format_decimal(line.margin_percent),
		"unit_margin_minor": line.unit_margin_minor,
		"rules": list(line.rules),
	}
