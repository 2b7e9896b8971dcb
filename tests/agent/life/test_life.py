"""The agent's life: doctor, devices, service, browser policy, unpairing, and a clock that jumps."""

import asyncio
import json
import stat

import pytest

from pos_bridge.agent.cli import main
from pos_bridge.agent.devices.attached.address import SETTINGS_FILE, load_settings, save_setting
from pos_bridge.agent.door.keys import AgentKey
from pos_bridge.agent.door.pairing import Door
from pos_bridge.agent.life.clock import ClockWatch, watch_clock
from pos_bridge.agent.life.doctor import examine
from pos_bridge.agent.life.policy import policy_files, write_policies
from pos_bridge.agent.life.service import install, unit_text
from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Rejected


def agent(folder, *arguments):
	return main(["agent", *arguments, "--data-dir", str(folder)])


def test_devices_are_added_listed_tried_and_removed_by_name(tmp_path, capsys):
	folder = tmp_path / "till"
	assert agent(folder, "devices", "add", "scale", "virtual") == 0
	assert stat.S_IMODE((folder / SETTINGS_FILE).stat().st_mode) == 0o600
	assert agent(folder, "devices", "add", "terminal", "zvt:10.0.0.9?password=123456") == 0
	assert agent(folder, "devices") == 0
	listed = capsys.readouterr().out
	assert "scale: virtual" in listed
	assert "terminal: zvt:10.0.0.9" in listed
	assert "123456" not in listed
	assert agent(folder, "devices", "try", "scale") == 0
	assert "state='stable', value='0'" in capsys.readouterr().out
	assert agent(folder, "devices", "remove", "terminal") == 0
	assert load_settings(folder) == {"scale": "virtual"}


@pytest.mark.parametrize(
	"arguments",
	[("add", "scale", "pigeon:/dev/x"), ("add", "scale"), ("add",), ("add", "scanner", "serial:")],
)
def test_a_device_that_is_none_is_refused_in_words_and_not_kept(tmp_path, capsys, arguments):
	assert agent(tmp_path, "devices", *arguments) == 1
	assert len(capsys.readouterr().err) > 30
	assert load_settings(tmp_path) == {}


def test_settings_that_can_not_be_read_are_said_not_skipped(tmp_path):
	for text in ("{", "[]", '{"printer": "virtual"}', '{"scale": 7}'):
		(tmp_path / SETTINGS_FILE).write_text(text)
		with pytest.raises(Rejected, match=SETTINGS_FILE):
			load_settings(tmp_path)
	with pytest.raises(Rejected):
		save_setting(tmp_path, "drawer", "virtual")


async def test_the_doctor_says_what_is_wrong_and_what_to_do(tmp_path, unused_tcp_port):
	found = {
		finding.about: finding async for finding in examine(tmp_path / "none", unused_tcp_port, tmp_path)
	}
	assert not found["folder"].well
	assert "pos-bridge agent enrol" in found["enrolment"].words
	assert "pos-bridge agent run" in found["agent"].words


async def test_the_doctor_looks_at_a_running_agent_and_at_its_devices(till, tmp_path):
	save_setting(tmp_path, "scale", f"toledo:/dev/{tmp_path.name}")
	tmp_path.chmod(0o750)
	found = {finding.about: finding async for finding in examine(tmp_path, till.demo.port, tmp_path)}
	assert found["agent"].well
	assert found["enrolment"].words.startswith("Till T1")
	assert "chmod 700" in found["folder"].words
	assert "plugged in" in found["scale"].words


def test_the_doctors_command_fails_if_something_grave_is_wrong(tmp_path, unused_tcp_port, capsys):
	assert agent(tmp_path / "none", "doctor", "--port", str(unused_tcp_port)) == 1
	assert "!!  agent" in capsys.readouterr().out


def test_the_service_is_the_users_own_and_starts_again_by_itself(tmp_path):
	path = install(tmp_path / "my till", 8686, tmp_path)
	text = path.read_text()
	assert f'agent run --data-dir "{tmp_path / "my till"}" --port 8686' in text
	assert "Restart=always" in text
	assert "NoNewPrivileges=yes" in text
	with pytest.raises(Rejected):
		unit_text(tmp_path / "100%", 8686)


def test_the_browsers_policy_names_one_site_and_overwrites_nobodys_file(tmp_path):
	firefox = tmp_path / "etc/firefox/policies/policies.json"
	firefox.parent.mkdir(parents=True)
	firefox.write_text('{"policies": {"DisableTelemetry": true}}')
	files = policy_files("https://erp.example.com", tmp_path)
	assert [file.foreign for file in files] == [False, False, False, True]
	written = write_policies(files)
	assert len(written) == 3
	for path in written:
		assert json.loads(path.read_text())["LoopbackNetworkAllowedForUrls"] == ["https://erp.example.com"]
	assert "DisableTelemetry" in firefox.read_text()
	assert json.loads(files[3].content)["policies"]["LocalNetworkAccess"]["SkipDomains"] == [
		"erp.example.com"
	]


def test_the_policy_is_shown_before_it_is_written(tmp_path, capsys):
	assert agent(tmp_path, "browser-policy", "--url", "https://erp.example.com/app") == 0
	assert '"https://erp.example.com"' in capsys.readouterr().out
	assert agent(tmp_path, "browser-policy") == 1


def test_a_page_is_put_out_without_a_server(tmp_path, capsys):
	store = Store(tmp_path / "agent.sqlite", "agent")
	door = Door(store)
	asyncio.run(door.knock("T1", AgentKey(tmp_path).public, "https://erp.example.com"))
	(page,) = door.pages()
	store.close()
	assert agent(tmp_path, "unpair", "000000" if page.digits != "000000" else "000001") == 1
	assert agent(tmp_path, "unpair", page.digits) == 0
	assert page.digits in capsys.readouterr().out
	store = Store(tmp_path / "agent.sqlite", "agent")
	assert [page.state for page in Door(store).pages()] == ["revoked"]
	store.close()


def test_a_jump_of_the_clock_is_told_from_time_that_passes():
	now = {"wall": 1_000.0, "steady": 50.0}
	watch = ClockWatch(lambda: now["wall"], lambda: now["steady"])
	now["wall"] += 10.5
	now["steady"] += 10
	assert watch.look() == 0
	now["wall"] -= 3_590
	now["steady"] += 10
	assert watch.look() == -3_600
	now["wall"] += 10
	now["steady"] += 10
	assert watch.look() == 0


async def test_a_jump_is_kept_where_a_person_finds_it(agent_shelf):
	now = {"wall": 1_000.0}
	door = Door(agent_shelf)
	watching = asyncio.create_task(watch_clock(door.note, ClockWatch(lambda: now["wall"], lambda: 0.0), 0.0))
	now["wall"] += 3_600
	while not door.happenings(1):
		await asyncio.sleep(0.01)
	watching.cancel()
	(happened, *_) = door.happenings(1)
	assert happened["words"].startswith("The clock jumped 3600 s ahead")
