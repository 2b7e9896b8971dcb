"""Receipts by e-mail in the standalone company: kept, and shown on the ledger page. It never sends one."""

import sqlite3
from typing import Any

from pos_bridge.agent.daybook import SqliteShelf, arrival_now
from pos_bridge.core.kinds.receipt_mail import MailAsk, check_mail


def take(db: sqlite3.Connection, till: str, ask: MailAsk) -> dict[str, Any]:
	"""Keep what a till asks for, once; raises why not."""
	if db.execute("SELECT 1 FROM receipt_mail WHERE id = ?", (ask.id,)).fetchone() is None:
		mails = db.execute("SELECT count(*) FROM receipt_mail WHERE entry = ?", (ask.entry,)).fetchone()[0]
		check_mail(SqliteShelf(db).find(ask.entry), till, mails)
		row = (ask.id, ask.entry, till, ask.to, arrival_now(till, "").recorded_at)
		db.execute("INSERT INTO receipt_mail VALUES (?, ?, ?, ?, ?)", row)
	return {"id": ask.id, "state": "kept"}


def addresses(db: sqlite3.Connection, entry: str) -> list[str]:
	"""Where an entry's receipt was wanted, in the order in which it was."""
	rows = db.execute("SELECT address FROM receipt_mail WHERE entry = ? ORDER BY rowid", (entry,))
	return [address for (address,) in rows]
