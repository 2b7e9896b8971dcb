"""The book of card payments on the agent's shelf: written before a terminal is asked and before a page hears.

It asks no terminal.
"""

import json
import sqlite3
from dataclasses import dataclass

from pos_bridge.agent.devices.terminal.port import Asked, CardResult, safe
from pos_bridge.core.entry import canonical
from pos_bridge.core.errors import Rejected

OPEN = ("waiting", "unsure")
MAX_LISTED = 50


@dataclass(frozen=True, slots=True)
class CardPayment:
	"""One attempt with its state: those of `CardResult.outcome`, "waiting" before and "reversed" after."""

	ref: str
	cart: str
	terminal: str
	kind: str
	against: str
	amount_minor: int
	currency: str
	before_trace: str
	state: str
	result: CardResult
	decided_by: str
	asked_at: str


def insert(
	db: sqlite3.Connection, terminal: str, cart: str, asked: Asked, against: str, now: str
) -> CardPayment | None:
	"""Take an attempt in, as waiting; None if this ref is known with the same content.

	`Rejected` if it is known with another one, the terminal is at something, or it is not known yet what
	became of an earlier attempt for the same cart: nobody is charged twice.
	"""
	known = find(db, asked.ref)
	if known:
		same = (known.terminal, known.kind, known.against, known.amount_minor, known.currency)
		if same != (terminal, asked.kind, against, asked.amount_minor, asked.currency):
			raise Rejected(
				"This attempt was made already, for something else: make another one.", code="conflict"
			)
		return None
	_refuse_second(db, terminal, cart)
	db.execute(
		"INSERT INTO card_payment (ref, cart, terminal, kind, against, amount_minor, currency, before_trace,"
		" state, asked_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)",
		(
			asked.ref,
			cart,
			terminal,
			asked.kind,
			against,
			asked.amount_minor,
			asked.currency,
			last_trace(db, terminal),
			now,
			now,
		),
	)
	return find(db, asked.ref)


def _refuse_second(db: sqlite3.Connection, terminal: str, cart: str) -> None:
	row = db.execute(
		"SELECT cart, state FROM card_payment WHERE state IN ('waiting', 'unsure')"
		" AND (cart = ? OR (terminal = ? AND state = 'waiting')) LIMIT 1",
		(cart, terminal),
	).fetchone()
	if row and row["cart"] == cart:
		raise Rejected(
			"It is not known yet what became of the last attempt for this sale: ask for its result first.",
			code="unsettled",
		)
	if row:
		raise Rejected("The terminal is at another payment: wait until it is done.", code="terminal_busy")
	day = "SELECT 1 FROM terminal_day WHERE terminal = ? AND state = 'waiting'"
	if db.execute(day, (terminal,)).fetchone():
		raise Rejected("The terminal ends its day just now: wait until it is done.", code="terminal_busy")


def finish(
	db: sqlite3.Connection, ref: str, result: CardResult, now: str, decided_by: str = ""
) -> CardPayment:
	"""Write what became of an attempt; one that is decided stays as it is."""
	result = safe(result)
	fields = {**result.texts(), **({"lines": list(result.lines)} if result.lines else {})}
	db.execute(
		"UPDATE card_payment SET state = ?, result = ?, reason = ?, decided_by = ?, changed_at = ?"
		" WHERE ref = ? AND state IN ('waiting', 'unsure')",
		(result.outcome, canonical(fields), result.reason, decided_by, now, ref),
	)
	if result.outcome == "approved":
		db.execute(
			"UPDATE card_payment SET state = 'reversed', changed_at = ? WHERE state = 'approved' AND ref ="
			" (SELECT against FROM card_payment WHERE ref = ? AND kind = 'reversal' AND state = 'approved')",
			(now, ref),
		)
	return require(db, ref)


def find(db: sqlite3.Connection, ref: str) -> CardPayment | None:
	row = db.execute("SELECT * FROM card_payment WHERE ref = ?", (ref,)).fetchone()
	return _payment(row) if row else None


def require(db: sqlite3.Connection, ref: str) -> CardPayment:
	found = find(db, ref)
	if found is None:
		raise Rejected("This agent was never asked for that payment.", code="no_payment")
	return found


def of_cart(db: sqlite3.Connection, cart: str) -> list[CardPayment]:
	"""All attempts for one cart, oldest first."""
	rows = db.execute(
		"SELECT * FROM card_payment WHERE cart = ? ORDER BY position LIMIT ?", (cart, MAX_LISTED)
	)
	return [_payment(row) for row in rows]


def in_states(db: sqlite3.Connection, *states: str) -> list[CardPayment]:
	marks = ", ".join("?" * len(states))
	rows = db.execute(
		f"SELECT * FROM card_payment WHERE state IN ({marks}) ORDER BY position DESC LIMIT ?",
		(*states, MAX_LISTED),
	)
	return [_payment(row) for row in rows]


def without_sale(db: sqlite3.Connection) -> list[CardPayment]:
	"""Charged or given back, and no entry of that cart was ever recorded: money moved for nothing that we
	know of.
	"""
	rows = db.execute(
		"SELECT * FROM card_payment WHERE state = 'approved' AND kind IN ('pay', 'refund')"
		" AND cart NOT IN (SELECT id FROM entry) ORDER BY position DESC LIMIT ?",
		(MAX_LISTED,),
	)
	return [_payment(row) for row in rows]


def last_trace(db: sqlite3.Connection, terminal: str) -> str:
	"""The number of the newest transaction that this terminal told us of; "" if none did.

	An end of day is one, too. One without a number may have taken the next: nothing is known after it.
	"""
	row = db.execute(
		"SELECT json_extract(result, '$.trace') AS trace, position, 0 AS of_day FROM card_payment"
		" WHERE terminal = ?1 AND trace IS NOT NULL"
		" UNION ALL SELECT trace, after_payment, position FROM terminal_day WHERE terminal = ?1"
		" ORDER BY 2 DESC, 3 DESC LIMIT 1",
		(terminal,),
	).fetchone()
	return str(row["trace"]) if row else ""


def _payment(row: sqlite3.Row) -> CardPayment:
	fields = json.loads(row["result"])
	lines = tuple(fields.pop("lines", ()))
	result = CardResult(row["state"], row["reason"], **fields, lines=lines)
	names = (
		"ref",
		"cart",
		"terminal",
		"kind",
		"against",
		"amount_minor",
		"currency",
		"before_trace",
		"state",
	)
	return CardPayment(
		**{name: row[name] for name in names},
		result=result,
		decided_by=row["decided_by"],
		asked_at=row["asked_at"],
	)
