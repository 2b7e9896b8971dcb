"""DocTypes' definitions, and statements built from them, are made once for many sales while a job posts.

It never remembers a row of data: what is asked again is sent to the database again.
"""

import copy
import datetime
import json
import sys
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import frappe
import frappe.model.create_new
import frappe.model.meta
from frappe.model import datetime_fields, float_like_fields, table_fields
from frappe.model.base_document import BaseDocument
from frappe.model.meta import Meta
from frappe.utils import cint, flt

REMEMBERED_SECONDS = 10.0
"""The age at which all definitions are forgotten; a changed DocType is seen at the latest then."""
MAX_COLUMNS = 8_192
_COMPARISONS = frozenset(("=", "!=", "<", ">", "<=", ">="))
_UNKNOWN: Any = object()
_DEEP = (dict, list, set)


class _Aging(dict[Hashable, Any]):
	"""A dict that is empty again when it is old."""

	def __init__(self) -> None:
		super().__init__()
		self._born = time.monotonic()

	def fresh(self) -> "_Aging":
		if time.monotonic() - self._born > REMEMBERED_SECONDS:
			self.clear()
			self._born = time.monotonic()
		return self


@contextmanager
def definitions_remembered() -> Iterator[None]:
	"""Within it, definitions and the texts of simple statements are remembered by this process."""
	with (
		replaced(frappe.model.meta, "get_meta", _get_meta),
		replaced(Meta, "get", _get),
		replaced(Meta, "get_fields_to_fetch", _get_fields_to_fetch),
		replaced(frappe, "get_attr", _get_attr),
		replaced(frappe.model.create_new, "copy", _copying),
		replaced(BaseDocument, "get_valid_dict", _get_valid_dict),
		_columns_remembered(),
		_statements_remembered(frappe.local.db),
	):
		yield


@contextmanager
def replaced(owner: Any, name: str, replacement: Callable[[Any], Any]) -> Iterator[None]:
	"""Within it, what `owner` calls `name` is what `replacement` makes of it."""
	before, own = getattr(owner, name), name in vars(owner)
	setattr(owner, name, replacement(before))
	try:
		yield
	finally:
		if own:
			setattr(owner, name, before)
		else:
			delattr(owner, name)


def _get_meta(read: Callable[..., Any]) -> Callable[..., Any]:
	known = _Aging()

	def get_meta(doctype: Any, cached: bool = True) -> Any:
		if not cached or not isinstance(doctype, str):
			return read(doctype, cached)
		found = known.fresh().get(doctype)
		if found is None:
			found = known[doctype] = read(doctype)
		return found

	return get_meta


def _get(read: Callable[..., Any]) -> Callable[..., Any]:
	"""Frappe looks through all fields of a DocType whenever it wants those of one type."""
	known = _Aging()

	def get(meta: Any, key: Any, filters: Any = None, limit: Any = None, default: Any = None) -> Any:
		if not isinstance(filters, dict) or not isinstance(key, str):
			return read(meta, key, filters, limit, default)
		# The definition is kept beside its answer, so that no other gets its id.
		question = (id(meta), key, repr(filters), limit)
		answer = known.fresh().get(question)
		if answer is None:
			answer = known[question] = (meta, read(meta, key, filters, limit, default))
		return list(answer[1])

	return get


def _get_fields_to_fetch(read: Callable[..., Any]) -> Callable[..., Any]:
	"""Frappe looks through all fields of a DocType for each link in a document."""
	known = _Aging()

	def get_fields_to_fetch(meta: Any, link_fieldname: Any = None) -> Any:
		question = (id(meta), link_fieldname)
		answer = known.fresh().get(question)
		if answer is None:
			answer = known[question] = (meta, read(meta, link_fieldname))
		return list(answer[1])

	return get_fields_to_fetch


def _get_attr(find: Callable[[str], Any]) -> Callable[[str], Any]:
	"""Frappe finds each function that hooks name anew for each event of each document."""
	known = _Aging()

	def get_attr(method_string: str) -> Any:
		found = known.fresh().get(method_string)
		if found is None:
			found = known[method_string] = find(method_string)
		return found

	return get_attr


def _copying(module: Any) -> Any:
	"""Frappe copies a new document's template as if it were deep; it is values by field name."""

	def deepcopy(template: Any) -> Any:
		plain = isinstance(template, dict) and not any(isinstance(each, _DEEP) for each in template.values())
		return template.copy() if plain else copy.deepcopy(template)

	return SimpleNamespace(deepcopy=deepcopy, copy=module.copy)


def _get_valid_dict(own: Callable[..., Any]) -> Callable[..., Any]:
	"""Frappe looks up the definition of each column of each document whenever it wants its values."""
	known = _Aging()

	def get_valid_dict(
		document: Any, sanitize: Any = True, convert_dates_to_str: Any = False, *more: Any, **named: Any
	) -> Any:
		meta = document.meta
		kinds = known.fresh().get(id(meta))
		if kinds is None:
			kinds = known[id(meta)] = (meta, _kinds(meta))
		if not kinds[1] or not sanitize or more or not named.keys() <= {"ignore_virtual", "ignore_nulls"}:
			return own(document, sanitize, convert_dates_to_str, *more, **named)
		values = _columns(vars(document), kinds[1], convert_dates_to_str)
		if values is None or named.get("ignore_nulls"):
			return own(document, sanitize, convert_dates_to_str, **named)
		return values

	return get_valid_dict


_Column = tuple[str, Callable[[Any], Any] | None]


def _kinds(meta: Any) -> list[_Column]:
	"""Each column and what makes its value; empty where one is computed, or unique."""
	kinds: list[_Column] = []
	for column in meta.get_valid_columns():
		field = meta.get_field(column)
		if field and (field.get("is_virtual") or field.get("unique") or field.fieldtype in table_fields):
			return []
		kinds.append((column, _VALUES.get(field.fieldtype) if field else None))
	return kinds


def _float(value: Any) -> float:
	return value if isinstance(value, float) else flt(value)


def _date(value: Any) -> Any:
	return None if value == "" else value


_VALUES: dict[str, Callable[[Any], Any]] = {
	"Check": lambda value: 1 if cint(value) else 0,
	"Int": lambda value: value if isinstance(value, int) else cint(value),
	"JSON": lambda value: json.dumps(value, separators=(",", ":")) if isinstance(value, dict) else value,
	**dict.fromkeys(float_like_fields, _float),
	**dict.fromkeys(datetime_fields, _date),
}
_DATES = (datetime.date, datetime.time, datetime.timedelta)
"""A date and time is a date, too."""


def _columns(values: dict[str, Any], kinds: list[_Column], convert_dates: bool) -> Any:
	"""What `get_valid_dict` gives; None where Frappe would refuse a value."""
	found = frappe._dict()
	for column, made in kinds:
		value = values.get(column)
		if type(value) is list:
			return None
		if made:
			value = made(value)
		if convert_dates and isinstance(value, _DATES):
			value = str(value)
		found[column] = value
	return found


@contextmanager
def _columns_remembered() -> Iterator[None]:
	"""Frappe 15's driver parses each column's description with each answer; equal ones are one object."""
	connections: Any = sys.modules.get("pymysql.connections")
	if connections is None:
		yield
		return
	described = connections.FieldDescriptorPacket
	connections.FieldDescriptorPacket = lru_cache(maxsize=MAX_COLUMNS)(described)
	try:
		yield
	finally:
		connections.FieldDescriptorPacket = described


@contextmanager
def _statements_remembered(db: Any) -> Iterator[None]:
	"""Frappe builds the text of each question anew, which costs more than asking it."""
	if not hasattr(db, "_get_values_from_table"):
		yield
		return
	listening: list[list[tuple[Any, ...]]] = []
	run, build, own = db.sql, db._get_values_from_table, db.__dict__.get("sql")

	def sql(query: Any, *values: Any, **options: Any) -> Any:
		if listening:
			listening[-1].append((query, values, options))
		return run(query, *values, **options)

	db.sql, db._get_values_from_table = sql, _get_values_from_table(build, listening)
	try:
		yield
	finally:
		del db.sql, db._get_values_from_table
		if own:
			db.sql = own


def _get_values_from_table(
	build: Callable[..., Any], listening: list[list[tuple[Any, ...]]]
) -> Callable[..., Any]:
	texts: dict[Hashable, tuple[str, dict[str, Any]] | None] = {}

	def get_values(fields: Any, filters: Any, doctype: Any, as_dict: Any, **options: Any) -> Any:
		values = _values(filters)
		if values is None or options.get("update") or options.get("debug"):
			return build(fields, filters, doctype, as_dict, **options)
		shape = repr((doctype, fields, _shape(filters), as_dict, options))
		learnt = texts.get(shape)
		if learnt is None:
			listening.append([])
			try:
				return build(fields, filters, doctype, as_dict, **options)
			finally:
				texts[shape] = _learnt(listening.pop(), values)
		text, how = learnt
		named = {f"param{number}": value for number, value in enumerate(values, start=1)}
		return frappe.db.sql(text, named, **how)

	return get_values


def _values(filters: Any) -> list[Any] | None:
	"""The values that filters compare with, in order; None if they are not all plain comparisons."""
	if isinstance(filters, str):
		return [filters] if filters else None
	if not isinstance(filters, dict) or not filters:
		return None
	values = [_value(each) for each in filters.values()]
	plain = all(isinstance(key, str) for key in filters) and _UNKNOWN not in values
	return values if plain else None


def _value(condition: Any) -> Any:
	if isinstance(condition, list | tuple) and len(condition) == 2 and condition[0] in _COMPARISONS:
		condition = condition[1]
	is_plain = type(condition) in (str, int, float) and condition != ""
	return condition if is_plain else _UNKNOWN


def _shape(filters: Any) -> tuple[Any, ...]:
	if isinstance(filters, str):
		return ("name",)
	return tuple(
		(key, each[0] if isinstance(each, list | tuple) else "=", type(_value(each)).__name__)
		for key, each in filters.items()
	)


def _learnt(seen: Sequence[tuple[Any, ...]], values: Sequence[Any]) -> tuple[str, dict[str, Any]] | None:
	"""The one statement that was sent, if its parameters are the filters' values and nothing else."""
	if len(seen) != 1 or len(seen[0][1]) != 1 or not isinstance(parameters := seen[0][1][0], Mapping):
		return None
	text, _, options = seen[0]
	expected = {f"param{number}": value for number, value in enumerate(values, start=1)}
	return (text, dict(options)) if isinstance(text, str) and dict(parameters) == expected else None
