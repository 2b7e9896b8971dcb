"""Customers who were new at a till, in ERPNext: made, found again, named late, merged, corrected, erased."""

import uuid
from dataclasses import replace

import frappe
import pytest
from books import entry_of, flags, invoice_of
from books import record as recorded
from contract.new_customers import *  # noqa: F403 - the contract's tests
from contract.new_customers import a_record
from payers import owed_by, paid
from tills import METHODS, enrol

from pos_bridge import desk, jobs
from pos_bridge.core.customers import CUSTOMER_PATH, NEW_CUSTOMERS_PATH, read_new_customers
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.errors import Rejected
from pos_bridge.core.receipt_mail import MailAsk
from pos_bridge.core.tenders import Tender
from pos_bridge.erpnext import receipt_mail
from pos_bridge.erpnext.catalogue.grounds import ground_of
from pos_bridge.erpnext.catalogue.items import items_of
from pos_bridge.erpnext.customers import erasing, making, shown, taking
from pos_bridge.erpnext.shown import plain


class OnErpnext:
	def __init__(self, till):
		self.till = till

	def send(self, *records):
		return take(self.till, *records)

	def ask(self, customer):
		return shown.customer_answer(self.till, customer)


def take(till, *records):
	names = ("customer", "outcome", "known_as", "reason")
	results = []
	for record in read_new_customers({"customers": list(records)}):
		results.append(dict(zip(names, taking.take(till, record), strict=True)))
		frappe.db.commit()
	return results


@pytest.fixture
def customers(shop):
	return OnErpnext(shop.till)


def book(shop, *wires):
	"""All of them booked, however busy this machine is: a job gives up its worker after a while."""
	recorded(shop, *wires)
	while any(entry_of(wire).state == "waiting" for wire in wires):
		jobs.post_waiting()
		frappe.db.rollback()
	return [entry_of(wire) for wire in wires]


def sold_to(shop, customer, **more):
	return shop.sale(shop.line(shop.items[0]), body={"customer": customer}, **more)


def test_a_customer_has_the_group_and_territory_of_the_shop_and_a_contact(shop):
	record = a_record()
	(result,) = take(shop.till, record)
	made = frappe.get_doc("Customer", result["known_as"])
	walk_in = frappe.get_doc("Customer", shop.shop.customer)
	assert (made.customer_group, made.territory) == (walk_in.customer_group, walk_in.territory)
	contact = frappe.get_doc("Contact", made.customer_primary_contact)
	assert (contact.mobile_no, contact.email_id) == (record["mobile"], record["email"])


def test_consents_are_kept_with_their_date_and_wording(shop):
	record = a_record()
	take(shop.till, record)
	kept = frappe.get_doc("POS New Customer", record["customer"])
	assert (kept.receipts_since, kept.receipts_wording) == ("2026-11-25T12:00:00.000+01:00", "2026-11")
	assert not kept.marketing_since


def test_somebody_who_was_made_in_the_desk_is_not_made_again(shop):
	record = a_record()
	fields = {"doctype": "Customer", "customer_name": "Desk", "mobile_no": record["mobile"].replace(" ", "-")}
	known = frappe.get_doc(fields).insert()
	(result,) = take(shop.till, {**record, "email": "", "consents": {}})
	assert (result["outcome"], result["known_as"]) == ("same_as", known.name)


def test_a_sale_that_comes_after_the_record_is_his(shop):
	record = a_record()
	(result,) = take(shop.till, record)
	(entry,) = book(shop, wire := sold_to(shop, record["customer"]))
	assert (entry.state, flags(wire)) == ("posted", [])
	assert invoice_of(wire).customer == result["known_as"]


def test_a_sale_that_comes_first_is_booked_to_a_customer_who_gets_his_name_later(shop):
	record = a_record()
	(entry,) = book(shop, wire := sold_to(shop, record["customer"]))
	assert (entry.state, flags(wire)) == ("posted", ["customer_waiting"])
	customer = invoice_of(wire).customer
	(result,) = take(shop.till, record)
	assert (result["outcome"], result["known_as"]) == ("created", customer)
	made = frappe.get_doc("Customer", customer)
	assert (made.customer_name, made.mobile_no) == (record["name"], record["mobile"])
	(remark,) = entry_of(wire).remarks
	assert remark.reviewed == 1


def test_two_sales_that_come_first_are_of_one_customer(shop):
	id = a_record()["customer"]
	book(shop, one := sold_to(shop, id), other := sold_to(shop, id))
	assert invoice_of(one).customer == invoice_of(other).customer


def test_a_sale_that_came_first_ends_on_him_whom_another_till_made_meanwhile(shop):
	record = a_record()
	(known,) = take(shop.till, a_record(mobile=record["mobile"]))
	cash = next(iter(shop.shop.tenders))
	tenders = [Tender(cash, "cash", 500), Tender("On account", "on_account", 250)]
	book(shop, wire := paid(shop, tenders, customer=record["customer"]))
	placeholder = invoice_of(wire).customer
	(result,) = take(shop.till, record)
	assert (result["outcome"], result["known_as"]) == ("same_as", known["known_as"])
	assert invoice_of(wire).customer == known["known_as"]
	assert owed_by(known["known_as"]) == 2.5
	assert not frappe.db.exists("Customer", placeholder)
	book(shop, later := sold_to(shop, record["customer"]))
	assert invoice_of(later).customer == known["known_as"]


def test_a_record_that_was_refused_at_first_still_ends_on_him_who_is_known(shop, monkeypatch):
	record = a_record()
	with monkeypatch.context() as patched:
		patched.setattr(making, "make", refuse)
		(held,) = take(shop.till, record)
	assert held["outcome"] == "held"
	book(shop, wire := sold_to(shop, record["customer"]))
	(known,) = take(shop.till, a_record(mobile=record["mobile"]))
	(result,) = take(shop.till, record)
	assert (result["outcome"], result["known_as"]) == ("same_as", known["known_as"])
	assert invoice_of(wire).customer == known["known_as"]


def refuse(*_arguments):
	raise frappe.ValidationError("Another app says no.")


def test_what_is_held_is_corrected_in_the_desk_and_the_sale_gets_its_customer(shop):
	record = a_record(mobile="ask Mira")
	book(shop, wire := sold_to(shop, record["customer"]))
	(held,) = take(shop.till, record)
	assert (held["outcome"], "telephone" in held["reason"]) == ("held", True)
	with pytest.raises(frappe.ValidationError):
		desk.take_new_customer(record["customer"], record["name"], "still not", "")
	told = desk.take_new_customer(record["customer"], record["name"], "0171 99887766", record["email"])
	assert told["customer"] == invoice_of(wire).customer
	assert frappe.db.get_value("Customer", told["customer"], "customer_name") == record["name"]


def test_erasing_leaves_the_books_and_no_name(shop):
	record = a_record()
	take(shop.till, record)
	book(shop, wire := sold_to(shop, record["customer"]))
	ask = MailAsk(str(uuid.uuid4()), open_wire(wire).id, record["email"])
	receipt_mail.take(shop.till, ask)
	before = gl_of(wire)
	name = desk.erase_customer(record=record["customer"])["customer"]
	assert gl_of(wire) == before
	# Germany's log of postings may not be changed by anybody, whoever is in it.
	assert {table for table, *_ in everything_that_says(record)} <= {"tabTransaction Log"}
	assert invoice_of(wire).customer_name == name
	(again,) = take(shop.till, record)
	assert again["outcome"] == "erased"
	(entry,) = book(shop, later := sold_to(shop, record["customer"]))
	assert (entry.state, flags(later)) == ("posted", [])


def test_whoever_walks_in_can_not_be_erased(shop):
	with pytest.raises(Rejected):
		erasing.erase(shop.shop.customer)


def test_a_person_without_the_role_can_erase_nobody(shop):
	frappe.set_user("Guest")
	with pytest.raises(frappe.PermissionError):
		desk.erase_customer(customer=shop.shop.customer)


def test_a_till_is_told_what_he_bought_and_owes(shop):
	record = a_record()
	take(shop.till, record)
	cash = next(iter(shop.shop.tenders))
	tenders = [Tender(cash, "cash", 500), Tender("On account", "on_account", 250)]
	book(shop, wire := paid(shop, tenders, customer=record["customer"]))
	told = shown.customer_answer(shop.till, record["customer"])
	(bought,) = told["purchases"]
	assert (bought["receipt_number"], bought["total_minor"], told["owed_minor"]) == (
		invoice_of(wire).name,
		750,
		250,
	)


def test_a_till_sends_and_asks_over_http(server, shop):
	till = enrol(server, shop.till)
	record = a_record()
	status, answer = till.server.post(NEW_CUSTOMERS_PATH, {"customers": [record]}, **till.bearer)
	assert status == 200, answer
	assert (status, answer["message"]["results"][0]["outcome"]) == (200, "created")
	status, answer = till.server.post(CUSTOMER_PATH, {"customer": record["customer"]}, **till.bearer)
	assert (status, answer["message"]["name"]) == (200, record["name"])
	status, answer = till.server.post(NEW_CUSTOMERS_PATH, {"customers": [{}]}, **till.bearer)
	assert (status, answer["error"]["code"]) == (400, "malformed")
	assert NEW_CUSTOMERS_PATH.startswith(METHODS)


def gl_of(wire):
	rows = frappe.get_all(
		"GL Entry", {"voucher_no": invoice_of(wire).name}, ["account", "debit", "credit"], order_by="account"
	)
	return [(row.account, row.debit, row.credit) for row in rows]


def everything_that_says(record):
	"""Tables of the site with a text that names him; the entries name an id only."""
	columns = frappe.db.sql(
		"SELECT c.table_name, c.column_name FROM information_schema.columns c"
		" JOIN information_schema.tables t USING (table_schema, table_name)"
		" WHERE c.table_schema = DATABASE() AND c.data_type IN ('varchar', 'text', 'longtext', 'mediumtext')"
		" AND t.table_rows > 0 AND c.table_name LIKE 'tab%%'"
	)
	words = (record["name"], record["mobile"], record["email"])
	return [
		(table, column, word)
		for table, column in columns
		for word in words
		if frappe.db.sql(f"SELECT 1 FROM `{table}` WHERE `{column}` LIKE %s LIMIT 1", f"%{word}%")
	]


def test_notes_stand_on_the_invoice_and_never_as_markup(shop):
	wire = shop.sale(shop.line(shop.items[0]), body={"note": "for <b>Mrs Klein</b>"})
	entry = open_wire(wire)
	(line,) = entry.body["lines"]
	body = {**entry.body, "lines": [{**line, "note": "gift <wrapped>"}]}
	shop.head = seal(noted := replace(entry, body=body)).hash
	(posted,) = book(shop, wire := seal(noted))
	invoice = invoice_of(wire)
	assert (posted.state, invoice.remarks) == ("posted", plain("for <b>Mrs Klein</b>"))
	assert plain("gift <wrapped>") in invoice.items[0].description
	assert "<b>" not in invoice.remarks


def test_a_till_hears_of_cards_minimum_ages_and_foreign_cash(shop):
	item, till = shop.items[0], shop.till
	profile = frappe.get_doc("POS Profile", shop.shop.profile)
	profile.pos_bridge_foreign_cash = "USD, usd, EUR, ZZZ"
	profile.save()
	rate = {"from_currency": "USD", "to_currency": "EUR", "exchange_rate": 0.875, "date": "2026-11-20"}
	frappe.get_doc({"doctype": "Currency Exchange", "for_selling": 1, **rate}).insert()
	frappe.db.set_value("Item", item, "pos_bridge_min_age", 18)
	ground = ground_of(till)
	(row,) = items_of(ground.grounds, [item])
	dollars = {"currency": "USD", "currency_precision": 2, "rate": "0.875", "as_of": "2026-11-20"}
	assert (row.min_age, ground.settings["foreign"]) == (18, [dollars])
	assert "new_customer" in ground.settings["offers"]
