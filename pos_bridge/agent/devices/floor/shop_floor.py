"""The printers that stand at this till: as `printers.json` says, or as the command line does.

It builds what is asked for and keeps what was chosen; it never prints.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pos_bridge.agent.devices.floor.equipment import Equipment, equipment_of
from pos_bridge.agent.devices.floor.settings import PrinterSetting, Settings, read_setting
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.ports import RECEIPT_PRINTER
from pos_bridge.core.errors import Malformed

SETTINGS_FILE = "printers.json"
DEVICES = "file:/dev/"
"""What a page may choose of the files: nothing else is a printer, and much else would be harmed."""


class Spool(Protocol):
	"""Where a printer is put in its place."""

	async def equip(self, name: str, equipment: Equipment) -> None: ...


class ShopFloor:
	"""The printers by name. `virtual` are those whose paper can be shown."""

	def __init__(self, data_dir: Path, address: str = "") -> None:
		"""`address` is that of the receipt printer, whatever the file says; "" leaves it to the file."""
		self._data_dir = data_dir
		self._settings = Settings(data_dir / SETTINGS_FILE)
		chosen = {RECEIPT_PRINTER: PrinterSetting(), **self._settings.printers}
		if address:
			chosen[RECEIPT_PRINTER] = read_setting(RECEIPT_PRINTER, {"address": address})
		self.settings: dict[str, PrinterSetting] = chosen
		self.equipment: dict[str, Equipment] = {
			name: equipment_of(name, setting, data_dir) for name, setting in chosen.items()
		}
		self.virtual: dict[str, VirtualPrinter] = {}
		self._note_virtual()

	async def change(self, spool: Spool, name: str, fields: Mapping[str, object]) -> None:
		"""Another setting for a printer, or a new one: kept first, then in use. `Malformed` if it is none."""
		setting = read_setting(name, dict(fields))
		if setting.address.startswith("file:") and not setting.address.startswith(DEVICES):
			raise Malformed(f"Choose a device, such as {DEVICES}usb/lp0: another file is no printer.")
		equipment = equipment_of(name, setting, self._data_dir)
		self._settings.keep(name, setting)
		self.settings[name] = setting
		await spool.equip(name, equipment)
		self.equipment[name] = equipment
		self._note_virtual()

	def _note_virtual(self) -> None:
		self.virtual.clear()
		for name, equipment in self.equipment.items():
			if isinstance(equipment.printer, VirtualPrinter):
				self.virtual[name] = equipment.printer
