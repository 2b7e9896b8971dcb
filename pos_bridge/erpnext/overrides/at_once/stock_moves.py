"""An invoice's stock moves and Bins are at hand while it is posted, and written once, with their last values.

It never values anything: ERPNext does, with the rows that it would read. Posting holds the Bins' locks.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import frappe
from erpnext.stock.utils import get_combine_datetime
from frappe.model import float_like_fields
from frappe.utils import cint, flt, get_datetime, getdate, now, to_timedelta

from pos_bridge.erpnext.overrides.at_once.written_together import Kept

LEDGER, BIN = "Stock Ledger Entry", "Bin"
_QUANTITIES = (
	*("actual_qty", "ordered_qty", "reserved_qty", "indented_qty", "planned_qty", "projected_qty"),
	*("reserved_qty_for_production", "reserved_qty_for_sub_contract", "reserved_qty_for_production_plan"),
	*("reserved_stock", "stock_value", "valuation_rate"),
)
_NINTH = Decimal("1e-9")
"""MariaDB keeps nine decimals of a quantity or amount."""


def at_nine_decimals(value: Any) -> float:
	"""A number as it comes back from MariaDB."""
	return float(Decimal(repr(flt(value))).quantize(_NINTH, ROUND_HALF_UP))


def previous_move(own: Callable[..., Any], rows: Kept) -> Callable[..., Any]:
	"""The move before a line's own, locked as ever; it is never one of the other lines' that still wait."""

	def get_previous_sle_of_current_voucher(args: Any, *more: Any, **named: Any) -> Any:
		if not (args.get("sle_id") and args.get("creation")) or _others_at(args, rows):
			return own(args, *more, **named)
		with rows.unseen(LEDGER):
			return own(args, *more, **named)

	return get_previous_sle_of_current_voucher


def own_move(own: Callable[..., Any], rows: Kept) -> Callable[..., Any]:
	"""ERPNext reads the row that it has just inserted, to update it; here it is at hand."""

	def get_sle_against_current_voucher(entries: Any) -> Any:
		args = entries.args
		mine = [row for row in rows.of(LEDGER) if row["name"] == args.get("sle_id")]
		if not mine or _others_at(args, rows):
			return own(entries)
		args["posting_datetime"] = get_combine_datetime(args.posting_date, args.posting_time)
		row = _as_read(mine[0])
		row["timestamp"] = row.posting_datetime
		return [row]

	return get_sle_against_current_voucher


def _others_at(args: Any, rows: Kept) -> bool:
	place = (args.get("item_code"), args.get("warehouse"))
	return any(
		(row["item_code"], row["warehouse"]) == place and row["name"] != args.get("sle_id")
		for row in rows.of(LEDGER)
	)


def _as_read(values: dict[str, Any]) -> Any:
	"""A row's values as MariaDB would give them back."""
	kinds = {field.fieldname: field.fieldtype for field in frappe.get_meta(LEDGER).fields}
	kinds |= {"creation": "Datetime", "modified": "Datetime", "docstatus": "Int", "idx": "Int"}
	return frappe._dict({name: _value_as_read(value, kinds.get(name)) for name, value in values.items()})


def _value_as_read(value: Any, kind: str | None) -> Any:
	if value is None:
		return None
	if kind in float_like_fields:
		return at_nine_decimals(value)
	read: Callable[[Any], Any] | None = _READ.get(kind or "")
	return read(value) if read else value


_READ: dict[str, Callable[[Any], Any]] = {
	"Check": cint,
	"Int": cint,
	"Date": getdate,
	"Datetime": get_datetime,
	"Time": to_timedelta,
}


class Bins:
	"""The invoice's Bins by item and warehouse: read and locked once, written once before anybody asks."""

	def __init__(self, items: Callable[[], Iterable[str]]) -> None:
		self._items = items
		self._known: dict[tuple[str, str], Any] = {}
		self._by_name: dict[str, Any] = {}
		self._unwritten: dict[str, dict[str, float]] = {}
		self._busy = False

	def of(self, item: str, warehouse: str) -> Any:
		"""The Bin as it is now, None if there is none (yet)."""
		if (item, warehouse) not in self._known:
			self._read(warehouse, item)
		return self._known[item, warehouse]

	def named(self, name: Any) -> Any:
		return self._by_name.get(name)

	def _read(self, warehouse: str, item: str) -> None:
		wanted = {each for each in (*self._items(), item) if (each, warehouse) not in self._known}
		columns = ", ".join(f"`{name}`" for name in _QUANTITIES if frappe.get_meta(BIN).has_field(name))
		found = frappe.db.sql(
			f"SELECT name, item_code, {columns} FROM `tabBin` WHERE item_code IN %s AND warehouse = %s"
			" ORDER BY item_code FOR UPDATE",
			(tuple(wanted), warehouse),
			as_dict=True,
		)
		bins = {row.pop("item_code"): row for row in found}
		self._known |= {(each, warehouse): bins.get(each) for each in wanted}
		self._by_name |= {row.name: row for row in found}

	def set_value(self, own: Callable[..., None]) -> Callable[..., None]:
		"""`db.set_value`, which keeps quantities of these Bins back; ERPNext sets them twice a line."""

		def set_value(doctype: Any, name: Any, field: Any, *more: Any, **options: Any) -> None:
			if not (
				doctype == BIN
				and self.named(name)
				and isinstance(field, dict)
				and field.keys() <= set(_QUANTITIES)
				and not more
				and options in ({}, {"update_modified": True})
			):
				own(doctype, name, field, *more, **options)
				return
			changed = {column: at_nine_decimals(value) for column, value in field.items()}
			self.named(name).update(changed)
			self._unwritten.setdefault(name, {}).update(changed)

		return set_value

	def before(self, start: str, tables: frozenset[str] | None) -> None:
		if self._busy or (tables is not None and BIN not in tables):
			return
		if start == "ROLLBACK":
			self._unwritten.clear()
		self.write()
		if start.strip() != "SELECT":
			self._known.clear()
			self._by_name.clear()

	def write(self) -> None:
		waiting, self._unwritten = self._unwritten, {}
		self._busy = True
		try:
			for columns in {tuple(values) for values in waiting.values()}:
				_update(
					{name: values for name, values in waiting.items() if tuple(values) == columns}, columns
				)
		finally:
			self._busy = False


@contextmanager
def bins_at_hand(items: Callable[[], Iterable[str]], rows: Kept) -> Iterator[Bins]:
	"""The Bins of an invoice's items, within which `Bins.set_value` may stand for `db.set_value`."""
	bins = Bins(items)
	rows.before.append(bins.before)
	try:
		yield bins
		bins.write()
	finally:
		rows.before.remove(bins.before)


def _update(bins: dict[str, dict[str, float]], columns: tuple[str, ...]) -> None:
	"""Set these columns of Bins that exist and are locked: of the INSERT only its UPDATE happens."""
	names = ("name", *columns, "modified", "modified_by")
	marks = ", ".join(["(" + ", ".join(["%s"] * len(names)) + ")"] * len(bins))
	row = (now(), frappe.session.user)
	frappe.db.sql(
		f"INSERT INTO `tabBin` ({', '.join(names)}) VALUES {marks} ON DUPLICATE KEY UPDATE "
		+ ", ".join(f"{name} = VALUES({name})" for name in names[1:]),
		[value for name, values in bins.items() for value in (name, *values.values(), *row)],
	)
	for name in bins:
		frappe.clear_document_cache(BIN, name)
	frappe.db.value_cache.pop(BIN, None)
