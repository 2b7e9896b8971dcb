"""A receipt printer at a TCP port (raw printing, 9100), one connection for each question and each job.

It never holds the connection between jobs, because several tills may share the printer, and never calls a job
printed that the printer did not answer for.
"""

import socket
import time
from collections.abc import Callable
from typing import TypeVar

from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure, Status, broken_off
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile
from pos_bridge.agent.devices.status import (
	ASK_ERROR,
	ASK_OFFLINE_CAUSE,
	ASK_PAPER,
	ASK_PRINTER,
	FENCE,
	Fenced,
	RealTime,
	split,
	status_of,
)

RAW_PORT = 9100
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 0.5
"""A printer that is silent for longer is away, or a cheap one with its cover open."""
WRITE_SECONDS = 10.0
"""Longest wait for the printer to take the next bytes of a job."""
PROOF_SECONDS = 15.0
"""Longest wait for the answer that says the job has been carried out."""
_OFFLINE_BIT = 0x08
_CHUNK = 4_096

A = TypeVar("A", RealTime, Fenced)


class NetworkPrinter:
	"""`answers` is False for print servers that swallow questions: such a printer is ready while it can be
	reached, and its jobs count as printed when they have been sent."""

	kind = "network"

	def __init__(
		self, host: str, port: int = RAW_PORT, profile: PrinterProfile = GENERIC_80MM, *, answers: bool = True
	) -> None:
		self.profile = profile
		self._address = (host, port)
		self._answers = answers
		self.write_seconds = WRITE_SECONDS
		self.proof_seconds = PROOF_SECONDS

	@property
	def _name(self) -> str:
		return f"The printer at {self._address[0]}:{self._address[1]}"

	def status(self) -> Status:
		try:
			with self._connect() as connection:
				return self._ask_all(connection) if self._answers else Status(Condition.READY)
		except (OSError, PrinterAway) as error:
			return Status(
				Condition.OFFLINE, f"{self._name} does not answer ({error}): check power and cable."
			)

	def _ask_all(self, connection: socket.socket) -> Status:
		answers = {ASK_PRINTER: self._ask(connection, ASK_PRINTER)}
		if answers[ASK_PRINTER] & _OFFLINE_BIT:
			answers |= {ask: self._ask(connection, ask) for ask in (ASK_OFFLINE_CAUSE, ASK_ERROR, ASK_PAPER)}
		return status_of(answers)

	def _ask(self, connection: socket.socket, question: bytes) -> int:
		connection.sendall(question)
		return _await(connection, RealTime, ANSWER_SECONDS).bits

	def send(self, data: bytes) -> None:
		try:
			connection = self._connect()
		except OSError as error:
			raise PrinterAway(f"{self._name} can't be reached ({error}): check power and cable.") from error
		with connection:
			self._write(connection, data)
			if self._answers:
				self._prove(connection, len(data))

	def watch(self, changed: Callable[[], None]) -> None:
		"""It has to be asked: nothing is connected between jobs."""

	def close(self) -> None:
		"""Nothing is held open."""

	def _connect(self) -> socket.socket:
		return socket.create_connection(self._address, CONNECT_SECONDS)

	def _write(self, connection: socket.socket, data: bytes) -> None:
		connection.settimeout(self.write_seconds)
		sent = 0
		while sent < len(data):
			try:
				sent += connection.send(data[sent : sent + _CHUNK])
			except OSError as error:
				raise broken_off(f"{self._name} broke the job off ({error}).", sent, len(data)) from error

	def _prove(self, connection: socket.socket, total: int) -> None:
		"""`GS r 1` is answered in order with the data, so its answer says that the job was carried out."""
		try:
			connection.sendall(FENCE)
			_await(connection, Fenced, self.proof_seconds)
		except OSError as error:
			words = (
				f"{self._name} took the job but did not say that it was printed ({error}): look at the paper."
			)
			raise PrintUnsure(words, total, total) from error


def _await(connection: socket.socket, kind: type[A], seconds: float) -> A:
	"""The first answer of a kind; raises OSError when it doesn't come in time or the connection ends."""
	deadline = time.monotonic() + seconds
	received = b""
	while (left := deadline - time.monotonic()) > 0:
		connection.settimeout(left)
		piece = connection.recv(_CHUNK)
		if not piece:
			raise ConnectionError("it closed the connection")
		received += piece
		answer = next((answer for answer in split(received) if isinstance(answer, kind)), None)
		if answer is not None:
			return answer
	raise TimeoutError("no answer in time")
