"""The books: journal lines and stock moves with moving-average cost, written in the caller's transaction.

It never decides what an entry means (core/journal.py does), and never changes a line that is booked.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pos_bridge.core.errors import PosBridgeError
from pos_bridge.core.journal import Effect, JournalLine, StockMove, balance_of, journal_line
from pos_bridge.core.money import SCALE, Rounding, format_decimal, parse_decimal, round_ratio

STOCK_ACCOUNT = "Stock In Hand"
COST_ACCOUNT = "Cost of Goods Sold"
OPENING_ACCOUNT = "Temporary Opening"


@dataclass(frozen=True, slots=True)
class Level:
	"""What lies on a shelf: a quantity of 10^-9 units, what it cost, and the last known cost of one unit."""

	quantity: int = 0
	value_minor: int = 0
	unit_cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class Valued:
	"""A stock move with what the goods cost; negative when they leave."""

	move: StockMove
	value_minor: int


@dataclass(frozen=True, slots=True)
class Opening:
	"""Goods that were there when the books began; `unit_cost_minor` is what one unit cost."""

	item: str
	warehouse: str
	quantity: int
	unit_cost_minor: int


def book(db: sqlite3.Connection, booking: str, effect: Effect, booked_at: str, note: str = "") -> None:
	"""Book an effect under an entry's id, with the cost of the goods that moved. Balanced, or it raises."""
	valued, notes = _move_all(db, effect.moves)
	notes = [note, *notes] if note else notes
	cost_minor = -sum(each.value_minor for each in valued)
	signed = [(COST_ACCOUNT, cost_minor), (STOCK_ACCOUNT, -cost_minor)]
	cost_lines = tuple(journal_line(account, amount) for account, amount in signed if amount)
	_write(
		db, booking, " ".join(filter(None, [*notes, note])), booked_at, (*effect.lines, *cost_lines), valued
	)


def book_openings(db: sqlite3.Connection, openings: Iterable[Opening], booked_at: str) -> None:
	"""Book the stock of items that have none on the books yet; others are left as they are."""
	known = {(row[0], row[1]) for row in db.execute("SELECT item, warehouse FROM stock_level")}
	new = [opening for opening in openings if (opening.item, opening.warehouse) not in known]
	valued = [_open(opening) for opening in new]
	total = sum(each.value_minor for each in valued)
	if not new:
		return
	number = db.execute("SELECT count(*) FROM booking WHERE booking LIKE 'opening-%'").fetchone()[0] + 1
	signed = [(STOCK_ACCOUNT, total), (OPENING_ACCOUNT, -total)]
	lines = tuple(journal_line(account, amount) for account, amount in signed if amount)
	_write(db, f"opening-{number}", "Opening stock", booked_at, lines, valued)
	db.executemany(
		"INSERT INTO stock_level (item, warehouse, quantity, value_minor, unit_cost_minor)"
		" VALUES (?, ?, ?, ?, ?)",
		(
			(
				*(each.move.item, each.move.warehouse, format_decimal(each.move.quantity)),
				*(each.value_minor, opening.unit_cost_minor),
			)
			for each, opening in zip(valued, new, strict=True)
		),
	)


def _open(opening: Opening) -> Valued:
	value = round_ratio(opening.unit_cost_minor * opening.quantity, SCALE, Rounding.COMMERCIAL)
	return Valued(StockMove(opening.item, opening.warehouse, opening.quantity), value)


def _move_all(db: sqlite3.Connection, moves: Sequence[StockMove]) -> tuple[list[Valued], list[str]]:
	valued, notes = [], []
	for move in moves:
		level = level_of(db, move.item, move.warehouse)
		cost = cost_of(level, -move.quantity)
		after = replace(level, quantity=level.quantity + move.quantity, value_minor=level.value_minor - cost)
		_keep_level(db, move, after)
		valued.append(Valued(move, -cost))
		notes += _notes(move, level, after)
	return valued, list(dict.fromkeys(notes))


def cost_of(level: Level, quantity: int) -> int:
	"""What `quantity` of it cost at the moving average; below zero for goods that come back.

	Whoever takes the last of it takes all that is left of the value; whoever brings back what was sold beyond
	the stock settles that. Beyond the stock a unit costs what it last did: a sale that happened is booked.
	"""
	if 0 < level.quantity <= quantity or quantity <= level.quantity < 0:
		return level.value_minor + _at_unit_cost(level, quantity - level.quantity)
	if level.quantity <= 0:
		return _at_unit_cost(level, quantity)
	return round_ratio(level.value_minor * quantity, level.quantity, Rounding.COMMERCIAL)


def _at_unit_cost(level: Level, quantity: int) -> int:
	return round_ratio(level.unit_cost_minor * quantity, SCALE, Rounding.COMMERCIAL)


def _notes(move: StockMove, before: Level, after: Level) -> list[str]:
	if before == Level():
		return [f"No cost is known for {move.item}: booked at zero cost."]
	if after.quantity < 0:
		return [f"Stock of {move.item} is below zero: {format_decimal(after.quantity)}."]
	return []


def level_of(db: sqlite3.Connection, item: str, warehouse: str) -> Level:
	row = db.execute(
		"SELECT quantity, value_minor, unit_cost_minor FROM stock_level WHERE item = ? AND warehouse = ?",
		(item, warehouse),
	).fetchone()
	return Level(parse_decimal(row[0]), row[1], row[2]) if row else Level()


def _keep_level(db: sqlite3.Connection, move: StockMove, level: Level) -> None:
	db.execute(
		"INSERT INTO stock_level VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT (item, warehouse) DO UPDATE SET"
		" quantity = ?3, value_minor = ?4, moved = moved + 1",
		(
			*(move.item, move.warehouse, format_decimal(level.quantity)),
			*(level.value_minor, level.unit_cost_minor),
		),
	)


def _write(
	db: sqlite3.Connection,
	booking: str,
	memo: str,
	booked_at: str,
	lines: tuple[JournalLine, ...],
	valued: Sequence[Valued],
) -> None:
	if balance_of(lines) != 0:
		raise PosBridgeError(
			f"The journal of {booking} does not balance; nothing was booked.", code="unbalanced"
		)
	db.execute("INSERT INTO booking VALUES (?, ?, ?)", (booking, booked_at, memo))
	db.executemany(
		"INSERT INTO journal_line VALUES (?, ?, ?, ?, ?)",
		(
			(booking, number, line.account, line.debit_minor, line.credit_minor)
			for number, line in enumerate(lines, start=1)
		),
	)
	db.executemany(
		"INSERT INTO stock_move VALUES (?, ?, ?, ?, ?, ?)",
		(
			(
				booking,
				number,
				each.move.item,
				each.move.warehouse,
				format_decimal(each.move.quantity),
				each.value_minor,
			)
			for number, each in enumerate(valued, start=1)
		),
	)
