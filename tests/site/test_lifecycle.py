"""Installing, upgrading and uninstalling as an integrator does it: by commands, on a site of its own."""

import gzip
import importlib
import json
import re
from pathlib import Path

import pytest
from disposable import Site, _root

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
COMPANY = "Lindenhof Trading Ltd"
SETUP = ("pos-bridge", "setup", "--company", COMPANY, "--shop", "Life", "--till", "L1")


@pytest.fixture(scope="module")
def life(redis_server):
	site = Site("pos-bridge-life.localhost")
	site.create()
	yield site
	site.drop()


def rows(site, sql):
	return [line.split("\t") for line in _root(f"USE `{site.database}`; {sql}").splitlines()]


def test_every_patch_can_be_imported():
	for line in (ROOT / "pos_bridge/patches.txt").read_text().splitlines():
		name = line.split("#")[0].strip()
		if name and not name.startswith("["):
			assert callable(importlib.import_module(name.split()[0]).execute)


def test_installing_adds_its_own_and_changes_no_setting(life):
	roles = {row[0] for row in rows(life, "SELECT name FROM tabRole WHERE name LIKE 'POS %'")}
	assert {"POS Cashier", "POS Manager", "POS Integrator"} <= roles
	(user,) = rows(life, "SELECT enabled, user_type FROM tabUser WHERE name = 'till@pos-bridge.invalid'")
	assert user == ["1", "Website User"]
	settings = rows(life, "SELECT value FROM tabSingles WHERE field = 'allow_negative_stock'")
	assert settings in ([], [["0"]])


def test_setting_a_shop_up_twice_changes_nothing(life):
	said = life.bench(*SETUP, check=False)
	assert "made   POS Till L1" in said
	before = rows(
		life, "SELECT name, modified FROM `tabPOS Profile` UNION SELECT name, modified FROM `tabAccount`"
	)
	again = life.bench(*SETUP, check=False)
	assert "made" not in again
	assert "kept   POS Till L1" in again
	assert before == rows(
		life, "SELECT name, modified FROM `tabPOS Profile` UNION SELECT name, modified FROM `tabAccount`"
	)


def test_a_code_for_a_till_comes_from_the_command(life):
	said = life.bench("pos-bridge", "enrolment-code", "--till", "L1")
	(code,) = re.findall(r"^[A-Z2-9]{8}$", said, re.MULTILINE)
	((kept, tries),) = rows(life, "SELECT code_hash, code_tries FROM `tabPOS Till` WHERE name = 'L1'")
	assert (len(kept), kept == code, tries) == (64, False, "0")


def test_migrating_keeps_what_waits(life):
	_root(
		f"USE `{life.database}`; INSERT INTO `tabPOS Entry`"
		" (name, creation, modified, till, chain, sequence, position, kind, state, hash, text, recorded_at,"
		" sent_by, hop) VALUES"
		" ('kept', NOW(), NOW(), 'L1', 'c', 1, 1, 'sale', 'waiting', '', '', '', 'L1', 'page')"
	)
	life.bench("migrate")
	assert rows(life, "SELECT state FROM `tabPOS Entry` WHERE name = 'kept'") == [["waiting"]]


def test_uninstalling_refuses_while_something_is_not_booked(life):
	said = life.bench("uninstall-app", "pos_bridge", "--yes", "--no-backup", check=False)
	assert "not in the books yet" in said
	assert rows(life, "SELECT COUNT(*) FROM `tabPOS Entry`") == [["1"]]


def test_uninstalling_leaves_the_daybook_as_a_file_and_takes_its_definitions_along(life):
	_root(f"USE `{life.database}`; UPDATE `tabPOS Entry` SET state = 'posted'")
	life.bench("uninstall-app", "pos_bridge", "--yes", "--no-backup")
	newest = max((life.folder / "private/backups").glob("pos_bridge_daybook_*.jsonl.gz"))
	with gzip.open(newest, "rt", encoding="utf-8") as file:
		assert [json.loads(line)["table"] for line in file] == ["POS Entry"]
	assert rows(life, "SELECT COUNT(*) FROM `tabCustom Field` WHERE fieldname LIKE 'pos_bridge_%'") == [["0"]]
	assert rows(life, "SELECT COUNT(*) FROM tabDocType WHERE module = 'POS Bridge'") == [["0"]]
	assert rows(life, "SELECT COUNT(*) FROM `tabPOS Profile` WHERE name = 'Life'") == [["1"]]


def test_it_can_be_installed_again(life):
	life.bench("install-app", "pos_bridge")
	assert rows(life, "SELECT COUNT(*) FROM tabDocType WHERE name = 'POS Entry'") == [["1"]]
