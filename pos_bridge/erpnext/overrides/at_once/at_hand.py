"""Questions by `db.get_value` that posting can answer itself: of the invoice, its entry and its Bins.

It never guesses: what is not at hand, or is asked in another way, ERPNext's own function reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import frappe

from pos_bridge.erpnext.overrides.at_once.stock_moves import BIN, Bins

Row = dict[str, Any]
_POSITIONS = ("ignore", "as_dict", "debug", "order_by")
_PLAIN = {"for_update": False, "run": True, "pluck": False, "distinct": False, "skip_locked": False}
_HARMLESS = frozenset((*_POSITIONS, "cache", "limit", "wait"))
"""Of rows that are one, or are listed newest first."""


@contextmanager
def answered_at_hand(invoice: Any, bins: Bins | None) -> Iterator[None]:
	"""Within it, `db.get_values` answers what is known of `invoice` without asking."""
	db = frappe.local.db
	read, own = db.get_values, db.__dict__.get("get_values")

	def get_values(
		doctype: Any, filters: Any = None, fieldname: Any = "name", *more: Any, **named: Any
	) -> Any:
		asked = question(fieldname, more, named) if doctype in (BIN, "POS Entry", invoice.doctype) else None
		rows = _rows(doctype, filters, asked.fields, invoice, bins) if asked else None
		answer = asked.answer(rows) if asked and rows is not None else None
		return read(doctype, filters, fieldname, *more, **named) if answer is None else answer

	db.get_values = get_values
	try:
		yield
	finally:
		del db.get_values
		if own:
			db.get_values = own


@dataclass(frozen=True, slots=True)
class Question:
	"""What `get_values` is asked for, where that is some columns of some rows and nothing else."""

	fields: list[str]
	as_dict: bool
	limit: int | None

	def answer(self, rows: list[Row]) -> list[Any] | None:
		"""The rows as Frappe gives them; None if a column is not among theirs."""
		if not all(field in row for row in rows for field in self.fields):
			return None
		return [self._shaped(row) for row in rows[: self.limit]]

	def _shaped(self, row: Row) -> Any:
		values = [row[field] for field in self.fields]
		return frappe._dict(zip(self.fields, values, strict=True)) if self.as_dict else tuple(values)


def question(fieldname: Any, more: tuple[Any, ...], named: dict[str, Any]) -> Question | None:
	"""What is asked by the arguments that Frappe's `get_value` hands on; None if it is more than columns."""
	fields = [fieldname] if isinstance(fieldname, str) else fieldname
	known = isinstance(fields, list | tuple) and all(isinstance(field, str) for field in fields)
	if (
		not known
		or len(more) > len(_POSITIONS)
		or any(named.get(option) != value for option, value in _PLAIN.items())
	):
		return None
	given = {**dict(zip(_POSITIONS, more, strict=False)), **named}
	if given.get("debug") or not given.keys() <= _PLAIN.keys() | _HARMLESS:
		return None
	return Question(list(fields), bool(given.get("as_dict")), given.get("limit"))


def _rows(doctype: Any, filters: Any, fields: list[str], invoice: Any, bins: Bins | None) -> list[Row] | None:
	"""What there is of what is asked for; None if that is not known here."""
	if doctype == BIN and bins and isinstance(filters, str):
		found = bins.named(filters)
		return [found] if found else None
	if doctype == "POS Entry" and filters and filters == invoice.get("pos_bridge_entry"):
		return [{"name": filters}]
	if doctype == invoice.doctype and filters == invoice.name and fields == ["name"]:
		return [] if invoice.get("__islocal") else [{"name": invoice.name}]
	if doctype == invoice.doctype and filters == _returns_of(invoice):
		return []  # nobody can have returned what is being booked
	return None


def _returns_of(invoice: Any) -> Row:
	return {"is_return": 1, "return_against": invoice.name, "docstatus": 1}
