"""Text of tills and of error messages on its way into columns that the desk shows.

It never touches an entry's own text: that stays byte for byte what the till sealed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

from pos_bridge.core.errors import Rejected

_PLAIN = str.maketrans({"<": "\u2039", ">": "\u203a"})


def plain(text: str) -> str:
	"""The text without anything that a browser could take for markup, and readable all the same.

	Frappe cleans what its documents save and its lists, reports and forms rely on that; we write past it.
	"""
	return text.translate(_PLAIN)


@contextmanager
def refusals_shown() -> Iterator[None]:
	"""Within it, what is `Rejected` reaches people in the desk as Frappe's own refusals do."""
	try:
		yield
	except Rejected as error:
		frappe.throw(error.message)
