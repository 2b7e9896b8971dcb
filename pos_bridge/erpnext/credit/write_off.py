"""Shortages given up: from the account for shortages to an expense, saying who decided it and why.

It writes off what an entry left uncovered and nobody has paid since, and never the same twice.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.utils import getdate, today

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.credit.book import Credit, Place, Written, append, find_credit, keep
from pos_bridge.erpnext.posting.voucher import VoucherLine, make_voucher, voucher_name
from pos_bridge.erpnext.shop import Shop, minor, shop_of
from pos_bridge.erpnext.tenders.modes import POINTS

WHAT = "Written Off"
PARTS = ("write_off", "write_off_points")
MAX_TIMES = 20
"""How often one shortage can be written off and the voucher cancelled again."""
POINTS_WRITTEN_OFF = f"%-{PARTS[1]}%"
"""SQL's pattern of the Journal Entries that no move of a credit names."""


@dataclass(frozen=True, slots=True)
class _Short:
	"""What of a credit an entry left uncovered and is not paid yet, in minor units."""

	credit: Credit
	amount_minor: int


def write_off(entry: Entry, reason: str, expense: str = "") -> list[str]:
	"""The Journal Entries that write off the entry's shortage; those that are there if it was done before.

	`expense` is an account of the company for costs; where none is named, the company's for write-offs.
	`Rejected`: there is no shortage, or no account.
	"""
	frappe.db.sql("SELECT name FROM `tabPOS Entry` WHERE name = %s FOR UPDATE", entry.id)
	shop = shop_of(entry.till)
	made, points_made = (_done(entry, part) for part in PARTS)
	credits, points = [] if made else _uncovered(entry, shop), [] if points_made else _points(entry)
	made += points_made
	if made and not credits and not points:
		return made
	account = _expense(shop, expense)
	remark = _("Shortage of receipt {0} written off by {1}: {2}").format(
		entry.receipt_number, frappe.session.user, reason
	)
	if not credits and not points:
		raise Rejected(_("Nothing of receipt {0} is uncovered (any more).").format(entry.receipt_number))
	if credits:
		lines = [VoucherLine(each.credit.short_account, -each.amount_minor) for each in credits]
		made.append(_book(entry, shop, account, lines, remark, PARTS[0]))
		_settle(credits, made[-1], entry.till)
	if points:
		made.append(_book(entry, shop, account, points, remark, PARTS[1]))
	return made


def undo(voucher: str) -> None:
	"""Somebody cancelled the Journal Entry: its credits are short of it again."""
	rows = frappe.get_all(
		"POS Credit Entry",
		{"voucher": voucher, "what": WHAT, "short": ("<", 0)},
		["credit", "company", "currency", "short", "till"],
	)
	for row in rows:
		number = frappe.db.get_value("POS Credit", row.credit, "number")
		decimals = shop_of(row.till).currency_precision
		credit = find_credit(number, Place(row.company, row.currency, decimals), lock=True)
		if credit:
			_move(credit, -minor(row.short, decimals), f"write_off cancelled {voucher}", voucher, row.till)


def left_uncovered(entries: Sequence[str]) -> dict[str, float]:
	"""By entry what `write_off` would book now: what was not covered, paid or written off up to now."""
	if not entries:
		return {}
	credits = frappe.db.sql(
		"SELECT entry, SUM(LEAST(short, overspent)) FROM (SELECT move.entry, SUM(move.short) AS short,"
		" credit.overspent FROM `tabPOS Credit Entry` move JOIN `tabPOS Credit` credit"
		" ON credit.name = move.credit WHERE move.entry IN %(entries)s"
		" GROUP BY move.entry, credit.name HAVING short > 0) uncovered GROUP BY entry",
		{"entries": list(entries)},
	)
	found = {entry: float(amount) for entry, amount in credits}
	for entry, amount in _points_left(entries):
		found[entry] = found.get(entry, 0.0) + amount
	return found


def _points_left(entries: Sequence[str]) -> Iterator[tuple[str, float]]:
	"""Points that were not there, but for those of which a write-off stands."""
	rows = frappe.db.sql(
		"SELECT entry.name, entry.till, entry.epoch, entry.sequence, SUM(payment.base_amount)"
		" FROM `tabPOS Entry` entry JOIN `tabSales Invoice` invoice"
		" ON invoice.pos_bridge_entry = entry.name AND invoice.docstatus = 1"
		" JOIN `tabSales Invoice Payment` payment ON payment.parent = invoice.name"
		" WHERE entry.name IN %s AND payment.mode_of_payment = %s AND payment.base_amount > 0"
		" GROUP BY entry.name",
		(list(entries), POINTS),
	)
	filters = {"docstatus": 1, "name": ("like", POINTS_WRITTEN_OFF)}
	done = set(frappe.get_all("Journal Entry", filters, pluck="name") if rows else [])
	for name, till, epoch, sequence, amount in rows:
		stem = f"{till}-{epoch}-V{sequence:06d}-{PARTS[1]}"
		if done.isdisjoint((stem, *(f"{stem}-{number}" for number in range(2, MAX_TIMES + 1)))):
			yield name, float(amount)


def is_write_off(voucher: str) -> bool:
	"""Whether that is the name of a Journal Entry that `write_off` made."""
	return re.search(rf"-({'|'.join(PARTS)})(-\d+)?$", voucher) is not None


def _done(entry: Entry, part: str) -> list[str]:
	return frappe.get_all("Journal Entry", {"docstatus": 1, "name": _named(entry, part)}, pluck="name")


def _named(entry: Entry, part: str) -> tuple[str, list[str]]:
	"""A filter: the part's vouchers, which are numbered where one was cancelled."""
	stem = voucher_name(entry, part)
	return "in", [stem, *(f"{stem}-{number}" for number in range(2, MAX_TIMES + 1))]


def _expense(shop: Shop, named: str) -> str:
	account = named or frappe.get_cached_value("Company", shop.company, "write_off_account")
	if not account:
		raise Rejected(_("{0} has no Write Off Account. Choose an account.").format(shop.company))
	found = frappe.db.get_value("Account", account, ["company", "is_group", "root_type"])
	if found != (shop.company, 0, "Expense"):
		raise Rejected(_("{0} is no account of {1} for expenses.").format(account, shop.company))
	return str(account)


def _uncovered(entry: Entry, shop: Shop) -> list[_Short]:
	"""By credit, locked in the order in which posting locks them: no more than is still not paid."""
	rows = frappe.db.sql(
		"SELECT credit.number, SUM(move.short) FROM `tabPOS Credit Entry` move"
		" JOIN `tabPOS Credit` credit ON credit.name = move.credit"
		" WHERE move.entry = %s GROUP BY credit.number ORDER BY credit.number",
		entry.id,
	)
	place = Place(shop.company, shop.currency, shop.currency_precision)
	found = []
	for number, short in rows:
		credit = find_credit(number, place, lock=True)
		left = min(minor(short, place.decimals), credit.standing.overspent_minor) if credit else 0
		if credit and left > 0:
			found.append(_Short(credit, left))
	return found


def _points(entry: Entry) -> list[VoucherLine]:
	"""Loyalty points that were not there: rows of the entry's invoice at an account for shortages."""
	rows = frappe.db.sql(
		"SELECT payment.account, SUM(payment.base_amount) FROM `tabSales Invoice Payment` payment"
		" JOIN `tabSales Invoice` invoice ON invoice.name = payment.parent AND invoice.docstatus = 1"
		" WHERE invoice.pos_bridge_entry = %s AND payment.mode_of_payment = %s AND payment.base_amount > 0"
		" GROUP BY payment.account",
		(entry.id, POINTS),
	)
	precision = entry.body["currency_precision"]
	return [VoucherLine(account, -minor(amount, precision)) for account, amount in rows]


def _book(
	entry: Entry, shop: Shop, expense: str, lines: Sequence[VoucherLine], remark: str, part: str
) -> str:
	total = -sum(line.amount_minor for line in lines)
	stem = voucher_name(entry, part)
	before = frappe.db.count("Journal Entry", {"name": _named(entry, part)})
	if before >= MAX_TIMES:
		raise Rejected(
			_("{0} was written off and cancelled {1} times. Book it by hand.").format(stem, before)
		)
	name = f"{stem}-{before + 1}" if before else stem
	make_voucher(name, shop, [VoucherLine(expense, total), *lines], getdate(today()), remark)
	return name


def _settle(credits: Sequence[_Short], voucher: str, till: str) -> None:
	for each in credits:
		_move(each.credit, -each.amount_minor, f"write_off {voucher}", voucher, till)


def _move(credit: Credit, short_minor: int, part: str, voucher: str, till: str) -> None:
	"""A row without an entry: what the entry's own moves came to stays what it was."""
	overspent = max(credit.standing.overspent_minor + short_minor, 0)
	credit.standing = replace(credit.standing, overspent_minor=overspent)
	append(credit, Written(WHAT, 0, short_minor, today(), part, till=till, voucher=voucher))
	keep(credit)
