"""Resident memory of a process, now and at its highest. Linux only: other systems count in other ways."""

import re
from pathlib import Path

KIB = 1_024
MILLION = 1_000_000


def resident_mb(pid: int) -> int:
	"""Millions of bytes that it holds now."""
	return _field(pid, "VmRSS")


def own_mb(pid: int) -> int:
	"""Millions of bytes that it holds now and that come from no file: without its program."""
	return _field(pid, "RssAnon")


def highest_mb(pid: int) -> int:
	"""The most that it held since it was started."""
	return _field(pid, "VmHWM")


def _field(pid: int, name: str) -> int:
	found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
	if not found:
		raise RuntimeError(f"This system does not tell a process's {name} in /proc.")
	return round(int(found[1]) * KIB / MILLION)
