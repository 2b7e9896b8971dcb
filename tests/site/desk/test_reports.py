"""What accountants read: sales that equal the ledger, and all that is open, closed by a note."""

import json
from pathlib import Path

import cards
import drawers
import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, gl, invoice_of, open_till, record, returned
from changes import closed_period
from disposable import ROOT
from payers import a_customer

from pos_bridge import desk, jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.audit.verifier.report import verify
from pos_bridge.erpnext.shown import plain

DESK_DOCUMENTS = ("number_card", "dashboard_chart")


@pytest.fixture(scope="module")
def shared_shop(connected):
	"""Goods of this file's own: elsewhere days are over and periods closed."""
	from books import open_shop

	return open_shop(stock=100_000)


def shown(report, shop, **more):
	from frappe.desk.query_report import run

	filters = {"company": COMPANY, "from_date": DAY, "to_date": DAY, "till": shop.till, **more}
	return run(report, filters)


def rows_of(report, shop, **more):
	return [row for row in shown(report, shop, **more)["result"] if isinstance(row, dict)]


def as_user(*roles):
	email = f"{frappe.generate_hash(length=8)}@example.com"
	user = frappe.get_doc({"doctype": "User", "email": email, "first_name": "Test", "send_welcome_email": 0})
	for role in roles:
		user.append("roles", {"role": role})
	user.insert(ignore_permissions=True)
	frappe.set_user(email)
	return email


def a_day(shop):
	one, two, _ = shop.items
	sale = shop.sale(shop.line(one, "3"), shop.line(two, "2", percent=10))
	later = shop.sale(shop.line(one), at=f"{DAY}T17:30:00.000+01:00")
	back = returned(shop, sale, {1: 2})
	book(shop, sale, later, back)
	return sale, later, back


def test_sales_add_up_to_what_the_general_ledger_has(shop):
	wires = a_day(shop)
	(row,) = rows_of("Till Sales", shop)
	income, taxes = 0.0, 0.0
	for wire in wires:
		invoice = invoice_of(wire)
		ledger = gl(invoice.name)
		income += ledger[invoice.items[0].income_account]
		taxes += sum(ledger.get(tax.account_head, 0) for tax in invoice.taxes)
	assert (row["net"], row["tax"]) == (round(-income, 2), round(-taxes, 2))
	assert row["total"] == pytest.approx(row["net"] + row["tax"] + row["rounding"])
	assert row["total"] == sum(open_wire(wire).body["total_minor"] for wire in wires) / 100
	assert (row["tickets"], row["returned_tickets"], row["returned"]) == (2, 1, -5.0)
	assert row["discount"] == 1.0  # a tenth of two at 5.00
	assert row["average"] == pytest.approx((7.5 + 9 + 2.5) / 2)


def test_sales_by_hour_are_by_the_clock_on_the_shops_wall(shop):
	frappe.db.set_value("POS Till", shop.till, "time_zone", "Asia/Tokyo")
	frappe.clear_cache()
	a_day(shop)
	told = shown("Till Sales", shop, group_by=["hour", "cashier"])
	hours = {row["hour"]: row["total"] for row in told["result"] if isinstance(row, dict)}
	assert set(hours) == {20, 1}  # 12:00 and 17:30 at +01:00
	assert told["chart"]["data"]["labels"] == ["1:00", "20:00"]


def test_sales_by_item_are_the_lines_and_their_net_is_the_ledgers(shop):
	wires = a_day(shop)
	rows = {row["item"]: row for row in rows_of("Till Sales", shop, group_by="item")}
	one, two, _ = shop.items
	assert (rows[one]["quantity"], rows[one]["returned_quantity"], rows[one]["amount"]) == (2, -2, 5.0)
	assert (rows[two]["quantity"], rows[two]["amount"]) == (2, 9.0)
	assert sum(row["net"] for row in rows.values()) == pytest.approx(
		sum(open_wire(wire).body["net_minor"] for wire in wires) / 100
	)


def test_money_that_was_taken_out_of_the_drawer_is_listed_with_its_amount_and_is_no_sale(shop):
	opened = drawers.open_shift(shop, 10_000)
	out = drawers.cash_out(shop, opened, 320, "petty_cash")
	book(shop, opened, drawers.sell(shop, opened), out)
	assert (entry_of(out).total, entry_of(out).currency) == (3.2, "EUR")
	(row,) = rows_of("Till Sales", shop)
	assert row["total"] == 2.5


def test_what_was_booked_in_another_month_is_said_in_both(shop):
	day = "2026-10-15"
	with closed_period(shop.till, "2026-10-01", "2026-10-31"):
		wire = shop.sale(shop.line(shop.items[0]), day=day, at=f"{day}T15:30:00.000+02:00")
		book(shop, wire)
		desk.post_on_first_open_day(open_wire(wire).id)
		frappe.db.commit()
		jobs.post_waiting()
	(october, november) = (
		shown("Till Sales", shop, from_date=f"2026-{month}-01", to_date=f"2026-{month}-30")
		for month in (10, 11)
	)
	assert "In these figures, but booked on other days: 1 tickets, net" in october["message"]
	assert "booked on these days: 1 tickets of others, net" in november["message"]
	assert not shown("Till Sales", shop, from_date=day)["message"]


def test_what_is_held_is_not_in_the_figures_and_is_said(shop):
	book(
		shop,
		shop.sale(shop.line(shop.items[0])),
		shop.sale(shop.line(shop.items[0]), body={"total_minor": 1}),
	)
	told = shown("Till Sales", shop)
	assert told["result"][0]["tickets"] == 1
	assert "the books refused it: 1 tickets" in told["message"]


def test_a_cancelled_sale_counts_for_nothing_and_an_amended_one_as_the_books_have_it(shop):
	gone, changed = shop.sale(shop.line(shop.items[0])), shop.sale(shop.line(shop.items[0], "2"))
	book(shop, gone, changed)
	invoice_of(gone).cancel()
	old = invoice_of(changed)
	old.cancel()
	new = frappe.copy_doc(old)
	new.amended_from = old.name
	new.items[0].qty = 1
	new.payments[0].amount = 2.5
	new.submit()
	(row,) = rows_of("Till Sales", shop)
	assert (row["tickets"], row["total"]) == (1, new.grand_total)
	(line,) = rows_of("Till Sales", shop, group_by="item")
	assert (line["quantity"], line["net"]) == (1, new.net_total)


def test_sales_can_be_added_up_by_nothing_that_is_not_named(shop):
	with pytest.raises(frappe.ValidationError, match="can't be added up"):
		shown("Till Sales", shop, group_by="till; DROP TABLE x")


def test_a_reader_sees_the_tills_that_user_permissions_leave_him(shop, shared_shop):
	other = open_till(shared_shop)
	for each in (shop, other):
		book(each, each.sale(each.line(each.items[0])))
	email = as_user("Accounts User")
	frappe.set_user("Administrator")
	frappe.get_doc(
		{"doctype": "User Permission", "user": email, "allow": "POS Till", "for_value": shop.till}
	).insert()
	frappe.set_user(email)
	seen = {row["till"] for row in rows_of("Till Sales", shop, till="", group_by="till")}
	assert seen == {shop.till}


def trouble(shop):
	"""A held sale, a flagged one, and bytes that were put aside."""
	held = shop.sale(shop.line(shop.items[0]), body={"total_minor": 1})
	flagged = shop.sale(shop.line(shop.items[0]), at="2027-03-01T12:00:00.000+01:00")
	book(shop, held, flagged)
	record(shop, b"rubbish of " + shop.till.encode())
	return held, flagged


def open_rows(shop, **more):
	days = {"to_date": frappe.utils.add_days(frappe.utils.nowdate(), 1)}
	return {row["what"]: row for row in rows_of("Held and Exceptions", shop, **days, **more)}


def test_all_that_is_open_is_listed_with_who_where_when_how_much_and_what_to_do(shop):
	trouble(shop)
	rows = open_rows(shop)
	assert set(rows) == {"held", "flag", "quarantined"}
	held = rows["held"]
	assert (held["cashier"], held["till"], str(held["business_date"])) == ("Ada", shop.till, DAY)
	assert (held["total"], held["shop"]) == (0.01, shop.shop.profile)
	assert held["reason"]
	assert held["remedy"]
	assert held["age"] == 0.0
	assert rows["flag"]["remedy"] == "Set the till's clock."
	assert rows["quarantined"]["document_type"] == "POS Quarantine"


def test_a_difference_that_nothing_explains_is_listed_when_the_books_are_compared(shop):
	wire = shop.sale(shop.line(shop.items[0]))
	book(shop, wire)
	invoice = invoice_of(wire)
	frappe.db.sql("UPDATE `tabGL Entry` SET debit = debit + 1 WHERE voucher_no = %s LIMIT 1", invoice.name)
	assert "difference" not in open_rows(shop)
	rows = rows_of("Held and Exceptions", shop, compare=1)
	assert {row["entry"] for row in rows if row["what"] == "difference"} == {open_wire(wire).id}


def test_a_remark_is_closed_with_a_note_and_the_entry_stays_as_it_was(shop):
	_, flagged = trouble(shop)
	before = entry_of(flagged)
	name = open_rows(shop)["flag"]["name"]
	with pytest.raises(frappe.ValidationError, match="what came of it"):
		desk.mark_reviewed("flag", name, " ")
	desk.mark_reviewed("flag", name, "The clock was <b>set</b>.")
	assert "flag" not in open_rows(shop)
	closed = open_rows(shop, status="Reviewed")["flag"]
	assert (closed["reviewed_by"], closed["review_note"]) == (
		"Administrator",
		plain("The clock was <b>set</b>."),
	)
	after = entry_of(flagged)
	assert (after.text, after.state, after.modified) == (before.text, before.state, before.modified)
	desk.mark_reviewed("flag", name, reviewed=0)
	assert "flag" in open_rows(shop)


def test_what_was_put_aside_is_closed_with_a_note_and_who_wrote_it(shop):
	trouble(shop)
	name = open_rows(shop)["quarantined"]["name"]
	desk.mark_reviewed("quarantined", name, "A test.")
	aside = frappe.get_doc("POS Quarantine", name)
	assert (aside.reviewed, aside.reviewed_by, aside.review_note) == (1, "Administrator", "A test.")
	assert "quarantined" not in open_rows(shop)


@pytest.mark.parametrize("role", ["Accounts User", "Auditor", "POS Integrator"])
def test_only_managers_and_accounts_managers_close_what_is_open(shop, role):
	trouble(shop)
	name = open_rows(shop)["flag"]["name"]
	as_user(role)
	with pytest.raises(frappe.PermissionError):
		desk.mark_reviewed("flag", name, "Nothing.")


def test_every_card_and_chart_of_the_workspace_answers(shop):
	from frappe.desk.doctype.dashboard_chart.dashboard_chart import get as chart_of
	from frappe.desk.doctype.number_card.number_card import get_result

	trouble(shop)
	workspace = frappe.get_doc("Workspace", "POS Bridge")
	for row in workspace.number_cards:
		card = frappe.get_doc("Number Card", row.number_card_name)
		if card.type == "Custom":
			answer = frappe.get_attr(card.method)()
			assert answer["value"] not in (None, ""), card.name
		else:
			assert get_result(card.as_json(), card.filters_json) >= 0
	for row in workspace.charts:
		chart = frappe.get_doc("Dashboard Chart", row.chart_name)
		if chart.chart_type == "Report":
			filters = json.loads(chart.filters_json)
			assert shown(chart.report_name, shop, **filters)["chart"] is None or filters
		else:
			assert chart_of(chart_name=chart.name)["datasets"]
	assert (len(workspace.number_cards), len(workspace.charts)) == (5, 3)


def test_every_card_and_chart_that_we_ship_stands_on_the_workspace(site):
	shipped = set()
	for kind in DESK_DOCUMENTS:
		folder = ROOT / "pos_bridge/pos_bridge" / kind
		shipped |= {json.loads(path.read_text())["name"] for path in folder.rglob("*.json")}
	content = json.loads(frappe.db.get_value("Workspace", "POS Bridge", "content"))
	blocks = {block["data"].get("number_card_name") or block["data"].get("chart_name") for block in content}
	assert shipped == blocks - {None}


def test_every_report_that_we_ship_is_linked_on_the_workspace(site):
	folder = ROOT / "pos_bridge/pos_bridge/report"
	shipped = {json.loads(path.read_text())["name"] for path in folder.rglob("*.json")}
	links = frappe.get_doc("Workspace", "POS Bridge").links
	assert {row.link_to for row in links if row.link_type == "Report"} == shipped


def roles_of_reports():
	"""Report and role of each who may open it, by what we ship."""
	folder = ROOT / "pos_bridge/pos_bridge/report"
	for document in (json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))):
		yield from ((document["name"], row["role"]) for row in document["roles"])


@pytest.mark.parametrize(("report", "role"), list(roles_of_reports()))
def test_every_role_of_a_report_sees_its_rows_whatever_else_is_closed_to_it(shop, report, role):
	trouble(shop)
	card = cards.number()
	book(shop, cards.issue(shop, card, 500, customer=a_customer()), shop.sale(shop.line(shop.items[0])))
	everything = ["shop", "till", "cashier", "business_date", "item_group", "item"]
	more = {"group_by": everything} if report == "Till Sales" else {}
	expected = len(rows_of(report, shop, **more))
	as_user(role)
	assert len(rows_of(report, shop, **more)) == expected


def test_the_card_counts_what_somebody_has_to_look_at(shop):
	before = desk.exceptions_open()["value"]
	trouble(shop)
	assert desk.exceptions_open()["value"] == before + 3
	assert desk.oldest_unposted()["value"]


def test_a_managers_export_becomes_a_private_file_and_a_notification(shop):
	book(shop, shop.sale(shop.line(shop.items[0])))
	email = as_user("Auditor")
	frappe.set_user("Administrator")
	frappe.db.commit()
	url = jobs.export_for_auditor(COMPANY, DAY, DAY, shop.till, email)
	file = frappe.get_doc("File", {"file_url": url})
	assert (file.is_private, file.owner, file.attached_to_name) == (1, email, COMPANY)
	assert not verify(str(Path(file.get_full_path()))).lacks
	assert frappe.db.exists("Notification Log", {"for_user": email, "document_name": file.name})


@pytest.mark.parametrize(
	("role", "allowed"), [("Auditor", True), ("POS Manager", True), ("POS Cashier", False)]
)
def test_an_export_is_for_managers_and_auditors(shop, role, allowed, monkeypatch):
	email, asked = as_user(role), []
	monkeypatch.setattr(frappe, "enqueue", lambda *args, **more: asked.append(more))
	if allowed:
		desk.export_for_auditor(COMPANY, DAY, DAY)
		assert [each["user"] for each in asked] == [email]
	else:
		with pytest.raises(frappe.PermissionError):
			desk.export_for_auditor(COMPANY, DAY, DAY)
		assert not asked


def test_entries_of_older_releases_get_their_figures_from_their_texts(shop):
	from pos_bridge.erpnext.reports.figures import COLUMNS
	from pos_bridge.patches.v0_4.figures_of_entries import execute

	sale, _, back = a_day(shop)
	before = [entry_of(wire).as_dict() for wire in (sale, back)]
	marks = "net = 0, tax = 0, discount = 0, hour = 0, pos_profile = NULL, channel = NULL, sold = NULL"
	frappe.db.sql(f"UPDATE `tabPOS Entry` SET {marks} WHERE till = %s", shop.till)
	execute()
	after = [entry_of(wire).as_dict() for wire in (sale, back)]
	assert [[row[name] for name in COLUMNS] for row in after] == [
		[row[name] for name in COLUMNS] for row in before
	]
	assert before[0]["net"] > 0


def test_entries_that_have_their_other_figures_get_what_was_sold_from_their_texts(shop):
	from pos_bridge.patches.v0_4.figures_of_entries import execute

	a_day(shop)
	before = rows_of("Till Sales", shop, group_by="item")
	frappe.db.sql("UPDATE `tabPOS Entry` SET sold = NULL WHERE till = %s", shop.till)
	execute()
	assert rows_of("Till Sales", shop, group_by="item") == before
	assert len(before) == 2


def test_what_was_sold_of_an_item_that_is_gone_counts_in_no_group(shop):
	a_day(shop)
	one = shop.items[0]
	frappe.db.sql(
		"UPDATE `tabPOS Entry` SET sold = REPLACE(sold, %s, 'GONE') WHERE till = %s", (one, shop.till)
	)
	groups = {
		row["item_group"]: row["quantity"] for row in rows_of("Till Sales", shop, group_by="item_group")
	}
	assert groups[""] == 2
	assert sum(groups.values()) == 4
