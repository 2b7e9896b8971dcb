"""Which printers a till has: kept as data, refused with words, changed on this machine's own page only."""

import base64
import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from pos_bridge.agent.devices.floor.models import MODELS, profile_of
from pos_bridge.agent.devices.floor.settings import PrinterSetting, Settings, check_address, read_setting
from pos_bridge.agent.devices.floor.shop_floor import ShopFloor
from pos_bridge.agent.devices.links.dialogue import TalkingPrinter
from pos_bridge.agent.devices.page import add_devices
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.guard import Guard
from pos_bridge.agent.server import build_app
from pos_bridge.agent.spool import PrintSpool
from pos_bridge.core.errors import Malformed, Rejected

COMPANY = "https://erp.example"


def logo():
	import io

	from PIL import Image

	held = io.BytesIO()
	Image.new("L", (64, 16)).save(held, "PNG")
	return base64.b64encode(held.getvalue()).decode()


@pytest.fixture
def site(store, cache, tmp_path, unused_tcp_port):
	"""`async with site() as (client, spool, floor)`: the page of an agent whose printers can be chosen."""

	@asynccontextmanager
	async def serve():
		floor = ShopFloor(tmp_path)
		spool = PrintSpool(store, floor.equipment, cache)
		await spool.start(lambda _: None, lambda _: None)
		app = build_app(Guard(unused_tcp_port, (COMPANY,)))
		add_devices(app, spool, floor.virtual, lambda *_: None, floor=floor)
		runner = web.AppRunner(app)
		await runner.setup()
		await web.TCPSite(runner, "127.0.0.1", unused_tcp_port).start()
		async with ClientSession(f"http://127.0.0.1:{unused_tcp_port}") as client:
			yield client, spool, floor
		await runner.cleanup()
		await spool.stop()

	return serve


async def asked(client, message, **connection):
	"""What the page is told after it has asked for something: an error, or the settings anew."""
	async with client.ws_connect("/devices/live", **connection) as socket:
		while (await socket.receive_json(timeout=20))["op"] != "floor":
			continue
		await socket.send_str(json.dumps(message))
		while True:
			told = await socket.receive_json(timeout=20)
			if told["op"] in ("floor", "error"):
				return told


def setting(**fields):
	return {"op": "set_printer", "printer": "receipt", "setting": fields}


async def test_a_printer_is_chosen_on_the_page_kept_and_in_use_at_once(site, tmp_path):
	async with site() as (client, spool, _):
		fields = {"address": "network:10.0.0.5", "model": "epson-tm-t20", "changes": {"kick_pin": 5}}
		told = await asked(client, setting(**fields))
		assert told["settings"]["receipt"]["profile"]["kick_pin"] == 5
		assert (spool.printers()[0].kind, spool.printers()[0].columns) == ("network", 48)
	kept = ShopFloor(tmp_path)
	assert kept.settings["receipt"].address == "network:10.0.0.5"
	assert isinstance(kept.equipment["receipt"].printer, TalkingPrinter)
	assert (tmp_path / "printers.json").stat().st_mode & 0o077 == 0


async def test_the_companys_page_may_look_and_may_not_choose_printers(site):
	async with site() as (client, spool, _):
		told = await asked(client, setting(address="network:6.6.6.6"), origin=COMPANY)
		assert (told["op"], spool.printers()[0].kind) == ("error", "virtual")
		assert "own page" in told["message"]


async def test_a_logo_is_kept_until_it_is_removed_and_never_sent_back(site):
	async with site() as (client, _, floor):
		told = await asked(client, setting(logo=logo()))
		assert told["settings"]["receipt"]["has_logo"]
		assert told["settings"]["receipt"]["logo"] == ""
		await asked(client, setting(model="generic-58mm", logo=""))
		assert floor.equipment["receipt"].logo is not None
		await asked(client, setting(no_logo=True, logo=""))
		assert floor.equipment["receipt"].logo is None


async def test_the_drawers_sensor_is_calibrated_by_what_a_person_sees(site, eventually):
	async with site() as (client, spool, floor):
		await eventually(lambda: spool.printers()[0].drawer == "closed")
		told = await asked(client, {"op": "calibrate_drawer", "printer": "receipt", "open": True})
		assert told["settings"]["receipt"]["changes"] == {"drawer_sensor": "low"}
		assert floor.equipment["receipt"].printer.profile.drawer_sensor == "low"


async def test_a_printers_paper_is_told_once_also_after_other_printers_and_itself_were_changed(
	site, monkeypatch
):
	watched = []
	monkeypatch.setattr(VirtualPrinter, "watch", lambda printer, changed: watched.append(printer))
	async with site() as (client, _, floor):
		first = floor.virtual["receipt"]
		once = watched.count(first)
		await asked(client, {"op": "set_printer", "printer": "office", "setting": {"address": "virtual"}})
		assert watched.count(first) == once
		await asked(client, {"op": "calibrate_drawer", "printer": "receipt", "open": True})
		assert floor.virtual["receipt"] is not first
		assert watched.count(floor.virtual["receipt"]) == once


@pytest.mark.parametrize(
	("fields", "words"),
	[
		({"address": "network:"}, "no printer's address"),
		({"address": "file:/etc/passwd"}, "Choose a device"),
		({"address": "cups:-o"}, "no printer's address"),
		({"model": "abacus"}, "not known here"),
		({"changes": {"columns": 3}}, "number from 16"),
		({"changes": {"code_pages": []}}, "one or more of"),
		({"changes": {"raster": "yes"}}, "yes or no"),
		({"changes": {"cut": "twice"}}, "one of"),
		({"changes": {"name": "x"}}, "no point"),
		({"stand_in": "receipt"}, "no other printer"),
		({"layout": "nobody's"}, "No installed package"),
		({"logo": "!"}, "damaged"),
		({"logo": "bm8gcGljdHVyZQ=="}, "The logo can't be read"),
		({"drawer": "/dev/ttyS0"}, "serial:"),
	],
)
async def test_a_setting_that_makes_no_sense_changes_nothing_and_is_told(site, fields, words, tmp_path):
	async with site() as (client, spool, _):
		told = await asked(client, setting(**fields))
		assert words in told["message"]
		assert spool.printers()[0].kind == "virtual"
	assert not (tmp_path / "printers.json").exists()


@pytest.mark.parametrize("name", MODELS)
def test_every_model_is_whole(name):
	profile = profile_of(name, {})
	assert profile.columns * 9 <= profile.dots
	assert profile_of(name, {"columns": 40}).columns == 40


@pytest.mark.parametrize(
	"address",
	[
		"virtual",
		"network:till-printer:9101",
		"serial:COM3:115200",
		"usb:04b8:0e15:ABC",
		"cups:Kasse_1",
		"file:/dev/lp0",
	],
)
def test_an_address_of_every_kind_is_understood(address):
	check_address(address)


@pytest.mark.parametrize(
	"text",
	[
		"{",
		"[]",
		'{"printers": {"Receipt": {}}}',
		'{"printers": {"a": {"stand_in": "b"}}}',
		'{"printers": {"a": {"x": 1}}}',
	],
)
def test_a_file_of_settings_that_makes_no_sense_stops_the_start_with_words(tmp_path, text):
	(tmp_path / "printers.json").write_text(text)
	with pytest.raises(Rejected, match="mend it"):
		Settings(tmp_path / "printers.json")


def test_a_logo_that_is_no_picture_stops_the_start_with_words(tmp_path):
	text = '{"printers": {"receipt": {"logo": "bm8gcGljdHVyZQ=="}}}'
	(tmp_path / "printers.json").write_text(text)
	with pytest.raises(Rejected, match="The logo can't be read"):
		ShopFloor(tmp_path)


def test_printers_that_stand_in_for_each_other_are_kept(tmp_path):
	settings = Settings(tmp_path / "printers.json")
	settings.keep("receipt", PrinterSetting())
	settings.keep("office", PrinterSetting(stand_in="receipt"))
	assert Settings(tmp_path / "printers.json").printers["office"].stand_in == "receipt"


def test_a_name_that_could_be_a_path_is_none():
	with pytest.raises(Malformed, match="name"):
		read_setting("../x", {})
