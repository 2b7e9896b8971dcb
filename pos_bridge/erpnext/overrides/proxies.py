"""Frappe's `frappe.db` and its like find what they stand for anew at each use, a tenth of a sale's time.

It never does anything where another thread could run: they exist so that each thread has its own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import frappe

NAMES = ("db", "flags", "session", "conf")


@contextmanager
def proxies_resolved() -> Iterator[None]:
	"""Within it, in a process of one thread, these names of `frappe` are what they stand for."""
	if threading.active_count() > 1:
		yield
		return
	before = {name: vars(frappe)[name] for name in NAMES}
	for name in NAMES:
		setattr(frappe, name, getattr(frappe.local, name))
	try:
		yield
	finally:
		for name, proxy in before.items():
			setattr(frappe, name, proxy)
