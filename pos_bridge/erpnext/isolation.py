"""Transactions as this app needs them: begun fresh at READ COMMITTED, and clashes told from refusals.

It never commits; `api.py` and `jobs.py` do, each in one place.
"""

import frappe

_CLASHES = frozenset({1020, 1062, 1205, 1213})
"""MariaDB: record changed meanwhile, duplicate key, lock wait timeout, deadlock."""
_AWAY = frozenset({1040, 1053, 1927, 2002, 2003, 2006, 2013, 2055})
"""MariaDB: too many connections, shutting down, connection killed, not reachable, gone away."""


CLASHES_AT_ONCE = 5
"""Tries up to which whatever another transaction was in the way of is begun again at once."""
_DATABASE_ERRORS = frozenset({"OperationalError", "InternalError", "IntegrityError"})
"""By name: Frappe 15 and 16 use different drivers, both with the names of PEP 249."""


def begin() -> None:
	"""Give up what is open and begin anew at READ COMMITTED.

	REPEATABLE READ takes gap locks on the stock ledger's time index (670 of 692 lock waits when measured),
	and would hide what another sender committed while this one waited for the till's lock.
	"""
	frappe.db.sql("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
	frappe.db.rollback()


def is_clash(error: BaseException) -> bool:
	"""Another transaction was in the way: the same work succeeds when it is begun again."""
	return (
		isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError) or _number(error) in _CLASHES
	)


def wait_seconds(error: BaseException, tries: int, longest: int) -> int:
	"""After how long a failed try is made again: twice as long each time, or as long as a shop asked for."""
	if is_clash(error) and tries < CLASHES_AT_ONCE:
		return 0
	told: int = getattr(error, "retry_after_seconds", 0)
	return max(told, min(2**tries, longest))


def is_database_away(error: BaseException) -> bool:
	"""The database can't be reached; this connection is of no use any more."""
	return _number(error) in _AWAY


def _number(error: BaseException) -> int:
	"""MariaDB's error number, also of an error that Frappe wrapped; 0 if it is none of the database's."""
	while error.args and isinstance(error.args[0], BaseException):
		error = error.args[0]
	first = error.args[0] if error.args else 0
	return first if type(error).__name__ in _DATABASE_ERRORS and isinstance(first, int) else 0
