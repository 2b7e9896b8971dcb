"""What core's journal says an entry does to the accounts, against the GL Entries of its invoice.

It never predicts the cost of goods: there the ledger has to say what the stock ledger says.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.journal import Accounts, Effect, effect_of
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.reconcile.beside import Ledger, shortage, tip_cancelled
from pos_bridge.erpnext.reconcile.books import INVOICE, Books, Document
from pos_bridge.erpnext.reconcile.difference import Difference, Kind, amount
from pos_bridge.erpnext.reconcile.documents import Booked
from pos_bridge.erpnext.reconcile.scope import Row
from pos_bridge.erpnext.shop import Shop, currency_precision, minor, shop_of
from pos_bridge.erpnext.tenders.modes import MODES, POINTS


def _repost() -> str:
	return _("Compare with the invoice, then make a Repost Accounting Ledger for it.")


@dataclass
class Company:
	"""What is the same for all entries of one company, read once."""

	name: str
	shops: dict[str, Shop | None] = field(default_factory=dict)
	changed: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
	"""(till, what, set up now, in the document) to how many documents."""

	@cached_property
	def row(self) -> Any:
		return frappe.get_cached_doc("Company", self.name)

	@cached_property
	def decimals(self) -> int:
		return currency_precision()

	@cached_property
	def stock_accounts(self) -> frozenset[str]:
		return frozenset(
			frappe.get_all("Account", {"company": self.name, "account_type": "Stock"}, pluck="name")
		)

	@property
	def round_off(self) -> str:
		return self.row.round_off_account or self.row.default_expense_account or "Round Off"

	def shop(self, till: str) -> Shop | None:
		"""The till's shop as it is set up now; None where something is missing there."""
		if till not in self.shops:
			try:
				self.shops[till] = shop_of(till)
			except (Rejected, frappe.DoesNotExistError):
				self.shops[till] = None
		return self.shops[till]


def effect_in(document: Document, entry: Entry, company: Company, tip: Ledger) -> Effect:
	"""What the entry does to the accounts that its documents name; `Rejected` where its figures are wrong.

	`tip` is what the voucher of its tip holds; the one account that it credits is that of tips.
	"""
	shop = company.shop(entry.till)
	incomes = [item.income_account for item in document.items]
	tips = [account for account, (base, _own) in tip.items() if base < 0]
	accounts = Accounts(
		receivable=document.debit_to,
		revenue=incomes[0] if incomes else "",
		round_off=company.round_off,
		write_off=document.write_off_account,
		taxes={tax["tax"]: tax["tax"] for tax in entry.body["taxes"]},
		tenders=_tender_accounts(document, entry, shop),
		tips=tips[0] if tips else (shop.accounts.get("tips", "") if shop else ""),
		purposes=_purpose_accounts(document, shop),
	)
	return effect_of(entry, accounts, document.warehouse)


def _tender_accounts(document: Document, entry: Entry, shop: Shop | None) -> dict[str, str]:
	"""As the invoice says; where a tender was all tip, as the shop does."""
	own = shop.tenders if shop else {}
	names = [tender["tender"] for tender in entry.body["tenders"]]
	found = {
		name: document.tenders[name][0] if name in document.tenders else own.get(name) or name
		for name in names
	}
	change_from = entry.body.get("change_from")
	return {**found, change_from: document.change_account} if change_from else found


def _purpose_accounts(document: Document, shop: Shop | None) -> dict[str, str]:
	named = {kind: document.tenders[mode][0] for kind, mode in MODES.items() if mode in document.tenders}
	if document.points_account:
		named["points"] = document.points_account
	return {**(shop.accounts if shop else {}), **named}


def note_changes(row: Row, document: Document, company: Company) -> None:
	"""Remember where the document uses another account or warehouse than the shop would now."""
	shop = company.shop(row.till)
	if shop is None:
		return
	pairs = [(_("warehouse"), shop.warehouse, document.warehouse)]
	pairs += [(_("income account"), shop.income_account, item.income_account) for item in document.items[:1]]
	purposes = {mode: shop.accounts.get(kind) for kind, mode in MODES.items()}
	for mode, (account, _paid) in document.tenders.items():
		now = shop.tenders.get(mode) or purposes.get(mode) or account
		pairs.append((_("account of {0}").format(mode), now, account))
	for what, now, then in pairs:
		if now != then:
			company.changed[(row.till, what, now, then)] += 1


def changes(company: Company) -> Iterator[Difference]:
	"""What was set up otherwise when it was posted, once per till and account."""
	for (till, what, now, then), count in sorted(company.changed.items()):
		yield Difference(
			Kind.ACCOUNT_CHANGED,
			_(
				"The {0} of this till's shop was changed after {1} of these invoices were posted."
				" They are compared with what they name themselves."
			).format(what, count),
			explained=True,
			till=till,
			expected=now,
			found=then,
			account_or_item=then,
		)


def compare_ledger(
	row: Row, sale: Sale, effect: Effect, place: Booked, books: Books, company: Company
) -> Iterator[Difference]:
	"""Net amount per account: as the journal says, or, where the desk amended it, with that as the cause."""
	document = place.living
	assert document is not None
	own = document.currency == company.row.default_currency
	decimals = sale.draft.currency_precision
	found = _found(document, books, own, decimals)
	expected = Counter[str]()
	for line in effect.lines:
		expected[line.account] += line.debit_minor - line.credit_minor
	for account, (base, in_currency) in books.tips.get(row.name, {}).items():
		found[account] += minor(base if own else in_currency, decimals)
	yield from _points(row, document, expected, books, decimals)
	not_predicted = company.stock_accounts | {item.expense_account for item in document.items}
	for account in sorted(expected.keys() | (found.keys() - not_predicted)):
		ours, theirs = expected[account], found.get(account, 0)
		if ours != theirs:
			cause = place.amendment or tip_cancelled(ours - theirs, sale, books.tips.get(row.name))
			yield row.differs(
				Kind.LEDGER,
				cause or _("The general ledger has another amount on this account than the entry means."),
				explained=bool(cause),
				document_type=INVOICE,
				document=document.name,
				expected=amount(ours, decimals),
				found=amount(theirs, decimals),
				account_or_item=account,
				remedy="" if cause else _repost(),
			)


def _points(
	row: Row, document: Document, expected: Counter[str], books: Books, decimals: int
) -> Iterator[Difference]:
	"""Points that were not there are a payment row, those that were are fields of the invoice."""
	if row.kind == "sale" and row.name in books.short_of_points and POINTS in document.tenders:
		account, missing = document.tenders[POINTS]
		short = (account, minor(missing, decimals))
		yield from shortage(row, document.points_account or account, short, expected, decimals)


def _found(document: Document, books: Books, own: bool, decimals: int) -> Counter[str]:
	"""The ledger by account in minor units, all income and discount accounts of the lines taken as one."""
	revenue = {
		name for item in document.items for name in (item.income_account, item.discount_account) if name
	}
	first = document.items[0].income_account if document.items else ""
	found = Counter[str]()
	for account, (base, in_currency) in books.ledger.get(document.name, {}).items():
		found[first if account in revenue else account] += minor(base if own else in_currency, decimals)
	return found


def compare_cost(row: Row, document: Document, books: Books, company: Company) -> Iterator[Difference]:
	"""Debits equal credits, and the stock accounts moved by what the stock ledger says goods were worth."""
	ledger = books.ledger.get(document.name, {})
	decimals = company.decimals
	balance = minor(sum(base for base, _own in ledger.values()), decimals)
	if balance:
		yield _cost(row, document, _("Debits and credits are not equal."), "0", amount(balance, decimals))
	if not company.row.enable_perpetual_inventory:
		return
	# Rounded row by row, as ERPNext does when it books them.
	worth = sum(
		minor(flt(move.stock_value_difference, decimals), decimals)
		for move in books.moves.get(document.name, ())
	)
	stock = sum(
		minor(base, decimals) for account, (base, _own) in ledger.items() if account in company.stock_accounts
	)
	if worth != stock:
		cause = _("The stock accounts did not move by what the stock ledger says the goods were worth.")
		yield _cost(row, document, cause, amount(worth, decimals), amount(stock, decimals))


def _cost(row: Row, document: Document, cause: str, expected: str, found: str) -> Difference:
	return row.differs(
		Kind.COST,
		cause,
		document_type=INVOICE,
		document=document.name,
		expected=expected,
		found=found,
		remedy=_("Make a Repost Item Valuation for the invoice; it writes the ledger again."),
	)


def left_behind(row: Row, place: Booked, books: Books, company: Company) -> Iterator[Difference]:
	"""Cancelled versions of the document have to leave nothing in either ledger."""
	for name in books.versions(place.posted):
		if place.living is not None and name == place.living.name:
			continue
		for account, (base, _own) in sorted(books.ledger.get(name, {}).items()):
			if value := minor(base, company.decimals):
				yield row.differs(
					Kind.LEDGER,
					_("{0} does not count any more, but the general ledger still has it.").format(name),
					document_type=INVOICE,
					document=name,
					expected="0",
					found=amount(value, company.decimals),
					account_or_item=account,
					remedy=_repost(),
				)
