"""The scales' languages: Mettler-Toledo 8217 and MT-SICS level 0, and a virtual scale for the demo.

Each asks anew for every weight; an answer that is not whole is "unreadable", never a guess.
"""

import re
import threading
from collections.abc import Callable

from pos_bridge.agent.devices.attached.address import Address
from pos_bridge.agent.devices.attached.line import Line, LineSettings, settings_of
from pos_bridge.agent.devices.attached.scale import UNITS, OpenedOnDemand, Scale, Weight, weight_of
from pos_bridge.core.errors import Rejected

ANSWER_SECONDS = 0.8
_SILENT = Weight(
	"offline", reason="The scale does not answer. Check its power, cable and that its protocol is right."
)

_IN_MOTION, _OVER_CAPACITY, _UNDER_ZERO = 0x01, 0x02, 0x04
_8217_WEIGHT = re.compile(rb"\x02\s*(-?[0-9.]+)(N?)\s*\r")
_8217_STATUS = re.compile(rb"\x02\?(.)\r", re.DOTALL)


class Toledo8217:
	"""`W` is answered with a weight, or with a status byte while there is none (8217 service manual, "Scale
	Protocol").

	It says no unit: the address does. 9,600 baud, 7 bits, even parity, if it says nothing else.
	"""

	kind = "toledo-8217"

	def __init__(
		self, settings: LineSettings, unit: str = "kg", open_line: Callable[[LineSettings], Line] = Line
	) -> None:
		self._line = OpenedOnDemand(settings, open_line)
		self._unit = unit

	def weigh(self) -> Weight:
		return self._read(self._line.ask(b"W", b"\r", ANSWER_SECONDS))

	def close(self) -> None:
		self._line.close()

	def _read(self, answer: bytes) -> Weight:
		# On a line of 8 bits the parity bit of a scale of 7 bits arrives as part of each byte.
		plain = bytes(byte & 0x7F for byte in answer)
		if weighed := _8217_WEIGHT.fullmatch(plain):
			return weight_of(weighed[1].decode("ascii"), self._unit, True, weighed[2] == b"N")
		if said := _8217_STATUS.fullmatch(plain):
			return _of_status(said[1][0])
		return _unreadable(plain) if plain else _SILENT


def _of_status(status: int) -> Weight:
	if status & _OVER_CAPACITY:
		return Weight("overload", reason="Too much is on the scale: take something off.")
	if status & _UNDER_ZERO:
		return Weight("underzero", reason="Less than nothing is on the scale: empty it and set it to zero.")
	if status & _IN_MOTION:
		return Weight("unstable")
	return Weight(
		"unstable", reason="The scale has no weight yet: empty it and set it to zero if this stays."
	)


def _unreadable(answer: bytes) -> Weight:
	return Weight("unreadable", reason=f"The scale said {answer[:24]!r}, which is not its protocol.")


_SICS = re.compile(r"S ([SD]) *(-?) *([0-9.]+) +([A-Za-z]+)")
_SICS_STATES = {
	"S I": Weight("unstable", reason="The scale can't weigh just now."),
	"S +": Weight("overload", reason="Too much is on the scale: take something off."),
	"S -": Weight(
		"underzero", reason="Less than nothing is on the scale: put its pan back, or set it to zero."
	),
}


class MtSics:
	"""`SI` is answered at once, stable or not (MT-SICS reference manual, level 0). 9,600 baud, 8 bits, no
	parity.
	"""

	kind = "mt-sics"

	def __init__(self, settings: LineSettings, open_line: Callable[[LineSettings], Line] = Line) -> None:
		self._line = OpenedOnDemand(settings, open_line)

	def weigh(self) -> Weight:
		answer = self._line.ask(b"SI\r\n", b"\r\n", ANSWER_SECONDS)
		text = answer.decode("ascii", "replace").strip()
		if not text:
			return _SILENT
		if weighed := _SICS.fullmatch(text):
			return weight_of(weighed[2] + weighed[3], weighed[4], weighed[1] == "S")
		return _SICS_STATES.get(text) or _unreadable(answer)

	def close(self) -> None:
		self._line.close()


class VirtualScale:
	"""A scale without a scale: what lies on it is put there by a page of this process, or by a test."""

	kind = "virtual"

	def __init__(self) -> None:
		self._lock = threading.Lock()
		self._weight = Weight("stable", "0", "kg")

	def weigh(self) -> Weight:
		with self._lock:
			return self._weight

	def put(self, weight: Weight) -> None:
		with self._lock:
			self._weight = weight

	def close(self) -> None:
		return


def scale_at(address: Address) -> Scale:
	"""The scale of an address; `Rejected` if no such language is known."""
	if address.kind == "virtual":
		return VirtualScale()
	if address.kind == "mt-sics":
		return MtSics(settings_of(address, 9_600, 8, "N"))
	if address.kind == "toledo":
		unit = address.options.get("unit", "kg")
		if unit not in UNITS:
			raise Rejected(f"{address}: its unit is one of {', '.join(UNITS)}, not {unit!r}.")
		return Toledo8217(settings_of(address, 9_600, 7, "E"), unit)
	raise Rejected(f"{address} is no scale that is known: toledo, mt-sics or virtual.")
