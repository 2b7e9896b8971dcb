"""Bundles of batches and serial numbers that ERPNext makes for a sale, by the tills' user, who has no role.

It never picks one, and never lets anybody but the entry being posted make a bundle.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from erpnext.stock.doctype.serial_and_batch_bundle.serial_and_batch_bundle import SerialandBatchBundle


@contextmanager
def made_by_posting() -> Iterator[None]:
	"""Within it, ERPNext may make the bundles of a submitted voucher, whoever acts.

	ERPNext ignores permissions for all that submitting a voucher makes, except for these.
	"""
	had = SerialandBatchBundle.__dict__.get("has_permission")
	SerialandBatchBundle.has_permission = lambda self, *arguments, **options: True
	try:
		yield
	finally:
		if had:
			SerialandBatchBundle.has_permission = had
		else:
			del SerialandBatchBundle.has_permission
