"""Receipts by e-mail on a real ERPNext: asked for by a till, queued once, erased with their row."""

import base64
import email
import json

import frappe
import pytest
from books import book
from tills import METHODS, enrol

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext import display, receipt_mail

ID = "019338c1-0000-7000-8000-000000000001"
TO = "jana@petersen.example"
PIXEL = base64.b64decode(
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def outgoing(site):
	"""A mail account that never answers."""
	account = {"email_account_name": "Away", "email_id": "shop@example.com", "smtp_server": "192.0.2.1"}
	account |= {"enable_outgoing": 1, "default_outgoing": 1, "no_smtp_authentication": 1}
	made = frappe.get_doc({"doctype": "Email Account", **account}).insert()
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.delete_doc("Email Account", made.name, force=True)
	frappe.db.commit()


@pytest.fixture
def till(server, shop):
	return enrol(server, shop.till)


def ask(till, **body):
	return till.server.post(f"{METHODS}mail_receipt", body, Authorization=f"Till {till.token}")


def queued():
	frappe.db.rollback()
	return frappe.get_all("Email Queue", {"reference_doctype": "POS Entry"}, ["name", "message"])


def test_a_receipt_is_queued_once_with_what_was_sold(till, shop, outgoing):
	wire = shop.sale(shop.line(shop.items[0]))
	sale = open_wire(wire)
	status, early = ask(till, id=ID, entry=sale.id, to=TO)
	assert (status, early["error"]["code"]) == (503, "entry_unknown")
	till.push(wire)
	for _ in range(2):
		assert ask(till, id=ID, entry=sale.id, to=TO)[0] == 200
	# The server wrote it: a transaction that began before does not see it.
	frappe.db.rollback()
	assert jobs.mail_receipts() == 1
	assert jobs.mail_receipts() == 0
	(letter,) = queued()
	assert frappe.get_all("Email Queue Recipient", {"parent": letter.name}, pluck="recipient") == [TO]
	message = email.message_from_string(letter.message)
	text = "".join(
		part.get_payload(decode=True).decode()
		for part in message.walk()
		if part.get_content_maintype() == "text"
	)
	assert sale.receipt_number in text
	assert "TOTAL" in text


def test_without_a_mail_account_it_waits_and_a_deleted_row_is_forgotten(till, shop):
	wire = shop.sale(shop.line(shop.items[0]))
	book(shop, wire)
	before = queued()
	ask(till, id=ID, entry=open_wire(wire).id, to=TO)
	assert receipt_mail.due() == []
	frappe.db.rollback()
	frappe.delete_doc("POS Receipt Mail", ID)
	frappe.db.commit()
	assert queued() == before
	assert TO not in json.dumps(frappe.get_all("POS Entry", fields=["*"]), default=str)


def test_the_customers_screen_gets_a_small_picture_and_nothing_else(site):
	def url(content, name):
		made = frappe.get_doc({"doctype": "File", "file_name": name, "content": content, "is_private": 0})
		return made.insert().file_url

	assert display.logo(url(PIXEL, "logo.png")).startswith("data:image/png;base64,iVBOR")
	assert display.logo(url(b"<svg onload='alert(1)'/>", "logo2.png")) == ""
	assert display.logo(url(PIXEL + b"\0" * display.MAX_LOGO_BYTES, "big.png")) == ""
	assert display.logo("/files/gone.png") == ""
