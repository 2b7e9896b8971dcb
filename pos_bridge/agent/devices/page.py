"""The page at /devices: the paper roll, the drawer, the faults, the jobs and a scanner, live.

It shows and passes on; host and origin are checked by the application's guard before anything gets here.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from pos_bridge.agent.devices.floor.equipment import Equipment
from pos_bridge.agent.devices.floor.form import Form
from pos_bridge.agent.devices.floor.shop_floor import ShopFloor
from pos_bridge.agent.devices.jobs import DrawerOpening, PrintJob
from pos_bridge.agent.devices.terminal.days import DayDesk
from pos_bridge.agent.devices.text import clean
from pos_bridge.agent.devices.virtual import FAULTS, VirtualPrinter
from pos_bridge.agent.devices.virtual.paper import slip_to_body
from pos_bridge.agent.guard import is_own_page
from pos_bridge.agent.pages import add_files
from pos_bridge.agent.ports import Document, JobChange, JobState, PrinterStatus, Submitted
from pos_bridge.core.errors import Malformed, PosBridgeError, Rejected
from pos_bridge.core.sync import read_message

MAX_SHOWN_JOBS = 30
MAX_SHOWN_OPENINGS = 12
MAX_FRAME_BYTES = 768 * 1024
"""A logo's file in base64 and some more."""
MAX_CODE = 200
"""Characters of a scanned code."""
MAX_WATCHERS = 8
"""Device pages that may be open at once."""
PAUSE_SECONDS = 0.04
"""Changes within this time reach the page as one."""

_PARTS = ("devices.js", "paper.js", "printers.js", "terminals.js", "devices.css")
_FILES = {"/devices": "devices.html", **{f"/devices/{name}": name for name in _PARTS}}

_OWN_PAGE_ONLY = frozenset({"set_printer", "calibrate_drawer", "end_of_day"})

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SampleCode:
	"""A code to try the scanner with, and what it stands for."""

	code: str
	label: str


class ShownSpool(Protocol):
	"""What the page asks of the spool."""

	def listen(
		self, on_job: Callable[[JobChange], None], on_printer: Callable[[PrinterStatus], None]
	) -> None: ...

	def printers(self) -> list[PrinterStatus]: ...

	def latest(self, limit: int) -> list[PrintJob]: ...

	def openings(self, limit: int) -> list[DrawerOpening]: ...

	async def answer_unsure(self, job: str, printed: bool) -> JobState: ...

	async def equip(self, name: str, equipment: Equipment) -> None: ...

	async def submit(
		self, job: str, printer: str, document: Document | None, kick: bool, reason: str
	) -> Submitted: ...


def add_devices(
	app: web.Application,
	spool: ShownSpool,
	virtual: Mapping[str, VirtualPrinter],
	on_scan: Callable[[str, str], None],
	samples: Sequence[SampleCode] = (),
	floor: ShopFloor | None = None,
	days: DayDesk | None = None,
) -> None:
	"""Serve /devices. `virtual` are the printers whose paper can be shown; `floor`'s can be chosen here, the
	terminals of `days` asked to end their day.

	`on_scan(code, symbology)` is called on the loop for each code that a person scans here.
	"""
	page = DevicesPage(spool, virtual, on_scan, samples, floor, days)
	add_files(app, _FILES)
	app.router.add_get("/devices/live", page.connect)
	app.on_startup.append(page.start)
	app.on_shutdown.append(page.close)


class _Watcher:
	"""One open page: whether it has something to be told, and the newest slip that it has of each printer."""

	def __init__(self, socket: web.WebSocketResponse) -> None:
		self.socket = socket
		self.stale = asyncio.Event()
		self.slips: dict[str, int] = {}
		self.floor_shown = False
		self.stale.set()


class DevicesPage:
	"""The open device pages and what they may do."""

	def __init__(
		self,
		spool: ShownSpool,
		virtual: Mapping[str, VirtualPrinter],
		on_scan: Callable[[str, str], None],
		samples: Sequence[SampleCode],
		floor: ShopFloor | None = None,
		days: DayDesk | None = None,
	) -> None:
		self._spool = spool
		self._days = days
		self._virtual = virtual
		self._on_scan = on_scan
		self._samples = [asdict(sample) for sample in samples]
		self._watchers: set[_Watcher] = set()
		self._watched: set[VirtualPrinter] = set()
		self._form = Form(floor, spool, self._floor_changed) if floor else None
		self._actions: Mapping[str, Callable[[Message], Awaitable[None]]] = {
			"fault": self._fault,
			"close_drawer": self._close_drawer,
			"scan": self._scan,
			"answer_unsure": self._answer_unsure,
			"test_print": self._test_print,
			"set_printer": self._set_printer,
			"calibrate_drawer": self._calibrate_drawer,
			"end_of_day": self._end_of_day,
		}

	async def start(self, _: web.Application) -> None:
		self._loop = asyncio.get_running_loop()
		self._spool.listen(lambda _: self._changed(), lambda _: self._changed())
		if self._days:
			self._days.listen(lambda _: self._changed())
		self._watch_virtual()

	def _watch_virtual(self) -> None:
		"""Hear of the paper of each virtual printer, also of one that came by a change; of each once."""
		shown = set(self._virtual.values())
		for printer in shown - self._watched:
			printer.watch(lambda: _call_soon(self._loop, self._changed))
		self._watched = shown

	async def close(self, _: web.Application) -> None:
		for watcher in tuple(self._watchers):
			await watcher.socket.close(code=1001, message=b"The till's process is stopping.")

	def _floor_changed(self) -> None:
		self._watch_virtual()
		for watcher in self._watchers:
			watcher.floor_shown = False
			watcher.stale.set()

	def _changed(self) -> None:
		for watcher in self._watchers:
			watcher.stale.set()

	async def connect(self, request: web.Request) -> web.StreamResponse:
		"""The page's WebSocket: what there is to see goes out, what a hand does comes in."""
		socket = web.WebSocketResponse(max_msg_size=MAX_FRAME_BYTES, heartbeat=30.0)
		await socket.prepare(request)
		if len(self._watchers) >= MAX_WATCHERS:
			await socket.close(code=1013, message=b"Too many device pages are open: close one.")
			return socket
		watcher = _Watcher(socket)
		self._watchers.add(watcher)
		teller = asyncio.create_task(self._tell(watcher))
		try:
			# Its own page or a program: what the company's page may not do, these may.
			await self._listen(socket, "Origin" not in request.headers or is_own_page(request))
		finally:
			self._watchers.discard(watcher)
			teller.cancel()
			await asyncio.gather(teller, return_exceptions=True)
		return socket

	async def _tell(self, watcher: _Watcher) -> None:
		while True:
			await watcher.stale.wait()
			watcher.stale.clear()
			try:
				if self._form is not None and not watcher.floor_shown:
					watcher.floor_shown = True
					await watcher.socket.send_str(json.dumps(self._form.to_body()))
				await watcher.socket.send_str(json.dumps(self._state(watcher), ensure_ascii=False))
			except ConnectionError:
				return  # the page is gone; its reader ends by itself
			await asyncio.sleep(PAUSE_SECONDS)

	async def _listen(self, socket: web.WebSocketResponse, own: bool) -> None:
		async for frame in socket:
			if frame.type is not WSMsgType.TEXT:
				continue
			try:
				await self._act(frame.data, own)
			except PosBridgeError as error:
				await socket.send_str(json.dumps({"op": "error", "message": error.message}))

	async def _act(self, raw: str, own: bool) -> None:
		message = read_message(raw)
		name = message.get("op")
		action = self._actions.get(name) if isinstance(name, str) else None
		if action is None:
			raise Malformed("The page asked for something that is not known here: reload it.")
		if name in _OWN_PAGE_ONLY and not own:
			raise Rejected("That is done on this machine's own page, not by another one.")
		await action(message)

	# What a hand does

	async def _fault(self, message: Message) -> None:
		printer = self._virtual_printer(message)
		chosen = [fault for fault in FAULTS if fault == message.get("fault")]
		if not chosen:
			raise Malformed(f"A virtual printer has these faults: {', '.join(FAULTS)}.")
		faults = printer.roll().faults
		printer.set_faults(faults.union(chosen) if message.get("on") is True else faults.difference(chosen))

	async def _close_drawer(self, message: Message) -> None:
		self._virtual_printer(message).close_drawer()

	async def _scan(self, message: Message) -> None:
		code = clean(_text(message, "code")).strip()
		if not 0 < len(code) <= MAX_CODE:
			raise Malformed(f"A code has 1 to {MAX_CODE} characters.")
		self._on_scan(code, "")

	async def _answer_unsure(self, message: Message) -> None:
		await self._spool.answer_unsure(_text(message, "job"), message.get("printed") is True)

	async def _test_print(self, message: Message) -> None:
		printer = _text(message, "printer")
		await self._spool.submit(f"test:{uuid.uuid4()}", printer, _TEST_PAGE, False, "Test page")

	async def _set_printer(self, message: Message) -> None:
		await self._shown_form().set_printer(message)

	async def _calibrate_drawer(self, message: Message) -> None:
		states = {status.printer: status.drawer for status in self._spool.printers()}
		seen = {"open": True, "left_open": True, "closed": False}.get(
			states.get(_text(message, "printer"), "")
		)
		await self._shown_form().calibrate_drawer(message, seen)

	async def _end_of_day(self, message: Message) -> None:
		if self._days is None:
			raise Rejected("This till has no card terminal.", code="no_terminal")
		await self._days.end(_text(message, "terminal"), f"{uuid.uuid4()}:1")

	def _shown_form(self) -> Form:
		if self._form is None:
			raise Rejected("The demo's printer is a virtual one: there is nothing to choose.")
		return self._form

	def _virtual_printer(self, message: Message) -> VirtualPrinter:
		name = _text(message, "printer")
		if name not in self._virtual:
			raise Malformed(f"{name!r} is no virtual printer: only those have switches.")
		return self._virtual[name]

	# What there is to see

	def _state(self, watcher: _Watcher) -> Message:
		return {
			"op": "state",
			"printers": [asdict(status) for status in self._spool.printers()],
			"rolls": {name: self._roll(name, watcher) for name in self._virtual},
			"jobs": [_job(job) for job in self._spool.latest(MAX_SHOWN_JOBS)],
			"openings": [asdict(opening) for opening in self._spool.openings(MAX_SHOWN_OPENINGS)],
			"samples": self._samples,
			"days": {
				name: day and asdict(day) for name, day in (self._days.latest() if self._days else {}).items()
			},
		}

	def _roll(self, name: str, watcher: _Watcher) -> Message:
		printer = self._virtual[name]
		roll = printer.roll()
		seen = watcher.slips.get(name, 0)
		watcher.slips[name] = roll.current.number - 1
		return {
			"dots": printer.profile.dots,
			"slips": [slip_to_body(slip) for slip in roll.slips if slip.number > seen],
			"current": slip_to_body(roll.current),
			"drawer": {"open": roll.drawer_open, "changed_at": roll.drawer_changed_at},
			"faults": sorted(roll.faults),
			"unknown": [{"offset": each.offset, "bytes": each.data.hex(" ")} for each in roll.unknown],
		}


def _job(job: PrintJob) -> Message:
	shown = ("job", "printer", "kick", "reason", "repeats", "state", "explanation", "changed_at")
	return {**{name: getattr(job, name) for name in shown}, "has_document": bool(job.document)}


def _text(message: Message, name: str) -> str:
	text = message.get(name)
	if not isinstance(text, str) or text != text.encode(errors="replace").decode():
		raise Malformed(f"{name} is missing or holds half of a character.")
	return text


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
	if not loop.is_closed():
		loop.call_soon_threadsafe(call)


_TEST_PAGE: Document = {
	"columns": 42,
	"elements": [
		{"type": "text", "text": "TEST PAGE", "align": "center", "bold": True, "large": True},
		{"type": "text", "text": "POS Bridge", "align": "center"},
		{"type": "rule"},
		{"type": "row", "left": "Western", "right": "àéîöü ÄÖÜß ñç €"},
		{"type": "row", "left": "Central", "right": "Łódź řůž őű ăș"},
		{"type": "row", "left": "Cyrillic", "right": "Жизнь, Кофе"},
		{"type": "row", "left": "Arabic, Hebrew", "right": "قهوة عربية שלום"},
		{"type": "row", "left": "Chinese, Japanese", "right": "咖啡 コーヒー"},
		{"type": "row", "left": "Hindi, Thai", "right": "चाय ₹20 ชา ฿30"},
		{"type": "row", "left": "Bold", "right": "1,234.50", "bold": True},
		{"type": "rule"},
		{"type": "code128", "data": "TEST-000001"},
		{"type": "text", "text": "TEST-000001", "align": "center"},
		{"type": "space"},
		{"type": "qr", "data": "POS Bridge test page"},
		{"type": "cut"},
	],
}
