"""What entries do to credits, in the books: issued for money, taken by sales, given by returns.

It never refuses what a credit does not cover: that goes to the shortages, with a flag, and the next money put
onto the number pays it. The credits' rows are the last locks that posting takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.credit import CreditIssue, CreditMove, credit_effects, issue_of
from pos_bridge.core.kinds.credit_number import masked
from pos_bridge.core.kinds.standing import BLOCKED, EXPIRED, OVERSPENT, UNKNOWN, Settled, as_said, settle
from pos_bridge.core.tenders import CREDIT_KINDS, change_tender
from pos_bridge.erpnext.credit.book import KINDS, Credit, Place, Written, append, keep, lock_credits, shown
from pos_bridge.erpnext.credit.leases import use_up
from pos_bridge.erpnext.posting.accounts import account_for
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.voucher import VoucherLine, submit_voucher
from pos_bridge.erpnext.shop import Shop
from pos_bridge.erpnext.tenders.modes import account_of

_WHAT = {"issue": "Issued", "redeem": "Redeemed", "refund": "Refunded"}


@dataclass(frozen=True, slots=True)
class _Moved:
	"""A move with what it came to, and the accounts of its credit."""

	move: CreditMove
	settled: Settled
	account: str
	short_account: str

	@property
	def sides(self) -> tuple[VoucherLine, ...]:
		return (
			VoucherLine(self.account, -self.settled.amount_minor),
			VoucherLine(self.short_account, self.settled.short_minor),
		)


def post_issue(entry: Entry, shop: Shop, customer: str, post_on: date, booking: Booking) -> None:
	"""A `credit_issue`: one Journal Entry, money against what the company owes from now on."""
	issue = issue_of(entry)
	if (issue.currency, issue.currency_precision) != (shop.currency, shop.currency_precision):
		words = _("The credit is in {0}; {1} sells in {2}.")
		raise Rejected(words.format(issue.currency, shop.profile, shop.currency), code="currency_differs")
	lines = _money_lines(issue, shop, customer)
	moved = _move_all(entry, shop, post_on, booking)
	lines += [side for each in moved for side in each.sides]
	words = _("{0} {1} sold, receipt {2}")
	remark = words.format(frappe._(KINDS[issue.kind]), masked(issue.credit), entry.receipt_number)
	booking.documents[entry.kind] = submit_voucher(entry, shop, _added_up(lines), post_on, remark)


def _money_lines(issue: CreditIssue, shop: Shop, customer: str) -> list[VoucherLine]:
	"""What came in; credits that paid are among the entry's moves."""
	lines = []
	for tender in issue.tenders:
		if tender.kind == "on_account":
			receivable = frappe.get_cached_value("Company", shop.company, "default_receivable_account")
			lines.append(VoucherLine(receivable, tender.amount_minor, "Customer", customer))
		elif tender.kind not in CREDIT_KINDS:
			lines.append(VoucherLine(account_of(tender.tender, shop), tender.amount_minor))
	if issue.change_minor:
		lines.append(VoucherLine(account_of(change_tender(issue.tenders), shop), -issue.change_minor))
	return lines


def post_tenders(entry: Entry, invoice: Any, shop: Shop, post_on: date, booking: Booking) -> None:
	"""The credits that a sale or return names, after its invoice: that has their whole amount already.

	Where a credit did not cover it, or owes it at another account, a Journal Entry (part `credit`) says so.
	"""
	moved = _move_all(entry, shop, post_on, booking)
	paid_at = {row.mode_of_payment: row.account for row in invoice.payments}
	lines = []
	for move in (each.move for each in moved):
		account = paid_at[KINDS[move.kind]]
		lines.append(VoucherLine(account, as_said(move).amount_minor))
	lines += [side for each in moved for side in each.sides]
	added_up = _added_up(lines)
	if added_up:
		remark = _("Credit that receipt {0} was paid with").format(entry.receipt_number)
		booking.documents["credit"] = submit_voucher(entry, shop, added_up, post_on, remark, "credit")


def _added_up(lines: Sequence[VoucherLine]) -> list[VoucherLine]:
	sums: dict[tuple[str, str, str], int] = {}
	for line in lines:
		key = (line.account, line.party_type, line.party)
		sums[key] = sums.get(key, 0) + line.amount_minor
	return [
		VoucherLine(account, amount, party_type, party)
		for (account, party_type, party), amount in sums.items()
		if amount
	]


def _move_all(entry: Entry, shop: Shop, post_on: date, booking: Booking) -> list[_Moved]:
	"""Lock the entry's credits, move them, and write down what came of it."""
	moves = credit_effects(entry)
	kinds = {move.credit: move.kind for move in moves}
	place = Place(shop.company, shop.currency, shop.currency_precision)
	credits = lock_credits(list(kinds), kinds, place)
	return [_move(entry, move, credits[move.credit], shop, post_on, booking) for move in moves]


def _move(
	entry: Entry, move: CreditMove, credit: Credit, shop: Shop, post_on: date, booking: Booking
) -> _Moved:
	before = credit.standing
	settled, credit.standing = settle(move, before, entry.business_date)
	_note_figures(entry, move, credit)
	if not (before.issued and credit.account):
		credit.account = account_for(settled.kind, shop)
	if settled.short_minor and not credit.short_account:
		credit.short_account = account_for("shortage", shop)
	amounts = (settled.amount_minor, settled.short_minor)
	append(credit, Written(_WHAT[move.what], *amounts, str(post_on), move.part, entry.id, entry.till))
	keep(credit)
	if settled.amount_minor < 0:
		use_up(credit.name, entry.till, -settled.amount_minor, credit.decimals)
	_flag(entry, move, settled, shop, booking)
	return _Moved(move, settled, credit.account, credit.short_account)


def _note_figures(entry: Entry, move: CreditMove, credit: Credit) -> None:
	if move.what == "redeem":
		credit.redeemed_minor += move.amount_minor
		return
	credit.issued_minor += move.amount_minor
	credit.issuing_entry = credit.issuing_entry or entry.id
	if move.customer and not credit.customer and frappe.db.exists("Customer", move.customer):
		credit.customer = move.customer


def _flag(entry: Entry, move: CreditMove, settled: Settled, shop: Shop, booking: Booking) -> None:
	"""Who, where, how much, and why."""
	decimals = shop.currency_precision
	where = _("{0}, till {1}, {2}").format(
		masked(move.credit), entry.till, entry.cashier or _("nobody signed in")
	)
	if settled.trouble:
		words = _("{0}: {1} of {2} was not covered. {3}")
		amounts = (shown(settled.short_minor, decimals), shown(move.amount_minor, decimals))
		booking.flag(settled.trouble, words.format(where, *amounts, _why(settled.trouble)))
	elif settled.short_minor:
		words = _("{0}: {1} of {2} paid for what had been spent beyond the balance.")
		amounts = (shown(-settled.short_minor, decimals), shown(move.amount_minor, decimals))
		booking.flag("credit_made_up", words.format(where, *amounts))


def _why(trouble: str) -> str:
	return {
		UNKNOWN: _("No such number was issued, as far as has arrived."),
		BLOCKED: _("It is blocked."),
		EXPIRED: _("It had expired."),
		OVERSPENT: _("The rest had been spent already."),
	}[trouble]
