"""One thread that feeds one printer: the oldest job first, the next only when it is done.

It waits for a printer that is away for as long as it takes, and never prints a job twice by itself.
"""

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Protocol, TypeVar

from pos_bridge.agent.devices import jobs
from pos_bridge.agent.devices.drawer import DrawerWatch
from pos_bridge.agent.devices.escpos import Encoded, Encoder
from pos_bridge.agent.devices.floor.equipment import Equipment
from pos_bridge.agent.devices.floor.layouts import Printing, laid_out
from pos_bridge.agent.devices.jobs import PrintJob
from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure, Status
from pos_bridge.agent.devices.raster import drawable
from pos_bridge.agent.ports import JobChange, JobState
from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Rejected, Retryable
from pos_bridge.core.receipt import read_document

KICK_PATIENCE_SECONDS = 60.0
"""A drawer that could not be opened for this long stays closed: nobody stands in front of it any more."""
LOOK_SECONDS = 5.0
"""How often a printer is asked how it is while nothing happens."""
DRAWER_LOOK_SECONDS = 1.0
"""The same while the drawer is open, for somebody waits to hear that it was closed."""
STAND_IN_SECONDS, SEEN_TO_SECONDS = 5.0, 20.0
"""A printer that is away for longer is stood in for; later, when somebody is putting in paper."""
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.5, 10.0
"""Back-off while a printer is away and a job waits."""
REPEATED_NOTICE = "REPEATED PRINT - MAY EXIST TWICE"

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Listener(Protocol):
	"""Who wants to know; called from the press's thread."""

	def job_changed(self, change: JobChange) -> None: ...

	def status_changed(self, printer: str, status: Status) -> None: ...

	def is_ready(self, printer: str) -> bool: ...

	def wake(self, printer: str) -> None: ...


class Press:
	"""The thread between the shelf and one printer."""

	def __init__(
		self,
		name: str,
		equipment: Equipment,
		store: Store,
		encoder: Callable[[], Encoder],
		listener: Listener,
	) -> None:
		self.name = name
		self.equipment = equipment
		self.printer = equipment.printer
		self.status = Status(Condition.OFFLINE, "Not asked yet.")
		self.drawer = DrawerWatch()
		self._away_since: float | None = None
		self._store = store
		self._encoder = encoder
		self._listener = listener
		self._stopping = threading.Event()
		self._awake = threading.Event()
		self._retry_seconds = FIRST_RETRY_SECONDS
		self._looked_before = False
		self._thread = threading.Thread(target=self._work, name=f"press-{name}", daemon=True)
		self.printer.watch(self.wake)

	def start(self) -> None:
		self._thread.start()

	def wake(self) -> None:
		"""Look again now: a job came, or the printer changed. Any thread may call it."""
		self._awake.set()

	def stop(self) -> None:
		"""Finish the job at hand, then end. Blocks until it has."""
		self._stopping.set()
		self._awake.set()
		if self._thread.is_alive():
			self._thread.join()
		self.printer.close()

	def _work(self) -> None:
		while not self._stopping.is_set():
			self._awake.clear()
			try:
				seconds = self._step()
			except Retryable as error:
				seconds = self._give_way(error.message)
			except Exception as error:  # noqa: BLE001 - the press's outermost loop: it says so and tries again
				_log.exception("The press of %s met a fault", self.name)
				seconds = self._give_way(f"A fault in the till's process ({error}): its log says more.")
			self._awake.wait(seconds)

	def _give_way(self, reason: str) -> float:
		self._show(Status(Condition.OFFLINE, reason))
		return self._back_off()

	def _step(self) -> float:
		"""Do the next thing there is to do; the seconds to wait before the one after it."""
		self._show(self.printer.status())
		job = self._store.read(lambda connection: jobs.next_queued(connection, self.name))
		if job is None:
			self._warm_up()
			return DRAWER_LOOK_SECONDS if self.drawer.is_open else LOOK_SECONDS
		if self._only_opens_late(job):
			self._finish(job, "failed", _TOO_LATE)
			return 0
		if self.equipment.drawer is not None and not job.document:
			return 0 if self._opened_alone(job) else self._back_off()
		if not self.status.ready:
			if self._hand_over(job):
				return 0
			self._explain(job, self.status.reason)
			return self._back_off()
		encoder = self._encoder()
		try:
			self._print(job, encoder)
		except Retryable:
			raise
		except Exception as error:  # noqa: BLE001 - one job's fault must not block the receipts behind it
			_log.exception("Print job %s broke the press", job.job)
			self._finish(job, "unsure", f"A fault in the till's process ({error}): look at the paper.")
		return 0 if self.status.ready else self._back_off()

	def _warm_up(self) -> None:
		"""Load encoder and fonts in a quiet moment after the start: no receipt waits for them."""
		if self._looked_before:
			self._encoder()
			drawable()
		self._looked_before = True

	def _back_off(self) -> float:
		seconds = self._retry_seconds
		self._retry_seconds = min(2 * seconds, LAST_RETRY_SECONDS)
		return seconds

	def _print(self, job: PrintJob, encoder: Encoder) -> None:
		opens_drawer = job.kick and not job.repeats and not _is_late(job)
		try:
			encoded, layout_failed = self._encode(job, encoder, opens_drawer)
		except Rejected as error:
			self._finish(job, "failed", error.message)
			return
		self._write(lambda connection: jobs.begin(connection, job, opens_drawer))
		self._listener.job_changed(JobChange(job.job, "printing", ""))
		try:
			stayed_closed = self._kick_apart(job) if opens_drawer else ""
			unproven = self.printer.send(encoded.data, self._told)
		except PrinterAway as error:
			self._put_back(job, error.message)
			self._show(Status(Condition.OFFLINE, error.message))
		except PrintUnsure as error:
			self._finish(job, "unsure", error.message)
		else:
			self._retry_seconds = FIRST_RETRY_SECONDS
			remarks = (*_remarks(job, encoded, opens_drawer), stayed_closed, layout_failed, unproven)
			self._finish(job, "printed", " ".join(filter(None, remarks)))

	def _encode(self, job: PrintJob, encoder: Encoder, opens_drawer: bool) -> tuple[Encoded, str]:
		"""The job's bytes, and what went wrong with the layout."""
		profile = self.printer.profile
		if not job.document:
			return encoder.kick(profile), ""
		printing = Printing(job.job, job.reason, self.name, profile.columns)
		document, failed = laid_out(self.equipment.layout, read_document(json.loads(job.document)), printing)
		notice = REPEATED_NOTICE if job.repeats else ""
		kick = opens_drawer and self.equipment.drawer is None
		logo = self.equipment.logo
		return encoder.receipt(document, profile, kick=kick, notice=notice, logo=logo), failed

	def _kick_apart(self, job: PrintJob) -> str:
		"""Open a drawer that has a line of its own; in words, why it stayed closed. It stops no receipt."""
		if self.equipment.drawer is None:
			return ""
		try:
			self.equipment.drawer.kick()
		except PrinterAway as error:
			self._write(lambda connection: jobs.settle_drawer(connection, job.job, "not_opened"))
			return error.message
		self._write(lambda connection: jobs.drawer_opened(connection, job))
		return ""

	def _opened_alone(self, job: PrintJob) -> bool:
		"""Open the drawer that has a line of its own, whatever its printer is doing; whether it worked."""
		self._write(lambda connection: jobs.begin(connection, job, True))
		stayed_closed = self._kick_apart(job)
		if stayed_closed:
			self._put_back(job, stayed_closed)
			return False
		self._finish(job, "printed", "")
		return True

	def _hand_over(self, job: PrintJob) -> bool:
		"""Let the stand-in print what can't be printed here; whether it does."""
		stand_in = self.equipment.stand_in
		away = time.monotonic() - self._away_since if self._away_since is not None else 0.0
		patience = STAND_IN_SECONDS if self.status.condition is Condition.OFFLINE else SEEN_TO_SECONDS
		if not (stand_in and job.document and away > patience and self._listener.is_ready(stand_in)):
			return False
		if job.kick and not job.repeats and not _is_late(job):
			self._open_beside(job)
		words = self._write(lambda connection: jobs.move(connection, job, stand_in))
		self._listener.job_changed(JobChange(job.job, "queued", words))
		self._listener.wake(stand_in)
		return True

	def _open_beside(self, job: PrintJob) -> None:
		"""A drawer that has a line of its own opens though another printer prints the receipt."""
		if self.equipment.drawer is None:
			return
		self._write(lambda connection: jobs.begin(connection, job, True))
		self._kick_apart(job)
		self._write(lambda connection: jobs.put_back(connection, job, ""))

	def _told(self, status: Status) -> bool:
		"""From the printer, while a job is at it: goes on waiting unless the process stops."""
		self._show(status)
		return not self._stopping.is_set()

	def _only_opens_late(self, job: PrintJob) -> bool:
		return not job.document and (_is_late(job) or job.repeats > 0)

	def _explain(self, job: PrintJob, reason: str) -> None:
		if job.explanation != reason:
			self._put_back(job, reason)

	def _put_back(self, job: PrintJob, reason: str) -> None:
		self._write(lambda connection: jobs.put_back(connection, job, reason))
		self._listener.job_changed(JobChange(job.job, "queued", reason))

	def _finish(self, job: PrintJob, state: JobState, explanation: str) -> None:
		self._write(lambda connection: jobs.finish(connection, job, state, explanation))
		self._listener.job_changed(JobChange(job.job, state, explanation))

	def _write(self, run: Callable[[sqlite3.Connection], T]) -> T:
		"""Write however long the disk refuses: what has been printed must not be forgotten."""
		while True:
			try:
				return self._store.write_now(run)
			except Retryable:
				if self._stopping.wait(self._back_off()):
					raise

	def _show(self, status: Status) -> None:
		if status.ready:
			self._retry_seconds = FIRST_RETRY_SECONDS
			self._away_since = None
		elif self._away_since is None:
			self._away_since = time.monotonic()
		told, self.status = self.status, status
		moved = self.drawer.see(status.drawer_open)
		news = (status.condition, status.reason, status.paper_low)
		if moved or news != (told.condition, told.reason, told.paper_low):
			self._listener.status_changed(self.name, status)


def _age_seconds(job: PrintJob) -> float:
	return (datetime.now(timezone.utc) - datetime.fromisoformat(job.submitted_at)).total_seconds()


def _is_late(job: PrintJob) -> bool:
	"""Also when the clock was set back by as much: then nobody knows how long the job has waited."""
	return abs(_age_seconds(job)) > KICK_PATIENCE_SECONDS


_TOO_LATE = (
	f"The drawer stayed closed, for the printer was away for {KICK_PATIENCE_SECONDS:.0f} s or the clock was"
	" set: open it anew."
)


def _remarks(job: PrintJob, encoded: Encoded, opened_drawer: bool) -> list[str]:
	remarks = [job.explanation] if job.explanation.startswith(jobs.TAKEN_OVER) else []
	if encoded.replaced:
		remarks.append(
			f"{encoded.replaced} of its characters could not be printed. {encoded.advice}".rstrip()
		)
	if job.kick and not opened_drawer and not job.repeats:
		remarks.append("The drawer stayed closed, for the receipt had waited too long.")
	return remarks
