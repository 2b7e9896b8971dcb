"""What goes wrong with an order is said in words, stops no other order, and leaves nothing half done."""

from dataclasses import replace

import frappe
import pytest
from changes import changed, closed_period
from online_shop import account, killed_after, open_online_shop

from pos_bridge import channel_desk, online
from pos_bridge.core.errors import Retryable
from pos_bridge.core.online import Contact


@pytest.fixture(scope="module")
def web(connected):
	return open_online_shop()


@pytest.mark.parametrize("documents", range(6))
def test_a_worker_killed_between_two_documents_leaves_nothing_and_is_made_up_for(site, web, documents):
	order = web.place(2)
	web.send(order, 1)
	web.send(order)
	row = online.orders.hear(web.channel, order)
	frappe.db.commit()
	with killed_after(documents), pytest.raises(KeyboardInterrupt):
		online.sync_order(row)
	frappe.db.rollback()
	assert web.row(order).documents == []
	assert not frappe.db.exists("Sales Order", {"pos_bridge_channel_order": row})
	online.sync_order(row)
	assert web.documents(order) == ["order", "payment", *["delivery", "invoice"] * 2]
	assert web.books(order)["Online Card Clearing - LT"] == web.shop.orders[order].total_minor / 100
	assert frappe.db.count("Sales Invoice", {"pos_bridge_channel_order": row}) == 2


def test_a_connection_that_the_database_cuts_loses_and_doubles_nothing(site, web):
	order = web.place(1)
	row = online.orders.hear(web.channel, order)
	frappe.db.commit()
	from pos_bridge.erpnext.online import posting

	keep = posting._keep

	def cut(*arguments):
		keep(*arguments)
		frappe.db.sql("KILL CONNECTION_ID()")

	posting._keep = cut
	try:
		with pytest.raises(Exception, match=r"(?i)interrupted|lost connection|gone away|killed"):
			online.sync_order(row)
	finally:
		posting._keep = keep
		frappe.db.close()
		frappe.connect()
		frappe.set_user("Administrator")
	online.sync_order(row)
	assert web.documents(order) == ["order", "payment"]
	assert frappe.db.count("Sales Order", {"pos_bridge_channel_order": row}) == 1


def test_an_unknown_sku_holds_its_order_alone_until_somebody_says_which_item_it_is(site, web):
	web.shop.products["3"] = replace(web.shop.products["1"], item="3", sku="NOBODY-KNOWS", on_hand={"dc": 9})
	unknown, known = web.shop.place({"3": 1}), web.place(1)
	held = web.read(unknown)
	assert (held.state, held.attention_item) == ("held", "3")
	assert "NOBODY-KNOWS" in held.attention
	assert held.documents == []
	states = frappe.get_all("POS Entry", {"channel_order": held.name}, pluck="state")
	assert set(states) == {"held"}
	web.posted(known)
	channel_desk.map_unknown_item(held.name, web.items[1])
	frappe.db.commit()
	online.sync_order(held.name)
	assert web.row(unknown).state == "posted"
	assert web.document(unknown, "order").items[0].item_code == web.items[1]
	again = web.shop.place({"3": 1})
	web.posted(again)


def test_an_unknown_tax_and_an_unknown_gateway_are_named(site):
	web = open_online_shop(stock=0, taxes=[], payments=[])
	order = web.place(1)
	assert "VAT 19 %" in web.read(order).attention
	channel = frappe.get_doc("Sales Channel", web.channel)
	channel.append("taxes", {"rate": 19, "account": "Online VAT - LT"})
	channel.save()
	frappe.db.commit()
	assert "demo-card" in web.read(order).attention
	channel.append("payments", {"gateway": "demo-card", "account": account("Online Card Clearing", "Asset")})
	channel.save()
	frappe.db.commit()
	web.posted(order)


def test_totals_that_do_not_add_up_are_shown_side_by_side(site, web):
	order = web.place(1)
	now = web.shop.orders[order]
	web.shop.orders[order] = replace(now, total_minor=now.total_minor + 100)
	row = web.read(order)
	assert row.state == "held"
	assert f"{(now.total_minor + 100) / 100:.2f}" in row.attention
	assert f"{now.total_minor / 100:.2f}" in row.attention
	assert row.documents == []


def test_a_shop_that_does_not_answer_is_asked_again_by_itself(site, web):
	order = web.place(1)
	web.trouble.before.append(Retryable("The shop is busy.", retry_after_seconds=30))
	row = web.read(order)
	assert (row.state, row.last_fault, row.attempts) == ("waiting", "The shop is busy.", 1)
	assert row.next_try_at > frappe.utils.now_datetime()
	assert row.name not in online.orders.due()
	web.posted(order)


def test_a_closed_period_holds_an_order_and_says_so(site, web):
	order = web.place(1)
	web.send(order)
	today = frappe.utils.today()
	with closed_period("online", today, today):
		row = web.read(order)
	assert row.state == "held"
	assert row.remedy
	assert row.documents == []
	web.posted(order)


def test_while_posting_is_paused_orders_are_recorded_and_not_booked(site, web):
	order = web.place(1)
	with changed("POS Bridge Settings", "POS Bridge Settings", posting_paused=1):
		row = web.read(order)
	assert (row.state, row.documents) == ("waiting", [])
	assert frappe.db.count("POS Entry", {"channel_order": row.name}) == 2
	web.posted(order)


def test_a_fact_that_the_shop_rewrote_stays_as_it_was_recorded_and_is_put_aside(site, web):
	order = web.place(1)
	web.posted(order)
	now = web.shop.orders[order]
	paid = replace(now.payments[0], amount_minor=1)
	web.shop.orders[order] = replace(now, payments=(paid,))
	row = web.read(order)
	assert "online_payment" in row.attention
	assert frappe.db.exists("POS Quarantine", {"sent_by": web.channel})
	assert web.document(order, "payment").paid_amount == now.total_minor / 100


def test_an_answer_that_lacks_what_was_recorded_is_not_believed(site, web):
	order = web.place(1)
	web.send(order)
	web.posted(order)
	now = web.shop.orders[order]
	web.shop.orders[order] = replace(now, fulfilments=(), state="open")
	row = web.read(order)
	assert (row.state, row.attempts) == ("posted", 1)
	assert "fulfilment" in row.last_fault
	web.shop.orders[order] = now
	web.posted(order)
	assert web.documents(order) == ["order", "payment", "delivery", "invoice"]


def test_two_lines_of_one_item_stay_two_lines(site, web):
	order = web.place(2, 1)
	now = web.shop.orders[order]
	twin = replace(now.lines[1], sku=now.lines[0].sku, item=now.lines[0].item)
	web.shop.orders[order] = replace(now, lines=(now.lines[0], twin))
	web.send(order, 0, 1)
	web.posted(order)
	web.send(order)
	web.posted(order)
	ordered = web.document(order, "order")
	assert [row.delivered_qty for row in ordered.items] == [2, 1]
	assert ordered.status == "Completed"


def test_hostile_names_are_shown_as_text(site, web):
	order = web.place(1, contact=Contact("<script>alert(1)</script>", "eve@example.com", False, "no number"))
	row = web.posted(order)
	assert "<" not in frappe.db.get_value("Customer", row.customer, "customer_name")


def test_a_guest_is_one_customer_and_a_verified_address_is_somebody_known(site, web):
	guest = Contact("Gil Guest", "gil@example.com")
	first, second = (web.posted(web.place(1, contact=guest)) for _ in range(2))
	assert first.customer == second.customer
	known = frappe.get_doc(
		{"doctype": "Customer", "customer_name": "Vera Known", "email_id": "vera@example.com"}
	).insert()
	frappe.db.commit()
	verified = Contact("V. Known", "Vera@Example.com", email_verified=True)
	assert web.posted(web.place(1, contact=verified)).customer == known.name
	unverified = web.posted(web.place(1, contact=Contact("Vera Known", "vera2@example.com")))
	assert unverified.customer != known.name


def test_an_entry_names_nobody_and_the_contact_lies_beside_it(site, web):
	order = web.place(1, contact=Contact("Nora Nobody", "nora@example.com"))
	row = web.posted(order)
	texts = frappe.get_all("POS Entry", {"channel_order": row.name}, pluck="text")
	assert not [text for text in texts if "Nora" in text or "nora@" in text]
	assert "Nora Nobody" in frappe.db.get_value("Channel Order", row.name, "contact")


def test_somebody_who_is_erased_stays_so_when_his_order_is_read_again(site, web):
	from pos_bridge.erpnext.customers.erasing import erase

	order = web.place(1, contact=Contact("Erna Gone", "erna@example.com"))
	row = web.posted(order)
	name = erase(row.customer)
	frappe.db.commit()
	web.send(order)
	row = web.posted(order)
	assert (row.get("salt") or "", row.get("contact") or "") == ("", "")
	invoice = web.document(order, "invoice")
	assert invoice.customer_name == name
	assert not frappe.db.exists("Channel Customer", {"remote_id": ("like", "%erna%")})
	for doctype in ("Sales Order", "Payment Entry", "Customer", "POS Entry"):
		told = frappe.db.sql(f"SELECT * FROM `tab{doctype}`", as_dict=True)
		assert not [(doctype, key) for each in told for key, value in each.items() if "Erna" in str(value)]


def test_the_tills_poster_and_their_reconciliation_leave_online_entries_alone(site, web):
	from books import COMPANY

	from pos_bridge import jobs
	from pos_bridge.erpnext.reconcile.scope import asked, rows_of

	order = web.place(1)
	row = web.row(order) or web.read(order)
	frappe.db.sql("UPDATE `tabPOS Entry` SET state = 'waiting' WHERE channel_order = %s", row.name)
	frappe.db.commit()
	jobs.post_waiting()
	assert set(frappe.get_all("POS Entry", {"channel_order": row.name}, pluck="state")) == {"waiting"}
	day = str(frappe.db.get_value("POS Entry", {"channel_order": row.name}, "business_date"))
	assert not [entry for entry in rows_of(asked(COMPANY, day, day)) if entry.kind.startswith("online_")]
