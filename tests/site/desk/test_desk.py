"""What people do in the desk: let devices in and switch them off, and bring what was held into the books."""

from contextlib import contextmanager
from datetime import date

import frappe
import pytest
from books import COMPANY, DAY, book, entry_of, invoice_of, open_till, record
from changes import closed_period

from pos_bridge import desk, jobs
from pos_bridge.core.entry import GENESIS, WireEntry, chain_hash, open_wire
from pos_bridge.core.errors import Rejected, Unauthenticated
from pos_bridge.erpnext.door.enrolment import sender_of, use_code
from pos_bridge.erpnext.posting import fate, periods

OCTOBER = "2026-10-15"


def on(day):
	return frappe.utils.getdate(day)


@contextmanager
def frozen_until(date):
	"""ERPNext 15 freezes in Accounts Settings, 16 in the Company."""
	if frappe.get_meta("Accounts Settings").has_field("acc_frozen_upto"):
		place = ("Accounts Settings", "Accounts Settings", "acc_frozen_upto")
	else:
		place = ("Company", COMPANY, "accounts_frozen_till_date")
	_set(*place, date)
	try:
		yield
	finally:
		frappe.db.rollback()
		_set(*place, None)


def _set(doctype, name, field, value):
	if doctype == name:
		frappe.db.set_single_value(doctype, field, value)
	else:
		frappe.db.set_value(doctype, name, field, value)
	frappe.db.commit()
	frappe.clear_cache()


@pytest.fixture
def october_sale(shop):
	"""A sale of October, held because October is closed."""
	with closed_period(shop.till, "2026-10-01", "2026-10-31"):
		wire = shop.sale(shop.line(shop.items[0]), day=OCTOBER, at=f"{OCTOBER}T15:30:00.000+02:00")
		(entry,) = book(shop, wire)
		assert entry.state == "held", entry.last_fault
		yield wire


def posted(wire):
	frappe.db.commit()
	jobs.post_waiting()
	return entry_of(wire)


def held(shop):
	"""A sale that can't be booked, whatever is tried: it is in another currency."""
	return shop.sale(shop.line(shop.items[0]), body={"currency": "XTS"})


def test_retry_books_a_held_sale_once_its_cause_is_gone(shop):
	with closed_period(shop.till, "2026-10-01", "2026-10-31"):
		wire = shop.sale(shop.line(shop.items[0]), day=OCTOBER, at=f"{OCTOBER}T15:30:00.000+02:00")
		book(shop, wire)
	assert desk.retry_entry(open_wire(wire).id) == {"released": 1}
	entry = posted(wire)
	assert (entry.state, entry.reason, entry.remedy, entry.cause_name) == ("posted", "", "", "")
	assert str(invoice_of(wire).posting_date) == OCTOBER
	assert (entry.retried_by, entry.period_closed) == ("Administrator", 0)


def test_retry_of_what_is_posted_changes_nothing(shop):
	wire = shop.sale(shop.line(shop.items[0]))
	(entry,) = book(shop, wire)
	assert desk.retry_entry(entry.name) == {"released": 0}
	assert entry_of(wire).state == "posted"


def test_retry_holds_again_what_the_books_still_refuse(shop):
	wire = held(shop)
	book(shop, wire)
	desk.retry_entry(open_wire(wire).id)
	entry = posted(wire)
	assert entry.state == "held"
	assert "XTS" in entry.reason


def test_retry_all_takes_every_held_entry_or_those_of_one_reason(shop, october_sale):
	other = held(shop)
	book(shop, other)
	told = desk.retry_all(reason=entry_of(other).reason)
	assert told["released"] >= 1
	assert told["left"] == 0
	assert entry_of(october_sale).state == "held"
	posted(other)
	assert desk.retry_all()["released"] >= 2
	assert [entry_of(wire).state for wire in (other, october_sale)] == ["waiting", "waiting"]


def test_retry_all_takes_up_so_many_at_once_the_oldest_first(shop, monkeypatch):
	desk.retry_all()
	frappe.db.commit()
	jobs.post_waiting()
	older = frappe.get_all("POS Entry", {"state": "held"}, pluck="name")
	wires = [held(shop), held(shop)]
	book(shop, *wires)
	monkeypatch.setattr(fate, "MAX_RELEASED", len(older) + 1)
	assert desk.retry_all() == {"released": len(older) + 1, "left": 1}
	assert [entry_of(wire).state for wire in wires] == ["waiting", "held"]


def test_a_sale_of_a_closed_period_is_posted_on_the_first_open_day_and_keeps_its_date(shop, october_sale):
	name = open_wire(october_sale).id
	assert entry_of(october_sale).period_closed
	assert desk.first_open_day(name) == {"day": "2026-11-01", "in_future": False}
	assert desk.post_on_first_open_day(name) == {"post_on": "2026-11-01"}
	entry = posted(october_sale)
	assert entry.state == "posted", entry.reason
	assert (str(entry.business_date), entry.post_on_by) == (OCTOBER, "Administrator")
	assert str(invoice_of(october_sale).posting_date) == "2026-11-01"
	assert "posted_late" in {row.flag for row in entry.remarks}


def test_a_sale_before_the_freeze_date_is_posted_on_the_day_after_it(shop):
	wire = shop.sale(shop.line(shop.items[0]), day=OCTOBER, at=f"{OCTOBER}T15:30:00.000+02:00")
	with frozen_until("2026-11-05"):
		(entry,) = book(shop, wire)
		assert entry.state == "held", entry.last_fault
		assert desk.post_on_first_open_day(entry.name) == {"post_on": "2026-11-06"}
		assert posted(wire).state == "posted"
	assert str(invoice_of(wire).posting_date) == "2026-11-06"


def test_a_first_open_day_that_changed_meanwhile_is_not_posted_on(shop, october_sale):
	name = open_wire(october_sale).id
	with pytest.raises(frappe.ValidationError, match="is 2026-11-01 now, not 2026-10-31"):
		desk.post_on_first_open_day(name, day="2026-10-31")
	assert entry_of(october_sale).post_on is None


def test_a_first_open_day_still_to_come_is_said(shop, october_sale):
	with frozen_until("2026-12-15"):
		told = desk.first_open_day(open_wire(october_sale).id)
	assert told == {"day": "2026-12-16", "in_future": date(2026, 12, 16) > frappe.utils.getdate()}


def test_closed_stretches_are_stepped_over_one_after_the_other(shop):
	with (
		frozen_until("2026-10-20"),
		closed_period(shop.till, "2026-10-01", "2026-10-31"),
		closed_period(shop.till, "2026-11-01", "2026-11-10"),
	):
		assert periods.first_open_day(COMPANY, on(OCTOBER)) == on("2026-11-11")


def test_a_day_that_is_open_is_its_own_first_open_day(site):
	assert periods.first_open_day(COMPANY, on(DAY)) == on(DAY)


def test_a_period_that_is_closed_for_other_documents_is_open_for_sales(shop):
	with closed_period(shop.till, "2026-10-01", "2026-10-31") as period:
		period.closed_documents[0].db_set("document_type", "Journal Entry")
		assert periods.first_open_day(COMPANY, on(OCTOBER)) == on(OCTOBER)


def test_frozen_stock_is_closed_too(site):
	_set("Stock Settings", "Stock Settings", "stock_frozen_upto", "2026-10-31")
	try:
		assert periods.first_open_day(COMPANY, on(OCTOBER)) == on("2026-11-01")
	finally:
		_set("Stock Settings", "Stock Settings", "stock_frozen_upto", None)


def test_without_a_fiscal_year_no_day_is_open_and_words_say_so(site):
	with pytest.raises(Rejected, match="Fiscal Year"):
		periods.first_open_day(COMPANY, on("2091-01-01"))


def test_what_is_not_held_is_not_posted_on_another_day(shop):
	(entry,) = book(shop, shop.sale(shop.line(shop.items[0])))
	with pytest.raises(frappe.ValidationError, match="not held"):
		desk.post_on_first_open_day(entry.name)
	assert entry_of_name(entry.name).post_on is None


def entry_of_name(name):
	return frappe.get_doc("POS Entry", name)


def test_a_code_enrols_one_device_which_is_then_switched_off(shop):
	made = desk.make_enrolment_code(shop.till)
	assert (len(made["code"]), made["expires_in_seconds"]) == (8, 600)
	assert made["url"].endswith(f"/till#code={made['code']}")
	assert made["qr_svg"].startswith("<svg")
	token = use_code(made["code"], "page").token
	assert sender_of(token).till == shop.till
	assert desk.revoke_devices(shop.till) == {"revoked": 1}
	with pytest.raises(Unauthenticated, match="switched off"):
		sender_of(token)


def test_one_device_of_two_is_switched_off(shop):
	page, agent = (
		use_code(desk.make_enrolment_code(shop.till)["code"], holder).token for holder in ("page", "agent")
	)
	assert desk.revoke_devices(shop.till, frappe.as_json([sender_of(page).row])) == {"revoked": 1}
	assert sender_of(agent).holder == "agent"
	assert desk.revoke_devices(shop.till, []) == {"revoked": 0}
	assert sender_of(agent).holder == "agent"


def test_a_till_that_is_switched_off_gets_no_code(shop):
	frappe.db.set_value("POS Till", shop.till, "enabled", 0)
	with pytest.raises(frappe.ValidationError, match="Enable it"):
		desk.make_enrolment_code(shop.till)


def test_a_form_that_was_opened_before_a_device_was_enrolled_does_not_undo_it(shop):
	form = frappe.get_doc("POS Till", shop.till)
	enrolled = use_code(desk.make_enrolment_code(shop.till)["code"], "page")
	form.shop_name, form.next_epoch, form.code_hash = "New name", 1, "forged"
	form.save()
	assert sender_of(enrolled.token).till == shop.till
	saved = frappe.get_doc("POS Till", shop.till)
	assert (saved.shop_name, saved.next_epoch, saved.code_hash) == ("New name", enrolled.next_epoch + 1, "")


def test_a_client_can_forge_no_device(shop):
	till = frappe.get_doc("POS Till", shop.till)
	till.append("tokens", {"holder": "page", "token_hash": "forged"})
	till.save()
	assert not frappe.db.exists("POS Till Token", {"token_hash": "forged"})


def test_only_the_review_of_what_was_put_aside_can_be_written(shop):
	record(shop, b"rubbish")
	aside = frappe.get_last_doc("POS Quarantine", {"sent_by": shop.till}, order_by="position desc")
	aside.reviewed, aside.review_note = 1, "A test."
	aside.save()
	aside.raw = "something else"
	with pytest.raises(frappe.ValidationError, match="never changed"):
		aside.save()


def test_a_chain_is_written_by_its_entries_only(shop):
	record(shop, shop.sale(shop.line(shop.items[0])))
	chain = frappe.get_doc("POS Chain", shop.chain)
	for forbidden in (chain.save, chain.delete):
		with pytest.raises(frappe.ValidationError):
			forbidden()


def test_nothing_that_a_till_says_is_markup_in_the_desk(shop):
	script = "<img src=x onerror=alert(1)>"
	wire = shop.seal("sale", {"shift": script, "against": {"entry": script}, "currency": script})
	text = wire.text.replace('"Ada"', f'"{script}"')
	(entry,) = book(shop, WireEntry(chain_hash(GENESIS, text), text))
	shown = {field: entry.get(field) for field in ("cashier", "shift", "against_entry", "reason", "remedy")}
	assert shown["cashier"] == "\u2039img src=x onerror=alert(1)\u203a"
	assert not any("<" in (value or "") for value in shown.values()), shown
	assert script in entry.text


def test_stock_elsewhere_names_the_shops_that_have_an_item_most_first(own_shop, shop):
	item = own_shop.items[0]
	places = desk.stock_elsewhere(item)
	assert places[0] == {"warehouse": own_shop.shop.warehouse, "available": 100.0}
	assert {"warehouse": shop.shop.warehouse, "available": 0.0} in places
	with pytest.raises(frappe.DoesNotExistError, match="no item"):
		desk.stock_elsewhere("Nothing of that name")


def test_a_till_that_is_switched_off_names_no_warehouse(own_shop):
	frappe.db.set_value("POS Till", own_shop.till, "enabled", 0)
	places = {row["warehouse"] for row in desk.stock_elsewhere(own_shop.items[0])}
	assert own_shop.shop.warehouse not in places
	open_till(own_shop)
	places = {row["warehouse"] for row in desk.stock_elsewhere(own_shop.items[0])}
	assert own_shop.shop.warehouse in places
