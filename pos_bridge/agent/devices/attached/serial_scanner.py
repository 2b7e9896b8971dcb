"""A scanner on a serial line (RS-232, or USB set to a COM port): read in a thread, opened again when it
was unplugged.

It never types: no text field, no keyboard layout and no other program gets what is scanned.
"""

import threading
from collections.abc import Callable

from pos_bridge.agent.devices.attached.address import Address
from pos_bridge.agent.devices.attached.line import Line, LineDown, LineSettings, settings_of
from pos_bridge.agent.devices.attached.scanner import DeviceStatus, Framing, OnScan, OnStatus

RETRY_SECONDS = 1.0
"""How often an unplugged scanner is looked for: it works again within two seconds."""
STOP_SECONDS = 3.0


class Watched:
	"""A thread that reads a device and comes back to it; what it reads is `read_until_down`'s affair."""

	def __init__(self, device: str, kind: str) -> None:
		self._status = DeviceStatus(device, kind, False, "It has not been opened yet.")
		self._stopping = threading.Event()
		self._thread: threading.Thread | None = None
		self._on_scan: OnScan = lambda _: None
		self._on_status: OnStatus = lambda _: None

	def start(self, on_scan: OnScan, on_status: OnStatus) -> None:
		self._on_scan, self._on_status = on_scan, on_status
		self._thread = threading.Thread(target=self._work, name=f"scanner-{self._status.device}", daemon=True)
		self._thread.start()

	def stop(self) -> None:
		self._stopping.set()
		if self._thread:
			self._thread.join(STOP_SECONDS)

	def status(self) -> DeviceStatus:
		return self._status

	def _work(self) -> None:
		while not self._stopping.is_set():
			try:
				self._read_until_down()
			except LineDown as down:
				self._become(False, down.message)
				self._stopping.wait(RETRY_SECONDS)

	def _read_until_down(self) -> None:
		raise LineDown("This scanner reads nothing.")

	def _become(self, online: bool, reason: str) -> None:
		status = DeviceStatus(self._status.device, self._status.kind, online, reason)
		if status != self._status:
			self._status = status
			self._on_status(status)


class SerialScanner(Watched):
	"""`prefix` and `suffix` as the scanner was set up with its own sheet of codes; most need neither."""

	def __init__(
		self,
		device: str,
		settings: LineSettings,
		prefix: str = "",
		suffix: str = "",
		open_line: Callable[[LineSettings], Line] = Line,
	) -> None:
		super().__init__(device, "serial")
		self._settings = settings
		self._framing = (prefix, suffix)
		self._open_line = open_line

	def _read_until_down(self) -> None:
		line = self._open_line(self._settings)
		framing = Framing(*self._framing)
		self._become(True, "")
		try:
			while not self._stopping.is_set():
				data = line.read()
				for scan in framing.feed(data) if data else framing.quiet():
					self._on_scan(scan)
		finally:
			line.close()


def serial_scanner(device: str, address: Address) -> SerialScanner:
	"""The scanner of an address `serial:PLACE?baud=9600&prefix=&suffix=`."""
	options = address.options
	prefix, suffix = options.get("prefix", ""), options.get("suffix", "")
	return SerialScanner(device, settings_of(address, 9_600, 8, "N"), prefix, suffix)
