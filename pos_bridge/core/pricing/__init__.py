"""ERPNext's Pricing Rules, evaluated without ERPNext: `price(rules, lines, context)`.

It never reads a rule, an item or a clock from anywhere; rules come with the manifest (docs/protocol.md).
"""

from pos_bridge.core.pricing.cart import (
	Conflict,
	FreeItem,
	LinePrice,
	Pricing,
	PricingContext,
	PricingLine,
	TicketDiscount,
)
from pos_bridge.core.pricing.invoice import price
from pos_bridge.core.pricing.matching import Buyer
from pos_bridge.core.pricing.rules import Rule, rules_from_wire

__all__ = [
	"Buyer",
	"Conflict",
	"FreeItem",
	"LinePrice",
	"Pricing",
	"PricingContext",
	"PricingLine",
	"Rule",
	"TicketDiscount",
	"price",
	"rules_from_wire",
]
