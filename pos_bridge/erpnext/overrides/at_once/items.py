"""What ERPNext asks of each item of a sale is read for all of the sale's items at once.

It never answers for an item that it has not found under its very name, nor for a price that depends on more
than item, list, unit and day.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, Protocol

import frappe
from frappe.utils import getdate

Row = dict[str, Any]
_FIRST, _LAST = date(2000, 1, 1), date(2500, 12, 31)
"""What ERPNext takes for a price without dates."""
_COLUMNS = {
	"Item": (
		*("name", "image", "grant_commission", "has_batch_no", "has_serial_no", "is_stock_item"),
		*("default_item_manufacturer", "default_manufacturer_part_no", "inspection_required_before_delivery"),
	),
	"Item Default": ("parent", "company", "income_account", "expense_account"),
	"Product Bundle": ("new_item_code", "name", "disabled"),
	"Item Barcode": ("parent", "barcode"),
	"Item Price": (
		*("item_code", "price_list", "name", "price_list_rate", "uom", "customer", "supplier", "batch_no"),
		*("valid_from", "valid_upto"),
	),
}
"""By DocType: the column that names the item, then what is asked for."""
KINDS = frozenset(_COLUMNS)
_sold: list[str] = []


class Memory(Protocol):
	"""Where rows are kept until they are old or written to (`masters`)."""

	def known(self, key: tuple[str, ...]) -> Any: ...

	def keep(self, key: tuple[str, ...], doctype: str, rows: list[Row]) -> None: ...


@contextmanager
def items_read_together(codes: Iterable[str]) -> Iterator[None]:
	"""Within it, these are the items of the sale that is being posted."""
	_sold[:] = dict.fromkeys(codes)
	try:
		yield
	finally:
		_sold.clear()


def rows_of(memory: Memory, doctype: str, filters: Any, fields: list[str]) -> list[Row] | None:
	"""The rows of a sold item that answer a question, newest first; None if it has to be asked as ever."""
	columns = _COLUMNS.get(doctype)
	if not columns or not _sold or not set(fields) <= set(columns):
		return None
	conditions = {columns[0]: filters} if isinstance(filters, str) and doctype == "Item" else filters
	if not isinstance(conditions, dict) or not conditions.keys() <= set(columns):
		return None
	code = conditions.get(columns[0])
	if not isinstance(code, str) or code not in _sold or not _of(memory, "Item", code):
		return None
	plain = all(isinstance(value, str | int) for value in conditions.values())
	return [row for row in _of(memory, doctype, code) if _fits(row, conditions)] if plain else None


def _fits(row: Row, conditions: Row) -> bool:
	return all(row[column] == value for column, value in conditions.items())


def price_of(
	memory: Memory, args: Any, item_code: str, ignore_party: Any = False, force_batch_no: bool = False
) -> tuple[tuple[Any, ...], ...] | None:
	"""What ERPNext's `get_item_price` finds, where an item has one price at most; None if it has to look."""
	asked = {"item_code": item_code, "price_list": args.get("price_list")}
	rows = rows_of(memory, "Item Price", asked, ["name"])
	if rows is None or len(rows) > 1 or force_batch_no or args.get("batch_no") or args.get("supplier"):
		return None
	if any(row["customer"] or row["supplier"] or row["batch_no"] for row in rows):
		return None
	if any(row["uom"] and row["uom"] != args.get("uom") for row in rows):
		return None
	if args.get("customer") and not ignore_party:
		return ()
	day = args.get("transaction_date")
	return tuple(
		(row["name"], row["price_list_rate"], row["uom"])
		for row in rows
		if not day or _is_valid(row, getdate(day))
	)


def _is_valid(row: Row, day: date) -> bool:
	return (row["valid_from"] or _FIRST) <= day <= (row["valid_upto"] or _LAST)


def _of(memory: Memory, doctype: str, code: str) -> list[Row]:
	found = memory.known(_key(doctype, code))
	if found is None:
		read = _read(doctype, [each for each in _sold if memory.known(_key(doctype, each)) is None])
		for each, rows in read.items():
			memory.keep(_key(doctype, each), doctype, rows)
		found = read[code]
	return found


def _key(doctype: str, code: str) -> tuple[str, ...]:
	return ("of item", doctype, code)


def _read(doctype: str, codes: list[str]) -> dict[str, list[Row]]:
	first, *others = _COLUMNS[doctype]
	has: Callable[[str], Any] = frappe.get_meta(doctype).has_field
	names = [first, *(each for each in others if each in ("name", "parent") or has(each))]
	rows = frappe.db.sql(
		f"SELECT {', '.join(names)} FROM `tab{doctype}` WHERE {first} IN %s ORDER BY modified DESC",
		(tuple(codes),),
		as_dict=True,
	)
	found: dict[str, list[Row]] = {code: [] for code in codes}
	for row in rows:
		if row[first] in found:
			found[row[first]].append(row)
	return found
