"""The cases of `pricing.json` that are ours, rules that can't be read, and what all cases are made of.

It never computes a price; `says` has to come out.
"""

from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
	"""`says` names places in the answer, like `lines.0.rate_minor`; `test` is the name of ERPNext's test."""

	why: str
	rules: list[Fields]
	lines: list[Fields]
	says: Fields
	test: str = ""
	context: Fields = field(default_factory=dict)


def context(**more: Any) -> Fields:  # noqa: ANN401
	return {
		"currency": "EUR",
		"currency_precision": 2,
		"rounding": "commercial",
		"price_list": "Shop",
		"discount_on": "grand",
		"customer": "Walk-in",
		"customer_group": "Individual",
		"territory": "Town",
		"date": "2026-11-26",
		"coupon": "",
		**more,
	}


def rule(name: str, gives: str, /, **more: Any) -> Fields:  # noqa: ANN401
	rows = [] if more.get("on") == "ticket" else [{"name": "TEA"}]
	fields = {"rule": name, "title": f"{name} title", "on": "item", "gives": gives, "currency": "EUR"}
	return {name: value for name, value in {**fields, "rows": rows, **more}.items() if value != []}


def line(quantity: str = "1", price_minor: int = 10_000, **more: Any) -> Fields:  # noqa: ANN401
	fields = {"item": "TEA", "quantity": quantity, "unit": "Nos", "price_minor": price_minor}
	return {**fields, "group": "Drinks", "brand": "", "variant_of": "", "stock_unit": "Nos", **more}


def box(quantity: str, price_minor: int, factor: str) -> Fields:
	return line(quantity, price_minor, unit="Box", factor=factor)


def bad_rules() -> list[tuple[str, Fields]]:
	"""Each is refused with its name."""
	ten = rule("BAD", "percent", percent="10")
	return [
		("an unknown kind", {**ten, "on": "moon"}),
		("something unknown is given", {**ten, "gives": "hope"}),
		("a negative percentage", {**ten, "percent": "-10"}),
		("a percentage that is no decimal", {**ten, "percent": "1e3"}),
		("a percentage that is a number", {**ten, "percent": 10}),
		("an absurd quantity", {**ten, "min_quantity": "1000000001"}),
		("a negative amount", rule("BAD", "amount", amount_minor=-1)),
		("an amount with a fraction", rule("BAD", "amount", amount_minor=1.5)),
		("an amount that nobody can hold", rule("BAD", "amount", amount_minor=2**53)),
		("an absurd priority", {**ten, "priority": 21}),
		("no rows", {name: value for name, value in ten.items() if name != "rows"}),
		("rows on a ticket", {**ten, "on": "ticket"}),
		("a product without one", rule("BAD", "product")),
		("a percentage with a product", {**ten, "free": {"quantity": "1"}}),
		("a gift that recurs for nothing", rule("BAD", "product", free={"recurse_for": "0"})),
		("a unit that holds nothing", {**ten, "rows": [{"name": "TEA", "unit": "Box", "factor": "0"}]}),
		("a date that is none", {**ten, "valid_from": "tomorrow"}),
		("a flag that is a number", {**ten, "mixed": 1}),
		("groups that are one text", {**ten, "customer_groups": "All"}),
	]


gift = {"item": "MATE", "unit": "Nos", "quantity": "1", "rate_minor": 1_000}
free = rule("TF", "product", on="ticket", min_quantity="5", free=gift)
test = "test_pricing_rule_for_transaction"
half = rule("T10", "percent", on="ticket", percent="10", discount_on="net")
coupon = {"coupons": [{"coupon": "Welcome", "code": "WELCOME"}]}
five = rule("T5", "amount", on="ticket", amount_minor=500, **coupon)
own = rule("RF", "product", free={"quantity": "1"})
TICKET = [
	Case(
		"something for five",
		[free],
		[line("5")],
		{"free.0.rate_minor": 1_000, "free.0.item": "MATE"},
		test,
	),
	Case("nothing for two", [free], [line("2")], {"free": []}, test),
	Case("a percentage of the net total", [half], [line()], {"ticket.on": "net", "ticket.percent": "10"}),
	Case(
		"an amount for a coupon",
		[five],
		[line()],
		{"ticket.amount_minor": 500, "coupon": "taken"},
		"",
		{"coupon": "WELCOME"},
	),
	Case("no amount without the coupon", [five], [line()], {"ticket": None}),
	Case(
		"ERPNext keeps the first percentage when a coupon's is not shown",
		[half, rule("T5", "percent", on="ticket", percent="5", discount_on="net", **coupon)],
		[line()],
		{"ticket.percent": "10"},
	),
	Case(
		"an old date does not stop a rule on the ticket",
		[{**half, "valid_upto": "2020-01-01"}],
		[line()],
		{"ticket.percent": "10"},
	),
	Case(
		"ERPNext removes gifts where a rule on the ticket is not met",
		[own, free],
		[line("1")],
		{"free": []},
	),
]

ten = rule("R10", "percent", percent="10")
coupons = [
	{"coupon": "New", "code": "NEW", "valid_from": "2026-11-20", "valid_upto": "2026-11-26"},
	{"coupon": "Old", "code": "OLD"},
]
coupon = rule("RC", "percent", percent="10", coupons=coupons)
percent = "lines.0.discount_percent"
listed = rule("RL", "percent", percent="12", price_list="Shop")
below = rule("RA", "amount", amount_minor=10_500)
OTHERS = [
	Case("no rule", [], [line()], {"lines.0.rules": [], "coupon": ""}),
	Case("the price list tells two percentages apart", [ten, listed], [line()], {percent: "12"}),
	Case("not yet", [{**ten, "valid_from": "2026-11-27"}], [line()], {percent: "0"}),
	Case("the last day", [{**ten, "valid_upto": "2026-11-26"}], [line()], {percent: "10"}),
	Case("over", [{**ten, "valid_upto": "2026-11-25"}], [line()], {percent: "0"}),
	Case(
		"a brand, whatever the unit",
		[rule("RB", "percent", percent="10", on="brand", rows=[{"name": "Alpha", "unit": "Box"}])],
		[line(brand="Alpha")],
		{percent: "10"},
	),
	Case("the coupon's code", [coupon], [line()], {percent: "10", "coupon": "taken"}, "", {"coupon": "NEW"}),
	Case("the coupon's name", [coupon], [line()], {percent: "10"}, "", {"coupon": "New"}),
	Case(
		"ERPNext knows the newest coupon of a rule only",
		[coupon],
		[line()],
		{percent: "0", "coupon": "not_used"},
		"",
		{"coupon": "OLD"},
	),
	Case("a coupon that nobody knows", [coupon], [line()], {"coupon": "unknown"}, "", {"coupon": "XYZ"}),
	Case(
		"a coupon that is over",
		[coupon],
		[line()],
		{percent: "0", "coupon": "expired"},
		"",
		{"coupon": "NEW", "date": "2026-11-27"},
	),
	Case(
		"a coupon that has not begun",
		[coupon],
		[line()],
		{"coupon": "not_started"},
		"",
		{"coupon": "NEW", "date": "2026-11-19"},
	),
	Case(
		"more off than the price",
		[below],
		[line()],
		{"conflicts.0.kind": "below_zero", "lines.0.rate_minor": 10_000},
	),
	Case(
		"ERPNext drops an amount that is the whole price",
		[rule("RA", "amount", amount_minor=10_000)],
		[line()],
		{"lines.0.rate_minor": 10_000},
	),
	Case(
		"all of it off in percent",
		[rule("RP", "percent", percent="100")],
		[line()],
		{"lines.0.rate_minor": 0},
	),
	Case(
		"three lines bought together",
		[
			rule(
				"RM",
				"percent",
				percent="10",
				mixed=True,
				min_quantity="3",
				rows=[{"name": "TEA"}, {"name": "MATE"}],
			)
		],
		[line("2"), line(item="MATE")],
		{percent: "10", "lines.1.discount_percent": "10"},
	),
	Case(
		"a yen has no decimals",
		[rule("RP", "percent", percent="33.333")],
		[line(price_minor=1_000)],
		{"lines.0.rate_minor": 667},
		"",
		{"currency_precision": 0},
	),
	Case(
		"a rule and a gift together",
		[
			rule("P", "percent", percent="10", multiple=True, priority=1, has_priority=True),
			rule("F", "product", free={"quantity": "1"}, multiple=True, priority=2, has_priority=True),
		],
		[line()],
		{percent: "10", "free.0.quantity": "1"},
	),
	Case(
		"a rule that matches through two of its rows",
		[
			rule(
				"R2",
				"percent",
				percent="10",
				on="group",
				rows=[{"name": "All", "below": ["Drinks"]}, {"name": "Drinks"}],
			)
		],
		[line()],
		{"conflicts.0.rules": ["R2", "R2"]},
	),
]

OUR_CASES = [*TICKET, *OTHERS]
