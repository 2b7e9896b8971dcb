"""What is tested is the checkout that the tests lie in, whichever one the bench has installed."""

from pathlib import Path

import frappe
from disposable import ROOT

import pos_bridge
from pos_bridge import jobs

PAGE = ROOT / "pos_bridge/public/till"


def test_this_process_imports_this_checkout(site):
	for path in (pos_bridge.__file__, jobs.__file__, frappe.get_app_path("pos_bridge")):
		assert Path(path).resolve().is_relative_to(ROOT.resolve())


def test_commands_of_the_bench_run_this_checkout(site):
	said = site.bench("execute", "frappe.get_app_path", "--args", '["pos_bridge"]')
	assert str(ROOT / "pos_bridge") in said


def test_the_site_serves_this_checkouts_page(server):
	asset = next((PAGE / "assets").glob("*.css"))
	status, answer = server.get(f"/assets/pos_bridge/till/assets/{asset.name}")
	assert (status, answer["text"]) == (200, asset.read_text(encoding="utf-8"))
