"""The driver of the system's print queue against a real CUPS of its own, on the loopback interface."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest

from pos_bridge.agent.devices.links.cups import THROUGH, CupsPrinter
from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure

CUPSD = shutil.which("cupsd", path=f"{os.environ['PATH']}:/usr/sbin")
BACKEND = Path("/usr/lib/cups/backend/socket")
START_SECONDS = 20
JOB = b"\x1b@" + b"line of text\n" * 500 + b"\x1dV\x00"

pytestmark = [
	pytest.mark.slow,
	pytest.mark.skipif(
		not CUPSD or not BACKEND.exists(), reason="not run: no CUPS on this machine (Debian: cups)"
	),
]

ALLOWED = "Order allow,deny\n  Allow 127.0.0.1"
DAEMON = """Listen 127.0.0.1:{port}
Browsing No
DefaultAuthType None
<Location />
  {allowed}
</Location>
<Location /admin>
  {allowed}
</Location>
<Policy default>
  <Limit All>
    {allowed}
  </Limit>
</Policy>
"""
FOLDERS = ("ServerRoot", "StateDir", "RequestRoot", "CacheDir", "TempDir")
LOGS = ("AccessLog", "ErrorLog", "PageLog")


class Raw:
	"""A printer at a TCP port that takes everything and says nothing."""

	def __init__(self):
		self.received = b""
		self._listener = socket.create_server(("127.0.0.1", 0))
		self.port = self._listener.getsockname()[1]
		threading.Thread(target=self._serve, daemon=True).start()

	def _serve(self):
		while True:
			connection, _ = self._listener.accept()
			with connection:
				while piece := connection.recv(4096):
					self.received += piece


def free_port():
	with socket.create_server(("127.0.0.1", 0)) as listener:
		return listener.getsockname()[1]


@pytest.fixture
def queue(monkeypatch):
	"""A queue named Till of a CUPS of our own, and the printer at its end."""
	raw, port = Raw(), free_port()
	folder = Path(tempfile.mkdtemp(prefix="pos-bridge-cups-"))
	# Its filters run as another user, who has to get in.
	folder.chmod(0o755)
	files = ["User lp", "Group lp", "SystemGroup root"]
	for name in FOLDERS:
		(folder / name).mkdir()
		(folder / name).chmod(0o777)
		files.append(f"{name} {folder / name}")
	files += [f"{name} {folder / name}" for name in LOGS]
	(folder / "cups-files.conf").write_text("\n".join(files) + "\n")
	(folder / "cupsd.conf").write_text(DAEMON.format(port=port, allowed=ALLOWED))
	(folder / "cupsd.conf").chmod(0o600)
	command = [CUPSD, "-f", "-c", folder / "cupsd.conf", "-s", folder / "cups-files.conf"]
	daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
	monkeypatch.setenv("CUPS_SERVER", f"127.0.0.1:{port}")
	monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin")
	asked("lpadmin", "-p", "Till", "-E", "-v", f"socket://127.0.0.1:{raw.port}")
	yield raw
	daemon.terminate()
	daemon.wait(timeout=30)
	shutil.rmtree(folder)


def asked(*command):
	deadline = time.monotonic() + START_SECONDS
	while subprocess.run(command, capture_output=True).returncode:
		assert time.monotonic() < deadline, f"{command} did not work"
		time.sleep(0.2)


def test_a_job_goes_through_the_queue_byte_for_byte_and_a_stopped_queue_gives_it_back(queue):
	printer = CupsPrinter("Till")
	assert printer.status().ready
	assert printer.send(JOB) == THROUGH
	assert queue.received == JOB

	asked("cupsdisable", "Till")
	assert printer.status().condition is Condition.OFFLINE
	printer.through_seconds = 1
	with pytest.raises(PrintUnsure, match="taken back"):
		printer.send(JOB)
	asked("cupsenable", "Till")
	assert printer.status().ready
	printer.through_seconds = 30
	assert printer.send(b"next\n") == THROUGH
	assert queue.received == JOB + b"next\n"


def test_a_queue_that_is_not_there_takes_nothing(queue):
	assert CupsPrinter("Nobody").status().condition is Condition.OFFLINE
	with pytest.raises(PrinterAway, match="refused"):
		CupsPrinter("Nobody").send(JOB)
