"""A real Chromium under Playwright, started the way a till starts it."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The distribution's Chromium, or None."""

ARGUMENTS = (
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
)
"""Root needs no-sandbox; the rest keeps the browser from calling home, which also makes it quieter."""

GONE_SECONDS = 10.0


def open_chromium(
	playwright: Playwright,
	profile: Path,
	width: int = 1280,
	height: int = 800,
	arguments: Sequence[str] = (),
	touch: bool = False,
) -> BrowserContext:
	"""A headless browser whose profile, and with it the till's daybook, stays in `profile`.

	`touch`: it is tapped by fingers.
	"""
	return playwright.chromium.launch_persistent_context(
		str(profile),
		executable_path=CHROMIUM,
		headless=True,
		args=[*ARGUMENTS, *arguments],
		viewport={"width": width, "height": height},
		has_touch=touch,
	)


def kill_chromium(profile: Path) -> None:
	"""SIGKILL to every process of the browser on this profile and to no other, until all are gone."""
	killed = list(chromium_processes(profile))
	kill(killed)
	deadline = time.monotonic() + GONE_SECONDS
	while any(_is_running(process) for process in killed):
		if time.monotonic() > deadline:
			raise RuntimeError(f"Processes of the browser on {profile} did not end.")
		time.sleep(0.01)


def kill(processes: Iterable[int]) -> None:
	"""SIGKILL: no handler runs, nothing is flushed."""
	for process in processes:
		with contextlib.suppress(ProcessLookupError):
			os.kill(process, signal.SIGKILL)


def chromium_processes(profile: Path) -> Iterator[int]:
	"""The browser on this profile, then all that it started. Linux only."""
	parents = dict(_parents())
	roots = {process for process in parents if f"--user-data-dir={profile}" in command_of(process)}
	for process in sorted(parents):
		ancestor: int | None = process
		while ancestor is not None and ancestor not in roots:
			ancestor = parents.get(ancestor)
		if ancestor is not None:
			yield process


def command_of(process: int) -> list[str]:
	"""The words that it was started with, which Chromium joins by blanks; none if it is gone."""
	try:
		words = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8", errors="replace")
		return words.replace("\0", " ").split()
	except (FileNotFoundError, ProcessLookupError):
		return []


def _parents() -> Iterator[tuple[int, int]]:
	for folder in Path("/proc").iterdir():
		if folder.name.isdigit() and (state := _state(int(folder.name))):
			yield int(folder.name), int(state[1])


def _state(process: int) -> list[str]:
	"""Fields of /proc/<pid>/stat from the state on; none if it is gone."""
	try:
		return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
	except (FileNotFoundError, ProcessLookupError):
		return []


def _is_running(process: int) -> bool:
	state = _state(process)
	return bool(state) and state[0] != "Z"
