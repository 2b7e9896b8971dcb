"""A shift in the books of a real ERPNext: opened, counted, closed, and amended by whatever comes later."""

from dataclasses import replace

import frappe
import pytest
from books import book, entry_of, flags, gl, open_till, record
from changes import changed
from drawers import (
	cash_in,
	cash_of,
	cash_out,
	close,
	counts_of,
	difference_account,
	open_shift,
	posted,
	sell,
	shift_of,
	take_back,
	voucher_of,
)

from pos_bridge import jobs
from pos_bridge.core.entry import GENESIS, open_wire, seal
from pos_bridge.erpnext.posting import fate


def test_an_opened_shift_shows_its_float_and_books_nothing(shop):
	opened = open_shift(shop, 10_000)
	posted(shop, opened)
	shift = shift_of(opened)
	assert (shift.status, shift.z_number, shift.till, shift.currency) == ("Open", 0, shop.till, "EUR")
	(row,) = shift.counts
	assert (row.tender, row.kind, row.float_amount, row.expected) == (cash_of(shop), "cash", 100, 100)
	assert [each.document_type for each in entry_of(opened).postings] == ["POS Shift"]


def test_a_closed_shift_says_where_its_money_came_from_and_what_is_missing(shop):
	opened = open_shift(shop, 10_000)
	sale = sell(shop, opened, over=150)
	card = sell(shop, opened, tenders="Card")
	back = take_back(shop, opened, sale)
	fetched = cash_in(shop, opened, 3_000)
	dropped = cash_out(shop, opened, 7_500)
	posted(shop, opened, sale, card, back, fetched, dropped)
	total = open_wire(sale).body["total_minor"]
	expected = 10_000 + 3_000 - 7_500
	closed = close(shop, opened, expected - 320, note="Coins fell behind the drawer")
	posted(shop, closed)
	shift = shift_of(opened)
	cash = counts_of(shift)[cash_of(shop)]
	assert (cash["float_amount"], cash["received"], cash["returned"]) == (10_000, total, total)
	assert (cash["cash_in"], cash["cash_out"]) == (3_000, 7_500)
	assert (cash["expected"], cash["counted"], cash["difference"]) == (expected, expected - 320, -320)
	on_card = counts_of(shift)[list(shop.shop.tenders)[1]]
	assert on_card["expected"] == open_wire(card).body["total_minor"]
	assert (on_card["is_counted"], on_card["difference"]) == (0, 0), "what was not counted has no difference"
	assert (shift.status, shift.difference, shift.amended) == ("Closed", -3.2, 0)
	assert (shift.note, shift.sales, shift.returns) == ("Coins fell behind the drawer", 2, 1)
	assert not flags(closed)


def test_the_difference_is_one_voucher_with_the_cost_center_of_the_shop(shop):
	opened = open_shift(shop, 10_000)
	sale = sell(shop, opened)
	closed = close(shop, opened, 10_000 + open_wire(sale).body["total_minor"] - 320)
	posted(shop, opened, sale, closed)
	voucher = voucher_of(closed, "difference")
	cash = shop.shop.tenders[cash_of(shop)]
	assert gl(voucher.name) == {cash: -3.2, difference_account(shop): 3.2}
	assert {row.cost_center for row in voucher.accounts} == {shop.shop.cost_center}
	assert (str(voucher.posting_date), voucher.pos_bridge_till) == (shop.day, shop.till)
	assert voucher.pos_bridge_entry == open_wire(closed).id
	assert shift_of(opened).difference_voucher == voucher.name


def test_too_much_is_booked_on_the_other_side_and_each_tender_by_itself(shop):
	cash, card = list(shop.shop.tenders)[:2]
	opened = open_shift(shop, 5_000)
	closed = close(shop, opened, {cash: 5_100, card: 0})
	late = open_shift(shop, 5_000)
	posted(shop, opened, closed, late)
	assert gl(voucher_of(closed, "difference").name) == {
		shop.shop.tenders[cash]: 1.0,
		difference_account(shop): -1.0,
	}


def test_what_is_counted_right_makes_no_voucher(shop):
	opened = open_shift(shop, 5_000)
	closed = close(shop, opened, 5_000)
	posted(shop, opened, closed)
	assert [each.part for each in entry_of(closed).postings] == ["shift"]
	assert not frappe.db.exists("Journal Entry", {"pos_bridge_till": shop.till})


def test_a_sale_that_comes_after_the_closing_corrects_the_difference_and_amends_the_z(shop):
	opened = open_shift(shop, 5_000)
	late = sell(shop, opened)
	total = open_wire(late).body["total_minor"]
	closed = close(shop, opened, 5_000 + total)
	posted(shop, opened, closed)
	assert counts_of(shift_of(opened))[cash_of(shop)]["difference"] == total
	posted(shop, late)
	cash = shop.shop.tenders[cash_of(shop)]
	assert gl(voucher_of(late, "late_difference").name) == {
		cash: -total / 100,
		difference_account(shop): total / 100,
	}
	row = counts_of(shift_of(opened))[cash_of(shop)]
	assert (row["received"], row["expected"], row["difference"]) == (total, 5_000 + total, 0)
	shift = shift_of(opened)
	assert (shift.amended, shift.sales, shift.difference) == (1, 1, 0)
	assert flags(late) == ["late_for_shift"]
	assert f"{cash_of(shop)} +{total / 100:.2f}" in entry_of(late).remarks[0].details
	assert booked_on(difference_account(shop), shop) == 0


def booked_on(account, shop):
	"""The account's balance out of this till's vouchers, in minor units."""
	vouchers = frappe.get_all("Journal Entry", {"pos_bridge_till": shop.till, "docstatus": 1}, pluck="name")
	return round(sum(gl(name).get(account, 0) for name in vouchers) * 100)


def test_money_that_is_put_in_or_taken_out_late_is_booked_and_corrects_the_difference(shop):
	opened = open_shift(shop, 5_000)
	dropped = cash_out(shop, opened, 2_000)
	closed = close(shop, opened, 3_000)
	posted(shop, opened, closed, dropped)
	assert [each.part for each in entry_of(dropped).postings] == ["cash_out", "late_difference"]
	assert counts_of(shift_of(opened))[cash_of(shop)]["difference"] == 0
	assert booked_on(difference_account(shop), shop) == 0


def test_a_late_sale_on_a_card_that_was_not_counted_amends_the_z_and_books_no_difference(shop):
	opened = open_shift(shop, 5_000)
	late = sell(shop, opened, tenders="Card")
	posted(shop, opened, close(shop, opened, 5_000), late)
	assert [each.part for each in entry_of(late).postings] == ["sale"]
	assert (shift_of(opened).amended, flags(late)) == (1, ["late_for_shift"])


def test_a_closing_without_its_opening_is_booked_and_the_opening_brings_the_difference(shop):
	opened = open_shift(shop, 10_000)
	sale = sell(shop, opened)
	total = open_wire(sale).body["total_minor"]
	closed = close(shop, opened, 9_680 + total)
	posted(shop, sale, closed)
	assert flags(closed) == ["opening_unknown", "shift_incomplete"]
	assert [each.part for each in entry_of(closed).postings] == ["shift"]
	shift = shift_of(opened)
	assert (shift.status, shift.opened_at, shift.difference) == ("Closed", None, 0)
	posted(shop, opened)
	assert gl(voucher_of(opened, "late_difference").name)[difference_account(shop)] == 3.2
	shift = shift_of(opened)
	assert (shift.difference, shift.amended, shift.opened_at) == (-3.2, 1, open_wire(opened).occurred_at)
	assert frappe.db.count("POS Shift", {"till": shop.till}) == 1


def test_all_of_a_shift_in_the_opposite_order_comes_to_the_same(shop):
	opened = open_shift(shop, 10_000)
	sales = [sell(shop, opened) for _ in range(3)]
	moved = [cash_in(shop, opened, 500), cash_out(shop, opened, 1_200, "petty_cash")]
	expected = 10_000 - 700 + sum(open_wire(each).body["total_minor"] for each in sales)
	closed = close(shop, opened, expected - 45)
	for wire in (closed, *reversed(moved), *sales, opened):
		posted(shop, wire)
	row = counts_of(shift_of(opened))[cash_of(shop)]
	assert (row["expected"], row["counted"], row["difference"]) == (expected, expected - 45, -45)
	assert booked_on(difference_account(shop), shop) == 45


def test_a_second_closing_books_nothing_and_says_so(shop):
	opened = open_shift(shop, 5_000)
	first, second = close(shop, opened, 4_990), close(shop, opened, 5_000)
	posted(shop, opened, first, second)
	assert flags(second) == ["closed_twice"]
	assert "50.00" in entry_of(second).remarks[0].details
	assert [each.part for each in entry_of(second).postings] == ["shift"]
	shift = shift_of(opened)
	assert (shift.closing_entry, shift.difference, shift.z_number) == (open_wire(first).id, -0.1, 1)


def test_z_numbers_have_no_gaps_though_a_closing_was_refused_on_the_way(shop):
	openings = [open_shift(shop, 5_000) for _ in range(3)]
	first = close(shop, openings[0], 5_000)
	refused = close(shop, openings[1], 5_000, currency="USD")
	last = close(shop, openings[2], 5_000)
	book(shop, *openings, first, refused, last)
	assert entry_of(refused).state == "held"
	assert [shift_of(opened).z_number for opened in openings] == [1, 0, 2]


def test_two_tills_of_a_shop_have_shifts_that_do_not_meet(shop):
	other = open_till(shop)
	opened, beside = open_shift(shop, 5_000), open_shift(other, 7_000)
	sale, theirs = sell(shop, opened), sell(other, beside)
	posted(shop, opened, sale)
	posted(other, beside, theirs)
	total, their_total = (open_wire(each).body["total_minor"] for each in (sale, theirs))
	closed, also = close(shop, opened, 5_000 + total), close(other, beside, 7_000 + their_total - 10)
	posted(shop, closed)
	posted(other, also)
	assert (shift_of(opened).difference, shift_of(beside).difference) == (0, -0.1)
	assert (shift_of(opened).z_number, shift_of(beside).z_number) == (1, 1)


def test_two_shifts_of_one_till_at_once_are_counted_each(shop):
	one, two = open_shift(shop, 5_000), open_shift(shop, 6_000)
	sale = sell(shop, two)
	total = open_wire(sale).body["total_minor"]
	posted(shop, one, two, sale, close(shop, two, 6_000 + total), close(shop, one, 5_000))
	assert (shift_of(one).difference, shift_of(two).difference) == (0, 0)


def test_a_chain_that_starts_anew_in_mid_shift_belongs_to_it_all_the_same(shop):
	opened = open_shift(shop, 5_000)
	before = sell(shop, opened)
	posted(shop, opened, before)
	shop.epoch, shop.sequence, shop.receipts, shop.head, shop.chain = 2, 0, 0, GENESIS, ""
	after = sell(shop, opened)
	total = sum(open_wire(each).body["total_minor"] for each in (before, after))
	closed = close(shop, opened, 5_000 + total)
	posted(shop, after, closed)
	assert (shift_of(opened).difference, shift_of(opened).sales, flags(closed)) == (0, 2, [])


def test_two_cashiers_at_one_drawer_are_one_shift(shop):
	opened = open_shift(shop, 5_000)
	ada = sell(shop, opened)
	noor = seal(replace(open_wire(sell(shop, opened)), cashier="Noor"))
	shop.head = noor.hash
	total = sum(open_wire(each).body["total_minor"] for each in (ada, noor))
	posted(shop, opened, ada, noor, close(shop, opened, 5_000 + total))
	assert shift_of(opened).difference == 0


def test_a_shift_across_midnight_is_booked_on_the_day_that_the_till_says(shop):
	opened = open_shift(shop, 5_000, at="2026-11-25T18:00:00.000+01:00")
	sale = sell(shop, opened, at="2026-11-25T23:59:00.000+01:00")
	total = open_wire(sale).body["total_minor"]
	closed = close(shop, opened, 5_000 + total - 5, at="2026-11-26T01:30:00.000+01:00", day="2026-11-25")
	posted(shop, opened, sale, closed)
	assert str(voucher_of(closed, "difference").posting_date) == "2026-11-25"
	assert not flags(closed)


@pytest.mark.parametrize("make", [open_shift, cash_in], ids=["opening", "movement"])
def test_money_of_another_currency_than_the_shop_s_is_held(shop, make):
	opened = open_shift(shop, 5_000)
	wire = make(shop, 5_000, currency="USD") if make is open_shift else make(shop, opened, 5, currency="USD")
	(entry,) = book(shop, wire)
	assert (entry.state, "USD" in entry.reason) == ("held", True), entry.reason


def test_a_closing_says_what_of_its_shift_is_not_in_the_books(shop):
	opened = open_shift(shop, 5_000)
	held = sell(shop, opened, body={"total_minor": 1})
	closed = close(shop, opened, 5_000)
	book(shop, opened, held, closed)
	assert flags(closed) == ["shift_incomplete"]
	assert entry_of(closed).remarks[0].details.startswith("1 entries of the shift are not in the books yet")


def test_a_closing_that_overtook_part_of_its_chain_says_so_and_the_rest_corrects_it(shop):
	opened = open_shift(shop, 5_000)
	missing = sell(shop, opened)
	closed = close(shop, opened, 5_000)
	posted(shop, opened, closed)
	assert "1 numbers of its chain have not arrived" in entry_of(closed).remarks[0].details
	posted(shop, missing)
	assert shift_of(opened).difference == -open_wire(missing).body["total_minor"] / 100


def test_what_only_opens_the_drawer_is_counted_and_never_booked(shop):
	opened = open_shift(shop, 5_000)
	shift = {"shift": open_wire(opened).id}
	sale = sell(shop, opened)
	id = open_wire(sale).id
	wires = [
		shop.seal("no_sale", {"reason": "change", **shift}),
		shop.seal("void", {"reason": "left", "lines": 1, "total_minor": 500, **shift}),
		shop.seal("reprint", {"of": id, "copy": 1, **shift}),
		shop.seal("approval", {"of": id, **shift}),
	]
	late = shop.seal("no_sale", {"reason": "again", **shift})
	closed = close(shop, opened, 5_000 + open_wire(sale).body["total_minor"])
	posted(shop, opened, sale, *wires, closed)
	shift = shift_of(opened)
	assert (shift.no_sales, shift.voids, shift.reprints, shift.approvals) == (1, 1, 1, 1)
	assert not any(entry_of(wire).postings for wire in wires)
	posted(shop, late)
	shift = shift_of(opened)
	assert (shift.no_sales, shift.amended, shift.difference) == (2, 1, 0)


def test_training_is_never_posted_and_never_counted(shop):
	opened = open_shift(shop, 5_000)
	body = open_wire(sell(open_till(shop), opened)).body
	ends = {"shift": open_wire(opened).id}
	training = [shop.seal("training_sale", body), shop.seal("training_return", ends)]
	late = shop.seal("training_sale", body)
	closed = close(shop, opened, 5_000)
	posted(shop, opened, *training, closed, late)
	shift = shift_of(opened)
	assert (shift.sales, shift.returns, shift.difference, shift.amended) == (0, 0, 0, 0)
	for wire in (*training, late):
		assert (entry_of(wire).postings, flags(wire)) == ([], [])
	assert not frappe.db.exists("Sales Invoice", {"pos_bridge_till": shop.till})


def test_a_sale_that_is_held_and_booked_after_the_closing_is_late_too(shop):
	opened = open_shift(shop, 5_000)
	mode = cash_of(shop)
	account = shop.shop.tenders[mode]
	sale = sell(shop, opened)
	closed = close(shop, opened, 5_000)
	with changed("Account", account, freeze_account="Yes"):
		book(shop, opened, sale, closed)
	assert (entry_of(sale).state, entry_of(closed).state) == ("held", "posted")
	fate.release([open_wire(sale).id])
	frappe.db.commit()
	jobs.post_waiting()
	assert flags(sale) == ["late_for_shift"]
	assert shift_of(opened).difference == -open_wire(sale).body["total_minor"] / 100


def test_nobody_edits_or_deletes_a_shift_by_hand(shop):
	opened = open_shift(shop, 5_000)
	posted(shop, opened)
	shift = shift_of(opened)
	shift.difference = 7
	with pytest.raises(frappe.ValidationError, match="by its entries only"):
		shift.save()
	with pytest.raises(frappe.ValidationError, match="never deleted"):
		shift.delete()


def test_posting_a_closing_again_books_nothing_more(shop):
	opened = open_shift(shop, 5_000)
	closed = close(shop, opened, 4_000)
	posted(shop, opened, closed)
	record(shop, opened, closed)
	jobs.post_waiting()
	assert booked_on(difference_account(shop), shop) == 1_000
	assert shift_of(opened).z_number == 1
