"""Cards for the tests: issued, spent and topped up at tills, and what the ledgers say of them."""

import secrets

import frappe

from pos_bridge.core.entry import open_wire
from pos_bridge.core.kinds.credit import issue_body, make_issue
from pos_bridge.core.kinds.credit_number import make_number
from pos_bridge.core.money import SCALE
from pos_bridge.core.returns import draft_of_return, make_return, return_body
from pos_bridge.core.sale import Tender, compute
from pos_bridge.core.sale_body import sale_from_body

GIFT_CARDS, STORE_CREDIT, SHORTAGES = "Gift Cards - LT", "Store Credit - LT", "Shortages of Credit - LT"
MODES = {"gift_card": "Gift Card", "store_credit": "Store Credit"}


def number(kind="gift_card"):
	return make_number(kind, secrets.token_bytes(16))


def cash(till, amount):
	return Tender(next(iter(till.shop.tenders)), "cash", amount)


def credit(amount, card, kind="gift_card"):
	return Tender(MODES[kind], kind, amount, credit=card)


def issue(till, card, amount, tenders=None, kind="gift_card", expires_on="", customer="", **more):
	"""A sealed `credit_issue`, paid in cash unless `tenders` says otherwise."""
	currency = (till.shop.currency, till.shop.currency_precision)
	paid = tenders or [cash(till, amount)]
	made = make_issue(currency, card, kind, amount, paid, expires_on, customer)
	return till.seal("credit_issue", issue_body(made), **more)


def spend(till, card, amount=None, quantity="1", kind="gift_card", **more):
	"""A sealed sale of the till's second item (5.00), paid with the card; what is left in cash."""
	line = till.line(till.items[1], quantity)
	total = compute(till.draft(line)).total_minor
	paid = total if amount is None else amount
	tenders = [credit(paid, card, kind)]
	if total > paid:
		tenders.append(cash(till, total - paid))
	return till.sale(line, tenders=tenders, **more)


def give_back(till, sold, card, kind="store_credit", **more):
	"""A sealed return of a whole sale, onto a credit."""
	entry = open_wire(sold)
	lines = sale_from_body(entry.body).draft.lines
	draft = draft_of_return(
		sale_from_body(entry.body), {n: line.quantity // SCALE * SCALE for n, line in enumerate(lines, 1)}
	)
	tenders = [credit(compute(draft, "return").total_minor, card, kind)]
	body = return_body(make_return(draft, tenders, entry.id, entry.receipt_number))
	return till.seal("return", body, **more)


def stands(card):
	"""Balance, what was spent beyond it, status."""
	row = frappe.db.get_value("POS Credit", card, ["balance", "overspent", "status"], as_dict=True)
	return row.balance, row.overspent, row.status


def gl_of(wire):
	"""Debits less credits by account over all documents of an entry."""
	rows = frappe.db.sql(
		"SELECT account, SUM(debit - credit) FROM `tabGL Entry` WHERE is_cancelled = 0 AND voucher_no IN"
		" (SELECT document_name FROM `tabPOS Entry Posting` WHERE parent = %s) GROUP BY account",
		open_wire(wire).id,
	)
	return {account: round(amount, 2) for account, amount in rows if round(amount, 2)}


def owed(account):
	"""What the general ledger says is owed at an account."""
	return round(
		frappe.db.sql(
			"SELECT COALESCE(SUM(credit - debit), 0) FROM `tabGL Entry`"
			" WHERE account = %s AND is_cancelled = 0",
			account,
		)[0][0],
		2,
	)


def moves_of(card):
	return frappe.get_all(
		"POS Credit Entry",
		{"credit": card},
		["what", "amount", "short", "balance", "till", "entry"],
		order_by="creation, part",
	)
