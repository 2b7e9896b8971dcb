"""What is plugged into this computer and could be a scanner or a scale: listed, never opened.

It guesses no device's language: a person says what each is.
"""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Candidate:
	"""A place that an address can name, what the system calls it, and whether this user may use it."""

	place: str
	name: str
	usable: bool


def serial_ports() -> list[Candidate]:
	"""By the path that stays the same when something else is plugged in, where the system has one."""
	from serial.tools import list_ports

	steady = {os.path.realpath(path): str(path) for path in _in(Path("/dev/serial/by-id"))}
	return [
		Candidate(
			steady.get(port.device, port.device),
			str(port.description),
			os.access(port.device, os.R_OK | os.W_OK),
		)
		for port in list_ports.comports()
	]


def keyboards() -> list[Candidate]:
	"""Input devices that act as a keyboard: a HID scanner is one of them, and the keyboard itself another."""
	paths = [path for path in _in(Path("/dev/input/by-id")) if path.name.endswith("-event-kbd")]
	return [Candidate(str(path), path.name, os.access(path, os.R_OK)) for path in paths]


def _in(folder: Path) -> list[Path]:
	return sorted(folder.iterdir()) if folder.is_dir() else []
