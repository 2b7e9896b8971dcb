"""Scenarios of ERPNext's own tests of its sums, with the figures that those expect (docs/parity.md).

The figures are theirs, entered by hand; nothing here computes one.
"""

from decimal import Decimal
from typing import Any

import inputs
from inputs import line

from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.sale import DraftLine, SaleDraft
from pos_bridge.core.sale_body import draft_fields
from pos_bridge.core.tax import Charge, Tax
from pos_bridge.core.ticket import TicketDiscount, TotalRounding

TO_THE_UNIT = TotalRounding(100, halves_down=False)
Rates = dict[str, str]


def draft(*parts: Any, **more: Any) -> SaleDraft:  # noqa: ANN401
	"""ERPNext's tests run under its usual rounding."""
	return inputs.draft(*parts, rounding=Rounding.BANKERS, **more)


def net(name: str, *, inclusive: bool = False) -> Tax:
	return Tax(name, name, inclusive)


def previous(name: str, charge: Charge, row: str, rate: int, *, inclusive: bool = False) -> Tax:
	return Tax(name, name, inclusive, charge, row, rate * SCALE)


def shipping(amount_minor: int) -> Tax:
	return Tax("Shipping", "Shipping", False, Charge.ACTUAL, actual_minor=amount_minor)


AMOUNT, TOTAL = Charge.PREVIOUS_ROW_AMOUNT, Charge.PREVIOUS_ROW_TOTAL
EIGHT_ROWS = (
	shipping(10_000),
	net("Customs"),
	net("Excise"),
	previous("Education", AMOUNT, "Excise", 2),
	previous("Higher education", AMOUNT, "Excise", 1),
	previous("CST", TOTAL, "Higher education", 2),
	net("VAT"),
	previous("Discount", TOTAL, "VAT", -10),
)
EIGHT_RATES: Rates = {
	"Customs": "10",
	"Excise": "12",
	"Education": "2",
	"Higher education": "1",
	"CST": "2",
	"VAT": "12.5",
	"Discount": "-10",
}
LOWER_EXCISE = EIGHT_RATES | {"Excise": "10"}
"""Of the item that has a template of its own."""
EIGHT_INCLUDED = (
	net("Excise", inclusive=True),
	previous("Education", AMOUNT, "Excise", 2, inclusive=True),
	previous("Higher education", AMOUNT, "Excise", 1, inclusive=True),
	previous("CST", TOTAL, "Higher education", 2, inclusive=True),
	net("VAT", inclusive=True),
	net("Customs"),
	shipping(10_000),
	previous("Discount", TOTAL, "Shipping", -10),
)


def minor(amount: str) -> int:
	return int(Decimal(amount) * 100)


def case(test: str, cart: SaleDraft, **expected: str) -> dict[str, Any]:
	"""`expected`: amounts as ERPNext's test writes them; those of `taxes` and `nets` in order."""
	figures: dict[str, Any] = {}
	for name, amounts in expected.items():
		if name in ("taxes", "nets"):
			figures[name] = [minor(amount) for amount in amounts.split()]
		else:
			figures[f"{name}_minor"] = minor(amounts)
	return {"why": test, "draft": draft_fields(cart), "expected": figures}


def goods(price_minor: int, quantity: str, rates: Rates) -> DraftLine:
	return line(price_minor, quantity, rates)


def eight_rows(**more: Any) -> SaleDraft:  # noqa: ANN401
	return draft(EIGHT_ROWS, goods(5_000, "10", LOWER_EXCISE), goods(15_000, "5", EIGHT_RATES), **more)


def eight_included(*rows: Tax, **more: Any) -> SaleDraft:  # noqa: ANN401
	service = {"Service": "10"} if rows else {}
	lines = goods(6_250, "10", LOWER_EXCISE | service), goods(19_066, "5", EIGHT_RATES | service)
	return draft((*EIGHT_INCLUDED, *rows), *lines, **more)


def service_and_cess(discount: TicketDiscount | None) -> SaleDraft:
	rows = net("Service", inclusive=True), Tax("Cess", "Cess", True, Charge.ITEM_QUANTITY)
	return draft(rows, goods(5_000, "100", {"Service": "14", "Cess": "5"}), discount=discount)


def tea(*quantities: str, rates: list[Rates]) -> list[DraftLine]:
	return [goods(460, quantity, each) for quantity, each in zip(quantities, rates, strict=True)]


def two_included(rate: str, *lines: tuple[int, str]) -> SaleDraft:
	rows = net("Tax 1", inclusive=True), net("Tax 2", inclusive=True)
	rates = {"Tax 1": rate, "Tax 2": rate}
	return draft(
		rows, *(goods(price, quantity, rates) for price, quantity in lines), total_rounding=TO_THE_UNIT
	)


def rows_on_rows() -> list[dict[str, Any]]:
	"""Eight rows, some on the amount or the total of others."""
	off = TicketDiscount
	return [
		case(
			"test_sales_invoice_calculation_base_currency",
			eight_rows(),
			net="1250",
			taxes="100 125 140 2.8 1.4 32.38 156.25 -180.78",
			total="1627.05",
		),
		case(
			"test_sales_invoice_calculation_base_currency_with_tax_inclusive_price",
			eight_included(),
			nets="499.98 750",
			net="1249.98",
			taxes="140 2.8 1.4 27.88 156.25 125 100 -180.33",
			total="1622.97",
		),
		case(
			"test_sales_invoice_discount_amount",
			eight_included(
				previous("Service", AMOUNT, "Discount", 10), discount=off("grand_total", amount_minor=10_494)
			),
			nets="465.37 698.08",
			net="1163.45",
			taxes="130.31 2.61 1.30 25.95 145.43 116.34 100 -168.54 -16.85",
			total="1500",
		),
		case(
			"test_discount_on_net_total",
			eight_rows(discount=off("net_total", amount_minor=62_500)),
			nets="250 375",
			net="625",
			taxes="100 62.5 70 1.4 0.7 17.19 78.12 -95.49",
		),
	]


def for_the_quantity() -> list[dict[str, Any]]:
	"""An amount for each unit, on top and included."""
	off = TicketDiscount
	return [
		case(
			"test_qty_based_taxes",
			draft((Tax("Cess", "Cess", False, Charge.ITEM_QUANTITY),), goods(10_000, "300", {"Cess": "2"})),
			taxes="600",
		),
		case(
			"test_sales_invoice_with_discount_and_inclusive_tax: no discount",
			service_and_cess(None),
			nets="3947.37",
			net="3947.37",
			total="5000",
		),
		case(
			"test_sales_invoice_with_discount_and_inclusive_tax: on net total",
			service_and_cess(off("net_total", amount_minor=10_000)),
			net="3847.37",
			total="4886",
		),
		case(
			"test_sales_invoice_with_discount_and_inclusive_tax: on grand total",
			service_and_cess(off("grand_total", amount_minor=10_000)),
			net="3859.65",
			total="4900",
		),
	]


def of_many_lines() -> list[dict[str, Any]]:
	"""One tax over many lines, with item tax templates and without."""
	quantities = ("84", "54", "288", "144", "430")
	usual = {"Excise": "11", "Education": "0", "Higher education": "3"}
	of_templates = [
		usual,
		usual | {"Excise": "12"},
		usual | {"Excise": "15"},
		usual | {"Excise": "20"},
		{"Excise": "5", "Education": "10", "Higher education": "15"},
	]
	three = net("Excise"), net("Education"), net("Higher education")
	return [
		case(
			"test_tax_calculation_with_multiple_items",
			draft((net("VAT"),), *tea(*quantities, rates=[{"VAT": "19"}] * 5)),
			net="4600",
			taxes="874",
			total="5474",
		),
		case(
			"test_tax_calculation_with_item_tax_template",
			draft(three, *tea(*quantities, rates=of_templates), total_rounding=TO_THE_UNIT),
			net="4600",
			taxes="502.41 197.80 375.36",
			total="5676",
			rounding_adjustment="0.43",
		),
		case(
			"test_item_wise_tax_breakup",
			draft((net("Service"),), *[goods(5_000, "100", {"Service": "10"})] * 3),
			taxes="1500",
		),
	]


def off_the_ticket() -> list[dict[str, Any]]:
	"""A discount spread over lines."""
	off = TicketDiscount
	prices = (7_500, 50_000, 20_000, 10_000, 5_000, 5_000)
	many = [goods(price, "1", {"VAT": "24"}) for price in prices]
	fives = [goods(10_000, "5", {"VAT": "10"}), goods(20_000, "5", {"VAT": "10"})]
	ten = net("VAT", inclusive=True)
	return [
		case(
			"test_tax_calculation_with_multiple_items_and_discount",
			draft((net("VAT"),), *many, discount=off("net_total", amount_minor=7_500)),
			net="900",
			taxes="216",
			total="1116",
		),
		case(
			"test_distributed_discount_amount",
			draft(
				(),
				goods(10_000, "5", {}),
				goods(20_000, "5", {}),
				discount=off("net_total", amount_minor=10_000),
			),
			nets="466.67 933.33",
			net="1400",
			total="1400",
		),
		case(
			"test_distributed_discount_amount_with_taxes",
			draft((ten,), *fives, discount=off("grand_total", amount_minor=10_000)),
			nets="424.25 848.48",
			net="1272.73",
			total="1400",
		),
	]


def rounded() -> list[dict[str, Any]]:
	"""What is left over of inclusive prices, and totals to the whole unit."""
	return [
		case(
			"test_rounding_adjustment",
			two_included("14", (2_490_000, "1")),
			net="19453.12",
			tax="5446.88",
			total="24900",
		),
		case(
			"test_rounding_adjustment_2",
			two_included("9", (40_000, "1"), (40_025, "1"), (60_030, "1"), (10_065, "1")),
			net="1272.20",
			tax="229",
			taxes="114.50 114.50",
			total="1501",
			rounding_adjustment="-0.20",
		),
		case(
			"test_rounding_adjustment_3",
			two_included("6", (112_200, "2"), (112_201, "1"), (112_201, "1")),
			net="4007.15",
			tax="480.86",
			taxes="240.43 240.43",
			total="4488",
			rounding_adjustment="-0.02",
		),
	]


def scenarios() -> list[dict[str, Any]]:
	return [*rows_on_rows(), *for_the_quantity(), *of_many_lines(), *off_the_ticket(), *rounded()]
