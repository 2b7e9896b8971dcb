"""Rows that ERPNext writes into its ledgers while a sale is posted are saved without checks that can't fail.

It never leaves out a controller's or another app's code; links by which fields are fetched are followed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
import frappe.model.base_document as base_document
from frappe.model.document import Document

from pos_bridge.erpnext.overrides.html import cleaned_by_structure

LEDGERS = frozenset(("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry"))
"""Rows that are only ever added; they link to what the invoice links to, which was just checked."""
KNOWN_FRAPPE = "15."
"""The steps of `_insert_row` are this version's; with another, rows are saved by Frappe alone."""


@contextmanager
def ledgers_trusted() -> Iterator[None]:
	"""Within it, ledger rows are inserted by `_insert_row`, and HTML is cleaned once per structure."""
	own, clean = Document.insert, base_document.sanitize_html
	if frappe.__version__.startswith(KNOWN_FRAPPE):
		Document.insert = _insert(own)
		base_document.sanitize_html = cleaned_by_structure(clean)
	try:
		yield
	finally:
		Document.insert, base_document.sanitize_html = own, clean


def _insert(own: Callable[..., Any]) -> Callable[..., Any]:
	known: set[tuple[str, str, str]] = set()

	def insert(document: Any, *arguments: Any, **options: Any) -> Any:
		if document.doctype not in LEDGERS or arguments or options:
			return own(document, *arguments, **options)
		_tell_of_links(document, known)
		return _insert_row(document)

	return insert


def _tell_of_links(row: Any, known: set[tuple[str, str, str]]) -> None:
	"""Whoever renames or merges a Customer goes by what Frappe remembers of who names one."""
	tell = getattr(base_document, "invalidate_distinct_link_doctypes", lambda *_link: None)
	for field in row.meta.get_dynamic_link_fields():
		linked = row.get(field.fieldname) and row.get(field.options)
		link = (row.doctype, field.options, linked)
		if linked and link not in known:
			known.add(link)
			tell(*link)


def _insert_row(row: Any) -> Any:
	"""What `Document.insert` does, in its order, with all events of controller and hooks.

	Left out: links, lengths, choices and HTML of values that ERPNext made or took from the checked invoice;
	permissions, which ERPNext ignores here; following the document.
	"""
	row.flags.notifications_executed = []
	row.set("__islocal", True)
	row._set_defaults()
	row.set_user_and_timestamp()
	row.set_docstatus()
	row.check_if_latest()
	if row.meta.get_fields_to_fetch():
		row._validate_links()
	row.run_method("before_insert")
	row.set_new_name()
	row.flags.in_insert = True
	row.run_before_save_methods()
	row._validate_mandatory()
	row.db_insert()
	row.run_method("after_insert")
	row.run_post_save_methods()
	row.flags.in_insert = False
	for mark in ("__islocal", "__unsaved"):
		row.__dict__.pop(mark, None)
	return row


@contextmanager
def nothing_left_as_being_saved() -> Iterator[None]:
	"""Frappe notes each ledger row as being saved twice and strikes off one: its list only grows."""
	before = len(frappe.flags.currently_saving)
	try:
		yield
	finally:
		del frappe.flags.currently_saving[before:]
