"""X and Z of a POS Shift on a real ERPNext: what they say, who may see them, how they look, who gets them."""

import email
import functools
import http.server
import shutil
import threading

import frappe
import pytest
from books import book, entry_of, record, returned
from disposable import SITES
from frappe.translate import print_language

from pos_bridge import jobs
from pos_bridge.core.entry import open_wire
from pos_bridge.erpnext.shift_report import mail
from pos_bridge.erpnext.shift_report.reading import report_of
from pos_bridge.erpnext.shift_report.shown import pos_bridge_shift_report

EVIL = "<b onclick=alert(1)>Ada</b>"


class Day:
	"""A shop's till with a shift: what is told names it."""

	def __init__(self, shop, float_minor=10_000):
		self.shop = shop
		self.cash, self.card, *_ = shop.shop.tenders
		money = shop.shop
		self.euro = {"currency": money.currency, "currency_precision": money.currency_precision}
		counted = [{"tender": self.cash, "counted_minor": float_minor}]
		self.opening = self.seal("shift_open", float=counted)
		self.id = open_wire(self.opening).id

	def seal(self, kind, **body):
		return self.shop.seal(kind, {**self.euro, **body})

	def sale(self, *items, **more):
		lines = [self.shop.line(item) for item in items or self.shop.items[:1]]
		return self.shop.sale(*lines, body={"shift": self.id}, **more)

	def moved(self, kind, amount, **more):
		body = {"tender": self.cash, "amount_minor": amount, "purpose": "safe", "shift": self.id}
		return self.seal(kind, **{**body, **more})

	def close(self, counted_minor, **more):
		counted = [{"tender": self.cash, "counted_minor": counted_minor}]
		return self.seal("shift_close", shift=self.id, counted=counted, **more)

	def document(self):
		name = frappe.db.get_value("POS Shift", {"opening_entry": self.id})
		frappe.clear_document_cache("POS Shift", name)
		return frappe.get_doc("POS Shift", name)

	@property
	def report(self):
		return report_of(self.document())


@pytest.fixture
def day(shop):
	return Day(shop)


@pytest.fixture
def recipients(day):
	"""The Z of the till's shop goes to somebody, and there is a mail account that never answers."""
	account = {"email_account_name": "Away", "email_id": "shop@example.com", "smtp_server": "192.0.2.1"}
	account |= {"enable_outgoing": 1, "default_outgoing": 1, "no_smtp_authentication": 1}
	account = frappe.get_doc({"doctype": "Email Account", **account}).insert()
	profile = day.shop.shop.profile
	frappe.db.set_value(
		"POS Profile", profile, "pos_bridge_z_recipients", "boss@example.com, books@example.com"
	)
	frappe.db.commit()
	yield ["boss@example.com", "books@example.com"]
	frappe.db.rollback()
	frappe.db.set_value("POS Profile", profile, "pos_bridge_z_recipients", "")
	frappe.delete_doc("Email Account", account.name, force=True)
	frappe.db.commit()


def a_day(day):
	"""A sale of two, one that is given back, a safe drop, a void, a count that lacks 3.20."""
	sold = day.sale(*day.shop.items[:2], over=250)
	back = returned(day.shop, day.sale(), {1: 1})
	told = [day.opening, sold, back, day.moved("cash_out", 5_000)]
	told += [day.seal("void", lines=1, total_minor=999), day.seal("no_sale", reason="change")]
	return [*told, day.close(10_000 + 750 - 5_000 - 320)]


def test_a_z_says_what_was_sold_given_back_moved_and_counted(day):
	opening, *told = a_day(day)
	book(day.shop, opening, *told)
	report = day.report
	assert (report.sales.count, report.sales.total_minor) == (1, 750)
	assert (report.returns.count, report.happened.voids.amount_minor) == (0, 999)
	drawer = next(each for each in report.tenders if each.tender == day.cash)
	assert (drawer.received_minor, drawer.change_minor, drawer.out_minor) == (1_000, -250, -5_000)
	assert drawer.difference_minor == -320
	assert {each.label: (each.net_minor, each.tax_minor) for each in report.taxes} == {
		"VAT 19 %": (210, 40),
		"VAT 7 %": (467, 33),
	}
	group = frappe.db.get_value("Item", day.shop.items[0], "item_group")
	assert [(each.group, each.lines, each.amount_minor) for each in report.groups] == [(group, 2, 750)]
	assert report.numbers[0].missing == 0
	assert report.chains[0].hash == entry_of(told[-1]).hash


def test_a_return_that_names_the_shift_is_in_its_z(day):
	sold = day.sale()
	entry = open_wire(sold)
	back = returned(day.shop, sold, {1: 1})
	assert "shift" not in open_wire(back).body
	named = day.seal("return", **{**open_wire(back).body, "shift": day.id})
	book(day.shop, day.opening, sold, back, named)
	report = day.report
	assert (report.returns.count, report.returns.total_minor) == (1, -entry.body["total_minor"])
	assert report.happened.with_receipt.count == 1


def test_an_x_ends_where_the_next_shift_begins_and_knows_what_names_no_shift(day):
	told = [day.sale(), day.seal("no_sale", reason="change")]
	later = Day(day.shop)
	book(day.shop, day.opening, *told, later.opening, later.sale(), later.seal("no_sale", reason="again"))
	for each in (day, later):
		assert (each.report.sales.count, each.report.happened.no_sales) == (1, 1)
		assert each.report.closed_at == ""
		assert each.report.chains[0].missing == 0


def test_what_arrives_after_the_closing_is_in_the_z_and_told(day):
	late = day.sale()
	closing = day.close(10_000)
	book(day.shop, day.opening, closing)
	assert (day.report.happened.late, day.report.chains[0].missing) == (0, 1)
	book(day.shop, late)
	assert (day.report.happened.late, day.report.chains[0].missing) == (1, 0)
	assert day.report.tenders[0].difference_minor == -250


def test_a_shift_whose_opening_never_came_has_a_z_without_a_difference(day):
	book(day.shop, day.sale(), closing := day.close(10_250))
	assert entry_of(closing).state == "posted"
	words = pos_bridge_shift_report(day.document().name)
	(row,) = next(each["rows"] for each in words["sections"] if each["title"] == "Tenders")
	assert (row[0], row[-3], row[-1]) == (day.cash, "", "")
	assert ("Opened At", "Its opening has not arrived: the float is not known") in words["head"]


def test_what_the_books_hold_is_in_the_z_all_the_same(day):
	held = day.shop.sale(day.shop.line(day.shop.items[0]), body={"shift": day.id, "total_minor": 1})
	book(day.shop, day.opening, held)
	assert entry_of(held).state == "held"
	assert day.report.sales.count == 1
	assert ("Not in the Books Yet", "1") in pos_bridge_shift_report(day.document().name)["head"]


def test_a_z_of_which_all_is_booked_names_nothing_that_is_not(day):
	book(day.shop, day.opening, day.sale())
	head = pos_bridge_shift_report(day.document().name)["head"]
	assert "Not in the Books Yet" not in dict(head)


def test_the_print_format_shows_figures_and_words_of_the_language_and_no_markup_of_a_till(day):
	opening, *told, _closing = a_day(day)
	reason = day.moved("cash_in", 100, purpose="other", reason=EVIL)
	book(day.shop, opening, *told, reason, day.close(123_456, note=EVIL))
	pages = {}
	for language in ("en", "de"):
		with print_language(language):
			pages[language] = frappe.get_print("POS Shift", day.document().name, "POS Z Report")
	point, group, _ = frappe.utils.get_number_format_info(frappe.db.get_default("number_format"))
	amounts = (f"1{group}234{point}56", f"-50{point}00")
	for words in ("Z Report", "Counted in the Drawer", *amounts, "VAT 19 %"):
		assert words in pages["en"], words
	assert "Gezählt in der Lade" in pages["de"]
	for page in pages.values():
		assert EVIL not in page
		assert "onclick=alert(1)&gt;" in page


def test_the_form_prints_it_by_itself(site):
	assert frappe.get_meta("POS Shift").default_print_format == "POS Z Report"
	assert frappe.db.get_value("Print Format", "POS Z Report", "standard") == "Yes"


def test_who_may_not_read_the_shift_gets_no_report(day):
	book(day.shop, day.opening)
	name = day.document().name
	frappe.set_user("Guest")
	with pytest.raises(frappe.PermissionError):
		pos_bridge_shift_report(name)


@pytest.mark.skipif(
	not shutil.which("wkhtmltopdf"), reason="Frappe's PDF engine, wkhtmltopdf, is not installed"
)
def test_the_z_is_a_pdf(day, styles, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "host_name", styles)
	book(day.shop, day.opening, day.close(10_000))
	page = frappe.get_print("POS Shift", day.document().name, "POS Z Report", as_pdf=True)
	assert page.startswith(b"%PDF-")


@pytest.fixture
def styles():
	"""Where the PDF engine finds what the page refers to."""
	handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=SITES)
	with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
		threading.Thread(target=server.serve_forever, daemon=True).start()
		yield f"http://127.0.0.1:{server.server_port}"
		server.shutdown()


def mails_of(day):
	rows = frappe.get_all(
		"Email Queue",
		{"reference_doctype": "POS Shift", "reference_name": day.document().name},
		["name", "message"],
		order_by="creation",
	)
	return [email.message_from_string(row.message, policy=email.policy.default) for row in rows]


def test_a_closed_shifts_z_is_mailed_once_with_the_report_attached(day, recipients):
	book(day.shop, day.opening, day.sale())
	jobs.mail_reports()
	assert mails_of(day) == []
	book(day.shop, day.close(10_250))
	jobs.mail_reports()
	jobs.mail_reports()
	(sent,) = mails_of(day)
	assert day.shop.till in sent["Subject"]
	(attached,) = sent.iter_attachments()
	assert attached.get_filename().startswith(day.document().name)
	content = attached.get_payload(decode=True)
	assert content.startswith(b"%PDF-") or b"Counted in the Drawer" in content
	queue = frappe.get_last_doc("Email Queue", {"reference_name": day.document().name})
	assert sorted(each.recipient for each in queue.recipients) == sorted(recipients)


def test_an_amended_z_is_mailed_again_and_says_so_once_nothing_of_it_waits(day, recipients):
	late, later = day.sale(), day.sale()
	book(day.shop, day.opening, day.close(10_000))
	jobs.mail_reports()
	record(day.shop, late, later)
	jobs.mail_reports()
	assert len(mails_of(day)) == 1
	jobs.post_waiting()
	jobs.mail_reports()
	jobs.mail_reports()
	first, second = mails_of(day)
	assert "amended" not in first["Subject"]
	assert "(amended, 2)" in second["Subject"]


def test_without_a_recipient_nothing_is_mailed_neither_now_nor_when_one_is_named_later(day):
	book(day.shop, day.opening, day.close(10_000))
	jobs.mail_reports()
	frappe.db.set_value("POS Profile", day.shop.shop.profile, "pos_bridge_z_recipients", "boss@example.com")
	jobs.mail_reports()
	frappe.db.set_value("POS Profile", day.shop.shop.profile, "pos_bridge_z_recipients", "")
	frappe.db.commit()
	assert (mails_of(day), day.document().z_mailed) == ([], 1)


def test_without_a_mail_account_shifts_are_posted_and_their_zs_stay_due(day, recipients):
	frappe.db.set_value("Email Account", "Away", "enable_outgoing", 0)
	frappe.db.commit()
	book(day.shop, day.opening, day.close(10_000))
	assert day.document().status == "Closed"
	jobs.mail_reports()
	assert day.document().name in mail.due()
	frappe.db.set_value("Email Account", "Away", "enable_outgoing", 1)
	frappe.db.commit()
	jobs.mail_reports()
	assert len(mails_of(day)) == 1


def test_a_z_that_can_not_be_made_keeps_no_other_from_being_mailed(day, recipients, monkeypatch):
	broken = Day(day.shop)
	book(day.shop, broken.opening, day.opening, broken.close(1), day.close(10_000))
	send = mail._send

	def refuse(shift, *arguments, **more):
		if shift.name == broken.document().name:
			raise ValueError("no such report")
		send(shift, *arguments, **more)

	monkeypatch.setattr(mail, "_send", refuse)
	jobs.mail_reports()
	assert (len(mails_of(broken)), len(mails_of(day))) == (0, 1)
	monkeypatch.undo()
	jobs.mail_reports()
	assert len(mails_of(broken)) == 1
