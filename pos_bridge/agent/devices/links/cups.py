"""A receipt printer behind the system's print queue (CUPS), by its `lp`, `lpstat` and `cancel`.

It knows what the queue knows and no more: that a job went through the queue does not say that it is on paper.
"""

import os
import re
import subprocess
import time
from collections.abc import Callable

from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure, Status, Tell, nobody
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile

COMMAND_SECONDS = 10.0
THROUGH_SECONDS = 60.0
"""Longest wait for a job to leave the queue."""
LOOK_SECONDS = 0.3
THROUGH = "The system's print queue has passed it on; it can't tell whether it is on paper."

_REQUEST = re.compile(r"request id is (\S+)")
_C_LOCALE = {"LC_ALL": "C", "LANG": "C"}


class CupsPrinter:
	"""A queue that passes bytes on as they are (`lp -o raw`). Paper, cover and drawer are not known."""

	kind = "cups"

	def __init__(self, queue: str, profile: PrinterProfile = GENERIC_80MM) -> None:
		self.profile = profile
		self.through_seconds = THROUGH_SECONDS
		self._queue = queue

	def status(self) -> Status:
		try:
			said = _run("lpstat", "-p", self._queue)
		except PrinterAway as error:
			return Status(Condition.OFFLINE, error.message)
		if "disabled" in said:
			words = f"The print queue {self._queue} is stopped: start it with cupsenable {self._queue}."
			return Status(Condition.OFFLINE, words)
		return Status(Condition.READY)

	def send(self, data: bytes, tell: Tell = nobody) -> str:
		said = _run("lp", "-d", self._queue, "-o", "raw", "-t", "receipt", "-", data=data)
		found = _REQUEST.search(said)
		if not found:
			raise PrintUnsure(
				f"The print queue {self._queue} took the job and gave it no name: look at the paper.",
				len(data),
				len(data),
			)
		return self._wait_for(found[1], len(data), tell)

	def _wait_for(self, request: str, total: int, tell: Tell) -> str:
		deadline = time.monotonic() + self.through_seconds
		while time.monotonic() < deadline:
			if not self._holds(request):
				return THROUGH
			if not tell(self.status()):
				break
			time.sleep(LOOK_SECONDS)
		return self._take_back(request, total)

	def _holds(self, request: str) -> bool:
		try:
			return request in _run("lpstat", "-W", "not-completed", "-o", self._queue).split()
		except PrinterAway:
			return True  # the queue does not answer: nobody knows, so nothing is assumed

	def _take_back(self, request: str, total: int) -> str:
		"""It must not print in an hour, when nobody expects it. What had begun may be on paper."""
		try:
			_run("cancel", request)
		except PrinterAway:
			words = f"{request} still waits in the system's print queue: look there and at the paper."
			raise PrintUnsure(words, total, total) from None
		words = f"{request} was stuck in the system's print queue and was taken back: look at the paper."
		raise PrintUnsure(words, total, total)

	def watch(self, changed: Callable[[], None]) -> None:
		"""It has to be asked."""

	def close(self) -> None:
		"""Nothing is held open."""


def _run(*command: str, data: bytes = b"") -> str:
	try:
		ended = subprocess.run(
			command,
			input=data,
			capture_output=True,
			timeout=COMMAND_SECONDS,
			env={**os.environ, **_C_LOCALE},
		)
	except FileNotFoundError as error:
		raise PrinterAway(f"{command[0]} is not installed: CUPS is needed (Debian: cups-client).") from error
	except subprocess.TimeoutExpired as error:
		if command[0] == "lp":
			words = "The system's print queue did not say whether it took the job: look at the paper."
			raise PrintUnsure(words, len(data), len(data)) from error
		raise PrinterAway("The system's print queue does not answer.") from error
	if ended.returncode:
		said = ended.stderr.decode(errors="replace").strip().splitlines()
		raise PrinterAway(f"The print queue refused: {said[-1] if said else command[0]}")
	return ended.stdout.decode(errors="replace")
