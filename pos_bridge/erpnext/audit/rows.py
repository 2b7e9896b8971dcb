"""What the site holds of a page of entries, as rows for an export: amounts are its decimals, as text.

It never rounds and never compares.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import frappe

from pos_bridge.erpnext.reconcile.scope import Scope

LEDGERS = ("Sales Invoice", "Journal Entry")
"""Documents whose ledger rows an export has."""
_AMOUNTS = ("debit", "credit", "debit_in_transaction_currency", "credit_in_transaction_currency")
_MOVES = ("actual_qty", "qty_after_transaction", "valuation_rate", "stock_value_difference")

Document = tuple[str, str]


def _rows(query: str, *values: Any) -> list[dict[str, Any]]:
	"""Nothing, where one of the lists is empty."""
	if any(value == () for value in values):
		return []
	rows: list[dict[str, Any]] = frappe.db.sql(query, values, as_dict=True)
	return rows


def postings_of(entries: Sequence[str]) -> list[dict[str, Any]]:
	"""Entry to document, by part."""
	return _rows(
		"SELECT parent AS entry, part, document_type, document_name, COALESCE(desk_state, '') AS desk_state"
		" FROM `tabPOS Entry Posting` WHERE parenttype = 'POS Entry' AND parent IN %s ORDER BY parent, idx",
		tuple(entries),
	)


def documents_of(named: Iterable[Document], entries: Sequence[str]) -> Iterator[dict[str, Any]]:
	"""These documents, and what else carries the entries' ids: their amendments."""
	for doctype in LEDGERS:
		names = {name for kind, name in named if kind == doctype}
		carrying = f"SELECT name FROM `tab{doctype}` WHERE pos_bridge_entry IN %s"
		names |= {row["name"] for row in _rows(carrying, tuple(entries))}
		yield from _documents(doctype, tuple(sorted(names)))


def _documents(doctype: str, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
	nets, payments = _net_accounts(doctype, names), _payments(doctype, names)
	counts = _entries_of(doctype, names)
	for row in _rows(
		"SELECT name, docstatus, CAST(posting_date AS CHAR) AS posting_date,"
		" COALESCE(amended_from, '') AS amended_from, COALESCE(pos_bridge_entry, '') AS entry"
		f" FROM `tab{doctype}` WHERE name IN %s ORDER BY name",
		names,
	):
		name = row["name"]
		more = {"net_accounts": sorted(nets.get(name, ())), "payments": payments.get(name, [])}
		yield {"document_type": doctype, **row, "entries": counts.get(name, 0), **more}


def _net_accounts(doctype: str, names: tuple[str, ...]) -> dict[str, set[str]]:
	"""Where an invoice's net goes to."""
	found: dict[str, set[str]] = {}
	if doctype != "Sales Invoice":
		return found
	for row in _rows(
		"SELECT DISTINCT parent, income_account, discount_account FROM `tabSales Invoice Item`"
		" WHERE parent IN %s",
		names,
	):
		accounts = {row["income_account"], row["discount_account"]} - {None, ""}
		found.setdefault(row["parent"], set()).update(accounts)
	return found


def _payments(doctype: str, names: tuple[str, ...]) -> dict[str, list[list[str]]]:
	"""Mode of Payment and account of each row that an invoice was paid with."""
	found: dict[str, list[list[str]]] = {}
	if doctype != "Sales Invoice":
		return found
	for row in _rows(
		"SELECT parent, mode_of_payment, account FROM `tabSales Invoice Payment`"
		" WHERE parent IN %s AND amount <> 0 ORDER BY parent, idx",
		names,
	):
		found.setdefault(row["parent"], []).append([row["mode_of_payment"], row["account"] or ""])
	return found


def _entries_of(doctype: str, names: tuple[str, ...]) -> dict[str, int]:
	rows = _rows(
		"SELECT document_name, COUNT(DISTINCT parent) AS entries FROM `tabPOS Entry Posting`"
		" WHERE document_type = %s AND document_name IN %s GROUP BY document_name",
		doctype,
		names,
	)
	return {row["document_name"]: row["entries"] for row in rows}


def ledger_rows(documents: Sequence[Document]) -> Iterator[dict[str, Any]]:
	"""The general ledger's rows, of cancelled documents too."""
	amounts = ", ".join(f"CAST(COALESCE({name}, 0) AS CHAR) AS {name}" for name in _AMOUNTS)
	texts = ("account", "party_type", "party", "cost_center", "against_voucher", "transaction_currency")
	others = ", ".join(f"COALESCE({name}, '') AS {name}" for name in texts)
	query = (
		f"SELECT name, voucher_type, voucher_no, CAST(posting_date AS CHAR) AS posting_date, {others},"
		f" {amounts}, is_cancelled FROM `tabGL Entry` WHERE voucher_type = %s AND voucher_no IN %s"
		" ORDER BY voucher_no, creation, name"
	)
	yield from _of_each_kind(query, documents)


def stock_rows(documents: Sequence[Document]) -> Iterator[dict[str, Any]]:
	"""The stock ledger's rows, of cancelled documents too."""
	amounts = ", ".join(f"CAST(COALESCE({name}, 0) AS CHAR) AS {name}" for name in _MOVES)
	query = (
		"SELECT name, voucher_type, voucher_no, CAST(posting_date AS CHAR) AS posting_date, item_code,"
		f" warehouse, {amounts}, is_cancelled FROM `tabStock Ledger Entry`"
		" WHERE voucher_type = %s AND voucher_no IN %s ORDER BY voucher_no, creation, name"
	)
	yield from _of_each_kind(query, documents)


def _of_each_kind(query: str, documents: Sequence[Document]) -> Iterator[dict[str, Any]]:
	for doctype in LEDGERS:
		yield from _rows(query, doctype, tuple(name for kind, name in documents if kind == doctype))


def quarantine_of(scope: Scope) -> list[dict[str, Any]]:
	"""What was put aside on these days or since, as it came."""
	return _rows(
		"SELECT aside.name AS digest, raw, encoding, COALESCE(aside.entry_id, '') AS entry, reason, sent_by,"
		" hop, recorded_at, position, COALESCE(reviewed, 0) AS reviewed,"
		" COALESCE(review_note, '') AS review_note FROM `tabPOS Quarantine` aside"
		" JOIN `tabPOS Till` place ON place.name = aside.sent_by"
		" WHERE place.company = %s AND (%s = '' OR aside.sent_by = %s) AND aside.recorded_at >= %s"
		" ORDER BY position",
		scope.company,
		scope.till,
		scope.till,
		scope.first.isoformat(),
	)
