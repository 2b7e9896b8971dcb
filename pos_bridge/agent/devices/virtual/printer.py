"""A receipt printer with a drawer that exists only as data: for the demo, for training and for tests.

It gets the bytes that a real one would get, and never sees the document that they were made from.
"""

import base64
import json
import os
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from pos_bridge.agent.devices.printer import Condition, PrinterAway, Status, Tell, nobody
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile
from pos_bridge.agent.devices.status import (
	ASK_ERROR,
	ASK_OFFLINE_CAUSE,
	ASK_PAPER,
	ASK_PRINTER,
	RealTime,
	split,
	status_of,
)
from pos_bridge.agent.devices.virtual.interpreter import Interpreter
from pos_bridge.agent.devices.virtual.paper import Slip
from pos_bridge.agent.devices.virtual.stream import Unknown

Fault = Literal["paper_low", "paper_out", "cover_open", "offline"]
FAULTS: tuple[Fault, ...] = ("paper_low", "paper_out", "cover_open", "offline")

MAX_ROLL_SLIPS = 40
"""Pieces of paper that are kept, in memory and over a restart."""
MAX_ROLL_BYTES = 1024 * 1024
"""Size at which the roll's file is cut back to the newest slips."""


@dataclass(frozen=True, slots=True)
class Roll:
	"""What one sees of the printer: finished slips, oldest first, the paper hanging out, the drawer."""

	slips: tuple[Slip, ...]
	current: Slip
	drawer_open: bool
	drawer_changed_at: str
	faults: frozenset[Fault]
	unknown: tuple[Unknown, ...]


class VirtualPrinter:
	"""A printer whose roll is a file of what happened to it, replayed at start. Any thread may call it."""

	kind = "virtual"

	def __init__(self, roll: Path | None = None, profile: PrinterProfile = GENERIC_80MM) -> None:
		"""`roll` is the file that the paper survives a restart in; without one it lives in memory."""
		self.profile = profile
		self._path = roll
		self._lock = threading.RLock()
		self._changed: list[Callable[[], None]] = []
		self._start()
		self._replay()

	def _start(self) -> None:
		self._interpreter = Interpreter(self.profile.columns)
		self._slips: deque[Slip] = deque(maxlen=MAX_ROLL_SLIPS)
		self._happened: deque[Mapping[str, Any]] = deque(maxlen=MAX_ROLL_SLIPS)
		self._faults: frozenset[Fault] = frozenset()
		self._drawer_changed_at = ""

	# The port

	def status(self) -> Status:
		"""Asked over the wire, as a real printer is."""
		with self._lock:
			if "offline" in self._faults:
				return Status(Condition.OFFLINE, "The virtual printer is switched off: switch it on.")
			return status_of({ask: self._ask(ask) for ask in _QUESTIONS})

	def _ask(self, question: bytes) -> int:
		self._interpreter.take_answers()
		self._interpreter.feed(question)
		answers = split(self._interpreter.take_answers())
		return next(answer.bits for answer in answers if isinstance(answer, RealTime))

	def send(self, data: bytes, tell: Tell = nobody) -> str:
		with self._lock:
			status = self.status()
			if not status.ready:
				raise PrinterAway(status.reason)
			self._remember({"received": base64.b64encode(data).decode()})
		self._tell()
		return ""

	def watch(self, changed: Callable[[], None]) -> None:
		self._changed.append(changed)

	def close(self) -> None:
		"""Nothing is held open."""

	# What a hand does

	def set_faults(self, faults: frozenset[Fault]) -> None:
		"""Take the paper out, open the cover, pull the plug; what is not in the set is all right again."""
		with self._lock:
			self._remember({"faults": sorted(faults)})
		self._tell()

	def close_drawer(self) -> None:
		with self._lock:
			self._remember({"drawer": "closed"})
		self._tell()

	def roll(self) -> Roll:
		with self._lock:
			return Roll(
				tuple(self._slips),
				self._interpreter.current(),
				self._interpreter.drawer_open,
				self._drawer_changed_at,
				self._faults,
				tuple(self._interpreter.unknown),
			)

	def _tell(self) -> None:
		for changed in self._changed:
			changed()

	# The roll's file

	def _remember(self, happening: Mapping[str, Any]) -> None:
		dated = {"at": datetime.now(timezone.utc).isoformat(timespec="milliseconds"), **happening}
		self._write(dated)
		self._apply(dated)

	def _apply(self, happening: Mapping[str, Any]) -> None:
		was_open = self._interpreter.drawer_open
		if "received" in happening:
			self._happened.append(happening)
			self._interpreter.feed(base64.b64decode(happening["received"]))
			self._slips.extend(slip.stamped(happening["at"]) for slip in self._interpreter.finished)
			self._interpreter.finished.clear()
		elif "faults" in happening:
			self._faults = frozenset(fault for fault in FAULTS if fault in happening["faults"])
			self._interpreter.paper_low = "paper_low" in self._faults
			self._interpreter.paper_out = "paper_out" in self._faults
			self._interpreter.cover_open = "cover_open" in self._faults
		else:
			self._interpreter.drawer_open = False
		if self._interpreter.drawer_open != was_open:
			self._drawer_changed_at = happening["at"]

	def _write(self, happening: Mapping[str, Any]) -> None:
		if self._path is None:
			return
		with self._path.open("ab") as file:
			file.write(json.dumps(happening).encode() + b"\n")
			too_long = file.tell() > MAX_ROLL_BYTES
		if too_long:
			self._shorten(self._path)

	def _shorten(self, path: Path) -> None:
		"""Keep the newest slips; a crash in here leaves the old file or the new one, never half of one."""
		drawer = (
			[] if self._interpreter.drawer_open else [{"at": self._drawer_changed_at, "drawer": "closed"}]
		)
		kept = [*self._newest(), *drawer, {"at": "", "faults": sorted(self._faults)}]
		shorter = path.with_suffix(".shorter")
		shorter.write_bytes(b"".join(json.dumps(each).encode() + b"\n" for each in kept))
		os.replace(shorter, path)

	def _newest(self) -> list[Mapping[str, Any]]:
		kept: deque[Mapping[str, Any]] = deque()
		room = MAX_ROLL_BYTES // 2
		for happening in reversed(self._happened):
			room -= len(happening["received"])
			if room < 0:
				break
			kept.appendleft(happening)
		return list(kept)

	def _replay(self) -> None:
		if self._path is None or not self._path.exists():
			return
		whole = 0
		for line in self._path.read_bytes().splitlines(keepends=True):
			try:
				happening = json.loads(line)
			except ValueError:
				break
			if not line.endswith(b"\n"):
				break
			self._apply(happening)
			whole += len(line)
		# What a kill or a power cut left half written never moved the paper.
		os.truncate(self._path, whole)


_QUESTIONS = (ASK_PRINTER, ASK_OFFLINE_CAUSE, ASK_ERROR, ASK_PAPER)
