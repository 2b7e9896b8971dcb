"""The till's print jobs: taken in once, durable before the answer, printed in order, one thread per printer.

It loses nothing and prints nothing twice by itself: a job that a crash caught printing waits for a person.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from pos_bridge.agent.devices import jobs
from pos_bridge.agent.devices.escpos import Encoder
from pos_bridge.agent.devices.floor.equipment import Equipment
from pos_bridge.agent.devices.jobs import DrawerOpening, NewJob, PrintJob
from pos_bridge.agent.devices.press import Press
from pos_bridge.agent.devices.printer import Printer, Status
from pos_bridge.agent.devices.text import clean
from pos_bridge.agent.ports import (
	Document,
	JobChange,
	JobState,
	PrinterStatus,
	Submitted,
	UnsureJob,
)
from pos_bridge.agent.store import Store
from pos_bridge.core.entry import canonical
from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.receipt import read_document

MAX_JOB_ID = 200
MAX_REASON = 200

JobListener = Callable[[JobChange], None]
PrinterListener = Callable[[PrinterStatus], None]


class PrintSpool:
	"""The spool on the agent's shelf. `printers` by the names that pages use; `cache` is a private folder."""

	def __init__(self, store: Store, printers: Mapping[str, Printer | Equipment], cache: Path) -> None:
		self._store = store
		self._cache = cache
		self._encoder: Encoder | None = None
		self._encoder_lock = threading.Lock()
		self._presses = {name: self._press(name, equipped) for name, equipped in printers.items()}
		self._loop: asyncio.AbstractEventLoop | None = None
		self._job_listeners: list[JobListener] = []
		self._printer_listeners: list[PrinterListener] = []

	def _press(self, name: str, equipped: Printer | Equipment) -> Press:
		equipment = equipped if isinstance(equipped, Equipment) else Equipment(equipped)
		return Press(name, equipment, self._store, self._loaded_encoder, self)

	async def equip(self, name: str, equipment: Equipment) -> None:
		"""Put another printer in the place of one, or a new one there: what waits prints on it."""
		before = self._presses.get(name)
		if before is not None:
			await asyncio.to_thread(before.stop)
		press = self._press(name, equipment)
		self._presses[name] = press
		press.start()
		self.status_changed(name, press.status)

	def is_ready(self, printer: str) -> bool:
		"""Whether a printer could take a job now; any thread may ask."""
		press = self._presses.get(printer)
		return press is not None and press.status.ready

	def wake(self, printer: str) -> None:
		"""A job was handed over to this printer."""
		self._presses[printer].wake()

	def _loaded_encoder(self) -> Encoder:
		"""Loaded by the first press that needs it: the agent's start doesn't wait for python-escpos."""
		with self._encoder_lock:
			if self._encoder is None:
				self._encoder = Encoder(self._cache)
			return self._encoder

	async def submit(
		self, job: str, printer: str, document: Document | None, kick: bool, reason: str
	) -> Submitted:
		"""Take a job in; answered when it is on disk. See ports.Spool."""
		new = NewJob(
			job, printer, self._checked(job, printer, document, kick), kick, clean(reason)[:MAX_REASON]
		)
		submitted = await self._store.write(partial(jobs.add, new=new))
		self._presses[printer].wake()
		return submitted

	def _checked(self, job: str, printer: str, document: Document | None, kick: bool) -> str:
		if printer not in self._presses:
			known = ", ".join(self._presses) or "none"
			raise Rejected(f"This till has no printer {printer!r}; it has: {known}.", code="unknown_printer")
		if not 0 < len(job) <= MAX_JOB_ID:
			raise Malformed(f"A print job's id has 1 to {MAX_JOB_ID} characters.")
		if document is None and not kick:
			raise Malformed("A print job prints a document, opens the drawer, or both.")
		if document is None:
			return ""
		read_document(document)
		return canonical(document)

	async def start(self, on_job: JobListener, on_printer: PrinterListener) -> None:
		"""Begin printing what waits. Jobs that a crash caught at a printer are told as unsure."""
		self._loop = asyncio.get_running_loop()
		self.listen(on_job, on_printer)
		for job in await self._store.write(jobs.interrupted):
			self._tell_job(job)
		for press in self._presses.values():
			press.start()

	def listen(self, on_job: JobListener, on_printer: PrinterListener) -> None:
		"""Another pair of listeners, called on the loop that `start` ran on."""
		self._job_listeners.append(on_job)
		self._printer_listeners.append(on_printer)

	async def stop(self) -> None:
		"""Finish the jobs at hand; what waits stays on the shelf."""
		await asyncio.gather(*(asyncio.to_thread(press.stop) for press in self._presses.values()))

	def printers(self) -> list[PrinterStatus]:
		return [self._printer_status(name, press.status) for name, press in self._presses.items()]

	def latest(self, limit: int) -> list[PrintJob]:
		"""The newest jobs, newest first."""
		return self._store.read(lambda connection: jobs.latest(connection, limit))

	def openings(self, limit: int) -> list[DrawerOpening]:
		"""The newest openings of the drawer, newest first."""
		return self._store.read(lambda connection: jobs.latest_openings(connection, limit))

	def unsure(self) -> list[UnsureJob]:
		"""Jobs with paper that a person has to decide, oldest first."""
		return self._store.read(jobs.unsure)

	async def answer_unsure(self, job: str, printed: bool) -> JobState:
		"""A person looked at the paper: it is printed, or shall be printed again, marked as a repetition."""
		answered = await self._store.write(lambda connection: jobs.answer_unsure(connection, job, printed))
		if not answered:
			raise Rejected(f"Print job {job!r} is not unsure: there is nothing to decide.", code="not_unsure")
		self._tell_job(job)
		for press in self._presses.values():
			press.wake()
		return "printed" if printed else "queued"

	def _tell_job(self, job: str) -> None:
		found = self._store.read(lambda connection: jobs.find(connection, job))
		if found is not None:
			self.job_changed(found.change)

	def job_changed(self, change: JobChange) -> None:
		"""From a press's thread to the listeners on the loop."""
		for listener in self._job_listeners:
			self._on_loop(partial(listener, change))

	def status_changed(self, printer: str, status: Status) -> None:
		"""From a press's thread to the listeners on the loop."""
		told = self._printer_status(printer, status)
		for listener in self._printer_listeners:
			self._on_loop(partial(listener, told))

	def _on_loop(self, call: Callable[[], None]) -> None:
		if self._loop is not None and not self._loop.is_closed():
			self._loop.call_soon_threadsafe(call)

	def _printer_status(self, name: str, status: Status) -> PrinterStatus:
		press = self._presses[name]
		printer = press.printer
		condition = status.condition.value
		return PrinterStatus(
			name,
			printer.kind,
			printer.profile.columns,
			status.ready,
			condition,
			status.reason,
			status.paper_low,
			press.drawer.state,
			press.equipment.stand_in,
		)
