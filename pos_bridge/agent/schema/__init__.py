"""The shelves' tables, one SQL file per version, and the step from any older version to this one.

It never goes back: a file written by a newer release is refused with words.
"""

import sqlite3
from collections.abc import Sequence
from importlib.resources import files

from pos_bridge.core.errors import Rejected


def versions(schema: str) -> Sequence[str]:
	"""The SQL of each version of "agent" or "company", oldest first; file 0001 makes version 1."""
	folder = files(__package__).joinpath(schema)
	names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
	for number, name in enumerate(names, start=1):
		if not name.startswith(f"{number:04d}_"):
			raise Rejected(f"The schema file {name} is out of sequence: {number:04d} was expected.")
	return [folder.joinpath(name).read_text(encoding="utf-8") for name in names]


def migrate(connection: sqlite3.Connection, schema: str) -> None:
	"""Bring a file to the newest version, all steps in one transaction; a newer file is `Rejected`."""
	steps = versions(schema)
	found = connection.execute("PRAGMA user_version").fetchone()[0]
	if found > len(steps):
		raise Rejected(
			f"This {schema} shelf has version {found}, written by a newer POS Bridge; this release knows"
			f" versions up to {len(steps)}. Start the newer release; nothing was changed.",
			code="shelf_too_new",
		)
	if found < len(steps):
		_run(connection, "\n".join(steps[found:]), len(steps))


def _run(connection: sqlite3.Connection, sql: str, version: int) -> None:
	try:
		connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {version};\nCOMMIT;")
	except sqlite3.Error:
		if connection.in_transaction:
			connection.execute("ROLLBACK")
		raise
