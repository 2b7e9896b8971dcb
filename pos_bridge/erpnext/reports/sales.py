"""What tills sold, added up by whatever people ask for, so that net and tax equal the general ledger.

It counts what is booked: an entry as it was recorded; one that the desk amended as the books have it now; one
that it cancelled not at all. It never reads a text.
"""

from collections.abc import Sequence
from typing import Any

import frappe

from pos_bridge.erpnext.reports.seen import Asked
from pos_bridge.erpnext.shop import currency_precision

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
_IN_A_BATCH = (
	"EXISTS (SELECT 1 FROM `tabPOS Entry Posting` posting JOIN `tabSales Invoice` batch"
	" ON batch.name = posting.document_name AND batch.is_consolidated = 1"
	" WHERE posting.parent = entry.name AND posting.part = 'sale')"
)
"""An amended batch says nothing of a single sale: that one counts as it was recorded."""
_AS_RECORDED = (
	f"{_BOOKED} AND (COALESCE(entry.desk_state, '') IN ('', 'returned')"
	f" OR entry.desk_state LIKE 'amended%%' AND entry.kind = 'sale' AND {_IN_A_BATCH})"
)
_AMENDED = f"{_BOOKED} AND entry.desk_state LIKE 'amended%%'"
_TO_PAY = "IF(invoice.rounded_total <> 0, invoice.rounded_total, invoice.grand_total)"


def sales(asked: Asked, by: Sequence[str]) -> list[dict[str, Any]]:
	"""A row for each group and currency: tickets, what was sold and returned, net, tax, discount, total.

	By item or item group there are no tax and no total, for a ticket's tax is rounded once and belongs to no
	line: `amount` is what the lines cost as they were priced, before a discount on the whole ticket.
	"""
	if set(by) & set(OF_LINES):
		parts = " UNION ALL ".join(_line_parts(by, asked))
		return _added_up(by, _LINE_SUMS, _WITH_GROUPS.format(parts), asked)
	groups = [f"{BY[name]} AS `{name}`" for name in by]
	return _added_up(by, _TICKET_SUMS, " UNION ALL ".join(_ticket_parts(groups, asked)), asked)


def _added_up(by: Sequence[str], sums: str, booked: str, asked: Asked) -> list[dict[str, Any]]:
	names = ", ".join([*(f"`{name}`" for name in by), "currency"])
	rows = frappe.db.sql(
		f"SELECT {names}, {sums} FROM ({booked}) booked GROUP BY {names} ORDER BY {names}",
		asked.values,
		as_dict=True,
	)
	return [dict(row) for row in rows]


_TICKET_SUMS = (
	"SUM(sales) AS tickets, SUM(returns) AS returned_tickets, SUM(sold) AS sold, SUM(returned) AS returned,"
	" SUM(net) AS net, SUM(tax) AS tax, SUM(total - net - tax) AS rounding, SUM(total) AS total,"
	" SUM(discount) AS discount, IF(SUM(sales) = 0, NULL, SUM(sold) / SUM(sales)) AS average"
)
_LINE_SUMS = (
	"SUM(quantity) AS quantity, SUM(returned) AS returned_quantity, SUM(amount) AS amount, SUM(net) AS net"
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


_WITH_GROUPS = (
	"SELECT sold.*, COALESCE(item.item_group, '') AS item_group FROM ({}) sold"
	" LEFT JOIN `tabItem` item ON item.name = sold.item"
)


def _line_parts(by: Sequence[str], asked: Asked) -> list[str]:
	"""By item first, whatever is asked: few items have their groups looked up, not every line."""
	unit = 10 ** currency_precision()
	groups = [*(f"{BY[name]} AS `{name}`" for name in by if name not in OF_LINES), "line.item AS item"]
	columns = ", ".join([*groups, "entry.currency AS currency"])
	recorded = (
		f"SELECT {columns}, SUM(line.quantity) AS quantity, SUM(LEAST(line.quantity, 0)) AS returned,"
		f" SUM(line.amount) / {unit} AS amount, SUM(line.net) / {unit} AS net"
		" FROM `tabPOS Entry` entry JOIN JSON_TABLE(entry.sold, '$[*]' COLUMNS ("
		"item VARCHAR(140) PATH '$[0]', quantity DECIMAL(21, 9) PATH '$[1]',"
		" amount BIGINT PATH '$[2]', net BIGINT PATH '$[3]')) line"
		f" WHERE {asked.where} AND {_AS_RECORDED} GROUP BY {_numbers(groups)}"
	)
	amended = (
		f"SELECT {columns}, line.quantity, LEAST(line.quantity, 0), line.amount, line.net {_AMENDMENTS} JOIN"
		" (SELECT parent, item_code AS item, qty AS quantity, amount, net_amount AS net"
		" FROM `tabSales Invoice Item`) line ON line.parent = invoice.name"
		f" WHERE {asked.where} AND {_AMENDED}"
	)
	return [recorded, amended]


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


def booked_elsewhere(asked: Asked) -> list[dict[str, Any]]:
	"""What was sold on these days or booked on them, but not both: its period was closed.

	`came` says that it was booked on these days; currency, number, net and tax.
	"""
	sold, booked = (f"entry.{day} BETWEEN %(first)s AND %(last)s" for day in ("business_date", "post_on"))
	rows = frappe.db.sql(
		f"SELECT {booked} AS came, COALESCE(entry.currency, '') AS currency, COUNT(*) AS number,"
		" COALESCE(SUM(entry.net), 0) AS net, COALESCE(SUM(entry.tax), 0) AS tax"
		" FROM `tabPOS Entry Flag` flag JOIN `tabPOS Entry` entry ON entry.name = flag.parent"
		f" WHERE flag.flag = 'posted_late' AND {asked.where_on_any_day} AND {_BOOKED}"
		f" AND entry.post_on IS NOT NULL AND ({sold}) <> ({booked}) GROUP BY 1, 2",
		asked.values,
		as_dict=True,
	)
	return [dict(row) for row in rows]
