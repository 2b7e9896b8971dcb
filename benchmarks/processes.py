"""Starts and kills the real programs on loopback, each in its own data folder."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
		if self.process:
			ended(self.process, number)

	def __enter__(self) -> "Demo":
		return self.start()

	def __exit__(
		self,
		kind: type[BaseException] | None,
		error: BaseException | None,
		trace: TracebackType | None,
	) -> None:
		self.stop()


@contextmanager
def answering(command: Sequence[str], port: int) -> "Iterator[tuple[str, subprocess.Popen[bytes]]]":
	"""A server of ours in a process of its own: where it answers, and the process. Ended with the block."""
	process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
	url = f"http://127.0.0.1:{port}"
	try:
		wait_until_it_answers(f"{url}/agent/status", process)
		yield url, process
	finally:
		ended(process)


def ended(process: "subprocess.Popen[bytes]", number: signal.Signals = signal.SIGTERM) -> None:
	"""End a process that was started here, and wait until it is gone."""
	if process.poll() is None:
		os.kill(process.pid, number)
		process.wait(STOP_SECONDS)


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
