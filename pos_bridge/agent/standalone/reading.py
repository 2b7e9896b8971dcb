"""Reading the books: entries and what each one did, balances, stock, quarantine. It never writes."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from pos_bridge.agent.standalone.kinds import mails
from pos_bridge.core.errors import Rejected
from pos_bridge.core.people import approved

MAX_ROWS = 200
MAX_PREVIEW = 4_000
"""Characters of quarantined bytes that are shown; the rest is on the shelf."""

Row = Mapping[str, Any]


class NotFound(Rejected):
	"""Nothing of that name is on the shelf."""

	code = "not_found"
	status = 404


def entries(db: sqlite3.Connection, before: int, limit: int, search: str) -> Row:
	"""Entries, newest first; `search` is a part of a receipt number or of an id."""
	pattern = f"%{_escaped(search)}%"
	rows = db.execute(
		"SELECT * FROM entry WHERE cursor < ?1 AND (?2 = '%%' OR receipt_number LIKE ?2 ESCAPE '\\'"
		" OR id LIKE ?2 ESCAPE '\\') ORDER BY cursor DESC LIMIT ?3",
		(before, pattern, limit + 1),
	).fetchall()
	more = {"next": rows[limit - 1]["cursor"]} if len(rows) > limit else {}
	return {"entries": [_entry(row) for row in rows[:limit]], "counts": _counts(db), **more}


def entry(db: sqlite3.Connection, id: str) -> Row:
	"""One entry with what it did to the books, or `NotFound`."""
	row = db.execute("SELECT * FROM entry WHERE id = ?", (id,)).fetchone()
	if row is None:
		raise NotFound(f"There is no entry {id!r} in this daybook.")
	booking = db.execute("SELECT booked_at, memo FROM booking WHERE booking = ?", (id,)).fetchone()
	fields = json.loads(row["text"])
	chain = {name: fields[name] for name in ("chain", "epoch", "sequence", "previous", "writer")}
	return {
		**_entry(row),
		**chain,
		"hash": row["hash"],
		"hop": row["hop"],
		"text": row["text"],
		"booked_at": booking["booked_at"] if booking else "",
		"memo": booking["memo"] if booking else "",
		"journal": _journal(db, id),
		"stock_moves": _moves(db, id),
		"mailed_to": mails.addresses(db, id),
	}


def newest(db: sqlite3.Connection) -> int:
	"""The cursor of what was recorded last; 0 if nothing was."""
	return int(db.execute("SELECT coalesce(max(cursor), 0) FROM entry").fetchone()[0])


def balances(db: sqlite3.Connection) -> Row:
	"""The trial balance: each account's debits less its credits; together they are zero."""
	rows = db.execute(
		"SELECT account, sum(debit_minor) AS debit_minor, sum(credit_minor) AS credit_minor"
		" FROM journal_line GROUP BY account ORDER BY account"
	)
	accounts = [{**dict(row), "balance_minor": row["debit_minor"] - row["credit_minor"]} for row in rows]
	return {
		"accounts": accounts,
		"debit_minor": sum(account["debit_minor"] for account in accounts),
		"credit_minor": sum(account["credit_minor"] for account in accounts),
		"balance_minor": sum(account["balance_minor"] for account in accounts),
	}


def stock(db: sqlite3.Connection, names: Mapping[str, str], search: str) -> Row:
	"""Stock on hand, what was sold most often first; `search` is a part of an item's id or name."""
	wanted = search.casefold()
	rows = db.execute(
		"SELECT item, warehouse, quantity, value_minor, moved FROM stock_level ORDER BY moved DESC, item"
	)
	found = []
	for row in rows:
		name = names.get(row["item"], row["item"])
		if wanted in name.casefold() or wanted in row["item"].casefold():
			found.append({**dict(row), "name": name})
		if len(found) == MAX_ROWS:
			break
	return {"stock": found}


def quarantine(db: sqlite3.Connection) -> Row:
	"""What a person has to look at, newest first."""
	rows = db.execute("SELECT * FROM quarantine ORDER BY cursor DESC LIMIT ?", (MAX_ROWS,))
	return {"quarantine": [_quarantined(row) for row in rows]}


def _quarantined(row: sqlite3.Row) -> Row:
	fields = {name: row[name] for name in ("digest", "id", "reason", "recorded_at", "hop", "sent_by")}
	raw: bytes = row["raw"]
	return {**fields, "bytes": len(raw), "preview": raw[:MAX_PREVIEW].decode(errors="replace")}


def _entry(row: sqlite3.Row) -> dict[str, Any]:
	fields = json.loads(row["text"])
	kept = ("cursor", "id", "kind", "till", "receipt_number", "recorded_at", "state", "reason", "sequence")
	total = _shown_total(fields["kind"], fields["body"])
	action, approver = approved(fields["body"]) if fields["kind"] == "approval" else ("", "")
	return {
		**{name: row[name] for name in kept},
		"occurred_at": fields["occurred_at"],
		"business_date": fields["business_date"],
		"cashier": fields["cashier"],
		**({"total_minor": total} if isinstance(total, int) else {}),
		**({"approved_action": action, "approved_by": approver} if action else {}),
	}


def _shown_total(kind: str, body: Mapping[str, Any]) -> object:
	"""What a sale came to, or was put into or taken out of the drawer."""
	amount = body.get("amount_minor")
	if kind in ("cash_in", "cash_out") and isinstance(amount, int):
		return amount if kind == "cash_in" else -amount
	return amount if kind == "approval" else body.get("total_minor")


def _journal(db: sqlite3.Connection, booking: str) -> list[Row]:
	rows = db.execute(
		"SELECT account, debit_minor, credit_minor FROM journal_line WHERE booking = ? ORDER BY line",
		(booking,),
	)
	return [dict(row) for row in rows]


def _moves(db: sqlite3.Connection, booking: str) -> list[Row]:
	rows = db.execute(
		"SELECT item, warehouse, quantity, value_minor FROM stock_move WHERE booking = ? ORDER BY line",
		(booking,),
	)
	return [dict(row) for row in rows]


def _counts(db: sqlite3.Connection) -> Row:
	counts = {"waiting": 0, "posted": 0, "held": 0}
	counts.update(db.execute("SELECT state, count(*) FROM entry GROUP BY state").fetchall())
	counts["quarantined"] = db.execute("SELECT count(*) FROM quarantine").fetchone()[0]
	return counts


def _escaped(search: str) -> str:
	return search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
