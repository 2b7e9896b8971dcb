"""The general ledger of the exported documents against the entries that they are made of.

Documents and entries hang together in groups (a batch has many sales, a sale may have a voucher beside its
invoice): each group's net, taxes and money in the ledger equal its entries', exactly.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from typing import Any

from pos_bridge.erpnext.audit.verifier.form import Fault
from pos_bridge.erpnext.audit.verifier.tables import SOLD

Fields = dict[str, Any]
LEDGERS = ("Sales Invoice", "Journal Entry")
MONEY = ("cash", "card", "bank")
COMPARED = ("sale", "return", "tip")
"""Parts of an entry that its own figures say. Others, such as what a credit did not cover, only balance."""


class Ledger:
	"""Documents first, then entries, then ledger rows; then `check`."""

	def __init__(self, manifest: Fields) -> None:
		self.currency, self.shops = manifest["company_currency"], manifest["shops"]
		self.documents: dict[str, Fields] = {}
		self.of_entry: dict[str, list[str]] = defaultdict(list)
		self.posted: set[str] = set()
		self.entries: dict[str, tuple[str, str, Fields]] = {}
		self.amounts: dict[str, Counter[str]] = defaultdict(Counter)
		self.own: dict[str, Counter[str]] = defaultdict(Counter)
		self.compared, self.left_out = 0, Counter[str]()

	def document(self, row: Fields) -> None:
		self.documents[row["document_type"] + " " + row["name"]] = row

	def posting(self, row: Fields, where: str) -> None:
		name = row["document_type"] + " " + row["document_name"]
		if row["document_type"] not in LEDGERS:
			return
		if name not in self.documents:
			raise Fault("A document is missing", where, name)
		self.posted.add(row["entry"])
		if row["part"] in COMPARED:
			self.of_entry[row["entry"]].append(name)

	def entry(self, fields: Fields, where: str) -> None:
		"""A posted entry."""
		if fields["kind"] not in SOLD:
			if fields["id"] in self.posted:
				self.left_out["of other kinds than sales and returns: debits and credits only"] += 1
			return
		if fields["id"] not in self.of_entry:
			raise Fault("A posted entry has no document", where, fields["receipt_number"])
		self.entries[fields["id"]] = (fields["kind"], fields["till"], _figures(fields["body"]))

	def row(self, row: Fields) -> None:
		"""A row of the general ledger."""
		if row["is_cancelled"]:
			return
		name = row["voucher_type"] + " " + row["voucher_no"]
		self.amounts[name][row["account"]] += _scaled(row["debit"]) - _scaled(row["credit"])
		if row["transaction_currency"] not in ("", self.currency):
			own = _scaled(row["debit_in_transaction_currency"]) - _scaled(
				row["credit_in_transaction_currency"]
			)
			self.own[name][row["account"]] += own

	def check(self) -> None:
		for name, accounts in self.amounts.items():
			if left := sum(accounts.values()):
				raise Fault("Debits and credits are not equal", name, f"off by {Fraction(left, 10**9)}")
		for entries, documents in self.groups():
			if why := self.not_comparable(entries, documents):
				self.left_out[why] += len(entries)
			else:
				self.check_group(entries, documents)
				self.compared += len(entries)

	def groups(self) -> list[tuple[list[str], list[str]]]:
		"""Entries and documents that hang together."""
		of_document: dict[str, list[str]] = defaultdict(list)
		for entry in self.entries:
			for name in self.of_entry[entry]:
				of_document[name].append(entry)
		found, seen = [], set[str]()
		for start in self.entries:
			entries, documents, open_ends = [], set[str](), [] if start in seen else [start]
			seen.add(start)
			while open_ends:
				entry = open_ends.pop()
				entries.append(entry)
				for name in set(self.of_entry[entry]) - documents:
					documents.add(name)
					new = [other for other in of_document[name] if other not in seen]
					seen.update(new)
					open_ends += new
			if entries:
				found.append((entries, sorted(documents)))
		return found

	def not_comparable(self, entries: list[str], documents: list[str]) -> str:
		"""Why a group is not compared; "" if it is."""
		if any(self.documents[name]["docstatus"] != 1 for name in documents):
			return "cancelled or amended in the desk"
		if len(entries) < max(self.documents[name]["entries"] for name in documents):
			return "in one document with entries outside of this export"
		return ""

	def check_group(self, entries: list[str], documents: list[str]) -> None:
		figures = [self.entries[entry][2] for entry in entries]
		places, foreign = figures[0]["places"], figures[0]["currency"] != self.currency
		ledger = Counter[str]()
		for name in documents:
			for account, amount in (self.own if foreign else self.amounts)[name].items():
				ledger[account] += amount
		expected, names = self.expected(entries, documents)
		for accounts, minor in expected:
			found = Fraction(sum(ledger[account] for account in accounts), 10**9)
			wanted = Fraction(minor, 10**places)
			if found != wanted:
				words = f"the ledger has {found} on {', '.join(accounts)}, the entries come to {wanted}"
				raise Fault(
					"The ledger differs from the entries", f"{', '.join(documents)} of {names}", words
				)

	def expected(self, entries: list[str], documents: list[str]) -> tuple[list[tuple[list[str], int]], str]:
		"""Accounts, and what they have to hold together; accounts of several purposes become one group."""
		rows = [self.documents[name] for name in documents]
		sums: list[tuple[set[str], int]] = []
		net = {account for row in rows for account in row["net_accounts"]}
		sums.append((net, -sum(self.entries[entry][2]["net"] for entry in entries)))
		taxes = Counter[str]()
		for entry in entries:
			taxes.update({tax: -minor for tax, minor in self.entries[entry][2]["taxes"]})
		sums += [({tax}, minor) for tax, minor in taxes.items()]
		sums.append(self.money(entries, rows))
		named = ", ".join(entries[:3]) + (f" and {len(entries) - 3} more" if len(entries) > 3 else "")
		return [(sorted(accounts), minor) for accounts, minor in _merged(sums)], named

	def money(self, entries: list[str], rows: list[Fields]) -> tuple[set[str], int]:
		"""Where money went to: the accounts of its tenders, by the documents or else by the shop."""
		accounts: set[str] = set()
		minor = 0
		for entry in entries:
			_, till, figures = self.entries[entry]
			for tender, amount in figures["money"]:
				found = {account for row in rows for mode, account in row["payments"] if mode == tender}
				accounts |= found or {self.shops[till]["tenders"].get(tender, "")} - {""}
				minor += amount
		return accounts, minor


def _figures(body: Fields) -> Fields:
	"""`money` is what came in and went out as cash, by card or at the bank, by Mode of Payment."""
	money = [(each["tender"], each["amount_minor"]) for each in body["tenders"] if each["kind"] in MONEY]
	if body["change_minor"]:
		cash = [each["tender"] for each in body["tenders"] if each["kind"] == "cash"]
		money.append((body.get("change_from") or cash[0], -body["change_minor"]))
	return {
		**{"currency": body["currency"], "places": body["currency_precision"], "net": body["net_minor"]},
		"taxes": [(tax["tax"], tax["amount_minor"]) for tax in body["taxes"]],
		"money": money,
	}


def _scaled(text: str) -> int:
	"""A decimal of the database, which has nine digits behind the point, as a whole number."""
	value = Fraction(text) * 10**9
	if value.denominator != 1:
		raise ValueError(f"{text} has more than nine decimals")
	return value.numerator


def _merged(sums: list[tuple[set[str], int]]) -> list[tuple[set[str], int]]:
	found: list[tuple[set[str], int]] = []
	for accounts, minor in sums:
		apart = [each for each in found if not each[0] & accounts]
		for others, more in (each for each in found if each[0] & accounts):
			accounts, minor = accounts | others, minor + more
		found = [*apart, (accounts, minor)]
	return found
