"""A receipt printer at a TCP port (raw printing, 9100), one connection for each question and each job.

It never holds the connection between jobs, because several tills may share the printer.
"""

import socket

from pos_bridge.agent.devices.links.dialogue import TalkingPrinter
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile

RAW_PORT = 9100
CONNECT_SECONDS = 2.0
_CHUNK = 4_096


def network_printer(
	host: str, port: int = RAW_PORT, profile: PrinterProfile = GENERIC_80MM
) -> TalkingPrinter:
	"""The printer at an address."""
	name = f"The printer at {host}:{port}"
	return TalkingPrinter("network", name, lambda: SocketLink(host, port), profile)


class SocketLink:
	"""A TCP connection."""

	def __init__(self, host: str, port: int) -> None:
		self._socket = socket.create_connection((host, port), CONNECT_SECONDS)

	def write(self, data: bytes, seconds: float) -> int:
		self._socket.settimeout(seconds)
		try:
			return self._socket.send(data)
		except TimeoutError:
			return 0

	def read(self, seconds: float) -> bytes:
		self._socket.settimeout(max(seconds, 0.001))
		try:
			received = self._socket.recv(_CHUNK)
		except TimeoutError:
			return b""
		if not received:
			raise ConnectionError("it closed the connection")
		return received

	def close(self) -> None:
		self._socket.close()
