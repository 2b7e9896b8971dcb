"""What a reconciliation found, as a terminal, a program and the desk show it, and to whom."""

import json
from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, book, invoice_of

from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.erpnext.reconcile.told import as_json, as_text


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""Goods of this file's own: elsewhere sales of earlier days leave recomputed stock behind."""
	from books import open_shop

	return open_shop(stock=100_000)


def scope_of(shop):
	return Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(DAY), shop.till)


def test_text_and_json_say_the_same(shop):
	book(
		shop,
		shop.sale(shop.line(shop.items[0])),
		shop.sale(shop.line(shop.items[0]), body={"total_minor": 1}),
	)
	scope = scope_of(shop)
	result = reconcile(scope)
	told = json.loads(as_json(scope, result))
	assert (told["entries"], told["unexplained"], told["states"]) == (2, 0, {"posted": 1, "held": 1})
	assert told["totals"][0]["difference_minor"] == 1
	lines = list(as_text(scope, result))
	assert "2 entries: 1 held, 1 posted" in lines
	assert "EUR: tills 2.51, books 2.50, difference 0.01" in lines
	assert lines[-1] == "0 unexplained, 1 explained differences."


def test_the_command_exits_with_1_if_anything_is_unexplained(shop, connected):
	import subprocess
	import sys

	from disposable import SITES

	def command(*more):
		run = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", connected.name]
		run += ["pos-bridge", "reconcile", "--company", COMPANY, "--from", DAY, "--till", shop.till, *more]
		return subprocess.run(run, cwd=SITES, capture_output=True, text=True)

	_, _, last = shop.sale(shop.line(shop.items[0])), None, shop.sale(shop.line(shop.items[0]))
	book(shop, last)
	gap = command()
	assert (gap.returncode, "UNEXPLAINED missing entries" in gap.stdout) == (1, True), gap.stderr
	clean = command("--to", DAY, "--json", "--from", "2026-11-01", "--to", "2026-11-01")
	assert (clean.returncode, json.loads(clean.stdout)["entries"]) == (0, 0), clean.stderr
	assert "not a date" in command("--to", "soon").stderr


def test_the_report_shows_them_with_links_and_totals_by_role(shop):
	from frappe.desk.query_report import run

	book(
		shop,
		shop.sale(shop.line(shop.items[0])),
		shop.sale(shop.line(shop.items[0]), body={"total_minor": 1}),
	)
	filters = {"company": COMPANY, "from_date": DAY, "to_date": DAY, "till": shop.till}
	shown = run("Till Reconciliation", filters)
	assert [(row["kind"], row["to_do"], row["till"]) for row in shown["result"]] == [("Held", 1, shop.till)]
	assert {"entry", "document", "cause", "remedy"} <= {column["fieldname"] for column in shown["columns"]}
	summary = {cell["label"]: cell["value"] for cell in shown["report_summary"]}
	assert (summary["Entries"], summary["Posted"], summary["Held"], summary["Unexplained"]) == (2, 1, 1, 0)
	assert (summary["Tills"], summary["Books"], summary["Difference"]) == (2.51, 2.5, 0.01)
	assert run("Till Reconciliation", {**filters, "only_to_do": 1})["result"] == shown["result"]


@pytest.mark.parametrize(
	("role", "allowed"),
	[("POS Manager", True), ("Auditor", True), ("Accounts User", True), ("POS Cashier", False)],
)
def test_the_report_is_for_managers_and_accountants(shop, role, allowed):
	from frappe.desk.query_report import run

	wire = shop.sale(shop.line(shop.items[0]))
	book(shop, wire)
	invoice = invoice_of(wire)
	invoice.cancel()
	frappe.db.commit()
	email = f"{frappe.scrub(role)}@example.com"
	user = frappe.get_doc({"doctype": "User", "email": email, "first_name": role, "send_welcome_email": 0})
	user.append("roles", {"role": role})
	user.insert(ignore_permissions=True)
	frappe.set_user(email)
	filters = {"company": COMPANY, "from_date": DAY, "to_date": DAY, "till": shop.till}
	if allowed:
		shown = run("Till Reconciliation", filters)
		assert invoice.name in {row["document"] for row in shown["result"]}
	else:
		with pytest.raises(frappe.PermissionError):
			run("Till Reconciliation", filters)
