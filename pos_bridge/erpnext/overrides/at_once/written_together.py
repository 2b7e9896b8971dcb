"""Rows that posting adds are kept back and written with one INSERT per table, before anybody asks for them.

It never shows an old state: a statement that names a table, or that can't be read, is sent after its rows.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any

import frappe
from frappe.model.base_document import BaseDocument

from pos_bridge.erpnext.overrides.ledgers import KNOWN_FRAPPE, LEDGERS

CHILDREN = frozenset(
	("Sales Invoice Item", "Sales Taxes and Charges", "Sales Invoice Payment", "Packed Item")
)
"""Rows of the invoice itself."""
KEPT = LEDGERS | CHILDREN
_TABLE = re.compile(r"\btab[A-Z][\w -]*")
_SOURCE = re.compile(r"(?<!\bFOR )\b(?:FROM|JOIN|INTO|UPDATE)\s+([`\"]?\w+|\()", re.I)
_OF_NO_TABLE = ("SET ", "START ")


@lru_cache(maxsize=4_096)
def tables_named(query: str) -> frozenset[str] | None:
	"""All tables that a statement names, "tab" left out; None if it may touch others, too."""
	sources = [source.lstrip('`"') for source in _SOURCE.findall(query)]
	if not sources or not all(source == "(" or source.startswith("tab") for source in sources):
		return None
	return frozenset(name.strip()[3:] for name in _TABLE.findall(query))


class Kept:
	"""The rows that are not written yet, by table and name: the document and its columns' values."""

	def __init__(self, run: Callable[..., Any]) -> None:
		self._run = run
		self._rows: dict[str, dict[str, tuple[Any, dict[str, Any]]]] = {}
		self._asleep: set[str] = set()
		self.before: list[Callable[[str, frozenset[str] | None], None]] = []
		"""What else is told of a statement before it is sent."""

	def add(self, document: Any) -> None:
		values = document.get_valid_dict(convert_dates_to_str=True, ignore_virtual=True)
		self._rows.setdefault(document.doctype, {})[document.name] = (document, values)

	def has(self, document: Any) -> bool:
		return document.name in self._rows.get(document.doctype, ())

	def of(self, doctype: str) -> list[dict[str, Any]]:
		"""The values of the rows of one kind that are not written yet."""
		return [values for _, values in self._rows.get(doctype, {}).values()]

	@contextmanager
	def unseen(self, doctype: str) -> Iterator[None]:
		"""Within it, rows of this kind stay where they are: what is asked does not concern them."""
		self._asleep.add(doctype)
		try:
			yield
		finally:
			self._asleep.discard(doctype)

	def send(self, query: Any, *values: Any, **options: Any) -> Any:
		"""`db.sql`, after whatever the statement could see."""
		text = query if isinstance(query, str) else str(query)
		if self._rows or self.before:
			self._make_way(text)
		return self._run(query, *values, **options)

	def _make_way(self, text: str) -> None:
		start = text.lstrip()[:8].upper()
		if start == "ROLLBACK":
			self._rows.clear()  # to a savepoint too: all that was kept when it was set was written then
		if start.startswith(_OF_NO_TABLE):
			return
		tables = tables_named(text)
		for listener in self.before:
			listener(start, tables)
		for doctype in [each for each in self._rows if tables is None or each in tables]:
			if doctype not in self._asleep:
				self._write(doctype)

	def write_all(self) -> None:
		for doctype in list(self._rows):
			self._write(doctype)

	def forget(self) -> None:
		self._rows.clear()

	def _write(self, doctype: str) -> None:
		rows = [values for _, values in self._rows.pop(doctype).values()]
		columns = list(rows[0])
		names = ", ".join(f"`{column}`" for column in columns)
		marks = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(rows))
		given = [row[column] for row in rows for column in columns]
		self._run(f"INSERT INTO `tab{doctype}` ({names}) VALUES {marks}", given)


_current: list[Kept] = []


def kept() -> Kept | None:
	"""The rows that are kept back now; None where they are written one by one, as ever."""
	return _current[-1] if _current else None


@contextmanager
def unseen(doctype: str) -> Iterator[None]:
	"""`Kept.unseen` of what is kept back now."""
	rows = kept()
	with rows.unseen(doctype) if rows else nullcontext():
		yield


@contextmanager
def written_together() -> Iterator[None]:
	"""Within it, rows of `KEPT` wait for the first statement that could see them; meant for one job."""
	if not frappe.__version__.startswith(KNOWN_FRAPPE):
		yield
		return
	db = frappe.local.db
	own, insert, update = db.__dict__.get("sql"), BaseDocument.db_insert, BaseDocument.db_update
	rows = Kept(db.sql)
	db.sql = rows.send
	BaseDocument.db_insert, BaseDocument.db_update = _insert(insert, rows), _update(update, rows)
	_current.append(rows)
	try:
		yield
		rows.write_all()
	finally:
		_current.pop()
		BaseDocument.db_insert, BaseDocument.db_update = insert, update
		del db.sql
		if own:
			db.sql = own


def _insert(own: Callable[..., None], rows: Kept) -> Callable[..., None]:
	def db_insert(document: Any, ignore_if_duplicate: bool = False) -> None:
		if document.doctype not in KEPT or ignore_if_duplicate or not (document.name and document.creation):
			own(document, ignore_if_duplicate)
			return
		rows.add(document)
		document.set("__islocal", False)

	return db_insert


def _update(own: Callable[..., None], rows: Kept) -> Callable[..., None]:
	def db_update(document: Any) -> None:
		if document.get("__islocal") or not rows.has(document):
			own(document)
			return
		rows.add(document)

	return db_update
