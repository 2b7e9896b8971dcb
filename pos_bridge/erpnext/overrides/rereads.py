"""What posting has at hand is not read again: the invoice just written, its Bins, a default account.

It never changes what ERPNext writes; where nothing is at hand, ERPNext's own function runs.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import erpnext.accounts.doctype.sales_invoice.sales_invoice as sales_invoice
import erpnext.controllers.selling_controller as selling_controller
import erpnext.stock.get_item_details as get_item_details
import erpnext.stock.stock_ledger as stock_ledger
import frappe
from erpnext.stock.doctype.warehouse.warehouse import get_child_warehouses
from erpnext.stock.utils import get_combine_datetime
from frappe.utils import flt

from pos_bridge.erpnext.overrides.at_once.at_hand import answered_at_hand
from pos_bridge.erpnext.overrides.at_once.items import items_read_together
from pos_bridge.erpnext.overrides.at_once.stock_moves import Bins, bins_at_hand, own_move, previous_move
from pos_bridge.erpnext.overrides.at_once.written_together import kept, unseen
from pos_bridge.erpnext.overrides.definitions import replaced

Replaced = tuple[Any, str, Callable[[Callable[..., Any]], Callable[..., Any]]]


@contextmanager
def nothing_read_twice(invoice: Any) -> Iterator[None]:
	"""Within it, the ERPNext functions named below use what posting `invoice` knows already."""
	with ExitStack() as stack:
		rows = kept()
		bins = stack.enter_context(bins_at_hand(lambda: _items(invoice), rows)) if rows else None
		for owner, name, replacement in (
			*_asked_once(invoice),
			*(_moves(invoice, rows, bins) if bins else ()),
		):
			if hasattr(owner, name):
				stack.enter_context(replaced(owner, name, replacement))
		stack.enter_context(answered_at_hand(invoice, bins))
		stack.enter_context(items_read_together(_items(invoice)))
		yield


def _asked_once(invoice: Any) -> tuple[Replaced, ...]:
	return (
		(sales_invoice, "update_voucher_outstanding", lambda own: _update_voucher_outstanding(own, invoice)),
		(selling_controller, "set_item_default", _set_item_default),
		(stock_ledger, "update_qty_in_future_sle", lambda own: _update_qty_in_future_sle(own, invoice)),
		(stock_ledger.update_entries_after, "get_reserved_stock", lambda own: _reserved(own, invoice)),
		(stock_ledger, "get_previous_sle", lambda own: _get_previous_sle(own, invoice)),
		(frappe, "has_permission", _has_permission),
		(get_item_details, "get_bin_details", lambda own: _get_bin_details(own, invoice)),
		(invoice, "_update_children", lambda own: _update_children(own, invoice)),
	)


def _moves(invoice: Any, rows: Any, bins: Bins) -> tuple[Replaced, ...]:
	entries = stock_ledger.update_entries_after
	return (
		(stock_ledger, "get_previous_sle_of_current_voucher", lambda own: previous_move(own, rows)),
		(entries, "get_sle_against_current_voucher", lambda own: own_move(own, rows)),
		(stock_ledger, "get_or_make_bin", lambda own: _get_or_make_bin(own, bins)),
		(invoice, "update_current_stock", lambda own: lambda: _update_current_stock(invoice, bins)),
		(frappe.local.db, "set_value", bins.set_value),
	)


def _update_children(own: Callable[..., None], invoice: Any) -> Callable[..., None]:
	"""ERPNext adds up deliveries with each line, also with lines that come from no order or delivery."""

	def update_children(how: Any, *more: Any) -> None:
		if any(row.get(how["join_field"]) for row in invoice.items):
			own(how, *more)

	return update_children


def _has_permission(own: Callable[..., bool]) -> Callable[..., bool]:
	"""ERPNext asks with each line if the tills' user may write Item Prices, which reads what is shared."""
	known: dict[tuple[Any, ...], bool] = {}

	def has_permission(*arguments: Any, **options: Any) -> bool:
		if options or not all(isinstance(each, str) for each in arguments):
			return own(*arguments, **options)
		key = (frappe.session.user, *arguments)
		if key not in known:
			known[key] = own(*arguments)
		return known[key]

	return has_permission


def _get_previous_sle(own: Callable[..., Any], invoice: Any) -> Callable[..., Any]:
	"""ERPNext values each line by the move before it; read once for all, before the invoice moves."""
	known: dict[str, dict[str, Any]] = {}

	def get_previous_sle(args: Any, for_update: bool = False, extra_cond: Any = None) -> Any:
		special = for_update or extra_cond or args.get("sle") or args.get("serial_no")
		if invoice.docstatus or special or not args.get("warehouse") or not _is_of(args, invoice):
			return own(args, for_update, extra_cond)
		warehouse = args["warehouse"]
		if warehouse not in known:
			known[warehouse] = _last_moves(warehouse, invoice)
		if args["item_code"] not in known[warehouse]:
			return own(args)  # what a bundle is made of comes to the invoice later than its items
		args["name"], args["posting_datetime"] = "", _moment(invoice)
		return known[warehouse][args["item_code"]].copy()

	return get_previous_sle


def _last_moves(warehouse: str, invoice: Any) -> dict[str, Any]:
	"""By item, what ERPNext's `get_previous_sle` gives for each."""
	items = _items(invoice)
	one = (
		"(SELECT *, posting_datetime AS timestamp FROM `tabStock Ledger Entry` WHERE item_code = %s"
		" AND warehouse = %s AND is_cancelled = 0 AND posting_datetime <= %s"
		" ORDER BY posting_datetime DESC, creation DESC LIMIT 1)"
	)
	values = [value for item in items for value in (item, warehouse, _moment(invoice))]
	rows = frappe.db.sql(" UNION ALL ".join([one] * len(items)), values, as_dict=True)
	return {**{item: {} for item in items}, **{row.item_code: row for row in rows}}


def _update_voucher_outstanding(own: Callable[..., None], invoice: Any) -> Callable[..., None]:
	"""ERPNext reads the whole invoice again, twice, to write its outstanding amount and status."""

	def update_voucher_outstanding(voucher_type: str, voucher_no: str, *more: Any, **named: Any) -> None:
		if (voucher_type, voucher_no) != (invoice.doctype, invoice.name):
			return own(voucher_type, voucher_no, *more, **named)
		get_doc = frappe.get_doc

		def at_hand(*arguments: Any, **options: Any) -> Any:
			if arguments == (voucher_type, voucher_no) and not options:
				return _as_written(invoice)
			return get_doc(*arguments, **options)

		frappe.get_doc = at_hand
		try:
			return own(voucher_type, voucher_no, *more, **named)
		finally:
			frappe.get_doc = get_doc

	return update_voucher_outstanding


def _as_written(invoice: Any) -> Any:
	"""The invoice as it would be read: a document of its own, not new, with its state before the change."""
	written = copy.copy(invoice)
	for document in (written, before := copy.copy(invoice)):
		document.flags = frappe._dict()
		document.__dict__.pop("__islocal", None)
		for ours in ("run_before_save_methods", "_update_children", "update_current_stock"):
			document.__dict__.pop(ours, None)
	written._doc_before_save = before
	return written


def _set_item_default(own: Callable[..., None]) -> Callable[..., None]:
	"""ERPNext writes the same account into the same row for every sale, which locks that row for others."""

	def set_item_default(item_code: str, company: str, fieldname: str, value: Any) -> None:
		known = frappe.db.get_value("Item Default", {"parent": item_code, "company": company}, fieldname)
		if known != value:
			own(item_code, company, fieldname, value)

	return set_item_default


def _get_or_make_bin(own: Callable[..., str], bins: Bins) -> Callable[..., str]:
	"""ERPNext reads each Bin and puts it into Redis to learn its name; posting holds the Bins' locks."""

	def get_or_make_bin(item_code: str, warehouse: str) -> str:
		found = bins.of(item_code, warehouse)
		return str(found.name) if found else own(item_code, warehouse)

	return get_or_make_bin


def _update_current_stock(invoice: Any, bins: Bins) -> None:
	"""What ERPNext's `update_current_stock` does, which reads each row's Bin."""
	for row in invoice.items:
		if row.item_code and row.warehouse:
			found = bins.of(row.item_code, row.warehouse)
			row.actual_qty = found.actual_qty if found else 0
	for row in invoice.get("packed_items"):
		found = bins.of(row.item_code, row.warehouse)
		row.actual_qty, row.projected_qty = (found.actual_qty, found.projected_qty) if found else (0, 0)


def _get_bin_details(own: Callable[..., Any], invoice: Any) -> Callable[..., Any]:
	"""ERPNext adds up each item's Bins twice; here once for all lines, until the invoice moves stock."""
	known: dict[tuple[str, bool], dict[str, Any]] = {}

	def get_bin_details(
		item_code: str, warehouse: str, company: Any = None, include_child_warehouses: bool = False
	) -> Any:
		if invoice.docstatus or company or not warehouse or item_code not in _items(invoice):
			return own(item_code, warehouse, company, include_child_warehouses)
		place = (warehouse, bool(include_child_warehouses))
		if place not in known:
			known[place] = _in_bins(*place, invoice)
		found = known[place].get(item_code)
		return found.copy() if found else own(item_code, warehouse, company, include_child_warehouses)

	return get_bin_details


def _in_bins(warehouse: str, with_children: bool, invoice: Any) -> dict[str, Any]:
	"""By item, what ERPNext's `get_bin_details` gives for each."""
	warehouses = get_child_warehouses(warehouse) if with_children else [warehouse]
	rows = frappe.db.sql(
		"SELECT item_code, SUM(projected_qty) AS projected_qty, SUM(actual_qty) AS actual_qty,"
		" SUM(reserved_qty) AS reserved_qty FROM `tabBin` WHERE item_code IN %s AND warehouse IN %s"
		" GROUP BY item_code",
		(_items(invoice), tuple(warehouses)),
		as_dict=True,
	)
	return {row.pop("item_code"): row for row in rows}


def _update_qty_in_future_sle(own: Callable[..., None], invoice: Any) -> Callable[..., None]:
	"""ERPNext brings later balances up to date with each line; here it is asked once if there are any."""
	moved: dict[str, set[str]] = {}

	def update_qty_in_future_sle(args: Any, allow_negative_stock: bool = False) -> None:
		if not _is_of(args, invoice):
			return own(args, allow_negative_stock)
		warehouse = args["warehouse"]
		if warehouse not in moved:
			moved[warehouse] = _moved_later(warehouse, invoice)
		if args["item_code"] in moved[warehouse]:
			return own(args, allow_negative_stock)
		args["posting_datetime"] = _moment(invoice)
		return stock_ledger.validate_negative_qty_in_future_sle(args, allow_negative_stock)

	return update_qty_in_future_sle


def _moved_later(warehouse: str, invoice: Any) -> set[str]:
	"""Items of the invoice that something else moved at its moment or later."""
	sql = (
		"SELECT DISTINCT item_code FROM `tabStock Ledger Entry` WHERE item_code IN %s AND warehouse = %s"
		" AND is_cancelled = 0 AND posting_datetime >= %s AND voucher_no != %s"
	)
	with unseen("Stock Ledger Entry"):
		return set(frappe.db.sql_list(sql, (_items(invoice), warehouse, _moment(invoice), invoice.name)))


def _reserved(own: Callable[..., float], invoice: Any) -> Callable[..., float]:
	"""ERPNext adds up Stock Reservation Entries with each line; here once for all lines."""
	known: dict[str, dict[str, float]] = {}

	def get_reserved_stock(entries: Any) -> float:
		if not _is_of(entries.args, invoice):
			return own(entries)
		warehouse = entries.args.warehouse
		if warehouse not in known:
			known[warehouse] = _reserved_by(warehouse, invoice)
		return known[warehouse].get(entries.item_code, 0.0)

	return get_reserved_stock


def _reserved_by(warehouse: str, invoice: Any) -> dict[str, float]:
	rows = frappe.db.sql(
		"SELECT item_code, SUM(reserved_qty) - SUM(delivered_qty) FROM `tabStock Reservation Entry`"
		" WHERE item_code IN %s AND warehouse = %s AND docstatus = 1 AND creation <= %s GROUP BY item_code",
		(_items(invoice), warehouse, _moment(invoice)),
	)
	return {item: flt(quantity) for item, quantity in rows}


def _is_of(arguments: Any, invoice: Any) -> bool:
	"""Whether ERPNext asks for one of the invoice's own items at the invoice's moment, in whatever batch."""
	return (
		(arguments.get("voucher_type"), arguments.get("voucher_no")) == (invoice.doctype, invoice.name)
		and arguments.get("item_code") in _items(invoice)
		and not arguments.get("batch_no")
		and get_combine_datetime(arguments.get("posting_date"), arguments.get("posting_time"))
		== _moment(invoice)
	)


def _items(invoice: Any) -> tuple[str, ...]:
	rows = [*invoice.items, *(invoice.get("packed_items") or [])]
	return tuple({row.item_code: None for row in rows})


def _moment(invoice: Any) -> Any:
	return get_combine_datetime(invoice.posting_date, invoice.posting_time)
