"""Resident memory of running processes, and the most that each was seen to hold. Linux only."""

import re
from collections.abc import Mapping
from pathlib import Path

KIB = 1_024


def resident_mb(pid: int) -> float:
	"""VmRSS in millions of bytes; other systems count memory in other ways."""
	found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
	if not found:
		raise RuntimeError("This system does not tell a process's resident memory in /proc.")
	return int(found[1]) * KIB / 1_000_000


class Memory:
	"""Some processes by name, looked at again and again."""

	def __init__(self, processes: Mapping[str, int]) -> None:
		self._processes = dict(processes)
		self.most = dict.fromkeys(self._processes, 0)

	def take(self) -> dict[str, int]:
		"""Millions of bytes right now."""
		now = {name: round(resident_mb(pid)) for name, pid in self._processes.items()}
		self.most = {name: max(most, now[name]) for name, most in self.most.items()}
		return now
