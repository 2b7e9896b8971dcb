"""Who may do what: every endpoint and every DocType of ours against every role, and a till's token."""

import hashlib
import importlib
import pkgutil

import frappe
import pytest
from books import book, open_till
from tills import enrol

import pos_bridge
from pos_bridge import desk
from pos_bridge.erpnext.door.auth import TILL_USER
from pos_bridge.erpnext.door.enrolment import make_code

ACTORS = (
	"Guest",
	"no role",
	"POS Cashier",
	"POS Manager",
	"POS Integrator",
	"Accounts User",
	"Accounts Manager",
	"Auditor",
	"Stock User",
	"System Manager",
)
PEOPLE = ACTORS[1:]

READERS = {
	*("POS Manager", "POS Integrator", "System Manager"),
	*("Accounts Manager", "Accounts User", "Auditor"),
}
INVOICERS = {"POS Manager", "Accounts User", "Accounts Manager", "System Manager"}
CHANNEL_PEOPLE = {"POS Manager", "POS Integrator", "System Manager"}
# Endpoint: method, arguments that name nothing there is, and who gets past the door. Nobody else does.
ENDPOINTS = {
	"api.enrol": ("POST", {"code": "WRONG"}, set(ACTORS)),
	"api.snapshot": ("GET", {}, {"till"}),
	"api.snapshot_chunk": ("GET", {"snapshot": "", "chunk": "0"}, {"till"}),
	"api.changes": ("GET", {"cursor": ""}, {"till"}),
	"api.latest": ("GET", {"before": ""}, {"till"}),
	"api.receipt": ("GET", {"receipt_number": "T1-1-000001"}, {"till"}),
	"api.push": ("POST", {}, {"till"}),
	"api.credit": ("POST", {"credit": "NOTHING"}, {"till"}),
	"api.mail_receipt": ("POST", {"id": "NOTHING"}, {"till"}),
	"api.new_customers": ("POST", {"customers": []}, {"till"}),
	"api.customer": ("POST", {"customer": "NOTHING"}, {"till"}),
	"api.lease_credit": ("POST", {"credit": "NOTHING", "amount_minor": 1}, {"till"}),
	"api.webhook": ("POST", {}, set(ACTORS)),
	"channel_desk.test_channel": ("POST", {"channel": "NOTHING"}, CHANNEL_PEOPLE),
	"channel_desk.read_order_again": ("POST", {"order": "NOTHING"}, {*CHANNEL_PEOPLE, "Accounts Manager"}),
	"channel_desk.map_unknown_item": ("POST", {"order": "NOTHING", "item": "NOTHING"}, CHANNEL_PEOPLE),
	"desk.make_enrolment_code": ("POST", {"till": "NOTHING"}, {"POS Manager", "System Manager"}),
	"desk.revoke_devices": ("POST", {"till": "NOTHING"}, {"POS Manager", "System Manager"}),
	"desk.set_cashier_pin": (
		"POST",
		{"cashier": "NOTHING", "secret": "2580"},
		{"POS Manager", "System Manager"},
	),
	"desk.set_cashier_badge": ("POST", {"cashier": "NOTHING"}, {"POS Manager", "System Manager"}),
	"desk.take_new_customer": (
		"POST",
		{"record": "NOTHING", "name": "Somebody"},
		{"POS Manager", "System Manager"},
	),
	"desk.erase_customer": ("POST", {"record": "NOTHING"}, {"POS Manager", "System Manager"}),
	"desk.promotions_left_out": ("GET", {"till": "NOTHING"}, READERS),
	"desk.exceptions_open": ("GET", {}, READERS),
	"desk.oldest_unposted": ("GET", {}, READERS),
	"desk.mark_reviewed": (
		"POST",
		{"what": "flag", "name": "NOTHING", "note": "Tested"},
		{"POS Manager", "Accounts Manager", "System Manager"},
	),
	"desk.export_for_auditor": (
		"POST",
		{"company": "NOTHING", "from_date": "2026-11-25", "to_date": "2026-11-25"},
		{"POS Manager", "Accounts Manager", "Auditor", "System Manager"},
	),
	"desk.make_tax_invoice": (
		"POST",
		{"entry": "NOTHING", "name": "Somebody", "address": "Somewhere"},
		INVOICERS,
	),
	"desk.cancel_tax_invoice": ("POST", {"invoice": "NOTHING", "reason": "Tested"}, INVOICERS),
	"desk.correct_tax_invoice": ("POST", {"entry": "NOTHING"}, INVOICERS),
	"desk.retry_entry": (
		"POST",
		{"entry": "NOTHING"},
		{"POS Manager", "POS Integrator", "Accounts Manager", "System Manager"},
	),
	"desk.retry_all": (
		"POST",
		{"reason": "NOTHING"},
		{"POS Manager", "POS Integrator", "Accounts Manager", "System Manager"},
	),
	"desk.first_open_day": ("GET", {"entry": "NOTHING"}, {"Accounts Manager", "System Manager"}),
	"desk.post_on_first_open_day": ("POST", {"entry": "NOTHING"}, {"Accounts Manager", "System Manager"}),
	"desk.write_off_shortage": (
		"POST",
		{"entry": "NOTHING", "reason": "Tested"},
		{"Accounts Manager", "System Manager"},
	),
	"desk.stock_elsewhere": (
		"GET",
		{"item": "NOTHING"},
		{"POS Manager", "POS Integrator", "System Manager"},
	),
}

# DocType: role to its rights: r(ead), w(rite), c(reate), d(elete). Roles that are not named have none.
DOCTYPES = {
	"Channel Customer": dict.fromkeys(("POS Manager", "System Manager"), "rwcd"),
	"Channel Event": dict.fromkeys(("POS Manager", "POS Integrator", "System Manager"), "r"),
	"Channel Item": dict.fromkeys(("POS Manager", "POS Integrator", "System Manager"), "rwcd"),
	"Channel Stock": dict.fromkeys(("POS Manager", "POS Integrator", "System Manager"), "r"),
	"Channel Stock Mark": dict.fromkeys(("POS Manager", "POS Integrator", "System Manager"), "r"),
	"Channel Order": dict.fromkeys(READERS, "r"),
	"POS Bridge Settings": {"POS Manager": "rwc", "POS Integrator": "r", "System Manager": "rwc"},
	"POS Cashier": {"POS Manager": "rwc", "System Manager": "rwcd"},
	"POS Cashier Role": {"POS Manager": "rwc", "System Manager": "rwcd"},
	"POS Chain": dict.fromkeys(("POS Manager", "Accounts Manager", "Auditor", "System Manager"), "r"),
	"POS Credit": dict.fromkeys(("POS Manager", "Accounts Manager", "System Manager"), "rw"),
	"POS Credit Entry": dict.fromkeys(("POS Manager", "Accounts Manager", "System Manager"), "r"),
	"POS Receipt Mail": {"POS Manager": "rd", "System Manager": "rd"},
	"POS Credit Lease": dict.fromkeys(("POS Manager", "Accounts Manager", "System Manager"), "r"),
	"POS Entry": dict.fromkeys(
		("POS Manager", "POS Integrator", "Accounts User", "Accounts Manager", "Auditor", "System Manager"),
		"r",
	),
	"POS New Customer": dict.fromkeys(("POS Manager", "System Manager"), "r"),
	"POS Quarantine": {
		**dict.fromkeys(("POS Manager", "POS Integrator", "Accounts Manager", "System Manager"), "rw"),
		"Auditor": "r",
	},
	"POS Shift": dict.fromkeys(
		("POS Manager", "Accounts User", "Accounts Manager", "Auditor", "System Manager"), "r"
	),
	"POS Tax Invoice": dict.fromkeys(
		("POS Manager", "Accounts User", "Accounts Manager", "Auditor", "System Manager"), "r"
	),
	"POS Till": {
		"POS Manager": "rwc",
		"POS Integrator": "rwc",
		"Accounts User": "r",
		"Accounts Manager": "r",
		"Auditor": "r",
		"System Manager": "rwcd",
	},
	"Sales Channel": {
		"POS Manager": "rwc",
		"POS Integrator": "rwc",
		"Accounts User": "r",
		"Accounts Manager": "r",
		"Auditor": "r",
		"System Manager": "rwcd",
	},
	"POS Unposted Stock": dict.fromkeys(("POS Manager", "System Manager"), "r"),
}
SHUT = (401, 403)
RIGHTS = {"r": "read", "w": "write", "c": "create", "d": "delete"}


def address(actor):
	return "Guest" if actor == "Guest" else f"{actor.lower().replace(' ', '-')}@pos-bridge.example"


@pytest.fixture(scope="module")
def people(connected):
	"""A user for each actor, with an API key to call with: how each of them calls."""
	headers = {"Guest": {}}
	for actor in PEOPLE:
		if not frappe.db.exists("User", address(actor)):
			roles = [] if actor == "no role" else [{"role": actor}]
			user = {"doctype": "User", "email": address(actor), "first_name": actor, "roles": roles}
			frappe.get_doc({**user, "send_welcome_email": 0}).insert()
		user = frappe.get_doc("User", address(actor))
		user.api_key, user.api_secret = f"key-{address(actor)}", "a-secret-of-the-tests"
		user.save()
		headers[actor] = {"Authorization": f"token {user.api_key}:a-secret-of-the-tests"}
	frappe.db.commit()
	return headers


@pytest.fixture
def till(server, shop):
	return enrol(server, shop.till)


def call(server, name, method, arguments, headers):
	path = f"/api/method/pos_bridge.{name}"
	if method == "POST":
		return server.post(path, arguments, **headers, **{"Content-Type": "application/json"})
	query = "&".join(f"{key}={value}" for key, value in arguments.items())
	return server.get(f"{path}?{query}", **headers)


def listed(server, headers, arguments):
	headers = {**headers, "Content-Type": "application/json"}
	return server.post("/api/method/frappe.client.get_list", arguments, **headers)


def whitelisted():
	for module in pkgutil.walk_packages(pos_bridge.__path__, "pos_bridge."):
		if not module.name.startswith("pos_bridge.agent"):
			importlib.import_module(module.name)
	ours = [each for each in frappe.whitelisted if each.__module__.startswith("pos_bridge.")]
	return {f"{each.__module__.removeprefix('pos_bridge.')}.{each.__name__}" for each in ours}


def test_the_table_names_every_endpoint(site):
	assert whitelisted() == set(ENDPOINTS)


def test_the_table_names_every_doctype(site):
	ours = frappe.get_all("DocType", {"module": "POS Bridge", "istable": 0}, pluck="name")
	assert set(ours) == set(DOCTYPES)


@pytest.mark.parametrize("actor", [*ACTORS, "till"])
def test_an_endpoint_is_open_to_its_callers_and_shut_to_all_others(server, people, till, actor):
	headers = till.bearer if actor == "till" else people[actor]
	opened = set()
	for name, (method, arguments, _) in ENDPOINTS.items():
		status, answer = call(server, name, method, arguments, headers)
		assert 0 < status < 500, (name, status, answer)
		if status not in SHUT:
			opened.add(name)
	assert opened == {name for name, (_, _, callers) in ENDPOINTS.items() if actor in callers}


def test_the_workspaces_cards_are_answered_in_the_way_in_which_the_desk_asks(server, people):
	cards = frappe.get_all("Number Card", {"module": "POS Bridge", "type": "Custom"}, pluck="method")
	assert cards
	for card in cards:
		name = card.removeprefix("pos_bridge.")
		status, answer = call(server, name, "POST", {"filters": []}, people["Accounts Manager"])
		assert (status, "value" in answer["message"]) == (200, True), name


def test_what_changes_something_is_never_done_by_a_link(server, people):
	for name, (method, arguments, _) in ENDPOINTS.items():
		if method == "POST":
			status, _ = call(server, name, "GET", arguments, people["System Manager"])
			assert status in SHUT, name


def test_a_refusal_says_so_in_words(server, people, till):
	_, answer = call(server, "desk.retry_all", "POST", {}, till.bearer)
	assert "Sign in to the desk" in answer["error"]["message"]
	_, answer = call(server, "api.snapshot", "GET", {}, people["System Manager"])
	assert "takes a till's token" in answer["error"]["message"]


@pytest.mark.parametrize(
	"path",
	[
		"/api/resource/POS%20Entry",
		"/api/method/frappe.client.get_list?doctype=User",
		"/api/method/pos_bridge.api.snapshot?cmd=frappe.client.get_list&doctype=User",
	],
)
def test_a_tills_token_opens_nothing_of_frappes(till, path):
	status, answer = till.server.get(path, **till.bearer)
	assert (status, answer["error"]["code"]) == (403, "not_for_tills")


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_a_doctype_gives_each_role_its_rights_and_no_more(site, people, doctype):
	users = {**{actor: address(actor) for actor in ACTORS}, "till": TILL_USER}
	given = {
		actor: "".join(
			letter for letter, right in RIGHTS.items() if frappe.has_permission(doctype, right, user=user)
		)
		for actor, user in users.items()
	}
	assert given == {actor: DOCTYPES[doctype].get(actor, "") for actor in users}


def test_nobody_can_change_delete_or_forge_an_entry(shop, people):
	(entry,) = book(shop, shop.sale(shop.line(shop.items[0])))
	entry.reason = "changed"
	for user in ("Administrator", TILL_USER, *map(address, PEOPLE)):
		frappe.set_user(user)
		for attempt in (
			entry.save,
			entry.delete,
			frappe.get_doc({"doctype": "POS Entry", "name": "forged", "kind": "sale"}).insert,
		):
			with pytest.raises((frappe.ValidationError, frappe.PermissionError)):
				attempt()
	assert not frappe.db.get_value("POS Entry", entry.name, "reason")


@pytest.mark.parametrize("actor", PEOPLE)
def test_nobody_reads_the_hash_of_a_code_or_token(server, people, till, actor):
	make_code(till.till)
	frappe.db.commit()
	for doctype, field in (("POS Till", "code_hash"), ("POS Till Token", "token_hash")):
		asked = {"doctype": doctype, "parent": "POS Till", "fields": [field, "name"]}
		status, answer = listed(server, people[actor], {**asked, "filters": [[field, "!=", ""]]})
		assert status != 200 or not any(row.get(field) for row in answer["message"]), (field, answer)


def test_the_hash_that_is_kept_of_a_code_is_not_the_codes_own(site, shop):
	"""Filters can ask for a field that is never shown; what they find must not be what one can compute."""
	code = make_code(shop.till)
	kept = frappe.db.get_value("POS Till", shop.till, "code_hash")
	assert kept != hashlib.sha256(code.encode()).hexdigest()


def test_a_user_who_may_see_some_tills_touches_no_others(site, people, shop):
	other = open_till(shop)
	(entry,) = book(shop, shop.sale(shop.line(shop.items[0]), body={"total_minor": 1}))
	only = {"user": address("POS Manager"), "allow": "POS Till", "for_value": other.till}
	permission = frappe.get_doc({"doctype": "User Permission", **only}).insert()
	try:
		frappe.set_user(address("POS Manager"))
		for refused in (
			lambda: desk.make_enrolment_code(shop.till),
			lambda: desk.revoke_devices(shop.till),
			lambda: desk.retry_entry(entry.name),
		):
			with pytest.raises(frappe.PermissionError):
				refused()
		assert desk.make_enrolment_code(other.till)["code"]
		assert desk.retry_all()["released"] == 0
	finally:
		frappe.set_user("Administrator")
		permission.delete()
