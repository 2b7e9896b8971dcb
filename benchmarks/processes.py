"""Starts and kills the real programs on loopback, each in its own data folder."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

START_SECONDS = 30.0
STOP_SECONDS = 15.0
BETWEEN_TRIES_SECONDS = 0.005


def free_port() -> int:
	"""A loopback port that nobody listened on a moment ago."""
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		return int(probe.getsockname()[1])


class Demo:
	"""`pos-bridge demo` in a process of its own: agent and company on one port, data in `folder`."""

	def __init__(self, folder: Path, *, port: int = 0, arguments: Sequence[str] = ()) -> None:
		self.folder = folder
		self.port = port or free_port()
		self.arguments = tuple(arguments)
		self.process: subprocess.Popen[bytes] | None = None

	@property
	def url(self) -> str:
		return f"http://127.0.0.1:{self.port}"

	def start(self) -> "Demo":
		"""Start it and come back when it answers; what it says on the way goes to `demo.log`."""
		command = [sys.executable, "-m", "pos_bridge.agent.cli", "demo", "--port", str(self.port)]
		command += ["--data-dir", str(self.folder), *self.arguments]
		self.folder.mkdir(parents=True, exist_ok=True)
		with (self.folder / "demo.log").open("ab") as log:
			self.process = subprocess.Popen(command, stdout=log, stderr=log)
		wait_until_it_answers(f"{self.url}/agent/status", self.process)
		return self

	def kill(self) -> None:
		"""SIGKILL: no handler runs, nothing is flushed."""
		self._end(signal.SIGKILL)

	def stop(self) -> None:
		self._end(signal.SIGTERM)

	def _end(self, number: signal.Signals) -> None:
		if self.process and self.process.poll() is None:
			os.kill(self.process.pid, number)
			self.process.wait(STOP_SECONDS)

	def __enter__(self) -> "Demo":
		return self.start()

	def __exit__(
		self,
		kind: type[BaseException] | None,
		error: BaseException | None,
		trace: TracebackType | None,
	) -> None:
		self.stop()


def wait_until_it_answers(url: str, process: "subprocess.Popen[bytes]") -> None:
	"""Come back when `url` answers; RuntimeError when the process ends or 30 seconds pass first."""
	deadline = time.monotonic() + START_SECONDS
	while time.monotonic() < deadline:
		if process.poll() is not None:
			raise RuntimeError(f"The process ended with {process.returncode} before it answered at {url}.")
		try:
			urllib.request.urlopen(url, timeout=5).close()
		except (urllib.error.URLError, ConnectionError, TimeoutError):
			time.sleep(BETWEEN_TRIES_SECONDS)
		else:
			return
	process.kill()
	raise RuntimeError(f"Nothing answered at {url} within {START_SECONDS:.0f} seconds.")
