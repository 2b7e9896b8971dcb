"""Gift cards and store credit beside posting: leases for tills, expiry, reconciliation, the report."""

import time

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, flags, open_till
from cards import GIFT_CARDS, SHORTAGES, gl_of, issue, moves_of, number, owed, spend, stands
from frappe.utils import getdate
from tills import enrol

from pos_bridge import jobs
from pos_bridge.core.kinds.credit_number import make_number, masked
from pos_bridge.core.kinds.lease import CREDIT_PATH, LEASE_PATH, MAX_UNKNOWN
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.pos_bridge.report.gift_cards_and_credit_outstanding.gift_cards_and_credit_outstanding import (
	execute,
)

MANY = 50_000


def ask(till, path, **body):
	status, answer = till.server.post(path, body, **till.bearer)
	assert status == 200, answer
	return answer["message"]


@pytest.fixture
def tills(server, shop):
	other = open_till(shop)
	return enrol(server, shop.till), enrol(server, other.till), other


def compared():
	"""What reconciling says of credit, whatever other tests did on other days."""
	frappe.db.rollback()
	found = reconcile(Scope(COMPANY, getdate(DAY), getdate(DAY))).differences
	return [each for each in found if each.kind is Kind.CREDIT]


def reported(**filters):
	frappe.db.rollback()
	_, rows, _, _, summary = execute({"company": COMPANY, "as_of": "2099-12-31", **filters})
	return rows, {cell["label"]: cell["value"] for cell in summary}


def test_a_till_is_told_what_is_on_a_card_however_it_is_typed(tills, shop):
	card = number()
	book(shop, issue(shop, card, 2_000, expires_on="2099-12-31"))
	told = ask(tills[0], CREDIT_PATH, credit=card.lower().replace("-", ""))
	assert told == {
		"credit": card,
		"known": True,
		"credit_kind": "gift_card",
		"currency": "EUR",
		"currency_precision": 2,
		"balance_minor": 2_000,
		"available_minor": 2_000,
		"expires_on": "2099-12-31",
		"status": "Open",
		"leased_minor": 0,
		"leased_until_ms": 0,
	}
	assert ask(tills[0], CREDIT_PATH, credit=number()).keys() == told.keys()


def test_what_one_till_leases_no_other_may_spend_until_it_is_given_back(tills, shop):
	first, second, _ = tills
	card = number()
	book(shop, issue(shop, card, 2_000))
	leased = ask(first, LEASE_PATH, credit=card, amount_minor=1_500, seconds=600)
	assert (leased["leased_minor"], leased["available_minor"]) == (1_500, 2_000)
	assert leased["leased_until_ms"] > time.time() * 1000 + 500_000
	assert ask(second, CREDIT_PATH, credit=card)["available_minor"] == 500
	assert ask(second, LEASE_PATH, credit=card, amount_minor=1_500)["leased_minor"] == 500
	assert ask(first, LEASE_PATH, credit=card, amount_minor=0)["leased_minor"] == 0
	assert ask(second, LEASE_PATH, credit=card, amount_minor=9_000)["leased_minor"] == 2_000


def test_a_lease_is_used_up_by_what_its_till_spends_and_over_when_its_time_is(tills, shop):
	first, second, _ = tills
	card = number()
	book(shop, issue(shop, card, 2_000))
	ask(first, LEASE_PATH, credit=card, amount_minor=1_500)
	book(shop, spend(shop, card))
	frappe.db.rollback()
	assert ask(first, CREDIT_PATH, credit=card)["leased_minor"] == 1_000
	assert ask(second, CREDIT_PATH, credit=card)["available_minor"] == 500
	frappe.db.set_value("POS Credit Lease", {"credit": card}, "until_ms", 1)
	frappe.db.commit()
	assert ask(second, CREDIT_PATH, credit=card)["available_minor"] == 1_500
	assert ask(first, CREDIT_PATH, credit=card)["leased_minor"] == 0


def test_the_company_bounds_what_is_kept_for_a_till(tills, shop):
	card = number()
	book(shop, issue(shop, card, 2_000))
	frappe.db.set_single_value("POS Bridge Settings", "credit_lease_cap", 3)
	frappe.db.commit()
	try:
		assert ask(tills[0], LEASE_PATH, credit=card, amount_minor=2_000)["leased_minor"] == 300
	finally:
		frappe.db.set_single_value("POS Bridge Settings", "credit_lease_cap", 0)
		frappe.db.commit()


def test_a_blocked_card_is_told_and_nothing_of_it_is_kept(tills, shop):
	card = number()
	book(shop, issue(shop, card, 2_000))
	document = frappe.get_doc("POS Credit", card)
	document.blocked, document.blocked_reason = 1, "stolen"
	document.save()
	frappe.db.commit()
	told = ask(tills[0], LEASE_PATH, credit=card, amount_minor=500)
	assert (told["status"], told["available_minor"], told["leased_minor"]) == ("Blocked", 0, 0)


def test_a_till_can_not_try_numbers_until_it_finds_one(tills, shop):
	first, second, _ = tills
	card = number()
	book(shop, issue(shop, card, 100))
	for _ in range(MAX_UNKNOWN + 1):
		assert ask(first, CREDIT_PATH, credit=number())["known"] is False
	status, answer = first.server.post(CREDIT_PATH, {"credit": card}, **first.bearer)
	assert (status, answer["error"]["code"]) == (503, "too_many_unknown")
	assert ask(second, CREDIT_PATH, credit=card)["known"] is True


def expire(*cards):
	for card in cards:
		frappe.db.set_value("POS Credit", card, "expires_on", "2026-01-31")
	frappe.db.commit()
	jobs.expire_credits()


@pytest.fixture
def breakage(site):
	"""What expires is income."""
	account = frappe.db.get_value("Account", {"company": COMPANY, "root_type": "Income", "is_group": 0})
	settings = frappe.get_doc("POS Bridge Settings")
	settings.append("breakage_accounts", {"company": COMPANY, "account": account})
	settings.save()
	frappe.db.commit()
	yield account
	frappe.db.rollback()
	settings = frappe.get_doc("POS Bridge Settings")
	settings.breakage_accounts = []
	settings.save()
	frappe.db.commit()


def test_what_expires_without_an_income_account_stays_owed(shop):
	card = number()
	book(shop, issue(shop, card, 2_000))
	before = owed(GIFT_CARDS)
	expire(card)
	assert (stands(card), owed(GIFT_CARDS)) == ((20, 0, "Expired"), before)


def test_what_expires_is_income_once(shop, breakage):
	cards = number(), number()
	book(shop, *(issue(shop, card, 2_000) for card in cards))
	# What earlier tests left is booked apart from these two.
	jobs.expire_credits()
	before = owed(GIFT_CARDS)
	expire(*cards)
	assert [stands(card) for card in cards] == [(0, 0, "Expired")] * 2
	assert owed(GIFT_CARDS) == before - 40
	vouchers = frappe.get_all(
		"POS Credit Entry", {"credit": ("in", cards), "what": "Expired"}, pluck="voucher"
	)
	assert len(set(vouchers)) == 1
	voucher = frappe.get_doc("Journal Entry", vouchers[0])
	assert [(row.account, row.debit, row.credit) for row in voucher.accounts] == [
		(GIFT_CARDS, 40, 0),
		(breakage, 0, 40),
	]
	expire(*cards)
	assert owed(GIFT_CARDS) == before - 40
	assert len(moves_of(cards[0])) == 2
	late = spend(shop, cards[0])
	book(shop, late)
	assert flags(late) == ["credit_expired"]
	assert compared() == []


def test_a_blocked_card_does_not_expire(shop, breakage):
	card = number()
	book(shop, issue(shop, card, 2_000))
	frappe.db.set_value("POS Credit", card, {"blocked": 1, "status": "Blocked"})
	expire(card)
	assert stands(card) == (20, 0, "Blocked")


def test_the_accounts_say_what_is_owed_whatever_happened_to_the_cards(shop):
	card = number()
	wires = (
		issue(shop, card, 700),
		spend(shop, card),
		spend(shop, card),
		spend(shop, number()),
		issue(shop, card, 900),
	)
	entries = book(shop, *wires)
	assert {entry.state for entry in entries} == {"posted"}
	found = reconcile(Scope(COMPANY, getdate(DAY), getdate(DAY), shop.till))
	assert [each for each in found.differences if not each.explained] == []
	assert compared() == []


def test_what_the_desk_books_on_the_account_is_explained_by_its_document(shop):
	book(shop, issue(shop, number(), 700))
	rows = [
		{"account": GIFT_CARDS, "credit_in_account_currency": 12.34},
		{"account": SHORTAGES, "debit_in_account_currency": 12.34},
	]
	journal = frappe.get_doc(
		{"doctype": "Journal Entry", "company": COMPANY, "posting_date": DAY, "accounts": rows}
	)
	journal.submit()
	frappe.db.commit()
	try:
		found = {each.account_or_item: each for each in compared()}
		assert all(each.explained for each in found.values())
		assert (found[GIFT_CARDS].document, found[GIFT_CARDS].found) == (journal.name, "12.34")
	finally:
		journal.cancel()
		frappe.db.commit()
	assert compared() == []


def test_a_voucher_that_the_desk_cancelled_is_explained_and_a_changed_row_is_not(shop):
	card = number()
	wire = issue(shop, card, 700)
	book(shop, wire)
	frappe.db.sql(
		"UPDATE `tabGL Entry` SET credit = credit + 1 WHERE voucher_no = %s AND account = %s",
		(entry_of(wire).postings[0].document_name, GIFT_CARDS),
	)
	found = [
		each
		for each in reconcile(Scope(COMPANY, getdate(DAY), getdate(DAY))).differences
		if each.kind is Kind.CREDIT
	]
	assert [(each.account_or_item, each.explained) for each in found] == [(GIFT_CARDS, False)]
	frappe.db.rollback()
	frappe.get_doc("Journal Entry", entry_of(wire).postings[0].document_name).cancel()
	found = [
		each
		for each in reconcile(Scope(COMPANY, getdate(DAY), getdate(DAY))).differences
		if each.kind is Kind.CREDIT
	]
	assert [(each.expected, each.found, each.explained) for each in found] == [("7.00", "0.00", True)]
	frappe.db.rollback()


def test_the_report_says_what_is_owed_and_equals_the_accounts(shop):
	card = number()
	book(shop, issue(shop, card, 2_000, expires_on="2030-01-01"), spend(shop, card))
	rows, totals = reported()
	(row,) = [each for each in rows if each["number"] == card]
	assert (row["issued"], row["redeemed"], row["balance"], str(row["expires_on"])) == (
		20,
		5,
		15,
		"2030-01-01",
	)
	assert totals["Difference"] == 0
	assert totals["Owed"] == owed(GIFT_CARDS) + owed("Store Credit - LT")
	assert card not in [each["number"] for each in reported(as_of="2026-01-01")[0]]


def test_the_report_shows_no_whole_number_to_whoever_could_not_block_the_card(shop):
	card = number()
	book(shop, issue(shop, card, 2_000))
	email = "reads-credit@pos-bridge.example"
	if not frappe.db.exists("User", email):
		user = {"doctype": "User", "email": email, "first_name": "Reader", "send_welcome_email": 0}
		frappe.get_doc({**user, "roles": [{"role": "Auditor"}]}).insert()
	try:
		frappe.set_user(email)
		numbers = [row["number"] for row in execute({"company": COMPANY})[1]]
		assert not frappe.has_permission("POS Credit", "read")
	finally:
		frappe.set_user("Administrator")
	assert masked(card) in numbers
	assert card not in numbers


def test_the_report_reads_fifty_thousand_credits_out_of_one_index(shop):
	book(shop, issue(shop, number(), 2_000))
	fields = ("name", "number", "kind", "status", "company", "currency", "balance", "issued", "account")
	moves = (
		"name",
		"credit",
		"company",
		"currency",
		"what",
		"amount",
		"short",
		"balance",
		"date",
		"part",
		"entry",
	)
	credits, lines = [], []
	for index in range(MANY):
		card = make_number("gift_card", index.to_bytes(16, "big"))
		credits.append((card, card, "Gift Card", "Open", COMPANY, "EUR", 15, 20, GIFT_CARDS))
		for what, amount, balance in (("Issued", 20, 20), ("Redeemed", -5, 15)):
			of_card = (card, COMPANY, "EUR", what, amount, 0, balance, DAY, what, "many")
			lines.append((f"{what[0]}{index:08d}", *of_card))
	made = {row[0] for row in credits}
	try:
		frappe.db.bulk_insert("POS Credit", fields, credits, chunk_size=5_000)
		frappe.db.bulk_insert("POS Credit Entry", moves, lines, chunk_size=5_000)
		frappe.db.commit()
		reported()
		begun = time.perf_counter()
		rows = execute({"company": COMPANY, "as_of": DAY})[1]
		print(f"{len(rows)} credits in {time.perf_counter() - begun:.2f} s")
		assert len(rows) >= MANY
		assert {
			(row["issued"], row["redeemed"], row["balance"]) for row in rows if row["number"] in made
		} == {(20, 5, 15)}
		plan = frappe.db.sql(
			"EXPLAIN SELECT credit, SUM(amount), SUM(short), MAX(date), MAX(what) FROM `tabPOS Credit Entry`"
			" WHERE company = %s AND date <= %s GROUP BY credit",
			(COMPANY, DAY),
			as_dict=True,
		)[0]
		assert (plan.key, "Using index" in plan.Extra) == ("moves_of_a_credit", True)
	finally:
		frappe.db.rollback()
		frappe.db.sql("DELETE FROM `tabPOS Credit Entry` WHERE entry = 'many'")
		frappe.db.sql("DELETE FROM `tabPOS Credit` WHERE issuing_entry IS NULL AND issued = 20")
		frappe.db.commit()


def test_a_card_of_another_company_pays_nothing_here_and_is_not_told(tills, shop):
	card = number()
	book(shop, issue(shop, card, 2_000))
	frappe.db.set_value("POS Credit", card, "company", "Somebody Else Ltd")
	frappe.db.commit()
	try:
		assert ask(tills[0], CREDIT_PATH, credit=card)["known"] is False
		wire = spend(shop, card)
		book(shop, wire)
		assert flags(wire) == ["credit_unknown"]
		assert gl_of(wire)[SHORTAGES] == 5
		assert stands(card)[0] == 20
		assert stands(f"{card} (LT)")[:2] == (0, 5)
	finally:
		frappe.db.set_value("POS Credit", card, "company", COMPANY)
		frappe.db.commit()
