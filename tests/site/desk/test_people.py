"""People at tills in the desk: who sells where, PINs that nobody reads, roles, approvals and hours."""

import inspect
import json
from contextlib import contextmanager

import frappe
import pytest
from books import COMPANY, DAY, record
from tills import enrol

from pos_bridge import commands, desk
from pos_bridge.core.money import SCALE
from pos_bridge.core.people import PinVerifier, badge_digest, is_pin_of
from pos_bridge.erpnext.people.roles import make_roles
from pos_bridge.erpnext.shop import till_profile
from pos_bridge.pos_bridge.report.hours_at_tills.hours_at_tills import execute

PIN = "2580"
MANAGER = "pin-manager@pos-bridge.example"


def cashier(name, **fields):
	return frappe.get_doc({"doctype": "POS Cashier", "cashier_name": name, **fields}).insert()


def verifier(name):
	return PinVerifier.read(frappe.db.get_value("POS Cashier", name, "pin_verifier") or "")


@contextmanager
def signed_in(role):
	if not frappe.db.exists("User", MANAGER):
		user = {"doctype": "User", "email": MANAGER, "first_name": "PIN", "send_welcome_email": 0}
		frappe.get_doc(user).insert()
	user = frappe.get_doc("User", MANAGER)
	user.set("roles", [{"role": role}])
	user.save()
	frappe.set_user(MANAGER)
	try:
		yield
	finally:
		frappe.set_user("Administrator")


def test_a_shop_without_cashiers_of_its_own_has_its_users_as_before(site, shop):
	user = {"doctype": "User", "email": "jo@pos-bridge.example", "first_name": "Jo", "send_welcome_email": 0}
	frappe.get_doc({**user, "roles": [{"role": "POS Cashier"}]}).insert()
	profile = till_profile(shop.till)
	assert "Jo" in profile.cashiers
	assert (profile.people, profile.roles, profile.lock_minutes) == ((), (), 0)


def test_cashiers_sell_in_their_shops_and_who_is_disabled_nowhere(site, shop):
	cashier("Everywhere")
	cashier("Here", shops=[{"pos_profile": shop.shop.profile}])
	cashier("Gone", shops=[{"pos_profile": shop.shop.profile}], disabled=1)
	elsewhere = {"doctype": "POS Cashier", "cashier_name": "There", "shops": [{"pos_profile": "Elsewhere"}]}
	frappe.get_doc(elsewhere).insert(ignore_links=True)
	assert till_profile(shop.till).cashiers == ("Everywhere", "Here")


def test_a_shop_that_disabled_everybody_does_not_fall_back_on_its_users(site, shop):
	cashier("Gone", disabled=1)
	assert till_profile(shop.till).cashiers == ()


def test_a_pin_is_kept_as_a_salted_slow_hash_and_nowhere_else(site, shop):
	cashier("Ada")
	desk.set_cashier_pin("Ada", PIN)
	kept = verifier("Ada")
	assert is_pin_of(PIN, kept)
	assert not is_pin_of("2581", kept)
	assert kept.iterations >= 200_000
	desk.set_cashier_pin("Ada", PIN)
	assert verifier("Ada").salt != kept.salt
	document = frappe.get_doc("POS Cashier", "Ada")
	assert (document.has_pin, document.secrets_set_by) == (1, "Administrator")
	(person,) = till_profile(shop.till).people
	assert person.pin == verifier("Ada")
	named = {"docname": "Ada", "ref_doctype": "POS Cashier"}
	told = frappe.get_all("Version", named, pluck="data")
	told += frappe.get_all("Comment", {"reference_name": "Ada"}, pluck="content")
	assert not any(PIN in text or kept.hash in text for text in told)
	assert not frappe.db.exists("Error Log", {"error": ("like", f"%{PIN}%"), "method": ("like", "%cashier%")})


@pytest.mark.parametrize(
	"bad", ["123", "123456789", "12a4", "١٢٣٤", "🔑🔑🔑🔑", "1234", "9876", "0000", " 2580"]
)
def test_what_is_no_pin_or_an_easy_one_is_refused_and_the_old_one_stays(site, bad):
	cashier("Ada")
	desk.set_cashier_pin("Ada", PIN)
	with pytest.raises(frappe.ValidationError):
		desk.set_cashier_pin("Ada", bad)
	assert is_pin_of(PIN, verifier("Ada"))


def test_without_a_pin_one_tap_is_enough_again(site, shop):
	cashier("Ada")
	desk.set_cashier_pin("Ada", PIN)
	assert desk.set_cashier_pin("Ada", "") == {"has_pin": False}
	assert till_profile(shop.till).people[0].pin is None


def test_a_badge_is_shown_once_and_belongs_to_one(site, shop):
	cashier("Ada")
	cashier("Noor")
	badge = desk.set_cashier_badge("Ada")
	assert badge["code"].startswith("ID-")
	assert till_profile(shop.till).people[0].badge == badge_digest(badge["code"])
	with pytest.raises(frappe.ValidationError, match="Ada"):
		desk.set_cashier_badge("Noor", badge["code"])
	assert desk.set_cashier_badge("Noor", "4711-STAFF")["code"] == "4711-STAFF"
	desk.set_cashier_badge("Ada", remove=True)
	assert not till_profile(shop.till).people[0].badge


@pytest.mark.parametrize("role", ["POS Cashier", "POS Integrator", "Accounts Manager", "Stock User"])
def test_only_managers_set_pins(site, role):
	cashier("Ada")
	with signed_in(role):
		for attempt in (lambda: desk.set_cashier_pin("Ada", PIN), lambda: desk.set_cashier_badge("Ada")):
			with pytest.raises(frappe.PermissionError):
				attempt()
	assert verifier("Ada") is None


def test_a_manager_sets_a_pin_and_reads_no_verifier(site):
	cashier("Ada")
	with signed_in("POS Manager"):
		desk.set_cashier_pin("Ada", PIN)
		rows = frappe.get_list("POS Cashier", {"name": "Ada"}, ["name", "pin_verifier", "badge_digest"])
		document = frappe.get_doc("POS Cashier", "Ada")
		document.apply_fieldlevel_read_permissions()
	assert not any(row.get("pin_verifier") or row.get("badge_digest") for row in rows)
	assert not document.get("pin_verifier")


def test_a_form_neither_sets_nor_brings_back_a_pin(site):
	document = cashier("Ada", pin_verifier="pbkdf2-sha256$1$00$00", has_pin=1)
	assert not document.has_pin
	assert verifier("Ada") is None
	desk.set_cashier_pin("Ada", PIN)
	stale = frappe.get_doc("POS Cashier", "Ada")
	desk.set_cashier_pin("Ada", "")
	stale.reload()
	stale.update({"pin_verifier": "pbkdf2-sha256$1$00$00", "has_pin": 1})
	stale.save()
	assert verifier("Ada") is None


def test_set_up_makes_three_roles_once_and_leaves_what_a_shop_changed(site, shop):
	frappe.db.delete("POS Cashier Role")
	assert make_roles() == ["Cashier", "Supervisor", "Manager"]
	role = frappe.get_doc("POS Cashier Role", "Cashier")
	(row,) = [row for row in role.rights if row.action == "Line Discount"]
	row.up_to = 7.5
	role.save()
	assert make_roles() == []
	cashier("Ada", role="Cashier")
	(known,) = till_profile(shop.till).roles
	assert known.rights["line_discount"].up_to == 75 * SCALE // 10
	assert known.rights["void_sale"].up_to == 2_000
	assert "reprint" not in known.rights
	assert known.approves is False


@pytest.mark.parametrize(
	"rows",
	[
		[{"action": "No Sale", "may": "Never"}, {"action": "No Sale", "may": "Never"}],
		[{"action": "Line Discount", "may": "Never", "up_to": 101}],
		[{"action": "Return", "may": "Never", "up_to": -1}],
	],
)
def test_a_role_that_contradicts_itself_is_refused(site, rows):
	with pytest.raises(frappe.ValidationError):
		frappe.get_doc({"doctype": "POS Cashier Role", "role_name": "Odd", "rights": rows}).insert()


def test_a_right_needs_no_limit(site):
	rows = [{"action": "Ticket Discount", "may": "Never", "up_to": None}]
	role = frappe.get_doc({"doctype": "POS Cashier Role", "role_name": "Strict", "rights": rows}).insert()
	assert role.rights[0].may == "Never"
	frappe.db.rollback()


def test_a_command_changes_only_what_it_names_of_a_cashier(site, shop):
	make_roles()
	cashier("Ada", role="Cashier", shops=[{"pos_profile": shop.shop.profile}])
	inspect.unwrap(commands.cashier.callback)("Ada", None, (), False)
	ada = frappe.get_doc("POS Cashier", "Ada")
	assert (ada.role, [row.pos_profile for row in ada.shops]) == ("Cashier", [shop.shop.profile])
	frappe.db.rollback()


def test_a_till_hears_of_a_new_pin_and_reads_no_more_than_its_shop(site, server, shop):
	cashier("Ada")
	frappe.db.commit()
	try:
		till = enrol(server, shop.till)
		_, manifest = server.get("/api/method/pos_bridge.api.snapshot", **till.bearer)
		assert [person["name"] for person in manifest["message"]["people"]] == ["Ada"]
		desk.set_cashier_pin("Ada", PIN)
		frappe.db.commit()
		cursor = manifest["message"]["cursor"]
		_, answer = server.get(f"/api/method/pos_bridge.api.changes?cursor={cursor}", **till.bearer)
		(person,) = answer["message"]["settings"]["people"]
		assert is_pin_of(PIN, PinVerifier(**person["pin"]))
		for path in (
			"/api/resource/POS%20Cashier",
			"/api/method/pos_bridge.desk.set_cashier_pin?cashier=Ada",
		):
			status, _ = server.get(path, **till.bearer)
			assert status in (401, 403)
	finally:
		frappe.delete_doc("POS Cashier", "Ada")
		frappe.db.commit()


def test_an_approval_is_listed_with_what_and_by_whom(site, shop):
	body = {"action": "line_discount", "percent": "20", "for": "Ada", "approver": "Mira <b>", "of": "cart"}
	wire = shop.seal("approval", body)
	record(shop, wire)
	row = frappe.get_all(
		"POS Entry", {"till": shop.till, "kind": "approval"}, ["approved_action", "approved_by", "cashier"]
	)[0]
	assert (row.approved_action, row.approved_by) == ("line_discount 20 %", "Mira \u2039b\u203a")


def test_hours_are_added_up_by_person_and_day_and_what_is_missing_is_said(site, shop):
	stamps = [
		("clock_in", "Ada", "08:00"),
		("clock_out", "Ada", "12:30"),
		("clock_in", "Ada", "13:00"),
		("clock_out", "Ada", "17:00"),
		("clock_in", "Noor", "09:00"),
		("clock_in", "Noor", "14:00"),
		("clock_out", "Noor", "15:30"),
		("clock_out", "Samir", "16:00"),
	]
	for kind, name, at in stamps:
		record(shop, shop.seal(kind, {}, cashier=name, at=f"{DAY}T{at}:00.000+01:00"))
	_, rows = execute({"company": COMPANY, "from_date": DAY, "to_date": DAY, "till": shop.till})
	told = {row["cashier"]: (row["first_in"], row["last_out"], row["times"], row["hours"]) for row in rows}
	assert told["Ada"] == ("08:00", "17:00", 2, 8.5)
	assert told["Noor"] == ("09:00", "15:30", 1, 1.5)
	remarks = {row["cashier"]: row["remark"] for row in rows}
	assert (remarks["Ada"], "did not clock out: 1" in remarks["Noor"]) == ("", True)
	assert "had not clocked in: 1" in remarks["Samir"]
	assert json.dumps(told)
