"""Rows that ERPNext writes into its ledgers while a sale is posted: what they link to is not looked up again.

It never leaves out a controller's or another app's code, and checks links as ever where fields are fetched.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.model.document import Document

LEDGERS = frozenset(("GL Entry", "Payment Ledger Entry", "Stock Ledger Entry"))
"""Rows that are only ever added; they link to what the invoice links to, which was just checked."""


@contextmanager
def ledgers_trusted() -> Iterator[None]:
	"""Within it, ledger rows are saved without a look at each document that they name."""
	own = Document._validate_links
	Document._validate_links = _validate_links(own)
	try:
		yield
	finally:
		Document._validate_links = own


def _validate_links(own: Callable[[Any], None]) -> Callable[[Any], None]:
	def validate_links(document: Any) -> None:
		if document.doctype not in LEDGERS or document.meta.get_fields_to_fetch():
			own(document)

	return validate_links


@contextmanager
def nothing_left_as_being_saved() -> Iterator[None]:
	"""Frappe notes each ledger row as being saved twice and strikes off one: its list only grows."""
	before = len(frappe.flags.currently_saving)
	try:
		yield
	finally:
		del frappe.flags.currently_saving[before:]
