"""Orders of online shops: their values, the check that they add up, and the entries that they mean.

It never asks a shop (pos_bridge/channels does) and never makes a document.
"""

from pos_bridge.core.online.check import (
	MAX_FACTS,
	MAX_ORDER_LINES,
	Difference,
	check_order,
	rounding_minor,
	tolerance_minor,
)
from pos_bridge.core.online.contact import contact_fields, contact_hash, with_contact
from pos_bridge.core.online.credit import credits_of
from pos_bridge.core.online.facts import (
	Fact,
	FactKind,
	Folded,
	fact_id,
	facts,
	fold,
	snapshot_digest,
	unrecorded,
	vanished,
)
from pos_bridge.core.online.order import (
	Address,
	ChargeKind,
	Contact,
	Fulfilment,
	Moved,
	Order,
	OrderCharge,
	OrderDiscount,
	OrderLine,
	OrderState,
	OrderTax,
	Payment,
	PaymentKind,
	Refund,
	RefundLine,
	Return,
	Tracking,
)

__all__ = [
	"MAX_FACTS",
	"MAX_ORDER_LINES",
	"Address",
	"ChargeKind",
	"Contact",
	"Difference",
	"Fact",
	"FactKind",
	"Folded",
	"Fulfilment",
	"Moved",
	"Order",
	"OrderCharge",
	"OrderDiscount",
	"OrderLine",
	"OrderState",
	"OrderTax",
	"Payment",
	"PaymentKind",
	"Refund",
	"RefundLine",
	"Return",
	"Tracking",
	"check_order",
	"contact_fields",
	"contact_hash",
	"credits_of",
	"fact_id",
	"facts",
	"fold",
	"rounding_minor",
	"snapshot_digest",
	"tolerance_minor",
	"unrecorded",
	"vanished",
	"with_contact",
]
