"""A receipt printer behind a path: a device file such as a USB printer's, or a plain file that collects jobs.

It can't ask the printer anything; what the system took counts as printed.
"""

import os
import select
import time
from collections.abc import Callable
from pathlib import Path

from pos_bridge.agent.devices.printer import Condition, PrinterAway, Status, Tell, broken_off, nobody
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile

DEVICES = Path("/dev")
"""Below it nothing is created: a file in the place of an unplugged printer would swallow receipts."""
WRITE_SECONDS = 10.0
"""Longest wait for the device to take the next bytes of a job."""
UNPROVEN = "The system took it; this way of connecting can't ask whether it is on paper."


class FilePrinter:
	"""The folder must exist; a plain file is created, a device file has to be there."""

	kind = "file"

	def __init__(self, path: Path, profile: PrinterProfile = GENERIC_80MM) -> None:
		self.profile = profile
		self._path = path
		self._is_device = path.is_relative_to(DEVICES)
		self.write_seconds = WRITE_SECONDS

	def status(self) -> Status:
		place = self._path if self._is_device or self._path.exists() else self._path.parent
		if os.access(place, os.W_OK):
			return Status(Condition.READY)
		return Status(
			Condition.OFFLINE, f"{self._path} can't be written: plug the printer in, check its rights."
		)

	def send(self, data: bytes, tell: Tell = nobody) -> str:
		try:
			create = 0 if self._is_device else os.O_CREAT
			device = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | create, 0o600)
		except OSError as error:
			raise PrinterAway(f"{self._path} can't be opened ({error}): plug the printer in.") from error
		try:
			self._write(device, data)
		finally:
			os.close(device)
		return UNPROVEN

	def watch(self, changed: Callable[[], None]) -> None:
		"""It has to be asked: a path tells nothing by itself."""

	def close(self) -> None:
		"""Nothing is held open."""

	def _write(self, device: int, data: bytes) -> None:
		sent = 0
		deadline = time.monotonic() + self.write_seconds
		while sent < len(data):
			try:
				sent += os.write(device, data[sent:])
				deadline = time.monotonic() + self.write_seconds
			except BlockingIOError:
				left = deadline - time.monotonic()
				if left <= 0 or not select.select([], [device], [], left)[1]:
					words = f"{self._path} takes no more: paper, cover?"
					raise broken_off(words, sent, len(data)) from None
			except OSError as error:
				raise broken_off(f"{self._path} broke the job off ({error}).", sent, len(data)) from error
