"""Settings that are in force and committed for as long as a test wants them, and the old ones afterwards."""

from contextlib import contextmanager

import frappe
from books import COMPANY


@contextmanager
def changed(doctype, name, **values):
	"""Values of a document's fields."""
	before = {field: frappe.db.get_value(doctype, name, field) for field in values}
	_set(doctype, name, values)
	try:
		yield
	finally:
		frappe.db.rollback()
		_set(doctype, name, before)


def _set(doctype, name, values):
	frappe.db.set_value(doctype, name, values)
	frappe.db.commit()
	frappe.clear_cache()


@contextmanager
def closed_period(name, first, last, doctype="Sales Invoice", company=COMPANY):
	"""An Accounting Period that takes no documents of a type."""
	period = frappe.get_doc(
		{
			"doctype": "Accounting Period",
			"period_name": f"{first} {name}",
			"company": company,
			"start_date": first,
			"end_date": last,
			"closed_documents": [{"document_type": doctype, "closed": 1}],
		}
	).insert()
	frappe.db.commit()
	try:
		yield period
	finally:
		frappe.db.rollback()
		period.delete()
		frappe.db.commit()
