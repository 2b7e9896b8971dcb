"""What an auditor takes away from a real ERPNext: verified by its own program, and by nothing of ours."""

import json
import subprocess
import sys
import zipfile
from datetime import date

import cards
import drawers
import frappe
import payers
import pytest
from books import COMPANY, DAY, book, invoice_of, record, returned
from disposable import SITES

from pos_bridge.core.tenders import Tender
from pos_bridge.erpnext.audit.export import export
from pos_bridge.erpnext.audit.verifier.form import Fault
from pos_bridge.erpnext.audit.verifier.report import told_of, verify
from pos_bridge.erpnext.reconcile.scope import Scope


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""Goods of this file's own: what other files sold of theirs does not matter here."""
	from books import open_shop

	return open_shop(stock=100_000)


def scope_of(shop, last=DAY):
	return Scope(COMPANY, date.fromisoformat(DAY), date.fromisoformat(last), shop.till)


def exported(shop, folder, **more):
	frappe.db.commit()
	path = folder / "export.zip"
	export(scope_of(shop, **more), path)
	return path


def a_day(shop):
	"""Sales, a return, an opened drawer, something held and something put aside."""
	one, two, _ = shop.items
	sale = shop.sale(shop.line(one, "3"), shop.line(two, "2", percent=10), over=500)
	drawer = shop.seal("no_sale", {"reason": "change"})
	back = returned(shop, sale, {1: 2})
	refused = shop.sale(shop.line(one), body={"total_minor": 1})
	book(shop, sale, drawer, back, refused)
	record(shop, f"rubbish of {shop.till} and {frappe.generate_hash()}".encode())
	return sale, back


def test_a_day_is_exported_whole_and_verified_without_anything_of_ours(shop, tmp_path):
	a_day(shop)
	path = exported(shop, tmp_path)
	with zipfile.ZipFile(path) as archive:
		archive.extractall(tmp_path / "out")
		manifest = json.loads(archive.read("manifest.json"))
	assert manifest["counts"] == {"posted": 3, "held": 1}
	assert manifest["receipt_numbers"] == [[f"{shop.till}-1", 1, 3]]
	program = [sys.executable, "-I", "-S", str(tmp_path / "out/verify_pos_export.py"), str(path)]
	done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True)
	assert (done.returncode, done.stderr) == (0, ""), done.stdout
	assert "General ledger: 2 entries equal it in net, every tax and money." in done.stdout
	assert "not booked, its figures are wrong" in done.stdout
	assert len((tmp_path / "out/quarantine.jsonl").read_text().splitlines()) == 1
	assert len((tmp_path / "out/stock_ledger_entries.jsonl").read_text().splitlines()) == 3


def test_the_ledger_that_someone_wrote_past_erpnext_is_found(shop, tmp_path):
	sale, _ = a_day(shop)
	invoice = invoice_of(sale)
	frappe.db.sql(
		"UPDATE `tabGL Entry` SET account = %s WHERE voucher_no = %s AND account = %s",
		("Debtors - LT", invoice.name, invoice.items[0].income_account),
	)
	with pytest.raises(Fault, match="The ledger differs from the entries"):
		verify(str(exported(shop, tmp_path)))


def test_an_invoice_that_was_cancelled_in_the_desk_is_named_and_not_compared(shop, tmp_path):
	sale = shop.sale(shop.line(shop.items[0]))
	book(shop, sale)
	invoice_of(sale).cancel()
	lines = list(told_of(verify(str(exported(shop, tmp_path)))))
	assert "  not compared: 1, cancelled or amended in the desk" in lines


def test_entries_of_other_days_between_two_of_these_are_there_but_count_for_nothing(shop, tmp_path):
	first = shop.sale(shop.line(shop.items[0]))
	other = shop.sale(shop.line(shop.items[0]), day="2026-11-24", at="2026-11-24T12:00:00.000+01:00")
	last = shop.sale(shop.line(shop.items[0]))
	book(shop, first, other, last)
	done = verify(str(exported(shop, tmp_path)))
	assert done.states == {"posted": 3}
	assert [row[3] for row in done.totals.rows()] == ["2"]


def test_a_row_that_was_taken_out_of_the_database_is_missing_for_all_to_see(shop, tmp_path):
	wires = [shop.sale(shop.line(shop.items[0])) for _ in range(3)]
	entries = book(shop, *wires)
	frappe.db.sql("DELETE FROM `tabPOS Entry` WHERE name = %s", entries[1].name)
	done = verify(str(exported(shop, tmp_path)))
	assert len(done.lacks) == 2, done.lacks
	assert f"receipt numbers {shop.till}-1-000002 to 000002" in done.lacks


def test_a_text_that_was_changed_in_the_database_is_found(shop, tmp_path):
	(entry,) = book(shop, shop.sale(shop.line(shop.items[0])))
	frappe.db.sql("UPDATE `tabPOS Entry` SET text = REPLACE(text, 'Ada', 'Eve') WHERE name = %s", entry.name)
	with pytest.raises(Fault, match="An entry was changed"):
		verify(str(exported(shop, tmp_path)))


def test_the_command_writes_the_file_and_says_its_seal(shop, connected, tmp_path):
	book(shop, shop.sale(shop.line(shop.items[0])))
	path = tmp_path / "audit.zip"
	command = [sys.executable, "-m", "frappe.utils.bench_helper", "frappe", "--site", connected.name]
	command += ["pos-bridge", "audit-export", "--company", COMPANY, "--from", DAY, "--to", DAY]
	done = subprocess.run(
		[*command, "--till", shop.till, str(path)], cwd=SITES, capture_output=True, text=True
	)
	assert done.returncode == 0, done.stderr
	assert path.read_bytes()[-64:].decode() in done.stdout
	verify(str(path))


def test_a_day_of_every_kind_holds_with_its_tips_cards_exchanges_and_drawer(shop, tmp_path):
	card, overspent = cards.number(), cards.number()
	opened = drawers.open_shift(shop, 10_000)
	plastic = list(shop.shop.tenders)[1]
	tipped = payers.paid(shop, [Tender(plastic, "card", 900)], tip=150)
	credited = payers.paid(shop, [Tender("On Account", "on_account", 750)], customer=payers.a_customer())
	book(
		shop,
		opened,
		tipped,
		credited,
		*payers.halves(shop),
		cards.issue(shop, card, 2_000),
		cards.spend(shop, card, 300),
		cards.issue(shop, overspent, 100),
		cards.spend(shop, overspent),
		drawers.cash_out(shop, opened, 1_000, "deposit"),
		drawers.sell(shop, opened),
		shop.seal("void", {"reason": "gave up", "lines": [], "total_minor": 0}),
		drawers.close(shop, opened, 9_000),
		drawers.sell(shop, opened),
	)
	states = frappe.get_all("POS Entry", {"till": shop.till}, ["kind", "state", "reason"])
	assert {row.state for row in states} == {"posted"}, [row for row in states if row.state != "posted"]
	done = verify(str(exported(shop, tmp_path)))
	assert (done.lacks, done.ledger.compared) == ([], 9)
	assert done.ledger.left_out == {"of other kinds than sales and returns: debits and credits only": 4}
