"""The company's sales of this month, a figure for the desk, are added up once a job, not with each sale.

It never touches the books; what a killed job left behind, the next one adds up.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import erpnext.accounts.doctype.sales_invoice.sales_invoice as sales_invoice
import frappe

_NAME = "update_company_current_month_sales"


@contextmanager
def company_sales_later() -> Iterator[set[str]]:
	"""Within it, companies whose figure is due are only noted; yields them for `bring_up_to_date`.

	ERPNext adds up all invoices of the month for each sale, and locks the company's row for every worker.
	"""
	due: set[str] = set()
	own = getattr(sales_invoice, _NAME, None)
	if own is None:
		yield due
		return
	setattr(sales_invoice, _NAME, due.add)
	try:
		yield due
	finally:
		setattr(sales_invoice, _NAME, own)


def bring_up_to_date(companies: set[str]) -> None:
	"""ERPNext's own sum for each of them, in the caller's transaction. Call it outside of the `with`."""
	for company in sorted(companies):
		frappe.get_attr(f"{sales_invoice.__name__}.{_NAME}")(company)
