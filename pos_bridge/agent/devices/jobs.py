"""The rows of print_job and drawer_opening: each function is one step of a job's life in a transaction.

It never prints, and it never deletes a job: the caller's id is what makes printing idempotent.
"""

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timezone

from pos_bridge.agent.ports import JobChange, JobState, Submitted, UnsureJob
from pos_bridge.core.errors import Retryable

MAX_WAITING_JOBS = 1_000
"""Jobs that may wait for one printer; beyond that the till is told to look at the printer."""
MAX_KEPT_DOCUMENTS = 2_000
"""Jobs back for which a printed document is kept; older rows keep their id, reason and state only."""
MAX_UNSURE_JOBS = 50
"""Told at once; the next ones when these are decided."""

TAKEN_OVER = "Taken over from"
"""How the explanation of a job begins that another printer printed."""

_INTERRUPTED = "The till's process ended while this was printing: look at the paper, then say what you see."


@dataclass(frozen=True, slots=True)
class NewJob:
	"""A job as a page asked for it. `document` is canonical JSON, or "" to open the drawer only."""

	job: str
	printer: str
	document: str
	kick: bool
	reason: str

	@property
	def digest(self) -> str:
		"""What tells the same job from another one with its id. The reason may be worded anew."""
		return hashlib.sha256(f"{self.printer}\n{int(self.kick)}\n{self.document}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PrintJob:
	"""A job on the shelf; times are UTC, ISO 8601."""

	position: int
	job: str
	printer: str
	document: str
	kick: bool
	reason: str
	repeats: int
	state: JobState
	explanation: str
	submitted_at: str
	changed_at: str

	@property
	def change(self) -> JobChange:
		return JobChange(self.job, self.state, self.explanation)


@dataclass(frozen=True, slots=True)
class DrawerOpening:
	"""One opening of the drawer: who, why, when; `state` is opening, opened, unsure or not_opened."""

	job: str
	printer: str
	reason: str
	opened_at: str
	state: str
	who: str


def now() -> str:
	"""UTC with milliseconds, as all rows of the spool carry it."""
	return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def add(connection: sqlite3.Connection, new: NewJob) -> Submitted:
	"""Take a job in, once. Raises Retryable when too many wait for the printer."""
	found = connection.execute("SELECT digest, state FROM print_job WHERE job = ?", (new.job,)).fetchone()
	if found is not None:
		return Submitted("exists" if found["digest"] == new.digest else "conflict", found["state"])
	if _waiting(connection, new.printer) >= MAX_WAITING_JOBS:
		raise Retryable(
			f"{MAX_WAITING_JOBS} jobs wait for printer {new.printer}: get it going again first.",
			code="spool_full",
		)
	connection.execute(
		"INSERT INTO print_job"
		" (job, printer, document, kick, reason, digest, submitted_at, changed_at, state)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued')",
		(new.job, new.printer, new.document, new.kick, new.reason, new.digest, now(), now()),
	)
	return Submitted("created", "queued")


def _waiting(connection: sqlite3.Connection, printer: str) -> int:
	unfinished = "SELECT count(*) FROM print_job WHERE printer = ? AND state IN ('queued', 'printing')"
	count: int = connection.execute(unfinished, (printer,)).fetchone()[0]
	return count


def next_queued(connection: sqlite3.Connection, printer: str) -> PrintJob | None:
	"""The oldest job that waits for a printer."""
	row = connection.execute(
		"SELECT * FROM print_job WHERE printer = ? AND state = 'queued' AND state IN ('queued', 'printing')"
		" ORDER BY position LIMIT 1",
		(printer,),
	).fetchone()
	return None if row is None else _print_job(row)


def find(connection: sqlite3.Connection, job: str) -> PrintJob | None:
	row = connection.execute("SELECT * FROM print_job WHERE job = ?", (job,)).fetchone()
	return None if row is None else _print_job(row)


def latest(connection: sqlite3.Connection, limit: int) -> list[PrintJob]:
	"""The newest jobs, newest first."""
	rows = connection.execute("SELECT * FROM print_job ORDER BY position DESC LIMIT ?", (limit,))
	return [_print_job(row) for row in rows]


def unsure(connection: sqlite3.Connection) -> list[UnsureJob]:
	"""What has paper and is to be decided by a person, oldest first."""
	rows = connection.execute(
		"SELECT job, printer, reason, explanation, changed_at FROM print_job"
		" WHERE state = 'unsure' AND document <> '' ORDER BY position LIMIT ?",
		(MAX_UNSURE_JOBS,),
	)
	return [UnsureJob(*row) for row in rows]


def latest_openings(connection: sqlite3.Connection, limit: int) -> list[DrawerOpening]:
	"""The newest openings of the drawer, newest first."""
	rows = connection.execute(
		"SELECT drawer_opening.*,"
		" iif(json_valid(entry.text), json_extract(entry.text, '$.cashier'), '') AS who"
		# A job that opens the drawer is named after its entry: <entry>:receipt or <entry>:kick.
		" FROM drawer_opening LEFT JOIN entry ON entry.id = substr(job, 1, instr(job, ':') - 1)"
		" ORDER BY opening DESC LIMIT ?",
		(limit,),
	)
	return [DrawerOpening(**{name: row[name] or "" for name in DrawerOpening.__slots__}) for row in rows]


def begin(connection: sqlite3.Connection, job: PrintJob, opens_drawer: bool) -> None:
	"""Committed before the first byte goes out: from here on a crash leaves the job unsure, never queued."""
	_enter(connection, job.job, "printing", "")
	if opens_drawer:
		connection.execute(
			"INSERT INTO drawer_opening (job, printer, reason, opened_at, state)"
			" VALUES (?, ?, ?, ?, 'opening')"
			" ON CONFLICT (job) DO UPDATE SET opened_at = excluded.opened_at, state = excluded.state",
			(job.job, job.printer, job.reason, now()),
		)


def put_back(connection: sqlite3.Connection, job: PrintJob, explanation: str) -> None:
	"""Nothing left this machine: the job waits at its old place."""
	_enter(connection, job.job, "queued", explanation)
	settle_drawer(connection, job.job, "not_opened")


def drawer_opened(connection: sqlite3.Connection, job: PrintJob) -> None:
	"""A drawer that has a line of its own has opened, whatever becomes of the paper: never for it again."""
	settle_drawer(connection, job.job, "opened")
	connection.execute("UPDATE print_job SET kick = 0 WHERE job = ?", (job.job,))


def move(connection: sqlite3.Connection, job: PrintJob, printer: str) -> str:
	"""Another printer prints what waits; the drawer, which hangs on the first, stays closed. In words."""
	words = f"{TAKEN_OVER} {job.printer}, which is away: printed on {printer}."
	connection.execute(
		"UPDATE print_job SET printer = ?, kick = 0 WHERE job = ? AND state = 'queued'", (printer, job.job)
	)
	_enter(connection, job.job, "queued", words)
	return words


def finish(connection: sqlite3.Connection, job: PrintJob, state: JobState, explanation: str) -> None:
	"""End a job as printed, unsure or failed, and let go of a document that nobody will ask for."""
	_enter(connection, job.job, state, explanation)
	settle_drawer(connection, job.job, {"printed": "opened", "unsure": "unsure"}.get(state, "not_opened"))
	connection.execute(
		"UPDATE print_job SET document = '' WHERE position = ? AND state IN ('printed', 'failed')",
		(job.position - MAX_KEPT_DOCUMENTS,),
	)


def interrupted(connection: sqlite3.Connection) -> list[str]:
	"""Jobs that a crash caught while printing become unsure: nothing prints again by itself."""
	rows = connection.execute(
		"SELECT job FROM print_job WHERE state = 'printing' ORDER BY position"
	).fetchall()
	caught = [row["job"] for row in rows]
	for job in caught:
		_enter(connection, job, "unsure", _INTERRUPTED)
		settle_drawer(connection, job, "unsure")
	return caught


def answer_unsure(connection: sqlite3.Connection, job: str, printed: bool) -> bool:
	"""A person looked: it printed, or it shall be printed again, marked. False if the job isn't unsure."""
	found = find(connection, job)
	if found is None or found.state != "unsure":
		return False
	if printed:
		_enter(connection, job, "printed", "A person saw it on the paper.")
		return True
	connection.execute("UPDATE print_job SET repeats = repeats + 1 WHERE job = ?", (job,))
	_enter(connection, job, "queued", "Printed again on request, marked as a repetition.")
	return True


def _enter(connection: sqlite3.Connection, job: str, state: JobState, explanation: str) -> None:
	connection.execute(
		"UPDATE print_job SET state = ?, explanation = ?, changed_at = ? WHERE job = ?",
		(state, explanation, now(), job),
	)


def settle_drawer(connection: sqlite3.Connection, job: str, state: str) -> None:
	"""What became of the pulse: opened, unsure or not_opened; said once."""
	connection.execute(
		"UPDATE drawer_opening SET state = ? WHERE job = ? AND state = 'opening'", (state, job)
	)


def _print_job(row: sqlite3.Row) -> PrintJob:
	fields = {name: row[name] for name in PrintJob.__slots__}
	return PrintJob(**{**fields, "kick": bool(row["kick"])})
