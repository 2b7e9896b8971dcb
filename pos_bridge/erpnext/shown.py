"""Text of tills and of error messages on its way into columns that the desk shows.

It never touches an entry's own text: that stays byte for byte what the till sealed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe.utils import get_number_format_info

from pos_bridge.core.errors import Rejected

_PLAIN = str.maketrans({"<": "\u2039", ">": "\u203a"})


def plain(text: str) -> str:
	"""The text without anything that a browser could take for markup, and readable all the same.

	Frappe cleans what its documents save and its lists, reports and forms rely on that; we write past it.
	"""
	return text.translate(_PLAIN)


def number_signs() -> dict[str, Any]:
	"""`point` and `group` of a receipt's header: amounts look as everywhere in this site."""
	point, group, _decimals = get_number_format_info(frappe.db.get_default("number_format") or "#,###.##")
	return {"point": point or ".", "group": group}


@contextmanager
def speaking(language: str) -> Iterator[None]:
	"""Within it, words are in this language, whoever's session it is."""
	before, frappe.local.lang = frappe.local.lang, language
	try:
		yield
	finally:
		frappe.local.lang = before


@contextmanager
def refusals_shown() -> Iterator[None]:
	"""Within it, what is `Rejected` reaches people in the desk as Frappe's own refusals do."""
	try:
		yield
	except Rejected as error:
		frappe.throw(error.message)
