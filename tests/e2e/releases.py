"""Releases of before, as they were: unpacked from tests/releases and run beside the one under test."""

import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import ended, free_port, wait_until_it_answers
from tests.e2e.running import Standalone

RELEASES = Path(__file__).parents[1] / "releases"
BEFORE = "0.1.0"
"""The release that tills may still run when the company was updated, and the other way round."""
NOW = Path(__file__).parents[2]


def unpacked(version: str, folder: Path) -> Path:
	"""The folder to put on PYTHONPATH."""
	with tarfile.open(RELEASES / f"{version}.tar.xz") as archive:
		archive.extractall(folder, filter="data")
	return folder


class Release:
	"""One release's programs: `root` holds its pos_bridge."""

	def __init__(self, root: Path) -> None:
		self.root = root

	def run(self, *arguments: str, log: Path) -> "subprocess.Popen[bytes]":
		command = [sys.executable, "-m", "pos_bridge.agent.cli", *arguments]
		environment = {**os.environ, "PYTHONPATH": str(self.root)}
		with log.open("ab") as out:
			return subprocess.Popen(command, env=environment, cwd=self.root, stdout=out, stderr=out)


class DemoOf(Standalone):
	"""The demo in a release that can be changed while it is down, as an update does."""

	def __init__(self, release: Release, folder: Path) -> None:
		super().__init__(folder)
		self.release = release

	def start(self) -> "DemoOf":
		self.folder.mkdir(parents=True, exist_ok=True)
		arguments: Sequence[str] = ("--port", str(self.port), "--data-dir", str(self.folder))
		self.process = self.release.run("demo", *arguments, log=self.folder / "demo.log")
		wait_until_it_answers(f"{self.url}/agent/status", self.process)
		return self

	def updated_to(self, release: Release) -> None:
		"""Down, and up again as another release on the same data."""
		if self.process and self.process.poll() is None:
			self.stop()
		self.release = release
		self.start()


class AgentOf:
	"""A till's process in a release, enrolled at a company; a context while it runs."""

	def __init__(self, release: Release, folder: Path, company: str, code: str) -> None:
		self.release, self.folder, self.port = release, folder, free_port()
		folder.mkdir(parents=True)
		enrolling = release.run(
			"agent", "enrol", company, code, "--data-dir", str(folder), log=folder / "agent.log"
		)
		assert enrolling.wait(30) == 0, (folder / "agent.log").read_text()

	@property
	def url(self) -> str:
		return f"http://127.0.0.1:{self.port}"

	def __enter__(self) -> "AgentOf":
		arguments = ("--port", str(self.port), "--data-dir", str(self.folder))
		self._process = self.release.run("agent", "run", *arguments, log=self.folder / "agent.log")
		wait_until_it_answers(f"{self.url}/agent/status", self._process)
		return self

	def __exit__(self, *_: object) -> None:
		ended(self._process)
