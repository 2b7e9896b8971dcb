"""The drivers against emupos, a printer that somebody else wrote from the same manuals; codes read by zbar.

`make test` installs it where Python 3.13 is found; POS_BRIDGE_EMUPOS names its program elsewhere.
"""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from contract.printers import *  # noqa: F403 - the contract's tests
from contract.printers import job, until

from pos_bridge.agent.devices.escpos import Encoder
from pos_bridge.agent.devices.links.dialogue import RESUMED
from pos_bridge.agent.devices.links.network import network_printer
from pos_bridge.agent.devices.links.serial_line import serial_printer
from pos_bridge.agent.devices.printer import Condition
from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.agent.devices.raster import drawable, read_logo
from pos_bridge.core.receipt import Code, Mark, ReceiptDocument, Row, Text

ROOT = Path(__file__).parents[2]
EMUPOS = os.environ.get("POS_BRIDGE_EMUPOS") or str(ROOT / ".make/emupos/bin/emupos")
ZBAR = shutil.which("zbarimg")
START_SECONDS = 60

pytestmark = [
	pytest.mark.slow,
	pytest.mark.skipif(
		not Path(EMUPOS).exists(),
		reason="not run: no emupos on this machine (it needs Python 3.13; make test)",
	),
]

FAULTS = {
	"paper_out": "paper-out",
	"paper_low": "paper-near-end",
	"cover_open": "cover-open",
	"offline": "offline",
}
# The code pages that the emulated TM-T20III has; it answers no GS ( H.
PROFILE = PrinterProfile(columns=48, dots=576, code_pages=(16, 18, 17, 0))
CONFIG = """
schema: 1
api: {{ host: 127.0.0.1, port: {api} }}
devices:
  - id: front
    type: printer
    profile: epson-tm-t20iii
    connections:
      - tcp: {{ port: {raw} }}
      - serial: {{ pty: true }}
"""


def free_port():
	with socket.create_server(("127.0.0.1", 0)) as listener:
		return listener.getsockname()[1]


class Emupos:
	"""The running simulator and the hands that do something to its printer."""

	def __init__(self, folder):
		self.raw, self._api = free_port(), free_port()
		(folder / "emupos.yaml").write_text(CONFIG.format(api=self._api, raw=self.raw))
		environment = {**os.environ, "TMPDIR": str(folder)}
		self._process = subprocess.Popen(
			[EMUPOS, "run"], cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
		)
		self.serial = self._serial_device()
		self._seen = set()
		self.troubled = False

	def _serial_device(self):
		deadline = time.monotonic() + START_SECONDS
		while time.monotonic() < deadline:
			try:
				[device] = json.loads(self._call("GET", "/devices", root=True))
				return next(each["device_path"] for each in device["connections"] if each["kind"] == "serial")
			except OSError:
				time.sleep(0.2)
		raise AssertionError("emupos did not start")

	def _call(self, method, path, root=False):
		place = f"http://127.0.0.1:{self._api}/api/v1{'' if root else '/devices/front'}{path}"
		with urllib.request.urlopen(urllib.request.Request(place, method=method), timeout=10) as answer:
			return answer.read()

	def fault(self, name, on):
		self.troubled = self.troubled or on
		self._call("PUT" if on else "DELETE", f"/faults/{FAULTS[name]}")

	def close_drawer(self):
		self._call("POST", "/drawer/close")

	def receipts(self):
		"""Those that were finished since `tear_off`, oldest first."""
		listed = json.loads(self._call("GET", "/receipts"))
		fresh = [each for each in listed if each["id"] not in self._seen]
		return sorted((each["completed_at"], each["id"]) for each in fresh)

	def tear_off(self):
		"""With everything seen to; what was held without paper comes out first."""
		for name in FAULTS:
			self.fault(name, False)
		self.close_drawer()
		while self.troubled and (seen := self.receipts()) is not None:
			time.sleep(1)
			self.troubled = self.receipts() != seen
		self._seen.update(each for _, each in self.receipts())

	def text(self, receipt):
		return self._call("GET", f"/receipts/{receipt}/text").decode()

	def image(self, receipt):
		return self._call("GET", f"/receipts/{receipt}/image")

	def stop(self):
		self._process.terminate()
		self._process.wait(timeout=30)


@pytest.fixture(scope="module")
def emupos(tmp_path_factory):
	running = Emupos(tmp_path_factory.mktemp("emupos"))
	yield running
	running.stop()


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
	return Encoder(tmp_path_factory.mktemp("models"))


class Place:
	def __init__(self, emupos, printer):
		self.printer, self.emupos = printer, emupos
		printer.proof_seconds = 2.0
		emupos.tear_off()

	def lines(self):
		texts = (self.emupos.text(receipt) for _, receipt in self.emupos.receipts())
		return [line for text in texts for line in text.splitlines() if line.strip()]

	def fault(self, name, on):
		self.emupos.fault(name, on)

	def close_drawer(self):
		self.emupos.close_drawer()


@pytest.fixture(params=["network", "serial"])
def place(request, emupos):
	printer = (
		network_printer("127.0.0.1", emupos.raw, PROFILE)
		if request.param == "network"
		else serial_printer(emupos.serial, 9600, PROFILE)
	)
	yield Place(emupos, printer)
	printer.close()
	emupos.tear_off()


def test_paper_that_runs_out_before_a_receipt_is_through_is_waited_for(place, encoder):
	place.fault("paper_out", True)
	told = []

	def refill(status):
		told.append(status.condition)
		threading.Timer(0.5, place.fault, ("paper_out", False)).start()
		return True

	assert place.printer.send(job(encoder, place, Text("after the new roll")), refill) == RESUMED
	assert Condition.PAPER_OUT in told
	until(lambda: place.lines() == ["after the new roll"])


@pytest.mark.skipif(not ZBAR, reason="not run: no zbarimg on this machine (Debian: zbar-tools)")
def test_the_codes_on_paper_are_read_by_somebody_elses_reader(place, encoder, tmp_path):
	codes = (Code("code128", "T1-1-000001"), Mark("space"), Code("qr", "https://shop.example/r/1"))
	place.printer.send(job(encoder, place, Text("codes"), *codes, Text("end")))
	until(lambda: place.lines())
	[(_, receipt)] = place.emupos.receipts()
	(tmp_path / "paper.png").write_bytes(place.emupos.image(receipt))
	read = subprocess.run([ZBAR, "--quiet", tmp_path / "paper.png"], capture_output=True, text=True).stdout
	assert set(read.splitlines()) == {"CODE-128:T1-1-000001", "QR-Code:https://shop.example/r/1"}


@pytest.mark.skipif(bool(drawable()), reason=f"not run: {drawable()}")
def test_lines_of_other_scripts_are_pictures_of_one_line_between_lines_of_text(place, encoder):
	elements = (Text("before"), Row("Tea", "₹120.00"), Text("after"), Text("₹", bold=True, large=True))
	place.printer.send(job(encoder, place, *elements))
	until(lambda: place.lines())
	assert place.lines() == ["before", "[image 576x34]", "after", place.lines()[3]]
	assert place.lines()[3].startswith("[image ")
	assert place.lines()[3].endswith("x68]")


def test_a_logo_is_printed_above_the_receipt(place, encoder):
	import io

	from PIL import Image

	held = io.BytesIO()
	Image.new("L", (200, 300)).save(held, "PNG")
	document = ReceiptDocument(48, (Text("Shop"), Mark("cut")), logo=True)
	logo = read_logo(held.getvalue(), PROFILE.dots)
	place.printer.send(encoder.receipt(document, PROFILE, logo=logo).data)
	until(lambda: place.lines())
	assert place.lines() == ["[image 576x128]", "[image 576x128]", "[image 576x44]", "Shop"]
