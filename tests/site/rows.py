"""What a transaction wrote, as rows that can be compared: random names by their place, times left out.

It looks at every table that was written to, whichever that is.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
import pymysql.cursors

_WRITE = re.compile(r"\s*(?:INSERT(?:\s+IGNORE)?\s+INTO|UPDATE|DELETE\s+FROM)\s+[`\"]?(tab[^`\"]+|\S+)", re.I)
_RANDOM = re.compile(r"[0-9a-z]{10}|[0-9a-f]{20}")
VOLATILE = {
	"creation",
	"modified",
	"owner",
	"modified_by",
	"_user_tags",
	"_comments",
	"_assign",
	"_liked_by",
	"_seen",
} | set(
	# A transaction log's row tells names and times in a chain of hashes.
	["row_index", "timestamp", "previous_hash", "transaction_hash", "chaining_hash", "data"]
)


@contextmanager
def writes() -> Iterator[set[str]]:
	"""The tables that statements within it write to."""
	tables: set[str] = set()
	execute = pymysql.cursors.Cursor.execute

	def watched(self, query, args=None):
		if found := _WRITE.match(query):
			tables.add(found[1])
		return execute(self, query, args)

	pymysql.cursors.Cursor.execute = watched
	try:
		yield tables
	finally:
		pymysql.cursors.Cursor.execute = execute


def rows_of(tables: set[str], voucher: str) -> dict[str, list[tuple]]:
	"""The rows of these tables that belong to the voucher; of tables that know no voucher, all."""
	names: dict[str, str] = {}
	found = {table: _select(table, voucher, names) for table in sorted(tables)}
	return {
		table: sorted((_normal(row, names) for row in rows), key=repr)
		for table, rows in found.items()
		if rows
	}


def _select(table: str, voucher: str, names: dict[str, str]) -> list[dict]:
	columns = frappe.db.get_table_columns(table.removeprefix("tab")) if table.startswith("tab") else []
	if table == "tabSales Invoice":
		where = "name = %s"
	elif "voucher_no" in columns:
		where = "voucher_no = %s"
	elif table == "tabTransaction Log":
		where = "document_name = %s"
	elif table.startswith("tabSales Invoice") or table in ("tabPacked Item", "tabPayment Schedule"):
		where = "parent = %s"
	else:
		where = "%s IS NOT NULL"
	rows = frappe.db.sql(f"SELECT * FROM `{table}` WHERE {where}", voucher, as_dict=True)
	for index, row in enumerate(sorted(rows, key=lambda row: _order(row, names))):
		if _RANDOM.fullmatch(str(row.get("name"))):
			names[str(row["name"])] = f"{table}:{index}"
	return rows


def _order(row: dict, names: dict[str, str]) -> tuple:
	values = (str(row[name]) for name in sorted(set(row) - VOLATILE - {"name"}))
	known = (names.get(value, value) for value in values)
	return (row.get("idx") or 0, *(value for value in known if not _RANDOM.fullmatch(value)))


def _normal(row: dict, names: dict[str, str]) -> tuple:
	return tuple(
		(name, names.get(str(value), str(value))) for name, value in row.items() if name not in VOLATILE
	)
