"""The auditor's export of a company's days: entries, what became of them, and the ledgers' rows.

It only reads, in one snapshot of the database, and leaves nothing out of a chain between two of its entries.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import frappe

from pos_bridge import __version__
from pos_bridge.erpnext.audit.package import Package
from pos_bridge.erpnext.audit.rows import (
	documents_of,
	ledger_rows,
	postings_of,
	quarantine_of,
	stock_rows,
)
from pos_bridge.erpnext.reconcile.scope import Scope

PAGE = 1_000
"""Entries in memory at a time, with their documents' rows."""
_COLUMNS = (
	*("name", "hash", "text", "state", "COALESCE(reason, '') AS reason", "COALESCE(remedy, '') AS remedy"),
	*("position", "recorded_at", "sent_by", "hop", "business_date", "company", "post_on"),
	*("till", "chain", "epoch", "sequence", "previous"),
)
_PLACE = ("till", "chain", "epoch", "sequence", "previous")


def export(scope: Scope, path: Path) -> str:
	"""Write the export of these days to `path`; its seal, which the file ends with."""
	# Nothing that is posted meanwhile may be in one file and not yet in another.
	frappe.db.sql("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
	frappe.db.rollback()
	with tempfile.TemporaryDirectory(prefix="pos-bridge-export-") as folder, Package(Path(folder)) as package:
		tills = _write_entries(scope, package)
		for row in quarantine_of(scope):
			package.line("quarantine", row)
		_write_shifts(scope, package)
		return package.write(path, _about(scope, tills))


def _write_entries(scope: Scope, package: Package) -> set[str]:
	known: set[tuple[str, str]] = set()
	tills: set[str] = set()
	for chain, first, last in _chains(scope):
		for page in _pages(chain, first, last):
			for row in page:
				package.entry(_told(row, scope), {name: row[name] for name in _PLACE})
				tills.add(row["till"])
			_write_books(page, package, known)
		_note_head(chain, package)
	return tills


def _chains(scope: Scope) -> list[tuple[str, int, int]]:
	"""Chains that have entries on these days, with the first and last of those, older chains first."""
	found = frappe.db.sql(
		"SELECT chain, MIN(sequence), MAX(sequence), MIN(position) AS begun FROM `tabPOS Entry`"
		f" WHERE {scope.entries} GROUP BY chain ORDER BY begun",
		scope.values,
	)
	return [(chain, first, last) for chain, first, last, _begun in found]


def _pages(chain: str, first: int, last: int) -> Iterator[Sequence[dict[str, Any]]]:
	done = first - 1
	while page := frappe.db.sql(
		f"SELECT {', '.join(_COLUMNS)} FROM `tabPOS Entry`"
		f" WHERE chain = %s AND sequence > %s AND sequence <= %s ORDER BY sequence LIMIT {PAGE}",
		(chain, done, last),
		as_dict=True,
	):
		yield page
		done = page[-1]["sequence"]


def _told(row: dict[str, Any], scope: Scope) -> dict[str, Any]:
	"""A line of entries.jsonl; entries of other days are there because their chain runs through these."""
	day: date | None = row["business_date"]
	in_days = row["company"] == scope.company and day is not None and scope.first <= day <= scope.last
	names = ("hash", "text", "state", "reason", "remedy", "position", "recorded_at", "sent_by", "hop")
	more = {"post_on": str(row["post_on"])} if row["post_on"] else {}
	return {**{name: row[name] for name in names}, "in_days": in_days, **more}


def _write_books(page: Sequence[dict[str, Any]], package: Package, known: set[tuple[str, str]]) -> None:
	"""What became of a page of entries; a document that an earlier page named is not written again."""
	entries = [row["name"] for row in page]
	postings = postings_of(entries)
	for row in postings:
		package.line("postings", row)
	named = [(row["document_type"], row["document_name"]) for row in postings]
	new: list[tuple[str, str]] = []
	for document in documents_of(named, entries):
		key = (document["document_type"], document["name"])
		if key not in known:
			known.add(key)
			new.append(key)
			package.line("documents", document)
	for row in ledger_rows(new):
		package.line("gl_entries", row)
	for row in stock_rows(new):
		package.line("stock_ledger_entries", row)


def _note_head(chain: str, package: Package) -> None:
	head = frappe.db.get_value("POS Chain", chain, ["head_sequence", "head_hash"]) or (0, "")
	last = frappe.db.sql("SELECT MAX(sequence) FROM `tabPOS Entry` WHERE chain = %s", chain)[0][0]
	lost = [last + 1, head[0]] if head[0] > last else []
	package.chains[chain] |= {"head_sequence": head[0], "head_hash": head[1], "lost_end": lost}


def _write_shifts(scope: Scope, package: Package) -> None:
	there = frappe.db.get_table_columns("POS Shift")
	fields = (field.fieldname for field in frappe.get_meta("POS Shift").fields)
	columns = ["name", *(name for name in fields if name in there)]
	package.table("shifts.csv", columns)
	where = {"company": scope.company, "business_date": ("between", (scope.first, scope.last))}
	where |= {"till": scope.till} if scope.till else {}
	for row in frappe.get_all("POS Shift", where, columns, order_by="till, name", as_list=True):
		package.cells("shifts.csv", ["" if value is None else str(value) for value in row])


def _about(scope: Scope, tills: set[str]) -> dict[str, Any]:
	return {
		"company": scope.company,
		"company_currency": frappe.get_cached_value("Company", scope.company, "default_currency"),
		**{"from": scope.first.isoformat(), "to": scope.last.isoformat(), "till": scope.till},
		"made_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
		"release": __version__,
		"shops": {till: _shop(till) for till in sorted(tills)},
	}


def _shop(till: str) -> dict[str, Any]:
	profile = frappe.db.get_value("POS Till", till, "pos_profile")
	company = frappe.db.get_value("POS Profile", profile, "company")
	accounts = frappe.get_all(
		"Mode of Payment Account", {"company": company}, ["parent", "default_account"], as_list=True
	)
	modes = set(frappe.get_all("POS Payment Method", {"parent": profile}, pluck="mode_of_payment"))
	return {"shop": profile, "tenders": {mode: account for mode, account in accounts if mode in modes}}
