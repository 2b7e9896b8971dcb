"""What is reconciled: a company's business dates, of one till or all; its entries without their texts.

It never reads a document of ERPNext.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, today

from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext.reconcile.difference import Difference, Kind

PAGE = 1_000
"""Entries that are compared at a time: so many texts and documents are in memory at once."""
MAX_DAYS = 400


@dataclass(frozen=True, slots=True)
class Scope:
	"""Business dates `first` to `last` of a company; `till` empty means all of its tills."""

	company: str
	first: date
	last: date
	till: str = ""

	def __post_init__(self) -> None:
		if self.first > self.last:
			raise Rejected(
				_("The first day, {0}, is after the last, {1}. Swap them.").format(self.first, self.last)
			)
		if (self.last - self.first).days >= MAX_DAYS:
			raise Rejected(_("At most {0} days are compared at once. Choose fewer days.").format(MAX_DAYS))
		if not frappe.db.exists("Company", self.company):
			raise Rejected(_("There is no Company {0}. Name one that there is.").format(self.company))
		if self.till and frappe.db.get_value("POS Till", self.till, "company") != self.company:
			raise Rejected(
				_("{0} has no till {1}. Name one of its tills, or none.").format(self.company, self.till)
			)

	@property
	def values(self) -> dict[str, Any]:
		"""What the conditions below are filled with."""
		return {"company": self.company, "first": self.first, "last": self.last, "till": self.till}

	@property
	def is_latest(self) -> bool:
		"""Nothing is recorded of a later day, so that balances of now are balances of these days."""
		later = {"company": self.company, "business_date": (">", self.last), "hop": ("!=", "channel")}
		return not frappe.db.exists("POS Entry", later)

	@property
	def entries(self) -> str:
		"""SQL: which rows of `tabPOS Entry` are meant: the tills'."""
		return (
			"hop <> 'channel' AND company = %(company)s AND business_date BETWEEN %(first)s AND %(last)s"
			+ self._of_till
		)

	@property
	def invoices(self) -> str:
		"""SQL: which rows of `tabSales Invoice` a till made on these days."""
		made = "company = %(company)s AND posting_date BETWEEN %(first)s AND %(last)s"
		return made + (" AND pos_bridge_till = %(till)s" if self.till else " AND pos_bridge_till > ''")

	@property
	def _of_till(self) -> str:
		return " AND till = %(till)s" if self.till else ""


def asked(company: str, first: str, last: str, till: str = "") -> Scope:
	"""A scope from what people type: today, one day and the only company where they leave it out."""
	start = _date(first) if first else getdate(today())
	return Scope(company or _only_company(), start, _date(last) if last else start, till)


def _date(text: str) -> date:
	try:
		return date.fromisoformat(text)
	except ValueError as error:
		raise Rejected(f"{text!r} is not a date. Write it as 2026-11-25.") from error


def _only_company() -> str:
	names: list[str] = frappe.get_all("Company", pluck="name", limit=2)
	if len(names) != 1:
		raise Rejected("Say which company: there is more than one, or none.")
	return names[0]


@dataclass(frozen=True, slots=True)
class Row:
	"""An entry of the company's daybook, without its text."""

	name: str
	position: int
	kind: str
	till: str
	chain: str
	epoch: int
	sequence: int
	receipt_number: str
	state: str
	business_date: date
	post_on: date | None
	reason: str
	remedy: str
	attempts: int
	last_fault: str
	recorded_at: str

	def differs(self, kind: Kind, cause: str, explained: bool = False, **more: str) -> Difference:
		"""A difference of this entry."""
		return Difference(
			kind,
			cause,
			explained,
			till=self.till,
			entry=self.name,
			receipt_number=self.receipt_number,
			**more,
		)


_COLUMNS = ", ".join(
	(
		*("name", "position", "kind", "till", "chain", "epoch", "sequence", "COALESCE(receipt_number, '')"),
		*("state", "business_date", "post_on", "COALESCE(reason, '')", "COALESCE(remedy, '')"),
		*("COALESCE(attempts, 0)", "COALESCE(last_fault, '')", "recorded_at"),
	)
)


def rows_of(scope: Scope) -> list[Row]:
	"""The entries that are meant, in the order of recording."""
	found = frappe.db.sql(f"SELECT {_COLUMNS} FROM `tabPOS Entry` WHERE {scope.entries}", scope.values)
	return sorted((Row(*values) for values in found), key=lambda row: row.position)


def pages(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
	"""The rows, some at a time."""
	for start in range(0, len(rows), PAGE):
		yield rows[start : start + PAGE]
