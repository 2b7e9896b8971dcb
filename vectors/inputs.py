"""What the vectors are made of: carts, sales, returns and entries, chosen by name and by a seeded dice.

It never computes an expected figure by itself; `make.py` asks `pos_bridge.core`.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pos_bridge.core import money, returns, sale, sale_body
from pos_bridge.core.entry import GENESIS, Entry, uuid7
from pos_bridge.core.money import Rounding, format_decimal, parse_decimal
from pos_bridge.core.tax import Charge, Tax
from pos_bridge.core.ticket import TicketDiscount, TotalRounding

SEED = 20261122

VAT = (Tax("VAT-19", "VAT 19 %", True), Tax("VAT-7", "VAT 7 %", True))
SALES_TAX = (Tax("STATE", "State tax", False), Tax("CITY", "City tax", False))


def line(price_minor: int, quantity: str, rates: dict[str, str], **more: Any) -> sale.DraftLine:  # noqa: ANN401
	if "discount_percent" in more:
		more["discount_percent"] = parse_decimal(more["discount_percent"])
	scaled = {tax: parse_decimal(rate) for tax, rate in rates.items()}
	name = more.pop("name", "Tea")
	return sale.DraftLine("TEA", name, parse_decimal(quantity), "Nos", price_minor, scaled, **more)


def draft(taxes: tuple[Tax, ...], *lines: sale.DraftLine, **more: Any) -> sale.SaleDraft:  # noqa: ANN401
	rounding, precision = more.pop("rounding", Rounding.COMMERCIAL), more.pop("precision", 2)
	return sale.SaleDraft("EUR", precision, rounding, taxes, lines, **more)


def named_drafts() -> list[tuple[str, sale.SaleDraft]]:
	vat19, vat7 = {"VAT-19": "19"}, {"VAT-7": "7"}
	both = {"STATE": "6.25", "CITY": "2.125"}
	return [
		("one line, price includes the tax", draft(VAT, line(1999, "1", vat19))),
		("two inclusive rates in one sale", draft(VAT, line(1999, "2", vat19), line(349, "3", vat7))),
		(
			"a percent discount rounds the unit price first",
			draft(VAT, line(1999, "3", vat19, discount_percent="12.5")),
		),
		("an amount off each unit", draft(VAT, line(1999, "2", vat19, unit_discount_minor=250))),
		("a weighed quantity with three decimals", draft(VAT, line(1290, "0.345", vat7))),
		("two taxes on top of one line", draft(SALES_TAX, line(1000, "3", both))),
		("a tax rate with three decimals rounds once per tax", draft(SALES_TAX, *[line(333, "1", both)] * 7)),
		(
			"inclusive and exclusive tax on the same line",
			draft((VAT[0], SALES_TAX[1]), line(1190, "1", {"VAT-19": "19", "CITY": "2"})),
		),
		("a zero rate is shown as a tax of nothing", draft(VAT, line(500, "1", {"VAT-7": "0"}))),
		("no tax at all", draft(VAT, line(500, "2", {}))),
		("nets of many small inclusive lines leave a round off", draft(VAT, *[line(10, "1", vat19)] * 3)),
		(
			"a difference over five minor units stays in the total, as in ERPNext",
			draft(VAT, *[line(3, "1", vat19)] * 60),
		),
		(
			"a currency without minor units",
			draft(VAT, line(150, "1.5", vat19), rounding=Rounding.BANKERS_LEGACY, precision=0),
		),
		("a currency with three decimals", draft(VAT, line(1255, "1.5", vat19), precision=3)),
		("everything off", draft(VAT, line(1999, "1", vat19, discount_percent="100"))),
		("the smallest quantity", draft(VAT, line(1999, "0.000000001", vat19))),
		(
			"an emoji and a control character in a name",
			draft(VAT, line(250, "1", vat7, name="Té 🍵 \u001bp\u0000")),
		),
	]


def random_draft(random_: random.Random) -> sale.SaleDraft:
	taxes = random_.choice([VAT, SALES_TAX, (VAT[0], SALES_TAX[1])])
	rates = {"VAT-19": "19", "VAT-7": "7", "STATE": "6.25", "CITY": "2.125"}
	lines = []
	for _ in range(random_.randint(1, 6)):
		used = {tax.tax: rates[tax.tax] for tax in taxes if random_.random() < 0.7}
		quantity = format_decimal(
			random_.choice([random_.randint(1, 9) * money.SCALE, random_.randint(1, 5000) * 10**6])
		)
		more = random_.choice(
			[{}, {}, {"discount_percent": format_decimal(random_.randint(1, 400) * 250_000_000)}]
		)
		lines.append(line(random_.randint(1, 9999), quantity, used, **more))
	return draft(
		taxes, *lines, rounding=random_.choice(list(Rounding)), precision=random_.choice([0, 2, 2, 3])
	)


def sold(cart: sale.SaleDraft) -> sale.Sale:
	total_minor = sale.compute(cart).total_minor
	return sale.make_sale(cart, (sale.Tender("Cash", "cash", total_minor),) if total_minor else ())


def given_back(cart: sale.SaleDraft, **more: Any) -> returns.Return:  # noqa: ANN401
	"""The return of a cart: half of the money in cash, the rest on the card."""
	total_minor = sale.compute(cart, "return").total_minor
	card_minor = -(-total_minor // 2)
	parts = (sale.Tender("Card", "card", card_minor), sale.Tender("Cash", "cash", total_minor - card_minor))
	return returns.make_return(cart, [part for part in parts if part.amount_minor], **more)


AGAINST = {"against_entry": uuid7(1_795_000_000_001, bytes(range(10))), "against_receipt": "T1-1-000001"}


@dataclass(frozen=True, slots=True)
class TakenBack:
	"""A sale, what came back of its lines before, and a return against it."""

	why: str
	sold: sale.Sale
	return_: returns.Return
	already: Mapping[int, int] = field(default_factory=dict)


def taken_back(
	why: str, cart: sale.SaleDraft, quantities: Mapping[int, str] | None = None, **already: str
) -> TakenBack:
	"""These quantities of the cart's lines, the whole cart by default; `already` as `line_1="2"`."""
	sale_made = sold(cart)
	scaled = {number: parse_decimal(quantity) for number, quantity in (quantities or {}).items()}
	whole = {number: each.quantity for number, each in enumerate(cart.lines, start=1)}
	going_back = returns.draft_of_return(sale_made, scaled or whole)
	before = {int(name[5:]): parse_decimal(quantity) for name, quantity in already.items()}
	return TakenBack(why, sale_made, given_back(going_back, **AGAINST), before)


def named_returns() -> list[TakenBack]:
	vat19, vat7 = {"VAT-19": "19"}, {"VAT-7": "7"}
	discounted = line(1999, "2", vat19, discount_percent="10", gtin="4006381333931")
	weighed = line(1290, "0.345", vat7)
	return [
		taken_back("a whole sale", draft(VAT, discounted, weighed)),
		taken_back("one of two discounted units", draft(VAT, discounted, weighed), {1: "1"}),
		taken_back("the second line, in part", draft(VAT, discounted, weighed), {2: "0.1"}),
		taken_back("an amount off each unit", draft(VAT, line(1999, "2", vat19, unit_discount_minor=250))),
		taken_back("taxes on top", draft(SALES_TAX, line(333, "3", {"STATE": "6.25", "CITY": "2.125"}))),
		taken_back("a round off of its own", draft(VAT, *[line(10, "1", vat19)] * 3)),
		taken_back("a difference that stands in the total", draft(VAT, *[line(3, "1", vat19)] * 60)),
		taken_back(
			"nothing to pay, nothing to give back", draft(VAT, line(5, "1", vat19, discount_percent="100"))
		),
		taken_back("the rest after one came back", draft(VAT, line(500, "3", vat7)), {1: "2"}, line_1="1"),
		taken_back(
			"more than is left", draft(VAT, line(500, "3", vat7), weighed), {2: "0.345", 1: "2.5"}, line_1="1"
		),
		taken_back("all of it a second time", draft(VAT, weighed), line_1="0.345"),
		taken_back("goods with a batch and serial numbers", draft(VAT, *tracked(vat19))),
		taken_back("one of two with serial numbers", draft(VAT, *tracked(vat19)), {1: "1", 2: "0.5"}),
		*(halves(rounding, precision) for rounding in Rounding for precision in (0, 2, 3)),
	]


def tracked(rates: dict[str, str]) -> tuple[sale.DraftLine, ...]:
	"""Two phones in one box with their serial numbers, and half a kilo of a batch of cheese."""
	phones = replace(line(49900, "1", rates), unit="Box", conversion=2 * money.SCALE)
	two = replace(line(24950, "2", rates), serials=("SN-1", "SN-2"))
	cheese = replace(line(1290, "0.5", rates), batch="B-2026-11")
	return two, cheese, replace(phones, serials=("SN-3", "SN-4"), batch="B-7")


def halves(rounding: Rounding, precision: int) -> TakenBack:
	"""Every step of the computation meets an exact half."""
	cart = draft(
		(VAT[0], SALES_TAX[0]),
		line(25, "0.5", {}),
		line(25, "1", {}, discount_percent="50"),
		line(119, "0.5", {"VAT-19": "19"}),
		line(35, "1", {"VAT-19": "100"}),
		line(200, "1", {"STATE": "6.25"}),
		rounding=rounding,
		precision=precision,
	)
	return taken_back(f"exact halves, {rounding.value}, {precision} decimals", cart)


def random_return(random_: random.Random, number: int) -> TakenBack:
	cart = random_draft(random_)
	numbers = random_.sample(range(1, len(cart.lines) + 1), random_.randint(1, len(cart.lines)))
	quantities = {}
	for each in sorted(numbers):
		parts = random_.choice([1, 2, 3, 4, 4, 4, 5])
		quantity = max(1, cart.lines[each - 1].quantity * parts // (4 * 10**6)) * 10**6
		quantities[each] = format_decimal(quantity)
	return taken_back(f"random return {number}", cart, quantities)


def a_sale() -> sale.Sale:
	cart = draft(
		VAT,
		line(
			1999, "2", {"VAT-19": "19"}, discount_percent="10", name="Coffee beans 1 kg", gtin="4006381333931"
		),
		line(
			1290,
			"0.345",
			{"VAT-7": "7"},
			name="Mountain cheese, a very long name that has to wrap on the paper",
		),
		line(349, "1", {"VAT-7": "7"}, name="Milk"),
	)
	return sale.make_sale(cart, (sale.Tender("Card", "card", 1000), sale.Tender("Cash", "cash", 5000)))


def a_sale_by_gift_card() -> sale.Sale:
	"""Partly paid with a gift card, of whose number the paper shows the end, and with a tip."""
	card = sale.Tender("Gift card", "gift_card", 1000, credit="GC-7XK2M-94TQA-BC3H")
	return sale.make_sale(a_sale().draft, (card, sale.Tender("Cash", "cash", 5000)), tip_minor=150)


def a_sale_with_added_tax() -> sale.Sale:
	rates = {"STATE": "6.25", "CITY": "2.125"}
	cart = draft(
		SALES_TAX, line(123456, "3", rates, name="Tea"), line(999, "1", rates, unit_discount_minor=99)
	)
	return sale.make_sale(cart, (sale.Tender("Card", "card", sale.compute(cart).total_minor),))


def a_sale_with_everything() -> sale.Sale:
	"""A ticket discount, one tax at two rates, a fee, a coin, prices of three decimals, a promotion."""
	rows = Tax("VAT", "VAT", True), Tax("BAG", "Bag fee", False, Charge.ACTUAL, actual_minor=15)
	lines = (
		line(1799, "12.345", {"VAT": "19"}, name="Petrol"),
		line(4990, "2", {"VAT": "7.7"}, name="Bread", discount_percent="10", discount_reason="Bread week"),
		line(2500, "1", {"VAT": "19"}, name="Cup", discount_percent="100", discount_reason="With two loaves"),
		line(1000, "1", {"VAT": "7.7"}, name="Butter", unit_margin_minor=55, unit_discount_minor=5),
		replace(line(12000, "1", {"VAT": "19"}, name="Water"), unit="Crate", conversion=12 * money.SCALE),
	)
	off = TicketDiscount("grand_total", percent=12_500_000_000, reason="Neighbours")
	more = {"discount": off, "total_rounding": TotalRounding(5), "rate_decimals": 3}
	cart = draft(rows, *lines, **more)
	return sale.make_sale(cart, (sale.Tender("Cash", "cash", 5000),))


def a_tipped_sale(written_off: int = 0) -> sale.Sale:
	"""A tip by card and the rest in cash with change; of it, perhaps, a little that nobody had to pay."""
	cart = draft(VAT, line(1850, "1", {"VAT-19": "19"}, name="Lunch"))
	tenders = (sale.Tender("Cash", "cash", 1000), sale.Tender("Card", "card", 1150))
	return sale.make_sale(cart, tenders, tip_minor=200, write_off_minor=written_off)


def an_entry(sequence: int = 1, previous: str = GENESIS, kind: str = "sale", **more: Any) -> Entry:  # noqa: ANN401
	fields: dict[str, Any] = {
		"id": uuid7(1_795_000_000_000 + sequence, bytes(range(10))),
		"kind": kind,
		"till": "T1",
		"writer": "page",
		"chain": uuid7(1_795_000_000_000, bytes(10)),
		"epoch": 1,
		"sequence": sequence,
		"previous": previous,
		"occurred_at": "2026-11-22T12:00:00.000+01:00",
		"business_date": "2026-11-22",
		"cashier": "Ada",
		"body": sale_body.sale_body(a_sale()),
		"receipt_number": f"T1-1-{sequence:06d}",
	}
	return Entry(**fields | more)


def a_return(**against: str) -> returns.Return:
	cart = returns.draft_of_return(a_sale(), {1: money.SCALE, 2: 100_000_000, 3: money.SCALE})
	if not against:
		cart = replace(cart, lines=tuple(replace(each, against_line=0) for each in cart.lines))
	return given_back(cart, **against, reason="does not fit")


def a_return_onto_credit() -> returns.Return:
	"""Onto store credit: the paper is how that is spent."""
	made = a_return(**AGAINST)
	total = made.sale.totals.total_minor
	credit = sale.Tender("Store credit", "store_credit", total, credit="SC-7XK2M-94TQA-BC3H")
	return returns.make_return(made.sale.draft, (credit,), made.against_entry, made.against_receipt)
