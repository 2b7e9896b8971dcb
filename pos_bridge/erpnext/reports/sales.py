"""What tills sold, added up by whatever people ask for, so that net and tax equal the general ledger.

It counts what is booked: an entry as it was recorded; one that the desk amended as the books have it now; one
that it cancelled not at all. It never reads a text unless items are asked for.
"""

from collections.abc import Sequence
from typing import Any

import frappe

from pos_bridge.erpnext.reports.lines import line_rows, line_sums
from pos_bridge.erpnext.reports.seen import Asked

BY = {
	"channel": "COALESCE(entry.channel, '')",
	"shop": "COALESCE(entry.pos_profile, '')",
	"till": "entry.till",
	"cashier": "COALESCE(entry.cashier, '')",
	"hour": "entry.hour",
	"business_date": "entry.business_date",
	"item_group": "",
	"item": "",
}
"""What sales can be added up by, and the entry's column for it."""
OF_LINES = ("item_group", "item")
_BOOKED = "entry.kind IN ('sale', 'return') AND entry.state = 'posted'"
_AS_RECORDED = f"{_BOOKED} AND COALESCE(entry.desk_state, '') IN ('', 'returned')"
_AMENDED = f"{_BOOKED} AND entry.desk_state LIKE 'amended%%'"
_TO_PAY = "IF(invoice.rounded_total <> 0, invoice.rounded_total, invoice.grand_total)"


def sales(asked: Asked, by: Sequence[str]) -> list[dict[str, Any]]:
	"""A row for each group and currency: tickets, what was sold and returned, net, tax, discount, total.

	By item or item group there are no tax and no total, for a ticket's tax is rounded once and belongs to no
	line: `amount` is what the lines cost as they were priced, before a discount on the whole ticket.
	"""
	if set(by) & set(OF_LINES):
		of_entry = [BY[name] for name in by if name not in OF_LINES]
		return line_rows(line_sums(asked, of_entry, _AS_RECORDED, _AMENDMENTS), by)
	groups = [f"{BY[name]} AS `{name}`" for name in by]
	names = ", ".join([*(f"`{name}`" for name in by), "currency"])
	rows = frappe.db.sql(
		f"SELECT {names}, {_TICKET_SUMS} FROM ({' UNION ALL '.join(_ticket_parts(groups, asked))}) booked"
		f" GROUP BY {names} ORDER BY {names}",
		asked.values,
		as_dict=True,
	)
	return [dict(row) for row in rows]


_TICKET_SUMS = (
	"SUM(sales) AS tickets, SUM(returns) AS returned_tickets, SUM(sold) AS sold, SUM(returned) AS returned,"
	" SUM(net) AS net, SUM(tax) AS tax, SUM(total - net - tax) AS rounding, SUM(total) AS total,"
	" SUM(discount) AS discount, IF(SUM(sales) = 0, NULL, SUM(sold) / SUM(sales)) AS average"
)


def _ticket_parts(groups: Sequence[str], asked: Asked) -> list[str]:
	columns = ", ".join([*groups, "entry.currency AS currency"])
	recorded = (
		f"SELECT {columns}, SUM(entry.kind = 'sale') AS sales, SUM(entry.kind = 'return') AS returns,"
		" SUM(IF(entry.kind = 'sale', entry.total, 0)) AS sold,"
		" SUM(IF(entry.kind = 'return', entry.total, 0)) AS returned,"
		" SUM(entry.net) AS net, SUM(entry.tax) AS tax, SUM(entry.total) AS total,"
		" SUM(entry.discount) AS discount"
		f" FROM `tabPOS Entry` entry WHERE {asked.where} AND {_AS_RECORDED} GROUP BY {_numbers(groups)}"
	)
	amended = (
		f"SELECT {columns}, entry.kind = 'sale', entry.kind = 'return',"
		f" IF(entry.kind = 'sale', {_TO_PAY}, 0), IF(entry.kind = 'return', {_TO_PAY}, 0),"
		f" invoice.net_total, invoice.total_taxes_and_charges, {_TO_PAY}, entry.discount"
		f" {_AMENDMENTS} WHERE {asked.where} AND {_AMENDED}"
	)
	return [recorded, amended]


_AMENDMENTS = (
	"FROM `tabPOS Entry` entry JOIN `tabSales Invoice` invoice"
	" ON invoice.pos_bridge_entry = entry.name AND invoice.docstatus = 1"
)


def _numbers(groups: Sequence[str]) -> str:
	"""The first columns by number, and the currency."""
	return ", ".join(str(number) for number in range(1, len(groups) + 2))


def not_booked(asked: Asked) -> list[dict[str, Any]]:
	"""What was sold on these days and is not in the books yet: state, currency, number and total."""
	rows = frappe.db.sql(
		"SELECT entry.state, COALESCE(entry.currency, '') AS currency, COUNT(*) AS number,"
		" COALESCE(SUM(entry.total), 0) AS total FROM `tabPOS Entry` entry"
		f" WHERE {asked.where} AND entry.kind IN ('sale', 'return') AND entry.state IN ('waiting', 'held')"
		" GROUP BY 1, 2",
		asked.values,
		as_dict=True,
	)
	return [dict(row) for row in rows]
