"""What stands at one printer's place in the shop: the printer, and what hangs on it. It only holds them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pos_bridge.agent.devices.floor.layouts import Layout, load_layout
from pos_bridge.agent.devices.floor.settings import PrinterSetting, printer_at
from pos_bridge.agent.devices.printer import Printer
from pos_bridge.agent.devices.raster import Picture, read_logo


class Drawer(Protocol):
	"""A cash drawer that does not hang on a printer."""

	def kick(self) -> None:
		"""Open it; raises PrinterAway when it can't be reached."""


@dataclass(frozen=True, slots=True)
class Equipment:
	"""`stand_in` is the name of the printer that takes the jobs while this one is away."""

	printer: Printer
	logo: Picture | None = None
	drawer: Drawer | None = None
	stand_in: str = ""
	layout: Layout | None = None


def equipment_of(name: str, setting: PrinterSetting, data_dir: Path) -> Equipment:
	"""What a setting asks for. Raises Rejected for a layout that is not installed or a damaged logo."""
	profile = setting.profile
	drawer: Drawer | None = None
	if setting.drawer:
		from pos_bridge.agent.devices.links.serial_line import DEFAULT_BAUD, SerialDrawer

		_, device, *baud = setting.drawer.split(":")
		drawer = SerialDrawer(device, int(baud[0]) if baud else DEFAULT_BAUD)
	return Equipment(
		printer_at(setting.address, profile, data_dir / f"{name}_printer.jsonl"),
		read_logo(setting.logo_file, profile.dots) if setting.logo else None,
		drawer,
		setting.stand_in,
		load_layout(setting.layout),
	)
