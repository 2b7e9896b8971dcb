"""Our scale and scanner drivers against emulators by other people: emupos (Toledo 8217, serial scanner) and
mt-sics-emulator (MT-SICS as Ohaus has it).

`make test` installs them, each in an environment of its own, where it finds the Python that they need;
POS_BRIDGE_EMUPOS and POS_BRIDGE_MT_SICS name their programs elsewhere.
"""

import json
import os
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from pos_bridge.agent.devices.attached.address import parse_address
from pos_bridge.agent.devices.attached.scales import scale_at
from pos_bridge.agent.devices.attached.serial_scanner import serial_scanner

ROOT = Path(__file__).parents[3]
EMUPOS = Path(os.environ.get("POS_BRIDGE_EMUPOS") or ROOT / ".make/emupos/bin/emupos")
MT_SICS = Path(os.environ.get("POS_BRIDGE_MT_SICS") or ROOT / ".make/mt-sics/bin/mtsics-tcp")
pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 60


@contextmanager
def running(folder, *command):
	with (folder / "peer.log").open("wb") as log:
		process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
	try:
		yield
	finally:
		process.terminate()
		process.wait(30)


def call(url, method="GET", **body):
	data = json.dumps(body).encode() if body else None
	request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
	with urllib.request.urlopen(request, timeout=10) as answer:
		return json.loads(answer.read() or b"null")


def once(work):
	"""The first answer that is no fault: a peer takes a moment to start."""
	end = time.monotonic() + PATIENCE_SECONDS
	while True:
		try:
			return work()
		except (OSError, AssertionError):
			if time.monotonic() > end:
				raise
			time.sleep(0.1)


def says(scale, state, value=None):
	weight = scale.weigh()
	assert (weight.state, value or weight.value) == (state, weight.value), weight
	return weight


@pytest.mark.skipif(
	not MT_SICS.exists(),
	reason="not run: no mt-sics-emulator on this machine (it needs Python 3.11; make test)",
)
def test_mt_sics_as_another_authors_emulator_speaks_it(tmp_path, unused_tcp_port_factory):
	port, control = unused_tcp_port_factory(), unused_tcp_port_factory()
	places = ("--host", "127.0.0.1", "--port", str(port), "--control-port", str(control))
	with running(tmp_path, MT_SICS, *places):
		once(lambda: call(f"http://127.0.0.1:{control}/state"))
		scale = scale_at(parse_address("scale", f"mt-sics:socket://127.0.0.1:{port}"))
		try:
			assert says(scale, "stable", "0").unit == "kg"
			for kilograms, state in ((1.25, "stable"), (9_999, "overload"), (-0.5, "underzero")):
				call(f"http://127.0.0.1:{control}/weight", "POST", value=kilograms, snap=True)
				value = "1.25" if state == "stable" else ""
				assert once(lambda state=state: says(scale, state)).value == value

			def moving(targets=iter(range(1, 10_000))):  # noqa: B008 - the same ones at each call
				"""Put another weight on each time: it settles within two seconds."""
				call(f"http://127.0.0.1:{control}/weight", "POST", target=1 + next(targets) % 90)
				says(scale, "unstable")

			once(moving)
		finally:
			scale.close()


needs_emupos = pytest.mark.skipif(
	not EMUPOS.exists(), reason="not run: no emupos on this machine (it needs Python 3.13; make test)"
)


@contextmanager
def emupos(folder, port, **device):
	"""emupos with one device on a pty: where its control API is, and the pty."""
	settings = {
		"schema": 1,
		"api": {"host": "127.0.0.1", "port": port},
		"devices": [{"id": "one", **device, "connections": [{"serial": {"pty": True}}]}],
	}
	(folder / "emupos.yaml").write_text(json.dumps(settings))
	api = f"http://127.0.0.1:{port}/api/v1/devices"
	with running(folder, EMUPOS, "run"):
		yield f"{api}/one", once(lambda: place_of(call(api)))


@needs_emupos
def test_toledo_8217_as_emupos_speaks_it(tmp_path, unused_tcp_port):
	with emupos(tmp_path, unused_tcp_port, type="scale", profile="toledo8217-15kg") as (api, place):
		scale = scale_at(parse_address("scale", f"toledo:{place}?bits=8&parity=N"))
		try:
			for grams, value in ((345, "0.345"), (1_250, "1.25"), (0, "0")):
				call(f"{api}/weight", "PUT", grams=grams, stable=True)
				assert once(lambda value=value: says(scale, "stable", value)).unit == "kg"
			call(f"{api}/weight", "PUT", grams=500, stable=False)
			once(lambda: says(scale, "unstable"))
			call(f"{api}/weight", "PUT", grams=20_000, stable=True)
			once(lambda: says(scale, "overload"))
		finally:
			scale.close()


@needs_emupos
@pytest.mark.parametrize("suffix", ["enter", "tab", "none"])
def test_a_serial_scanner_as_emupos_has_it(tmp_path, unused_tcp_port, suffix):
	codes = ("4006381333931", "https://id.example/01/04006381333931?17=261231", "T1-1-000042")
	scanned = []
	with emupos(tmp_path, unused_tcp_port, type="scanner", mode="serial", suffix=suffix) as (api, place):
		scanner = serial_scanner("scanner", parse_address("scanner", f"serial:{place}"))
		scanner.start(lambda scan: scanned.append(scan.code), lambda _: None)
		try:
			once(lambda: is_true(scanner.status().online))
			for count, code in enumerate(codes, start=1):
				call(f"{api}/scans", "POST", data=code, countdown_seconds=0)
				once(lambda count=count: is_true(len(scanned) == count))
			assert scanned == list(codes)
		finally:
			scanner.stop()


def is_true(said):
	assert said


def place_of(devices):
	"""The pty that emupos made for the scale."""
	text = json.dumps(devices)
	found = [word for word in text.replace('"', " ").split() if word.startswith(("/tmp/", "/dev/pts/"))]
	assert found, text
	return found[0]
