"""What the form at /devices shows of the printers' settings, and what it may change. It never prints."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

from pos_bridge.agent.devices.floor.layouts import layout_names
from pos_bridge.agent.devices.floor.models import choices_of, models_to_body
from pos_bridge.agent.devices.floor.settings import ADDRESSES, PrinterSetting
from pos_bridge.agent.devices.floor.shop_floor import ShopFloor, Spool
from pos_bridge.agent.devices.profile import CODE_PAGES
from pos_bridge.agent.devices.raster import drawable
from pos_bridge.core.errors import Malformed, Rejected

CHOICES = ("cut", "kick_pin", "proof", "drawer_sensor")
_OTHER_PIN = {"high": "low", "low": "high", "none": "high"}

Message = Mapping[str, Any]


class Form:
	"""The settings on the page; `changed` is called when another page has to be told."""

	def __init__(self, floor: ShopFloor, spool: Spool, changed: Callable[[], None]) -> None:
		self._floor, self._spool, self._changed = floor, spool, changed

	def to_body(self) -> dict[str, Any]:
		"""All that the form needs; a logo's file stays here."""
		return {
			"op": "floor",
			"settings": {name: _shown(setting) for name, setting in self._floor.settings.items()},
			"models": models_to_body(),
			"choices": {name: choices_of(name) for name in CHOICES},
			"code_pages": {str(page): codec for page, codec in CODE_PAGES.items()},
			"addresses": ADDRESSES,
			"layouts": layout_names(),
			"drawing": drawable(),
		}

	async def set_printer(self, message: Message) -> None:
		"""{printer, address, model, changes, stand_in, drawer, layout} and, if it changes, {logo}: base64."""
		name, given = message.get("printer"), message.get("setting")
		if not isinstance(name, str) or not isinstance(given, dict):
			raise Malformed("A printer's setting has its name and an object.")
		known = self._floor.settings.get(name, PrinterSetting())
		fields = {**asdict(known), **given}
		if given.get("logo") == "" and not given.get("no_logo"):
			fields["logo"] = known.logo
		for shown in ("has_logo", "no_logo", "profile"):
			fields.pop(shown, None)
		await self._floor.change(self._spool, name, fields)
		self._changed()

	async def calibrate_drawer(self, message: Message, seen: bool | None) -> None:
		"""{printer, open}: what a person sees of the drawer; `seen` is what its sensor is read as now."""
		name, is_open = str(message.get("printer")), message.get("open")
		setting = self._floor.settings.get(name)
		if setting is None or not isinstance(is_open, bool):
			raise Malformed("Say of which printer's drawer, and whether it is open.")
		sensor = setting.profile.drawer_sensor
		if seen is None and sensor != "none":
			raise Rejected("The drawer's sensor can't be read now: see to the printer first.")
		if seen is is_open:
			return
		changes = {**setting.changes, "drawer_sensor": _OTHER_PIN[sensor]}
		await self._floor.change(self._spool, name, asdict(replace(setting, changes=changes)))
		self._changed()


def _shown(setting: PrinterSetting) -> dict[str, Any]:
	fields = asdict(setting)
	return {**fields, "logo": "", "has_logo": bool(setting.logo), "profile": asdict(setting.profile)}
