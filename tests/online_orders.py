"""Orders for tests: one with everything in it, and any at all."""

from hypothesis import strategies as st

from pos_bridge.core.money import SCALE
from pos_bridge.core.online import (
	Address,
	Contact,
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

AT = "2026-11-22T13:18:{:02d}.000Z"
SALT = "0f" * 16


def an_order(**other):
	"""Three tees, a hoodie and shipping, paid; one tee left, came back and was refunded."""
	vat = OrderTax("VAT", 862, 19 * SCALE)
	fields = {
		"channel": "web",
		"id": "22",
		"number": "1022",
		"state": "open",
		"placed_at": AT.format(5),
		"currency": "EUR",
		"currency_precision": 2,
		"prices_include_tax": True,
		"lines": (
			OrderLine(
				"14", "Tee", 3 * SCALE, 3 * SCALE, 4536, 862, "TEE", "4006381333931", "18", (vat,),
				(OrderDiscount(503, "TEN"),), notes=(("engraving", "For Ann"),),
			),
			OrderLine("15", "Hoodie", SCALE, 2 * SCALE, 2520, 479, "HOODIE"),
		),
		"charges": (OrderCharge("16", "shipping", "Flat rate", 490, 93),),
		"total_minor": 8980,
		"tax_minor": 1434,
		"customer": "7",
		"ship_country": "DE",
		"payments": (Payment("p1", "capture", "card", 8980, "EUR", AT.format(6)),
			Payment("p2", "refund", "card", 1799, "EUR", AT.format(9), "p1", "r1")),
		"fulfilments": (Fulfilment("f1", (Moved("14", SCALE),), AT.format(7), "dc"),),
		"refunds": (Refund("r1", 1799, AT.format(8), (RefundLine("14", SCALE, 1512, 287),)),),
		"returns": (Return("b1", (Moved("14", SCALE),), AT.format(8), "dc", "r1"),),
		"credited_minor": 1799,
		"contact": Contact("Ann Example", "ann@example.com", True, "+4917", billing=Address(city="Berlin")),
	}  # fmt: skip
	return Order(**(fields | other))


ids = st.integers(1, 4).map(str)
instants = st.integers(0, 59).map(AT.format)
amounts = st.integers(1, 10**6)
moves = st.lists(st.builds(Moved, ids, st.integers(1, 5 * SCALE)), min_size=1, max_size=2).map(tuple)


def _unique(rows, key):
	return st.lists(rows, max_size=4, unique_by=key).map(tuple)


orders = st.builds(
	an_order,
	state=st.sampled_from(("pending", "open", "closed", "cancelled")),
	total_minor=amounts,
	payments=_unique(
		st.builds(
			Payment,
			ids,
			st.sampled_from(("authorisation", "capture", "void", "refund")),
			st.text(max_size=5),
			amounts,
			st.just("EUR"),
			instants,
		),
		lambda each: (each.id, each.kind),
	),
	fulfilments=_unique(
		st.builds(Fulfilment, ids, moves, instants, ids, st.just("") | instants), lambda each: each.id
	),
	refunds=_unique(st.builds(Refund, ids, amounts, instants), lambda each: each.id),
	returns=_unique(
		st.builds(Return, ids, moves, instants, ids, st.just(""), st.integers(0, 3)), lambda each: each.id
	),
)
