"""Where a device is, as the till's settings say it: `kind:place?option=value`, and the file that keeps it.

It opens nothing; a place may hold a terminal's password, so it is never shown or logged with its options.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from pos_bridge.agent.life.whole_file import write_whole
from pos_bridge.core.errors import Rejected

SETTINGS_FILE = "devices.json"
ROLES = ("scanner", "scale", "terminal")
"""What can be attached; a role is also the name that pages use."""
EXAMPLES = {
	"scanner": "serial:/dev/serial/by-id/NAME, hid:/dev/input/by-id/NAME",
	"scale": "toledo:/dev/ttyUSB0?unit=kg, mt-sics:/dev/ttyUSB0 or virtual",
	"terminal": "zvt:HOST:20007?password=000000 or simulated",
}
MAX_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class Address:
	"""A device's kind and place; `options` can hold a password."""

	kind: str
	place: str
	options: Mapping[str, str] = field(default_factory=dict, repr=False)

	def __str__(self) -> str:
		return f"{self.kind}:{self.place}" if self.place else self.kind

	def number(self, name: str, usual: int) -> int:
		"""A whole number among the options; `Rejected` if it is none."""
		text = self.options.get(name, str(usual))
		if not text.isascii() or not text.isdecimal():
			raise Rejected(f"{name}={text} of {self} is no whole number.")
		return int(text)


def parse_address(role: str, text: str) -> Address:
	"""Read an address such as `toledo:/dev/ttyUSB0?unit=lb`; `Rejected` with an example if it is none."""
	head, _, tail = text.partition("?")
	kind, _, place = head.partition(":")
	if not kind.replace("-", "").isalnum() or len(text) > MAX_ADDRESS or not text.isprintable():
		raise Rejected(f"{head!r} is no {role}'s address: say {EXAMPLES[role]}.")
	return Address(kind, place, dict(parse_qsl(tail)))


def load_settings(data_dir: Path) -> dict[str, str]:
	"""The addresses by role; a file that can't be read is `Rejected` in words, never skipped."""
	path = data_dir / SETTINGS_FILE
	if not path.exists():
		return {}
	try:
		loaded = json.loads(path.read_text(encoding="utf-8"))
	except (OSError, ValueError) as error:
		raise Rejected(
			f"{path} can't be read ({error}). Correct it, or remove it and add the devices again."
		) from error
	if not isinstance(loaded, dict) or not all(
		role in ROLES and isinstance(text, str) for role, text in loaded.items()
	):
		raise Rejected(f"{path} names something else than {', '.join(ROLES)} with an address each.")
	return loaded


def save_setting(data_dir: Path, role: str, text: str) -> None:
	"""Keep one address, or forget it if `text` is empty; only the till's user can read the file."""
	if role not in ROLES:
		raise Rejected(f"{role!r} is none of {', '.join(ROLES)}.")
	settings = load_settings(data_dir)
	settings.pop(role, None)
	if text:
		parse_address(role, text)
		settings[role] = text
	data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
	write_whole(data_dir / SETTINGS_FILE, json.dumps(settings, indent="\t").encode())
