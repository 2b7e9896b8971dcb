"""The command: what a person types and what comes back."""

import asyncio
import json
import signal
import sys

import aiohttp
import pytest
from carts import till_day

from pos_bridge import __version__
from pos_bridge.agent import cli
from pos_bridge.agent.server import listen
from pos_bridge.core.entry import open_wire
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, wire_fields

DAY = till_day(3)


async def command(*arguments, cwd=None):
	process = await asyncio.create_subprocess_exec(
		*(sys.executable, "-m", "pos_bridge.agent.cli", *arguments),
		stdout=asyncio.subprocess.PIPE,
		stderr=asyncio.subprocess.PIPE,
		cwd=cwd,
	)
	out, err = await asyncio.wait_for(process.communicate(), 60)
	return process.returncode, out.decode(), err.decode()


async def heard(socket, op):
	"""Wait for a frame of this kind; printers may tell of themselves in between."""
	while (await socket.receive_json(timeout=20))["op"] != op:
		continue


def test_the_version_is_told(capsys):
	with pytest.raises(SystemExit) as ended:
		cli.main(["--version"])
	assert ended.value.code == 0
	assert capsys.readouterr().out.strip() == f"pos-bridge {__version__}"


async def test_one_sale_goes_through_everything_and_is_told_as_json(tmp_path):
	status, out, err = await command("demo", "--once", "--json", cwd=tmp_path)
	account = json.loads(out)
	assert (status, err) == (0, "")
	assert (account["outcome"], account["state"], account["pushed_again"]) == ("created", "posted", "exists")
	assert account["receipt_number"] == "T1-1-000001"
	assert account["total_minor"] == 2091
	assert account["drawer_opened"] is True
	assert any("TOTAL EUR" in line and "20.91" in line for line in account["receipt_lines"])
	debit, credit = (
		sum(line[side] for line in account["journal"]) for side in ("debit_minor", "credit_minor")
	)
	assert debit == credit > 0
	assert len(account["stock_moves"]) == 3
	assert list(tmp_path.iterdir()) == []


async def test_sales_in_one_folder_add_up_and_each_has_a_number_of_its_own(tmp_path):
	numbers = []
	for _ in range(2):
		status, out, _ = await command("demo", "--once", "--json", "--data-dir", str(tmp_path))
		assert status == 0
		numbers.append(json.loads(out)["receipt_number"])
	assert numbers == ["T1-1-000001", "T1-101-000001"]


async def test_a_taken_port_is_told_with_what_to_do(tmp_path):
	taken = listen(0)
	port = str(taken.getsockname()[1])
	status, out, err = await command("demo", "--port", port, "--data-dir", str(tmp_path))
	taken.close()
	assert (status, out) == (1, "")
	assert port in err
	assert "--port" in err
	assert "Traceback" not in err


async def test_a_second_process_on_one_folder_is_refused_in_words(till, tmp_path):
	for arguments in (("demo", "--port", "0"), ("agent", "run"), ("agent", "enrol", till.demo.url, "CODE")):
		status, out, err = await command(*arguments, "--data-dir", str(tmp_path / "demo"))
		assert (status, out) == (1, "")
		assert "Another POS Bridge is working in" in err
		assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [("demo", "--port", "0"), ("demo", "--once"), ("agent", "run")])
async def test_a_folder_that_can_not_be_written_is_told_in_words(tmp_path, arguments):
	(tmp_path / "file").write_text("no folder")
	status, out, err = await command(*arguments, "--data-dir", str(tmp_path / "file"))
	assert (status, out) == (1, "")
	assert "can't be opened" in err
	assert "Traceback" not in err


async def test_an_agent_that_is_no_till_yet_says_how_to_become_one(tmp_path):
	status, _, err = await command("agent", "run", "--data-dir", str(tmp_path), "--port", "0")
	assert status == 1
	assert "agent enrol" in err


@pytest.mark.parametrize(
	("arguments", "words"),
	[
		(("enrol", "http://erp.example.com", "CODE"), "not encrypted"),
		(("enrol", "http://127.0.0.1:1", "CODE"), "did not answer"),
		(("run", "--printer", "pigeon:12"), "no printer's address"),
		(("run", "--printer", "network:"), "no printer's address"),
	],
)
async def test_what_can_not_work_is_refused_in_words(tmp_path, arguments, words):
	status, _, err = await command("agent", *arguments, "--data-dir", str(tmp_path))
	assert status == 1
	assert words in err
	assert "Traceback" not in err


async def test_an_enrolled_agent_forwards_to_its_company_and_serves_its_page_only(till, tmp_path):
	async with till.http.get("/till/enrolment.json") as response:
		code = (await response.json())["code"]
	folder = str(tmp_path / "agent")
	status, out, _ = await command("agent", "enrol", till.demo.url, code, "--data-dir", folder)
	assert (status, "till T1" in out) == (0, True)
	process = await asyncio.create_subprocess_exec(
		*(sys.executable, "-m", "pos_bridge.agent.cli", "agent", "run", "--data-dir", folder, "--port", "0"),
		stdout=asyncio.subprocess.PIPE,
	)
	line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
	port = line.split("port ")[1].split(",")[0]
	async with aiohttp.ClientSession(base_url=f"http://127.0.0.1:{port}") as session:
		origin = till.demo.url
		async with session.ws_connect(AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,), origin=origin) as socket:
			await socket.send_json({"op": "hello", "ref": 1, "protocol": 1, "till": "T1", "page": "test"})
			await heard(socket, "welcome")
			entries = [wire_fields(wire) for wire in DAY]
			await socket.send_json({"op": "record", "ref": 2, "entries": entries})
			await heard(socket, "recorded")
			await heard(socket, "acknowledged")
		with pytest.raises(aiohttp.WSServerHandshakeError):
			await session.ws_connect(AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,), origin="http://127.0.0.1:9")
		async with session.get("/till/enrolment.json") as response:
			assert response.status == 404
		async with session.get("/devices") as response:
			assert "Receipt printer" in await response.text()
		async with session.ws_connect("/devices/live") as devices:
			assert (await devices.receive_json(timeout=20))["settings"].keys() == {"receipt"}
			assert (await devices.receive_json(timeout=20))["printers"][0]["printer"] == "receipt"
	process.send_signal(signal.SIGTERM)
	assert await asyncio.wait_for(process.wait(), 30) == 0
	stored = till.demo.company.daybook.after(0, 10)
	assert [each.entry.id for each in stored] == [open_wire(wire).id for wire in DAY]
