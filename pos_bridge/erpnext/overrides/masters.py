"""Master data and settings are read once for many sales: while a job posts, reads of them are remembered.

It never remembers what posting changes or locks (stock, ledgers, invoices, entries), nor anything for longer
than `REMEMBERED_SECONDS`: by then a closed period, a frozen account or a disabled item is seen.
"""

import re
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import erpnext.stock.get_item_details as get_item_details
import frappe

from pos_bridge.erpnext.overrides.at_once import items
from pos_bridge.erpnext.overrides.at_once.at_hand import question

REMEMBERED_SECONDS = 10.0
"""The age at which everything is forgotten; a change made by somebody else is seen at the latest then."""
_NAMES = """
Item, Item Alternative, Item Attribute, Item Barcode, Item Customer Detail, Item Default, Item Group,
Item Price, Item Reorder, Item Supplier, Item Tax, Item Tax Template, Item Tax Template Detail,
Item Variant Attribute, Brand, UOM, UOM Category, UOM Conversion Detail, UOM Conversion Factor,
Product Bundle, Product Bundle Item, BOM, Price List, Price List Country, Pricing Rule,
Pricing Rule Brand, Pricing Rule Item Code, Pricing Rule Item Group, Promotional Scheme, Coupon Code,
Shipping Rule, Putaway Rule, Manufacturer, Company, Account, Warehouse, Cost Center,
Cost Center Allocation, Cost Center Allocation Percentage, Finance Book, Fiscal Year,
Fiscal Year Company, Accounting Period, Closed Document, Budget, Budget Account, Accounting Dimension,
Accounting Dimension Detail, Accounting Dimension Filter, Allowed Dimension, Applicable On Account,
Inventory Dimension, Project, Branch, Department, Territory, Sales Person, Currency, Currency Exchange,
Party Account, Party Link, Customer, Customer Group, Customer Credit Limit, Allowed To Transact With,
Supplier, Address, Contact, Contact Email, Contact Phone, Dynamic Link, Sales Team, Address Template,
Country, Mode of Payment, Mode of Payment Account, Payment Terms Template,
Payment Terms Template Detail, Payment Term, POS Profile, POS Profile User, POS Payment Method,
POS Item Group, POS Customer Group, POS Field, POS Search Fields, POS Till, Loyalty Program,
Loyalty Program Collection, Sales Taxes and Charges Template, Tax Category, Tax Rule,
Tax Withholding Category, Terms and Conditions, Letter Head, Print Format, Singles, Authorization Rule,
Workflow, Workflow State, Notification, Server Script, Client Script, Assignment Rule, Auto Repeat,
Milestone Tracker, Energy Point Rule, Webhook, Document Follow, Document Naming Rule, User, Has Role,
User Permission, DefaultValue, Language, Translation, Property Setter, Custom Field, DocType, DocField,
DocPerm, Custom DocPerm, Custom Role, Role, Module Def, Holiday List, Holiday, Accounts Settings,
Stock Settings, Selling Settings, Buying Settings, System Settings, Global Defaults, POS Settings,
Website Settings, Stock Reposting Settings, Currency Exchange Settings,
Repost Accounting Ledger Settings, Repost Allowed Types, Unreconcile Payment Entries, Bank,
Bank Account, Portal User, Item Manufacturer, Item Quality Inspection Parameter, DocShare,
Period Closing Voucher, Transaction Deletion Record
"""
MASTERS = frozenset(" ".join(_NAMES.split()).split(", "))
"""Documents that people keep up in the desk; posting only reads them."""
_TABLE = re.compile(r"[`\"\s,.(]tab((?:[A-Z][\w-]*)(?:(?<=[\w-]) [A-Za-z][\w-]*)*)[`\"]|[\s,(]tab([A-Z]\w*)")
_LOCKING = re.compile(
	r"\bFOR\s+UPDATE\b|\bLOCK\s+IN\s+SHARE\b|\bSQL_CALC_FOUND_ROWS\b|\bNOW\s*\(|\bRAND\s*\(", re.I
)
_CACHED_IN_REDIS = not hasattr(frappe, "client_cache")
"""Frappe 15; 16 has another cache of documents."""
_FUNCTIONS = ("get_item_price", "get_item_defaults", "get_item_group_defaults", "get_brand_defaults")
"""Of ERPNext's `get_item_details`: building their answers costs more than reading the rows for them."""
_UNKNOWN = frozenset(("?",))
_PLAIN = (str, int, float, dict, list, tuple, type(None))


@lru_cache(maxsize=4_096)
def _tables(query: str) -> frozenset[str]:
	return frozenset(quoted or bare for quoted, bare in _TABLE.findall(query))


@lru_cache(maxsize=4_096)
def _is_read(query: str) -> bool:
	"""True if the statement reads without a lock, and gives the same as long as its tables are the same."""
	return query.lstrip()[:6].upper() == "SELECT" and not _LOCKING.search(query)


def _copy(rows: Any) -> Any:
	"""Callers change what they get: lists and dicts are copied, tuples and values can't be changed."""
	if isinstance(rows, dict):
		return rows.copy()
	if isinstance(rows, list):
		return [row.copy() if isinstance(row, dict | list) else row for row in rows]
	return rows


class _Memory:
	"""What was read, by what was asked; forgotten when old, or when its table is written."""

	def __init__(self) -> None:
		self._answers: dict[Hashable, tuple[frozenset[str], Any]] = {}
		self._written: set[str] = set()
		self._reading: set[str] = set()
		self._stale: dict[str, None] = {}
		self._born = time.monotonic()

	def answer(self, key: Hashable, doctype: str, ask: Callable[[], Any]) -> Any:
		"""What was asked before, or what `ask` gives, remembered if it read nothing but masters."""
		known = self.known(key)
		if known is not None:
			return known
		outer, self._reading = self._reading, {doctype}
		try:
			rows = ask()
		finally:
			tables, self._reading = frozenset(self._reading), self._reading | outer
		self._keep(key, tables, rows)
		return rows

	def known(self, key: Hashable) -> Any:
		"""What is remembered, None if nothing is."""
		if time.monotonic() - self._born > REMEMBERED_SECONDS:
			self._answers.clear()
			self._born = time.monotonic()
		known = self._answers.get(key)
		if known is None:
			return None
		self._reading |= known[0]
		return _copy(known[1])

	def keep(self, key: Hashable, doctype: str, rows: Any) -> None:
		"""Remember rows of one kind that were read for later questions."""
		self._keep(key, frozenset((doctype,)), rows)

	def _keep(self, key: Hashable, tables: frozenset[str], rows: Any) -> None:
		if tables <= MASTERS and self._written.isdisjoint(tables):
			self._answers[key] = (tables, _copy(rows))

	def read(self, tables: frozenset[str]) -> None:
		"""A statement read these tables: whatever is being asked depends on them."""
		self._reading |= tables

	def forget_after_the_end(self, document: str) -> None:
		"""Drop a cached document with one call for all, when the transaction has ended."""
		if not self._stale:
			frappe.db.after_commit.add(self._drop)
			frappe.db.after_rollback.add(self._drop)
		self._stale[document] = None

	def forget_now(self) -> None:
		"""Drop them already, because one may be read; and again at the end: others still see the old ones."""
		if self._stale:
			frappe.cache.delete_value(list(self._stale))

	def _drop(self) -> None:
		self.forget_now()
		self._stale = {}

	def written(self, tables: frozenset[str]) -> None:
		"""Nothing of these tables is remembered until the transaction that wrote them has ended."""
		if not self._written:
			frappe.db.after_commit.add(self._written.clear)
			frappe.db.after_rollback.add(self._written.clear)
		self._written |= tables
		for key in [key for key, (read, _) in self._answers.items() if read & tables]:
			del self._answers[key]


@contextmanager
def masters_remembered() -> Iterator[None]:
	"""Within it, this connection's reads of master data are remembered; meant for one job's sales.

	Frappe reads through `db.sql`, `db.get_values`, `get_all` and `get_cached_doc`. All are covered, because
	building a statement costs more than sending it.
	"""
	memory = _Memory()
	db = frappe.local.db
	own = {name: db.__dict__[name] for name in ("sql", "get_values") if name in db.__dict__}
	get_all, get_cached_doc, forget = frappe.get_all, frappe.get_cached_doc, frappe.clear_document_cache
	db.sql, db.get_values = _sql(memory, db.sql), _get_values(memory, db.get_values)
	frappe.get_all = _get_all(memory, get_all)
	frappe.get_cached_doc = _get_cached_doc(memory, get_cached_doc)
	frappe.clear_document_cache = _clear_document_cache(memory, forget)
	functions = {name: getattr(get_item_details, name, None) for name in _FUNCTIONS}
	for name, function in functions.items():
		if function:
			setattr(get_item_details, name, _answered_from(memory, name, function))
	try:
		yield
	finally:
		for name, function in functions.items():
			if function:
				setattr(get_item_details, name, function)
		del db.sql, db.get_values
		db.__dict__.update(own)
		frappe.get_all, frappe.get_cached_doc, frappe.clear_document_cache = get_all, get_cached_doc, forget


def _sql(memory: _Memory, run: Callable[..., Any]) -> Callable[..., Any]:
	def sql(query: Any, *values: Any, **options: Any) -> Any:
		text = query if isinstance(query, str) else str(query)
		tables = _tables(text)
		if not _is_read(text):
			if masters := tables & MASTERS:
				memory.written(masters)
			return run(text, *values, **options)
		memory.read(tables or _UNKNOWN)
		if not (tables and tables <= MASTERS and _repeatable(options)):
			return run(text, *values, **options)
		key = ("sql", text, repr(values), repr(options))
		return memory.answer(key, next(iter(tables)), lambda: run(text, *values, **options))

	return sql


def _repeatable(options: dict[str, Any]) -> bool:
	return (
		options.keys() <= {"as_dict", "as_list", "pluck", "update", "debug", "run", "ignore_ddl"}
		and not options.get("debug")
		and options.get("run", True)
	)


def _get_values(memory: _Memory, read: Callable[..., Any]) -> Callable[..., Any]:
	def get_values(doctype: Any, filters: Any = None, *arguments: Any, **options: Any) -> Any:
		if not _is_of_masters(doctype, filters) or options.get("for_update") or not options.get("run", True):
			return read(doctype, filters, *arguments, **options)
		key = ("values", doctype, _key(filters), repr(arguments), repr(options))

		def ask() -> Any:
			knows = arguments and doctype in items.KINDS
			asked = question(arguments[0], arguments[1:], options) if knows else None
			rows = items.rows_of(memory, doctype, filters, asked.fields) if asked else None
			answer = asked.answer(rows) if asked and rows is not None else None
			return read(doctype, filters, *arguments, **options) if answer is None else answer

		return memory.answer(key, doctype, ask)

	return get_values


def _key(value: Any) -> Hashable:
	return value if isinstance(value, str) else repr(value)


def _is_of_masters(doctype: Any, filters: Any) -> bool:
	return isinstance(doctype, str) and doctype in MASTERS and isinstance(filters, _PLAIN)


def _get_all(memory: _Memory, read: Callable[..., Any]) -> Callable[..., Any]:
	def get_all(doctype: Any, *arguments: Any, **options: Any) -> Any:
		if not _is_of_masters(doctype, None) or not options.get("run", True):
			return read(doctype, *arguments, **options)
		key = ("all", doctype, repr(arguments), repr(options))

		def ask() -> Any:
			if (
				not arguments
				and options.keys() == {"filters", "fields"}
				and isinstance(options["fields"], str)
			):
				rows = items.rows_of(memory, doctype, options["filters"], [options["fields"]])
				if rows is not None:
					return [frappe._dict({options["fields"]: row[options["fields"]]}) for row in rows]
			return read(doctype, *arguments, **options)

		return memory.answer(key, doctype, ask)

	return get_all


def _get_cached_doc(memory: _Memory, read: Callable[..., Any]) -> Callable[..., Any]:
	def get_cached_doc(*arguments: Any, **options: Any) -> Any:
		if options or not arguments or not all(isinstance(each, str | None) for each in arguments):
			return read(*arguments, **options)
		if arguments[0] not in MASTERS:
			memory.forget_now()
			return read(*arguments)
		return memory.answer(("doc", *arguments), arguments[0], lambda: read(*arguments))

	return get_cached_doc


def _answered_from(memory: _Memory, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
	"""Remembered only if all that the function read were masters."""

	def answered(*arguments: Any, **options: Any) -> Any:
		if not all(isinstance(each, _PLAIN) for each in arguments):
			return function(*arguments, **options)
		key = (name, repr(arguments), repr(options))

		def ask() -> Any:
			price = items.price_of(memory, *arguments, **options) if name == "get_item_price" else None
			return function(*arguments, **options) if price is None else price

		return memory.answer(key, "Item", ask)

	return answered


def _clear_document_cache(memory: _Memory, forget: Callable[..., Any]) -> Callable[..., Any]:
	def clear_document_cache(doctype: str, *arguments: Any, **options: Any) -> Any:
		if doctype in MASTERS:
			memory.written(frozenset((doctype,)))
		# Frappe tells Redis twice to forget each row of a ledger, and each Bin with each of its changes.
		elif len(arguments) == 1 and isinstance(arguments[0], str) and not options and _CACHED_IN_REDIS:
			return memory.forget_after_the_end(frappe.get_document_cache_key(doctype, arguments[0]))
		return forget(doctype, *arguments, **options)

	return clear_document_cache
