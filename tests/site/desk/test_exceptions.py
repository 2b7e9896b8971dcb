"""Every remark says what to do and can be closed; what nobody pays is written off once, by whom and why."""

import ast
import json

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, flags, gl, invoice_of, open_till
from cards import SHORTAGES, issue, moves_of, number, owed, spend, stands
from disposable import ROOT
from frappe.utils import add_days, getdate, nowdate
from payers import a_member, by_points, paid

from pos_bridge import desk
from pos_bridge.core.entry import open_wire
from pos_bridge.core.kinds import standing
from pos_bridge.erpnext.reconcile.difference import Kind
from pos_bridge.erpnext.reconcile.run import reconcile
from pos_bridge.erpnext.reconcile.scope import Scope
from pos_bridge.erpnext.reports.remedies import SHORTAGES as UNCOVERED
from pos_bridge.erpnext.reports.remedies import remedies, remedy_in

APP = ROOT / "pos_bridge"
SETTERS = {"flag", "Trouble", "_to_move", "not_known", "did_not_leave", "never_left", "nobody_said"}
EXPENSE = "Write Off - LT"


def texts(node):
	return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}


def set_by_posting():
	"""What posting's sources hand to whatever sets a flag, and the names that they give to flags."""
	found = {standing.UNKNOWN, standing.BLOCKED, standing.EXPIRED, standing.OVERSPENT}
	for path in (APP / "erpnext").rglob("*.py"):
		for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
			if isinstance(node, ast.Call) and node.args:
				called = getattr(node.func, "attr", getattr(node.func, "id", ""))
				if called in SETTERS and not isinstance(node.args[0], ast.JoinedStr):
					found |= texts(node.args[0])
				if called == "append" and ast.unparse(node.func) == "flags.append":
					found.add(ast.literal_eval(node.args[0].elts[0]))
			if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("FLAG", "flag"):
				found |= texts(node.value)
	return {flag for flag in found if isinstance(flag, str)}


def options():
	meta = json.loads((APP / "pos_bridge/doctype/pos_entry_flag/pos_entry_flag.json").read_text())
	(field,) = [field for field in meta["fields"] if field["fieldname"] == "flag"]
	return set(field["options"].split()) - {""}


def test_every_flag_that_posting_sets_has_a_remedy_of_its_own_and_a_name(site):
	assert set_by_posting() == set(remedies()) == options()
	assert all(remedies().values())
	assert remedy_in(remedies(), "of a later release") == "Look at the entry, then mark it as reviewed."


def test_a_remark_of_every_kind_is_listed_with_its_remedy_and_closed_with_a_note(shop):
	from frappe.desk.query_report import run

	(entry,) = book(shop, shop.sale(shop.line(shop.items[0])))
	for index, flag in enumerate(sorted(remedies()), 1):
		row = {"doctype": "POS Entry Flag", "parent": entry.name, "parenttype": "POS Entry", "idx": index}
		more = {"parentfield": "remarks", "name": frappe.generate_hash(length=10)}
		frappe.get_doc({**row, **more, "flag": flag, "details": "Tested."}).db_insert()

	def listed(status):
		days = {"from_date": DAY, "to_date": add_days(nowdate(), 1)}
		filters = {"company": COMPANY, **days, "till": shop.till, "status": status}
		rows = run("Held and Exceptions", filters)["result"]
		return {row["flag"]: row for row in rows if isinstance(row, dict)}

	found = listed("Open")
	assert {flag: row["remedy"] for flag, row in found.items()} == remedies()
	assert {flag for flag, row in found.items() if row["uncovered"]} == set(UNCOVERED)
	for row in found.values():
		desk.mark_reviewed("flag", row["name"], "Seen.")
	assert not listed("Open")
	assert set(listed("Reviewed")) == set(remedies())


def short(shop, amount=300):
	"""A card of 5.00 and so much more, spent by two tills for 5.00 each, and the later sale."""
	other, card = open_till(shop), number()
	first, second = spend(shop, card), spend(other, card)
	book(shop, issue(shop, card, 500 + amount))
	book(shop, first)
	book(other, second)
	assert flags(second) == ["credit_overspent"]
	return card, second


def written_off(wire, reason="He moved away.", account=EXPENSE):
	return desk.write_off_shortage(open_wire(wire).id, reason, account)["vouchers"]


def compared():
	frappe.db.commit()
	found = reconcile(Scope(COMPANY, getdate(DAY), getdate(DAY))).differences
	return [each for each in found if each.kind is Kind.CREDIT]


def test_a_shortage_that_is_written_off_becomes_an_expense_and_closes_its_remark(shop):
	card, wire = short(shop)
	before = owed(SHORTAGES)
	(name,) = written_off(wire, "He <b>moved</b> away.")
	assert gl(name) == {EXPENSE: 2, SHORTAGES: -2}
	assert (owed(SHORTAGES), stands(card)) == (before + 2, (0, 0, "Spent"))
	voucher = frappe.get_doc("Journal Entry", name)
	assert all(
		words in voucher.user_remark for words in (open_wire(wire).receipt_number, "Administrator", "moved")
	)
	assert voucher.accounts[0].cost_center == shop.shop.cost_center
	(remark,) = entry_of(wire).remarks
	assert (remark.reviewed, remark.reviewed_by) == (1, "Administrator")
	assert name in remark.review_note
	assert "moved" in remark.review_note
	assert [(row.what, row.short) for row in moves_of(card)][-1] == ("Written Off", -2)
	assert not compared()


def not_covered(wire, status="Open"):
	"""What the list says that a write-off of the entry would come to now."""
	from frappe.desk.query_report import run

	filters = {"company": COMPANY, "from_date": DAY, "to_date": DAY, "status": status}
	rows = [row for row in run("Held and Exceptions", filters)["result"] if isinstance(row, dict)]
	(row,) = [row for row in rows if row["entry"] == open_wire(wire).id and row["uncovered"]]
	return row["not_covered"]


def test_the_list_says_what_a_write_off_would_come_to(shop):
	card, wire = short(shop)
	assert not_covered(wire) == 2
	book(shop, issue(shop, card, 150))
	assert not_covered(wire) == 0.5
	written_off(wire)
	assert not not_covered(wire, "Reviewed")


def test_the_list_says_what_a_write_off_of_points_would_come_to(shop):
	customer = a_member()
	wires = [paid(shop, [by_points(75, 750)], customer=customer) for _ in range(2)]
	book(shop, *wires)
	assert not_covered(wires[1]) == gl(invoice_of(wires[1]).name)[shop.shop.accounts["shortage"]]
	written_off(wires[1])
	assert not not_covered(wires[1], "Reviewed")


def test_a_shortage_is_written_off_once_however_often_it_is_asked_for(shop):
	_, wire = short(shop)
	first = written_off(wire)
	assert written_off(wire) == first
	assert frappe.db.count("Journal Entry", {"name": ("like", f"{first[0]}%")}) == 1


def test_money_put_on_a_card_after_its_shortage_was_written_off_is_the_bearers(shop):
	card, wire = short(shop)
	written_off(wire)
	later = issue(shop, card, 1_000)
	book(shop, later)
	assert (stands(card), flags(later)) == ((10, 0, "Open"), [])
	assert not compared()


def test_what_was_paid_since_is_not_written_off(shop):
	card, wire = short(shop)
	book(shop, issue(shop, card, 150))
	assert stands(card) == (0, 0.5, "Spent")
	(name,) = written_off(wire)
	assert gl(name) == {EXPENSE: 0.5, SHORTAGES: -0.5}
	other, paid_up = short(shop)
	book(shop, issue(shop, other, 200))
	with pytest.raises(frappe.ValidationError, match="is uncovered"):
		written_off(paid_up)


def test_a_write_off_that_is_cancelled_leaves_the_shortage_open_and_can_be_made_again(shop):
	card, wire = short(shop)
	(name,) = written_off(wire)
	frappe.get_doc("Journal Entry", name).cancel()
	assert stands(card) == (0, 2, "Spent")
	assert not compared()
	(again,) = written_off(wire)
	assert (again, stands(card)) == (f"{name}-2", (0, 0, "Spent"))
	assert not compared()


def test_a_write_off_that_was_cancelled_is_made_again_not_amended(shop):
	_, wire = short(shop)
	(name,) = written_off(wire)
	voucher = frappe.get_doc("Journal Entry", name)
	voucher.cancel()
	frappe.db.commit()
	copy = frappe.copy_doc(voucher)
	copy.amended_from = name
	copy.insert()
	with pytest.raises(frappe.ValidationError, match="was a write-off"):
		copy.submit()
	frappe.db.rollback()
	assert written_off(wire) == [f"{name}-2"]


def test_points_that_were_not_there_are_written_off_from_the_account_for_shortages(shop):
	customer = a_member()
	wires = [paid(shop, [by_points(75, 750)], customer=customer) for _ in range(2)]
	book(shop, *wires)
	short_of = gl(invoice_of(wires[1]).name)[shop.shop.accounts["shortage"]]
	(name,) = written_off(wires[1])
	assert gl(name) == {EXPENSE: short_of, shop.shop.accounts["shortage"]: -short_of}
	assert written_off(wires[1]) == [name]
	assert not compared()
	frappe.get_doc("Journal Entry", name).cancel()
	assert not compared()
	(again,) = written_off(wires[1])
	assert again == f"{name}-2"
	assert not compared()


def test_the_companys_write_off_account_is_taken_where_none_is_named(shop):
	_, wire = short(shop)
	frappe.db.set_value("Company", COMPANY, "write_off_account", EXPENSE)
	(name,) = written_off(wire, account="")
	assert gl(name)[EXPENSE] == 2


@pytest.mark.parametrize("account", ["Sales - LT", "Nothing - LT", "Indirect Expenses - LT"])
def test_a_shortage_is_written_off_to_an_account_for_expenses_only(shop, account):
	_, wire = short(shop)
	with pytest.raises(frappe.ValidationError, match="no account of"):
		written_off(wire, account=account)


def test_nothing_is_written_off_without_a_reason_or_where_nothing_is_short(shop):
	_, wire = short(shop)
	with pytest.raises(frappe.ValidationError, match="Say why"):
		written_off(wire, " ")
	fine = shop.sale(shop.line(shop.items[0]))
	book(shop, fine)
	with pytest.raises(frappe.ValidationError, match="is uncovered"):
		written_off(fine)


@pytest.mark.parametrize("role", ["POS Manager", "Accounts User", "Auditor"])
def test_only_accounts_managers_write_shortages_off(shop, role):
	_, wire = short(shop)
	email = f"{frappe.generate_hash(length=8)}@example.com"
	user = {"doctype": "User", "email": email, "first_name": "Test", "send_welcome_email": 0}
	frappe.get_doc({**user, "roles": [{"role": role}]}).insert(ignore_permissions=True)
	frappe.set_user(email)
	with pytest.raises(frappe.PermissionError):
		written_off(wire)
