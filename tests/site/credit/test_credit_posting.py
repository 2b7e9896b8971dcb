"""Gift cards and store credit in the books: what is owed, what was spent, and what was spent twice."""

import subprocess

import frappe
import pytest
from books import book, entry_of, flags, open_till, record, returned
from cards import (
	GIFT_CARDS,
	MODES,
	SHORTAGES,
	STORE_CREDIT,
	cash,
	credit,
	give_back,
	gl_of,
	issue,
	moves_of,
	number,
	owed,
	spend,
	stands,
)
from disposable import PYTHON, SITES, environment

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.core.sale import Tender


def test_a_sold_card_is_owed_and_no_revenue(shop):
	card = number()
	wire = issue(shop, card, 5_000)
	(entry,) = book(shop, wire)
	assert entry.state == "posted", entry.reason
	(posting,) = entry.postings
	assert posting.document_type == "Journal Entry"
	account = shop.shop.tenders[next(iter(shop.shop.tenders))]
	assert gl_of(wire) == {account: 50, GIFT_CARDS: -50}
	assert stands(card) == (50, 0, "Open")
	row = frappe.get_doc("POS Credit", card)
	assert (row.kind, row.issued, row.currency, row.issuing_entry) == ("Gift Card", 50, "EUR", entry.name)


def test_a_card_pays_a_sale_and_is_owed_less(shop):
	card = number()
	book(shop, issue(shop, card, 5_000))
	wire = spend(shop, card)
	(entry,) = book(shop, wire)
	assert entry.state == "posted", entry.reason
	assert gl_of(wire)[GIFT_CARDS] == 5
	assert [row.document_type for row in entry.postings] == ["Sales Invoice"]
	assert flags(wire) == []
	assert stands(card) == (45, 0, "Open")
	assert [(row.what, row.amount, row.balance) for row in moves_of(card)] == [
		("Issued", 50, 50),
		("Redeemed", -5, 45),
	]


def test_a_card_pays_a_part_and_cash_the_rest(shop):
	card = number()
	wires = issue(shop, card, 300), spend(shop, card, 300)
	book(shop, *wires)
	net = gl_of(wires[1])
	assert net[GIFT_CARDS] == 3
	assert net[shop.shop.tenders[next(iter(shop.shop.tenders))]] == 2
	assert stands(card) == (0, 0, "Spent")


def test_a_return_puts_its_money_onto_a_store_credit_that_it_makes(shop):
	card = number("store_credit")
	sold = shop.sale(shop.line(shop.items[1]))
	back = give_back(shop, sold, card)
	book(shop, sold, back)
	assert gl_of(back)[STORE_CREDIT] == -5
	assert stands(card) == (5, 0, "Open")
	again = spend(shop, card, kind="store_credit")
	book(shop, again)
	assert gl_of(again)[STORE_CREDIT] == 5
	assert stands(card) == (0, 0, "Spent")


def test_a_second_issue_on_a_number_adds_to_it(shop):
	card = number()
	book(shop, issue(shop, card, 1_000, expires_on="2029-01-01"), issue(shop, card, 2_000))
	assert stands(card) == (30, 0, "Open")
	assert frappe.db.get_value("POS Credit", card, "expires_on") is None


def test_a_card_that_is_paid_by_card_and_by_another_card_is_one_voucher(shop):
	old, new = number(), number()
	_, bank = list(shop.shop.tenders)[:2]
	wires = (
		issue(shop, old, 1_000),
		issue(shop, new, 3_000, [Tender(bank, "card", 2_000), credit(1_000, old)]),
	)
	entries = book(shop, *wires)
	assert [each.state for each in entries] == ["posted", "posted"]
	assert gl_of(wires[1]) == {shop.shop.tenders[bank]: 20, GIFT_CARDS: -20}
	assert (stands(old), stands(new)) == ((0, 0, "Spent"), (30, 0, "Open"))


def test_a_card_sold_on_account_is_owed_by_its_customer(shop):
	card, customer = number(), frappe.get_all("Customer", {"disabled": 0}, pluck="name", limit=1)[0]
	wire = issue(shop, card, 1_000, [Tender("On Account", "on_account", 1_000)], customer=customer)
	(entry,) = book(shop, wire)
	assert entry.state == "posted", entry.reason
	party = frappe.db.get_value(
		"GL Entry",
		{"voucher_no": entry.postings[0].document_name, "party_type": "Customer"},
		["party", "debit"],
	)
	assert party == (customer, 10)
	assert frappe.db.get_value("POS Credit", card, "customer") == customer


def test_change_for_a_card_comes_out_of_the_cash(shop):
	card = number()
	wire = issue(shop, card, 1_500, [cash(shop, 2_000)])
	book(shop, wire)
	assert gl_of(wire)[GIFT_CARDS] == -15
	assert stands(card)[0] == 15


def test_what_two_tills_spent_offline_beyond_the_card_is_booked_and_told(shop):
	other, card = open_till(shop), number()
	book(shop, issue(shop, card, 700))
	first, second = spend(shop, card), spend(other, card)
	book(shop, first)
	book(other, second)
	assert entry_of(second).state == "posted"
	assert gl_of(second)[GIFT_CARDS] == 2
	assert gl_of(second)[SHORTAGES] == 3
	assert flags(second) == ["credit_overspent"]
	words = entry_of(second).remarks[0].details
	assert all(word in words for word in (card[-4:], other.till, "Ada", "3.00 of 5.00"))
	assert stands(card) == (0, 3, "Spent")


def test_an_unknown_number_is_a_shortage_and_its_issue_makes_up_for_it(shop):
	card = number()
	early = spend(shop, card)
	book(shop, early)
	assert (flags(early), stands(card)) == (["credit_unknown"], (0, 5, "Spent"))
	assert gl_of(early)[SHORTAGES] == 5
	assert GIFT_CARDS not in gl_of(early)
	late = issue(shop, card, 2_000)
	book(shop, late)
	assert gl_of(late)[GIFT_CARDS] == -15
	assert gl_of(late)[SHORTAGES] == -5
	assert (flags(late), stands(card)) == (["credit_made_up"], (15, 0, "Open"))


@pytest.mark.parametrize(
	("change", "flag"), [({"expires_on": "2026-11-24"}, "credit_expired"), ({"blocked": 1}, "credit_blocked")]
)
def test_what_is_spent_of_a_card_that_may_not_be_spent_is_a_shortage(shop, change, flag):
	card = number()
	book(shop, issue(shop, card, 2_000))
	frappe.db.set_value("POS Credit", card, change)
	frappe.db.commit()
	wire = spend(shop, card)
	book(shop, wire)
	assert flags(wire) == [flag]
	assert gl_of(wire)[SHORTAGES] == 5
	assert stands(card)[:2] == (20, 5)


def test_a_sale_of_before_the_last_day_is_covered_when_it_arrives_later(shop):
	card = number()
	book(shop, issue(shop, card, 2_000, expires_on="2026-11-25"))
	wire = spend(shop, card)
	book(shop, wire)
	assert flags(wire) == []
	assert stands(card)[0] == 15


def test_a_gift_card_tender_that_names_a_store_credit_is_taken_from_the_store_credit(shop):
	card = number("store_credit")
	book(shop, issue(shop, card, 1_000, kind="store_credit"))
	wire = spend(shop, card, kind="gift_card")
	book(shop, wire)
	assert gl_of(wire)[STORE_CREDIT] == 5
	assert GIFT_CARDS not in gl_of(wire)
	assert (flags(wire), stands(card)) == ([], (5, 0, "Open"))


def test_two_shops_of_a_company_share_the_account_and_the_card(own_shop, shop):
	card = number()
	book(own_shop, issue(own_shop, card, 1_000))
	wire = spend(shop, card)
	book(shop, wire)
	assert (flags(wire), stands(card)) == ([], (5, 0, "Open"))
	assert own_shop.shop.accounts["gift_card"] == shop.shop.accounts["gift_card"] == GIFT_CARDS
	for mode in MODES.values():
		rows = frappe.get_all("Mode of Payment Account", {"parent": mode}, ["company", "default_account"])
		assert len(rows) == len({row.company for row in rows})
		assert frappe.db.get_value("Mode of Payment", mode, "type") == "General"


def test_posting_again_moves_a_card_once(shop):
	card = number()
	wires = issue(shop, card, 1_000), spend(shop, card)
	book(shop, *wires, *wires)
	book(shop, *wires)
	assert stands(card) == (5, 0, "Open")
	assert len(moves_of(card)) == 2
	row = frappe.get_doc("POS Credit Entry", {"credit": card, "what": "Redeemed"})
	row.name = "again"
	with pytest.raises(frappe.UniqueValidationError):
		row.db_insert()
	frappe.db.rollback()


def test_what_is_refused_leaves_the_card_alone(shop):
	card = number()
	book(shop, issue(shop, card, 1_000))
	wire = spend(shop, card, body={"total_minor": 1})
	book(shop, wire)
	assert entry_of(wire).state == "held"
	assert (stands(card)[0], len(moves_of(card))) == (10, 1)


def test_a_credit_in_another_currency_is_held_in_words(shop):
	wire = issue(shop, number(), 1_000)
	body = {**open_wire(wire).body, "currency": "USD"}
	wrong = shop.seal("credit_issue", body)
	book(shop, wire, wrong)
	assert entry_of(wrong).state == "held"
	assert "USD" in entry_of(wrong).reason


def test_a_shop_without_the_account_holds_the_issue_and_says_which_field_is_empty(own_shop):
	profile = frappe.get_doc("POS Profile", own_shop.shop.profile)
	profile.pos_bridge_gift_card_account = None
	profile.save()
	frappe.db.commit()
	card = number()
	wire = issue(own_shop, card, 1_000)
	book(own_shop, wire)
	assert entry_of(wire).state == "held"
	assert own_shop.shop.profile in entry_of(wire).reason
	assert not frappe.db.exists("POS Credit", card)


def test_two_workers_that_redeem_one_card_at_once_never_take_it_below_zero(site, shop):
	tills, card = [shop, open_till(shop)], number()
	book(shop, issue(shop, card, 2_000))
	wires = [spend(till, card) for _ in range(3) for till in tills]
	for wire in wires:
		record(tills[0] if open_wire(wire).till == shop.till else tills[1], wire)
	before = owed(GIFT_CARDS)

	program = (
		f"import frappe; frappe.init({site.name!r}); frappe.connect();"
		" from pos_bridge import jobs; jobs.post_waiting(); frappe.destroy()"
	)
	workers = [subprocess.Popen([PYTHON, "-c", program], cwd=SITES, env=environment()) for _ in range(3)]
	assert [worker.wait(240) for worker in workers] == [0, 0, 0]
	frappe.db.rollback()
	jobs.post_waiting()
	entries = [entry_of(wire) for wire in wires]
	assert {entry.state for entry in entries} == {"posted"}, [entry.last_fault for entry in entries]
	assert stands(card) == (0, 10, "Spent")
	assert owed(GIFT_CARDS) == before - 20
	assert sorted(row.short for row in moves_of(card)) == [0, 0, 0, 0, 0, 5, 5]
	assert min(row.balance for row in moves_of(card)) == 0


def test_a_return_in_cash_of_what_a_card_paid_leaves_the_card(shop):
	card = number()
	sold = spend(shop, card)
	book(shop, issue(shop, card, 1_000), sold)
	back = returned(shop, sold, {1: 1})
	book(shop, back)
	assert entry_of(back).state == "posted"
	assert stands(card)[0] == 5


def test_nobody_edits_or_deletes_a_credit_but_managers_block_it(site, shop):
	card = number()
	book(shop, issue(shop, card, 1_000))
	document = frappe.get_doc("POS Credit", card)
	document.balance = 999
	with pytest.raises(frappe.ValidationError, match="blocking"):
		document.save()
	with pytest.raises(frappe.ValidationError):
		frappe.get_doc("POS Credit", card).delete()
	with pytest.raises(frappe.ValidationError):
		frappe.get_doc({"doctype": "POS Credit", "name": "MINE", "number": "MINE", "balance": 5}).insert()
	move = frappe.get_doc("POS Credit Entry", {"credit": card})
	for attempt in (move.save, move.delete):
		with pytest.raises(frappe.ValidationError):
			attempt()
	frappe.db.rollback()
	document = frappe.get_doc("POS Credit", card)
	document.blocked, document.blocked_reason = 1, "stolen"
	document.save()
	assert stands(card) == (10, 0, "Blocked")
	frappe.db.rollback()
