"""Our scale drivers against emulators by other people: emupos (Toledo 8217) and mt-sics-emulator (MT-SICS
as Ohaus has it).

They need Python 3.13, so they live in an environment of their own: POS_BRIDGE_DEVICE_PEERS names its bin
folder (`python3.13 -m venv peers && peers/bin/pip install emupos mt-sics-emulator`).
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

PEERS = os.environ.get("POS_BRIDGE_DEVICE_PEERS", "")
pytestmark = [
	pytest.mark.slow,
	pytest.mark.skipif(not PEERS, reason="not run: POS_BRIDGE_DEVICE_PEERS names no emulators"),
]
PATIENCE_SECONDS = 60


@contextmanager
def running(folder, *command):
	with (folder / "peer.log").open("wb") as log:
		process = subprocess.Popen(
			(Path(PEERS) / command[0], *command[1:]), cwd=folder, stdout=log, stderr=log
		)
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


def test_mt_sics_as_another_authors_emulator_speaks_it(tmp_path, unused_tcp_port_factory):
	port, control = unused_tcp_port_factory(), unused_tcp_port_factory()
	places = ("--host", "127.0.0.1", "--port", str(port), "--control-port", str(control))
	with running(tmp_path, "mtsics-tcp", *places):
		once(lambda: call(f"http://127.0.0.1:{control}/state"))
		scale = scale_at(parse_address("scale", f"mt-sics:socket://127.0.0.1:{port}"))
		try:
			assert says(scale, "stable", "0").unit == "kg"
			call(f"http://127.0.0.1:{control}/weight", "POST", value=1.25, snap=True)
			once(lambda: says(scale, "stable", "1.25"))
			call(f"http://127.0.0.1:{control}/weight", "POST", value=9_999, snap=True)
			once(lambda: says(scale, "overload"))
		finally:
			scale.close()


def test_toledo_8217_as_emupos_speaks_it(tmp_path, unused_tcp_port):
	settings = {
		"schema": 1,
		"api": {"host": "127.0.0.1", "port": unused_tcp_port},
		"devices": [
			{
				"id": "deli",
				"type": "scale",
				"profile": "toledo8217-15kg",
				"connections": [{"serial": {"pty": True}}],
			}
		],
	}
	(tmp_path / "emupos.yaml").write_text(json.dumps(settings))
	api = f"http://127.0.0.1:{unused_tcp_port}/api/v1/devices"
	with running(tmp_path, "emupos", "run"):
		place = once(lambda: place_of(call(api)))
		scale = scale_at(parse_address("scale", f"toledo:{place}?bits=8&parity=N"))
		try:
			for grams, value in ((345, "0.345"), (1_250, "1.25"), (0, "0")):
				call(f"{api}/deli/weight", "PUT", grams=grams, stable=True)
				assert once(lambda value=value: says(scale, "stable", value)).unit == "kg"
			call(f"{api}/deli/weight", "PUT", grams=500, stable=False)
			once(lambda: says(scale, "unstable"))
			call(f"{api}/deli/weight", "PUT", grams=20_000, stable=True)
			once(lambda: says(scale, "overload"))
		finally:
			scale.close()


def place_of(devices):
	"""The pty that emupos made for the scale."""
	text = json.dumps(devices)
	found = [word for word in text.replace('"', " ").split() if word.startswith(("/tmp/", "/dev/pts/"))]
	assert found, text
	return found[0]
