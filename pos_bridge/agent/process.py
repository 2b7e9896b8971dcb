"""The till's process put together: shelf, daybook, spool, forwarder, and the pages that listen.

It joins the parts and passes their news on; it does none of their work.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pos_bridge.agent.company import Company, Pairing, load_pairing, save_pairing
from pos_bridge.agent.daybook import SqliteDaybook
from pos_bridge.agent.devices.attached.attached import Attached
from pos_bridge.agent.devices.attached.scanner import DeviceStatus
from pos_bridge.agent.devices.terminal.book import CardPayment
from pos_bridge.agent.devices.terminal.days import DayDesk, TerminalDay
from pos_bridge.agent.devices.terminal.desk import CardDesk
from pos_bridge.agent.devices.terminal.operations import card_fields, day_fields, day_slip
from pos_bridge.agent.door.pairing import Door
from pos_bridge.agent.forwarder import Forwarder
from pos_bridge.agent.forwarding import Forwarding
from pos_bridge.agent.life.clock import watch_clock
from pos_bridge.agent.new_customers import NewCustomers
from pos_bridge.agent.ports import JobChange, PrinterStatus, Spool
from pos_bridge.agent.store import Store
from pos_bridge.core.daybook import Recorded
from pos_bridge.core.errors import PosBridgeError
from pos_bridge.core.sync import recorded_fields

Event = Mapping[str, Any]
Listener = Callable[[Event], None]


def open_shelf(data_dir: Path) -> Store:
	"""The agent's shelf in `data_dir`, which only its owner can read."""
	return Store(data_dir / "agent.sqlite", "agent")


def pairing_in(data_dir: Path) -> Pairing | None:
	"""The till that `data_dir` is, read while no agent has its shelf."""
	store = open_shelf(data_dir)
	try:
		return load_pairing(store)
	finally:
		store.close()


class TillProcess:
	"""What one till's process owns. `start` before the first page, `stop` after the last."""

	def __init__(self, store: Store, spool: Spool, attached: Attached | None = None) -> None:
		self.store = store
		self.door = Door(store)
		self.attached = attached or Attached()
		self.cards = CardDesk(store, self.attached.terminals)
		self.days = DayDesk(store, self.cards)
		self.days.listen(self._day_changed)
		self._slips: set[asyncio.Task[None]] = set()
		self.daybook = SqliteDaybook(store)
		self.forwarding = Forwarding(store)
		self.new_customers = NewCustomers(store)
		self.spool = spool
		self.pairing: Pairing | None = load_pairing(store)
		self._company: Company | None = None
		self._forwarder: Forwarder | None = None
		self._clock: asyncio.Task[None] | None = None
		self._listeners: set[Listener] = set()

	async def start(self) -> None:
		await self.spool.start(self._job_changed, self._printer_changed)
		self.attached.start(self.scanned, self._device_changed)
		self._clock = asyncio.create_task(watch_clock(self.door.note))
		await self.cards.start(self._card_changed)
		await self.days.start()
		if self.pairing:
			self._start_forwarding(self.pairing)

	async def stop(self) -> None:
		if self._forwarder:
			await self._forwarder.stop()
		await self.new_customers.stop()
		if self._company:
			await self._company.close()
		if self._clock:
			self._clock.cancel()
			await asyncio.gather(self._clock, return_exceptions=True)
		await self.days.stop()
		await self.cards.stop()
		await asyncio.gather(*self._slips)
		await self.attached.stop()
		await self.spool.stop()
		self.store.close()

	async def pair(self, found: Pairing) -> None:
		"""Keep a pairing and begin to forward to it."""
		await self.store.write(lambda db: save_pairing(db, found))
		self.pairing = found
		self._start_forwarding(found)

	def recorded(self) -> None:
		"""Something new is in the daybook: forward it now."""
		if self._forwarder:
			self._forwarder.wake()

	def last_error(self) -> str:
		"""Why the company can't be reached just now, in words; "" when all is well."""
		if self._forwarder is None:
			return "This till is not enrolled at a company yet: entries are kept here."
		return self._forwarder.last_error

	def scanned(self, code: str, symbology: str) -> None:
		"""A scanner read a code: every page hears it."""
		self._tell({"op": "scan", "code": code, "symbology": symbology})

	def listen(self, listener: Listener) -> None:
		self._listeners.add(listener)

	def forget(self, listener: Listener) -> None:
		self._listeners.discard(listener)

	def _start_forwarding(self, found: Pairing) -> None:
		self._company = Company(found.server)
		self._forwarder = Forwarder(self.forwarding, self._company, found, self._answered)
		self._forwarder.start()
		self.new_customers.start(self._company, found)

	def _answered(self, results: Sequence[Recorded]) -> None:
		self._tell({"op": "acknowledged", "results": [recorded_fields(result) for result in results]})

	def _job_changed(self, change: JobChange) -> None:
		self._tell({"op": "job", **asdict(change)})

	def _printer_changed(self, status: PrinterStatus) -> None:
		fields = asdict(status)
		self._tell({"op": "printer", **{name: fields[name] for name in _PRINTER_EVENT}})

	def _device_changed(self, role: str, status: DeviceStatus) -> None:
		self._tell({"op": "device", "role": role, **asdict(status)})

	def _card_changed(self, payment: CardPayment) -> None:
		self._tell(card_fields(payment))

	def _day_changed(self, day: TerminalDay) -> None:
		self._tell(day_fields(day))
		if day.lines:
			task = asyncio.create_task(self._print_day(day))
			self._slips.add(task)
			task.add_done_callback(self._slips.discard)

	async def _print_day(self, day: TerminalDay) -> None:
		"""Once, whoever asked for it; its lines are kept and shown where it can't be printed."""
		for printer in self.spool.printers()[:1]:
			document = day_slip(day, printer.columns or COLUMNS)
			with suppress(PosBridgeError):
				await self.spool.submit(
					f"{day.ref}:slip", printer.printer, document, False, "Card terminal, end of day"
				)

	def _tell(self, event: Event) -> None:
		for listener in tuple(self._listeners):
			listener(event)


COLUMNS = 42
"""Of a printer that does not say how wide its paper is."""
_PRINTER_EVENT = ("printer", "online", "state", "reason", "paper_low", "drawer")
