"""Which printers this till has: `printers.json` in the agent's folder, written by the page at /devices.

It never takes an address from a web page that is not this process's own, and holds no secret.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pos_bridge.agent.devices.floor.models import DEFAULT_MODEL, profile_of
from pos_bridge.agent.devices.printer import Printer
from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.agent.life.whole_file import write_whole
from pos_bridge.agent.ports import RECEIPT_PRINTER
from pos_bridge.core.errors import Malformed, Rejected

ADDRESSES = (
	"virtual, network:HOST[:PORT], serial:DEVICE[:BAUD], usb:VENDOR:PRODUCT[:SERIAL], cups:QUEUE or"
	" file:PATH such as file:/dev/usb/lp0"
)
MAX_PRINTERS = 8
MAX_ADDRESS = 200
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_HEX = re.compile(r"[0-9a-fA-F]{1,4}")
_QUEUE = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")
"""No queue begins with a hyphen: `lp` would take it for an option."""


@dataclass(frozen=True, slots=True)
class PrinterSetting:
	"""One printer: where it is, what it is, what hangs on it.

	`changes` are points of the model's profile; `stand_in` is the printer that takes its jobs while it is
	away; `drawer` is "" for one that hangs on the printer, else serial:DEVICE[:BAUD]; `layout` names one that
	an installed package offers; `logo` is a picture's file, base64.
	"""

	address: str = "virtual"
	model: str = DEFAULT_MODEL
	changes: Mapping[str, Any] = field(default_factory=dict)
	stand_in: str = ""
	drawer: str = ""
	layout: str = ""
	logo: str = ""

	@property
	def profile(self) -> PrinterProfile:
		return profile_of(self.model, self.changes)

	@property
	def logo_file(self) -> bytes:
		try:
			return base64.b64decode(self.logo, validate=True)
		except binascii.Error as error:
			raise Malformed("The logo is damaged: choose its file again.") from error


class Settings:
	"""The file, read at start and replaced whole when something is changed."""

	def __init__(self, path: Path) -> None:
		"""`Rejected` if the file makes no sense: no till begins with another printer than was chosen."""
		self._path = path
		self.printers: dict[str, PrinterSetting] = {}
		if path.exists():
			try:
				self.printers = _read(json.loads(path.read_text(encoding="utf-8")))
			except (OSError, ValueError, Malformed) as error:
				raise Rejected(
					f"{path} can't be read ({error}): mend it, or delete it and choose the printers anew.",
					code="settings_unusable",
				) from error

	def keep(self, name: str, setting: PrinterSetting) -> None:
		"""On disk when it returns; a crash leaves the old file or the new one."""
		printers = {**self.printers, name: setting}
		checked = _read({"printers": {each: asdict(setting) for each, setting in printers.items()}})
		written = json.dumps({"printers": {each: asdict(one) for each, one in checked.items()}}, indent="\t")
		write_whole(self._path, f"{written}\n".encode())
		self.printers = checked


def _read(fields: object) -> dict[str, PrinterSetting]:
	listed = fields.get("printers") if isinstance(fields, dict) else None
	if not isinstance(listed, dict) or len(listed) > MAX_PRINTERS:
		raise Malformed(f"it has to be an object with up to {MAX_PRINTERS} printers")
	settings = {name: read_setting(name, each) for name, each in listed.items()}
	for name, setting in settings.items():
		others = {RECEIPT_PRINTER, *settings} - {name}
		if setting.stand_in and setting.stand_in not in others:
			raise Malformed(f"{setting.stand_in!r}, which stands in for {name!r}, is no other printer.")
	return settings


def read_setting(name: str, fields: object) -> PrinterSetting:
	"""A printer's setting as a file or a form gave it, its logo unseen. `Malformed` names what is wrong."""
	if not _NAME.fullmatch(name):
		raise Malformed(f"A printer's name has small letters, digits, - and _: not {name!r}.")
	known = PrinterSetting.__slots__
	if not isinstance(fields, dict) or not set(fields) <= set(known):
		raise Malformed(f"A printer is an object with some of {', '.join(known)}.")
	changes = fields.get("changes", {})
	texts = {key: value for key, value in fields.items() if key != "changes"}
	if not isinstance(changes, dict) or not all(isinstance(value, str) for value in texts.values()):
		raise Malformed("A printer's changes are an object, all else in it is text.")
	setting = replace(PrinterSetting(**texts), changes=changes)
	check_address(setting.address)
	profile_of(setting.model, setting.changes)
	_ = setting.logo_file  # its picture is read where it is put to use, once
	if setting.drawer and not re.fullmatch(r"serial:[^:]+(:\d+)?", setting.drawer):
		raise Malformed("A drawer of its own has an address such as serial:/dev/ttyUSB1 or serial:COM4:9600.")
	return setting


def check_address(address: str) -> None:
	"""`Malformed` unless it is one of ADDRESSES."""
	kind, _, place = address.partition(":")
	parts = place.split(":")
	whole = len(address) <= MAX_ADDRESS and address.isprintable()
	right = {
		"virtual": address == "virtual",
		"network": bool(parts[0]) and len(parts) <= 2 and all(part.isdecimal() for part in parts[1:]),
		"serial": bool(parts[0]) and len(parts) <= 2 and all(part.isdecimal() for part in parts[1:]),
		"usb": len(parts) in (2, 3) and all(_HEX.fullmatch(part) for part in parts[:2]),
		"cups": bool(_QUEUE.fullmatch(place)),
		"file": bool(place),
	}
	if not whole or not right.get(kind, False):
		raise Malformed(f"{address!r} is no printer's address: say {ADDRESSES}.")


def printer_at(address: str, profile: PrinterProfile, roll: Path) -> Printer:
	"""The driver for an address; `roll` is the file of a virtual printer's paper."""
	check_address(address)
	kind, _, place = address.partition(":")
	first, *more = place.split(":")
	if kind == "network":
		from pos_bridge.agent.devices.links.network import RAW_PORT, network_printer

		return network_printer(first, int(more[0]) if more else RAW_PORT, profile)
	if kind == "serial":
		from pos_bridge.agent.devices.links.serial_line import DEFAULT_BAUD, serial_printer

		return serial_printer(first, int(more[0]) if more else DEFAULT_BAUD, profile)
	if kind == "usb":
		from pos_bridge.agent.devices.links.usb import usb_printer

		return usb_printer(int(first, 16), int(more[0], 16), "".join(more[1:]), profile)
	return _without_answers(kind, place, profile, roll)


def _without_answers(kind: str, place: str, profile: PrinterProfile, roll: Path) -> Printer:
	if kind == "cups":
		from pos_bridge.agent.devices.links.cups import CupsPrinter

		return CupsPrinter(place, profile)
	if kind == "file":
		from pos_bridge.agent.devices.links.file import FilePrinter

		return FilePrinter(Path(place), profile)
	from pos_bridge.agent.devices.virtual import VirtualPrinter

	return VirtualPrinter(roll, profile)
