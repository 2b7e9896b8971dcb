"""The devices of one till by their names: started and stopped together, their news told on the event loop.

It knows no page; whoever listens decides who hears what.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pos_bridge.agent.devices.attached.address import ROLES, Address, parse_address
from pos_bridge.agent.devices.attached.hid_scanner import hid_scanner
from pos_bridge.agent.devices.attached.scale import ScaleDesk
from pos_bridge.agent.devices.attached.scales import scale_at
from pos_bridge.agent.devices.attached.scanner import DeviceStatus, Scan, Scanner
from pos_bridge.agent.devices.attached.serial_scanner import serial_scanner
from pos_bridge.agent.devices.terminal.port import CardTerminal
from pos_bridge.agent.devices.terminal.simulated import SimulatedTerminal
from pos_bridge.agent.devices.terminal.zvt import zvt_terminal
from pos_bridge.core.errors import Rejected

ScanListener = Callable[[str, str], None]
StatusListener = Callable[[str, DeviceStatus], None]


@dataclass
class Attached:
	"""What is attached, by the names that pages use. Empty where a till has a printer only."""

	scanners: Mapping[str, Scanner] = field(default_factory=dict)
	scales: Mapping[str, ScaleDesk] = field(default_factory=dict)
	terminals: Mapping[str, CardTerminal] = field(default_factory=dict)

	def start(self, on_scan: ScanListener, on_status: StatusListener) -> None:
		"""Begin to read; both listeners are called on the loop that this is called on."""
		loop = asyncio.get_running_loop()

		def scanned(scan: Scan) -> None:
			_call(loop, lambda: on_scan(scan.code, scan.symbology))

		def changed(status: DeviceStatus) -> None:
			_call(loop, lambda: on_status("scanner", status))

		for scanner in self.scanners.values():
			scanner.start(scanned, changed)

	async def stop(self) -> None:
		for scanner in self.scanners.values():
			await asyncio.to_thread(scanner.stop)
		for scale in self.scales.values():
			await asyncio.to_thread(scale.close)

	def scale(self, name: str) -> ScaleDesk:
		"""The scale of that name; `Rejected` if this till has none."""
		return _named(self.scales, name, "scale")


def _named(devices: Mapping[str, ScaleDesk], name: str, role: str) -> ScaleDesk:
	found = devices.get(name)
	if found is None:
		raise Rejected(
			f"This till has no {role} of that name: add one with pos-bridge agent devices.", code=f"no_{role}"
		)
	return found


def _call(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
	if not loop.is_closed():
		loop.call_soon_threadsafe(call)


def scanner_at(device: str, address: Address) -> Scanner:
	"""The scanner of an address; `Rejected` if there is no such kind."""
	makers = {"serial": serial_scanner, "hid": hid_scanner}
	maker = makers.get(address.kind)
	if maker is None:
		raise Rejected(f"{address} is no scanner that is known: serial or hid.")
	return maker(device, address)


def terminal_at(address: Address) -> CardTerminal:
	"""The card terminal of an address; `Rejected` if there is no such kind."""
	if address.kind == "simulated":
		return SimulatedTerminal()
	if address.kind == "zvt":
		return zvt_terminal(address)
	raise Rejected(f"{address} is no card terminal that is known: zvt or simulated.")


def attach(settings: Mapping[str, str]) -> Attached:
	"""The devices of a till's settings; nothing is opened yet. `Rejected` names what is wrong with them."""
	chosen = {role: parse_address(role, text) for role, text in settings.items()}
	scanner, scale, terminal = (chosen.get(role) for role in ROLES)
	return Attached(
		{"scanner": scanner_at("scanner", scanner)} if scanner else {},
		{"scale": ScaleDesk("scale", scale_at(scale))} if scale else {},
		{"terminal": terminal_at(terminal)} if terminal else {},
	)
