"""X and Z: they say what the entries say, add up, and tell what is missing."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shifts import A_SALE, Chain, bodies, cash, movement, with_total

from pos_bridge.core.entry import uuid7
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.shift_state import state_of
from pos_bridge.core.receipt import ReceiptHeader, document_fields, layout_lines, read_document
from pos_bridge.core.report import (
	ReportSettings,
	document_of_report,
	report_head,
	report_sections,
	shift_report,
)

GROUPS = {"TEA": "Drinks", "MILK": "Fresh"}
HEADER = ReceiptHeader("Corner Shop", point=",", group=".")


def told_of(chain, all_bodies):
	return [chain.tell(*each) for each in all_bodies]


def amounts_of(report):
	"""Every figure of the report that adds up, by its place."""
	places = {}
	for name in ("tenders", "owed", "taxes", "groups", "cashiers", "discounts", "issued", "movements"):
		for row in getattr(report, name):
			key = tuple(value for value in _values(row) if isinstance(value, str))
			places[name, key] = tuple(value for value in _values(row) if isinstance(value, int))
	for name in ("sales", "returns"):
		places[name] = tuple(_values(getattr(report, name)))
	places["untaxed"] = (report.untaxed_minor,)
	return places


def _values(row):
	return [getattr(row, field.name) for field in fields(row)]


@given(st.lists(bodies(), max_size=12))
def test_what_was_received_is_what_was_sold_and_all_sums_agree(all_bodies):
	chain = Chain()
	opening = chain.open()
	report = shift_report(opening, told_of(chain, all_bodies), settings=ReportSettings(groups=GROUPS))
	sales, returns, happened = report.sales, report.returns, report.happened
	assert happened.unread == 0
	moved = sum(each.received_minor + each.change_minor + each.refunded_minor for each in report.tenders)
	owed = sum(each.received_minor + each.refunded_minor for each in report.owed)
	issued = sum(each.amount_minor for each in report.issued)
	earned = sales.total_minor + returns.total_minor + issued
	earned += happened.tips.amount_minor - happened.write_offs.amount_minor
	assert moved + owed == earned
	for turned in (sales, returns):
		parts = (turned.net_minor, turned.tax_minor, turned.round_off_minor, turned.adjustment_minor)
		assert sum(parts) == turned.total_minor
	assert sum(each.tax_minor for each in report.taxes) == sales.tax_minor + returns.tax_minor
	assert sum(each.net_minor for each in report.groups) == sales.net_minor + returns.net_minor
	told = sum(each.sales_minor + each.returns_minor for each in report.cashiers)
	assert told == sales.total_minor + returns.total_minor
	back = happened.with_receipt.amount_minor + happened.without_receipt.amount_minor
	assert back == returns.total_minor
	state = state_of([opening.entry, *(each.entry for each in told_of(Chain(), all_bodies))])
	drawer = {tender: state.expected(tender) for tender in {**state.floats, **state.moved}}
	assert {each.tender: each.expected_minor for each in report.tenders} == drawer


@settings(max_examples=50)
@given(st.lists(bodies(), max_size=10), st.integers(0, 10))
def test_the_z_of_two_halves_adds_up_to_that_of_the_whole(all_bodies, at):
	chain = Chain()
	opening = chain.open(0)
	told = told_of(chain, all_bodies)
	halves = [amounts_of(shift_report(opening, half)) for half in (told[:at], told[at:])]
	added = {}
	for half in halves:
		for place, amounts in half.items():
			known = added.get(place, (0,) * len(amounts))
			added[place] = tuple(map(sum, zip(known, amounts, strict=True)))
	assert amounts_of(shift_report(opening, told)) == added


@settings(max_examples=50)
@given(st.lists(bodies(), max_size=8), st.integers(16, 96), st.randoms())
def test_the_order_in_which_entries_arrived_changes_no_figure(all_bodies, columns, random):
	chain = Chain()
	opening, told = chain.open(), told_of(chain, all_bodies)
	closing = chain.close(cash(5))
	report = shift_report(opening, told, closing)
	shuffled = random.sample(told, len(told))
	assert amounts_of(shift_report(opening, shuffled, closing)) == amounts_of(report)
	document = document_of_report(report, replace(HEADER, columns=columns))
	assert all(len(line) <= columns for line in layout_lines(document))
	assert read_document(document_fields(document)) == document


def test_counted_less_expected_is_the_difference_and_only_of_what_was_counted():
	chain = Chain()
	opening = chain.open(10_000)
	told = [chain.sale(2_550), chain.tell("cash_out", {**movement(5_000), "purpose": "deposit"})]
	closing = chain.close(cash(7_230, denominations=[["5000", 1], ["10", 223]]))
	(drawer,) = shift_report(opening, told, closing).tenders
	assert (drawer.expected_minor, drawer.counted_minor, drawer.difference_minor) == (7_550, 7_230, -320)
	assert drawer.denominations == ((5_000, 1), (10, 223))
	(uncounted,) = shift_report(opening, told, None).tenders
	assert (uncounted.counted_minor, uncounted.difference_minor) == (None, None)


def test_taxes_are_told_apart_by_label_and_rate():
	lines = [
		{**A_SALE["lines"][0], "amount_minor": 119, "net_minor": 100, "rates": {"VAT": "19"}},
		{**A_SALE["lines"][0], "amount_minor": 107, "net_minor": 100, "rates": {"VAT": "7"}},
		{**A_SALE["lines"][0], "amount_minor": 40, "net_minor": 40},
	]
	taxes = [
		{"tax": "VAT", "label": "VAT", "inclusive": True, "base_minor": 200, "amount_minor": 26},
		{"tax": "CARD", "label": "Fee", "inclusive": False, "charge": "actual", "amount_minor": 5},
	]
	chain = Chain()
	opening = chain.open()
	report = shift_report(opening, [chain.sale(271, lines=lines, taxes=taxes, net_minor=240, tax_minor=31)])
	found = [(each.label, each.rate, each.net_minor, each.tax_minor) for each in report.taxes]
	assert found == [("VAT", "19", 100, 19), ("VAT", "7", 100, 7), ("Fee", "", 0, 5)]
	assert report.untaxed_minor == 40
	shown = {row[0]: row[1:] for section in report_sections(report, HEADER) for row in section.rows}
	assert shown["VAT 19 %"] == ("1,00", "0,19", "1,19")
	assert shown["Without tax"] == ("0,40", "", "0,40")


def test_discounts_are_told_by_reason_by_promotion_and_by_ticket():
	def line(**more):
		return {**A_SALE["lines"][0], "price_minor": 1_000, "amount_minor": 900, "net_minor": 900, **more}

	lines = [
		line(discount_percent="10", discount_reason="dented"),
		line(unit_discount_minor=100, discount_reason="Happy hour", rules=["PRLE-1"]),
		line(unit_discount_minor=100, rules=["PRLE-1", "PRLE-2"]),
		line(price_minor=900),
	]
	discount = {"on": "grand_total", "amount_minor": 600, "reason": "regular"}
	chain = Chain()
	opening = chain.open()
	report = shift_report(opening, [chain.sale(3_000, lines=lines, discount=discount)])
	found = {(each.on, each.reason): (each.count, each.amount_minor) for each in report.discounts}
	assert found == {
		("line", "dented"): (1, 100),
		("rule", "Happy hour"): (1, 100),
		("rule", "PRLE-1, PRLE-2"): (1, 100),
		("ticket", "regular"): (1, 600),
	}


def test_what_moves_no_money_belongs_to_the_shift_in_which_its_chain_has_it():
	chain = Chain()
	before = chain.tell("no_sale")
	opening = chain.open()
	within = [
		chain.tell("no_sale"),
		chain.tell("void", {"total_minor": 730}),
		chain.tell("reprint"),
		chain.tell("approval"),
		chain.tell("training_sale", {**A_SALE, **with_total(9_999)}),
	]
	closing = chain.close()
	after = chain.tell("reprint")
	happened = shift_report(opening, [before, *within, after], closing).happened
	assert (happened.no_sales, happened.reprints, happened.approvals, happened.training) == (1, 1, 1, 1)
	assert (happened.voids.count, happened.voids.amount_minor) == (1, 730)


def test_training_is_counted_and_comes_to_nothing():
	chain = Chain()
	opening = chain.open()
	report = shift_report(opening, [chain.tell("training_sale", {**A_SALE, **with_total(9_999)})])
	assert report.happened.training == 1
	assert (report.sales.count, report.tenders[0].received_minor, report.groups) == (0, 0, ())


def test_another_shifts_entries_fill_gaps_and_add_nothing():
	chain, other = Chain(), uuid7(7, b"other-----")
	opening = chain.open()
	told = [chain.sale(500), chain.sale(700, shift=other), chain.sale(900)]
	report = shift_report(opening, told, chain.close())
	assert report.sales.total_minor == 1_400
	assert (report.numbers[0].missing, report.chains[0].missing) == (0, 0)


def test_gaps_in_numbers_and_chain_are_told_and_a_void_accounts_for_its_number():
	chain = Chain()
	opening, first = chain.open(), chain.sale()
	chain.skip(receipts=3)
	last = chain.sale()
	void = chain.tell("void", {"receipt_number": "T1-1-000003", "total_minor": 0})
	closing = chain.close()
	report = shift_report(opening, [first, last, void], closing)
	(numbers,) = report.numbers
	assert (numbers.first, numbers.last, numbers.missing, numbers.named) == (1, 5, 2, (2, 4))
	(part,) = report.chains
	assert (part.first, part.last, part.missing, part.hash) == (1, 6, 1, closing.hash)


def test_a_gap_of_a_billion_numbers_is_counted_and_not_listed():
	chain = Chain()
	opening, first = chain.open(), chain.sale()
	chain.receipts = 10**9
	(numbers,) = shift_report(opening, [first, chain.sale()]).numbers
	assert (numbers.missing, len(numbers.named)) == (10**9 - 1, 20)


def test_a_shift_goes_on_in_a_new_chain_and_may_be_closed_there():
	first, second = Chain(1), Chain(2)
	opening = first.open()
	told = [first.sale(100), second.sale(200), second.tell("no_sale")]
	closing = second.close(cash(10_300))
	report = shift_report(opening, [*told, second.tell("no_sale")], closing)
	assert report.tenders[0].difference_minor == 0
	assert report.happened.no_sales == 1
	assert [(each.first, each.last) for each in report.chains] == [(1, 2), (1, 3)]
	assert [each.prefix for each in report.numbers] == ["T1-1", "T1-2"]


def test_a_shift_that_nobody_closed_ends_where_the_next_one_begins():
	chain = Chain()
	opening, told = chain.open(), [chain.sale(100), chain.tell("no_sale")]
	chain.shift = uuid7(9, b"next------")
	behind = [chain.open(), chain.sale(900), chain.tell("no_sale")]
	report = shift_report(opening, [*told, *behind])
	assert (report.sales.total_minor, report.happened.no_sales) == (100, 1)
	assert (report.chains[0].first, report.chains[0].last) == (1, 3)


def test_without_its_opening_a_shift_has_no_difference_and_says_why():
	chain = Chain()
	chain.skip()
	told, closing = [chain.sale(100)], chain.close(cash(10_100))
	report = shift_report(None, told, closing)
	shown = {row[0]: row[1:] for section in report_sections(report, HEADER) for row in section.rows}
	assert shown["Cash"] == ("", "1,00", "", "", "", "", "", "101,00", "")
	assert dict(report_head(report))["Opened"] == "not arrived, float unknown"
	with pytest.raises(Rejected, match="neither"):
		shift_report(None, told)


def test_what_came_after_the_closing_counts_and_is_told():
	chain = Chain()
	opening, told, closing = chain.open(), [chain.sale(100)], chain.close(cash(10_100))
	behind = chain.sale(40)
	elsewhere = replace(Chain(2).sale(60), late=True)
	report = shift_report(opening, [*told, behind, elsewhere], closing, ReportSettings(7, 2))
	assert (report.happened.late, report.tenders[0].difference_minor) == (2, -100)
	assert (report.number, report.amended) == (7, 2)
	assert report.chains[0].hash == closing.hash


@pytest.mark.parametrize(
	"body",
	[
		{"currency": "USD"},
		{"lines": [{"item": 7}]},
		{"tenders": "cash"},
		{"total_minor": True},
		{"lines": 7},
		{"taxes": [{"label": "VAT"}]},
	],
)
def test_an_entry_that_can_not_be_read_is_left_out_whole_and_counted(body):
	chain = Chain()
	opening = chain.open()
	report = shift_report(opening, [chain.sale(100), chain.sale(5_000, **body), chain.sale(10)])
	assert (report.happened.unread, report.sales.count, report.tenders[0].received_minor) == (1, 2, 110)
	assert "NOT INCLUDED" in "\n".join(layout_lines(document_of_report(report, HEADER)))


def test_handing_opening_and_closing_in_among_the_entries_changes_nothing():
	chain = Chain()
	opening, told, closing = chain.open(), [chain.sale(100)], chain.close()
	assert shift_report(opening, [opening, *told, *told, closing], closing) == shift_report(
		opening, told, closing
	)


def test_an_x_says_so_and_a_z_has_its_number_who_closed_it_and_a_place_to_sign():
	chain = Chain()
	opening, told = chain.open(), [chain.sale(123_456)]
	x = layout_lines(document_of_report(shift_report(opening, told), HEADER))
	closing = chain.close(cash(1), note="drawer was stuck", cashier="Noor")
	closing = replace(closing, entry=replace(closing.entry, cashier="Noor"))
	report = shift_report(opening, told, closing, ReportSettings(42, 1))
	z = layout_lines(document_of_report(report, HEADER))
	assert any("X REPORT" in line for line in x)
	assert not any("Signature" in line for line in x)
	assert any("Z REPORT" in line for line in z)
	assert any("Signature" in line for line in z)
	assert any("1.234,56" in line for line in z)
	assert dict(report_head(report)) == {
		"Number": "42",
		"Till": "T1",
		"Business date": "2026-11-27",
		"Opened": "2026-11-27 09:01 Ada",
		"Closed": "2026-11-27 09:03 Noor",
		"Amended": "1",
		"Note": "drawer was stuck",
	}


def test_the_whole_hash_of_the_last_entry_stands_on_the_paper():
	chain = Chain()
	opening, closing = chain.open(), chain.close()
	lines = layout_lines(document_of_report(shift_report(opening, [], closing), HEADER), 42)
	assert closing.hash in "".join(line.strip() for line in lines)
