"""ERPNext's own tests of pricing rules and promotional schemes as cases of `pricing.json`.

It never computes a price; `says` is what ERPNext's test says, and has to come out.
"""

from pricing_cases import Case, box, line, rule

ten = rule("R10", "percent", percent="10")
customer = rule("R20", "percent", percent="20", customer="Walk-in", priority=1, has_priority=True)
group = rule("R15", "percent", percent="15", on="group", rows=[{"name": "All", "below": ["Drinks", "Food"]}])
conflict = {"conflicts": [{"line": 1, "kind": "same_criteria", "rules": ["R5", "R10"]}]}
town = rule("RT", "percent", percent="10", territories=["Town", "Country"])
template = rule("RV", "percent", percent="7.5", rows=[{"name": "SHIRT"}])
variant = rule("RS", "percent", percent="17.5", rows=[{"name": "SHIRT-S"}], priority=1, has_priority=True)
shirt = line(item="SHIRT-S", variant_of="SHIRT")
percent = "lines.0.discount_percent"
test = "test_pricing_rule_for_discount"
DISCOUNTS = [
	Case("a percentage on an item", [ten], [line()], {percent: "10", "lines.0.rate_minor": 9_000}, test),
	Case("a rule for the customer has a higher priority", [customer, ten], [line()], {percent: "20"}, test),
	Case(
		"another customer, and the item's rule hides the group's",
		[customer, group, ten],
		[line()],
		{percent: "10"},
		test,
		{"customer": "Another"},
	),
	Case("two rules that ERPNext can't choose from", [{**ten, "rule": "R5"}, ten], [line()], conflict, test),
	Case(
		"an item that only its group has a rule for",
		[group, ten],
		[line(item="MATE")],
		{percent: "15"},
		test,
	),
	Case(
		"a customer without territory",
		[town],
		[line()],
		{percent: "0"},
		"test_unset_group_condition",
		{"territory": ""},
	),
	Case(
		"a variant by its template",
		[template],
		[shirt],
		{percent: "7.5"},
		"test_pricing_rule_for_variants",
	),
	Case(
		"a variant's own rule with a priority",
		[variant, template],
		[shirt],
		{percent: "17.5"},
		"test_pricing_rule_for_variants",
	),
	Case(
		"the pricing rule is gone",
		[],
		[line()],
		{"lines.0.rate_minor": 10_000},
		"test_remove_pricing_rule",
	),
	Case(
		"rates in two currencies, the own one counts",
		[
			rule("INR", "rate", rate_minor=10_000, currency="INR", priority=2, has_priority=True),
			rule("EUR", "rate", rate_minor=200, priority=1, has_priority=True),
		],
		[line()],
		{"lines.0.price_minor": 200},
		"test_pricing_rule_for_different_currency",
	),
	Case(
		"mixed conditions on groups",
		[
			rule(
				"RM",
				"percent",
				percent="10",
				on="group",
				mixed=True,
				rows=[{"name": "Drinks"}, {"name": "Food"}],
				customer_groups=["All", "Individual"],
			)
		],
		[line(), line(item="BREAD", group="Food")],
		{percent: "10", "lines.1.discount_percent": "10"},
		"test_mixed_conditions_for_item_group",
	),
]

percent = rule("RM", "percent", percent="10", margin_percent="10")
amount = rule("RM", "amount", amount_minor=11_000, margin_percent="10")
says = {"lines.0.rate_minor": 99_000, "lines.0.margin_percent": "10"}
only = rule("RM", "percent", margin_percent="10")
no_rate = rule("RM", "rate", margin_percent="2")
MARGINS = [
	Case("a margin only", [only], [line()], {"lines.0.rate_minor": 11_000}, "test_pricing_rule_for_margin"),
	Case(
		"a margin, then a percentage",
		[percent],
		[line(price_minor=100_000)],
		says,
		"test_pricing_rule_with_margin_and_discount",
	),
	Case(
		"a margin, then an amount off",
		[amount],
		[line(price_minor=100_000)],
		{**says, "lines.0.unit_discount_minor": 11_000},
		"test_pricing_rule_with_margin_and_discount_amount",
	),
	Case(
		"a rate of nothing leaves the list price, the margin counts",
		[no_rate],
		[line()],
		{"lines.0.price_minor": 10_000, "lines.0.rate_minor": 10_200},
		"test_item_price_with_pricing_rule",
	),
]

stock = rule("RQ", "percent", percent="17.5", min_quantity="5", max_quantity="7")
blank = rule("RB", "rate", rate_minor=10_100)
of_box = rule("RB", "rate", rate_minor=10_100, rows=[{"name": "TEA", "unit": "Box", "factor": "10"}])
group = rule("RG", "rate", rate_minor=10_100, on="group", rows=[{"name": "Drinks"}])
group_box = {**group, "rows": [{"name": "Drinks", "unit": "Box"}]}
price, test = "lines.0.price_minor", "test_item_price_with_{}_uom_pricing_rule"
group_test = test.replace("item_price", "item_group_price")
UNITS = [
	Case(
		"quantities are of the stock unit",
		[stock],
		[box("1", 10_000, "5")],
		{"lines.0.rate_minor": 8_250},
		"test_pricing_rule_for_stock_qty",
	),
	Case(
		"two boxes are too many",
		[stock],
		[box("2", 10_000, "5")],
		{"lines.0.rate_minor": 10_000},
		"test_pricing_rule_for_stock_qty",
	),
	Case(
		"a rate without a unit is of the stock unit",
		[blank],
		[box("1", 100_000, "10")],
		{price: 101_000},
		test.format("blank"),
	),
	Case("a rate without a unit, sold by it", [blank], [line()], {price: 10_100}, test.format("blank")),
	Case("a rate of the box", [of_box], [box("1", 100_000, "10")], {price: 10_100}, test.format("selling")),
	Case(
		"a rate of the box is not the piece's",
		[of_box],
		[line()],
		{price: 10_000},
		test.format("selling"),
	),
	Case(
		"a group's rate without a unit",
		[group],
		[box("1", 100_000, "10")],
		{price: 101_000},
		group_test.format("blank"),
	),
	Case(
		"a group's rate of the box",
		[group_box],
		[box("1", 100_000, "10")],
		{price: 10_100},
		group_test.format("selling"),
	),
	Case(
		"a group's rate of the box is not the piece's",
		[group_box],
		[line()],
		{price: 10_000},
		group_test.format("selling"),
	),
	Case(
		"ERPNext forgets the unit of a group's row below it when it saves",
		[{**group, "rows": [{"name": "All", "below": ["Drinks"], "unit": "Box"}]}],
		[box("1", 100_000, "10")],
		{price: 101_000},
	),
]

same = rule("RF", "product", free={"quantity": "1"}, max_quantity="7")
other = rule("RF", "product", free={"item": "MATE", "unit": "Nos", "quantity": "1"}, max_quantity="7")
twos = {"quantity": "1", "recursive": True, "recurse_for": "2", "whole": True}
recursive = rule("RF", "product", free=twos, min_quantity="3", max_quantity="7")
hundreds = rule("RF", "product", free={**twos, "quantity": "10", "recurse_for": "100"}, min_quantity="100")
quantity = "free.0.quantity"
rounded, round_free = (
	"test_pricing_rule_for_product_free_item_rounded_qty_and_recursion",
	"test_pricing_rule_for_product_free_item_round_free_qty",
)
GIFTS = [
	Case(
		"one more of the same",
		[same],
		[line()],
		{"free.0.item": "TEA", quantity: "1", "free.0.rate_minor": 0},
		"test_pricing_rule_for_product_discount_on_same_item",
	),
	Case(
		"another item free",
		[other],
		[line()],
		{"free.0.item": "MATE"},
		"test_pricing_rule_for_product_discount_on_different_item",
	),
	Case(
		"what is free is always given",
		[other],
		[line()],
		{"free.0.item": "MATE"},
		"test_dont_enforce_free_item_qty",
	),
	Case("one for every two of five", [recursive], [line("5")], {quantity: "2"}, rounded),
	Case("one for every two of seven", [recursive], [line("7")], {quantity: "3"}, rounded),
	Case("one is too few", [recursive], [line("1")], {"free": []}, rounded),
	Case("ten for a hundred", [hundreds], [line("100")], {quantity: "10"}, round_free),
	Case("ten for a hundred and fifty", [hundreds], [line("150")], {quantity: "10"}, round_free),
	Case(
		"not rounded",
		[rule("RF", "product", free={**twos, "whole": False, "recurse_for": "3"})],
		[line("10")],
		{quantity: "3.333"},
	),
	Case("the same item on two lines counts together", [recursive], [line("4"), line("4")], {quantity: "4"}),
	Case(
		"what comes over the first two",
		[rule("RF", "product", min_quantity="2", free={**twos, "recurse_over": "2"})],
		[line("6")],
		{quantity: "2"},
	),
]

many = {"multiple": True, "has_priority": True}
twenty = rule("A20", "percent", percent="20", priority=1, **many)
ten = rule("B10", "percent", percent="10", priority=2, **many)
from_four = [{**ten, "min_quantity": "4"}, {**twenty, "min_quantity": "4"}]
percent, min_qty = "lines.0.discount_percent", "test_multiple_pricing_rules_with_min_qty"
other = rule("RO", "percent", percent="10", min_minor=20_000, other={"on": "item", "name": "MATE"})
other_test = "test_pricing_rule_for_other_items_cond_with_amount"
mate = line(item="MATE")
group = rule(
	"RG", "percent", percent="60", on="group", rows=[{"name": "Drinks"}], multiple=True, has_priority=True
)
rate = rule("RR", "rate", rate_minor=2_500, has_priority=True)
mixed_test = "test_pricing_rules_with_and_without_apply_multiple"
high = rule("H20", "percent", percent="20", priority=3, has_priority=True)
low = rule("L10", "percent", percent="10", priority=1, has_priority=True)
SEVERAL = [
	Case("percentages add up", [ten, twenty], [line()], {percent: "30"}, "test_multiple_pricing_rules"),
	Case(
		"a percentage of what is left",
		[{**ten, "on_discounted": True}, twenty],
		[line()],
		{percent: "28", "lines.0.rules": ["A20", "B10"]},
		"test_multiple_pricing_rules_with_apply_discount_on_discounted_rate",
	),
	Case("too few for both", from_four, [line("1")], {percent: "0"}, min_qty),
	Case("enough for both", from_four, [line("5")], {percent: "30"}, min_qty),
	Case(
		"other goods, too little bought",
		[other],
		[line("1"), mate],
		{"lines.1.discount_percent": "0"},
		other_test,
	),
	Case(
		"other goods, enough bought",
		[other],
		[line("2"), mate],
		{percent: "0", "lines.1.discount_percent": "10"},
		other_test,
	),
	Case(
		"a percentage and an amount",
		[
			rule("P2", "amount", amount_minor=10_000, multiple=True),
			rule("P1", "percent", percent="10", multiple=True),
		],
		[line(price_minor=100_000)],
		{"lines.0.rate_minor": 80_000},
		"test_apply_multiple_pricing_rules_for_discount_percentage_and_amount",
	),
	Case(
		"the higher priority",
		[high, low],
		[line()],
		{percent: "20"},
		"test_priority_of_multiple_pricing_rules",
	),
	Case(
		"the item's rate is higher",
		[{**rate, "priority": 4}, {**group, "priority": 2}],
		[line()],
		{"lines.0.rate_minor": 2_500},
		mixed_test,
	),
	Case(
		"the group's percentage is higher",
		[{**group, "priority": 4}, {**rate, "priority": 2}],
		[line()],
		{percent: "60"},
		mixed_test,
	),
]

slab = rule("S4", "percent", percent="20", min_quantity="4")
amounts = rule("SA", "percent", percent="20", min_quantity="4", min_minor=1_000, max_minor=100_000)
dozen = {"item": "MATE", "unit": "Nos", "quantity": "1", "recursive": True, "recurse_for": "12"}
test = "test_promotional_scheme"
percent = "lines.0.discount_percent"
customer = {**slab, "customer": "Walk-in"}
SCHEMES = [
	Case("a slab for a customer", [customer], [line("4")], {percent: "20"}, test),
	Case(
		"a slab for another customer",
		[customer],
		[line("4")],
		{percent: "0"},
		test,
		{"customer": "Another"},
	),
	Case(
		"a slab for everybody, too few",
		[slab],
		[line("3")],
		{percent: "0"},
		"test_promotional_scheme_without_applicable_for",
	),
	Case(
		"a slab between two amounts",
		[amounts],
		[line("4")],
		{percent: "20"},
		"test_min_max_amount_configuration",
	),
	Case(
		"a slab and too large an amount",
		[amounts],
		[line("11")],
		{percent: "0"},
		"test_min_max_amount_configuration",
	),
	Case(
		"twelve and one",
		[rule("S12", "product", min_quantity="12", free=dozen)],
		[line("24")],
		{"free.0.quantity": "2"},
		"test_pricing_rule_for_product_discount_slabs",
	),
]

ERPNEXT_CASES = [*DISCOUNTS, *MARGINS, *UNITS, *GIFTS, *SEVERAL, *SCHEMES]
