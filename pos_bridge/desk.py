"""The desk's endpoints for people: devices, what is held, shortages, new customers, stock elsewhere.

It never opens a document that the role and the user's own permissions don't allow, and never commits.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate, today

from pos_bridge import jobs
from pos_bridge.core.errors import Rejected
from pos_bridge.erpnext import stock
from pos_bridge.erpnext.catalogue.grounds import ground_of
from pos_bridge.erpnext.catalogue.rules import reason_words
from pos_bridge.erpnext.credit import write_off
from pos_bridge.erpnext.customers import erasing, taking
from pos_bridge.erpnext.door import enrolment
from pos_bridge.erpnext.people import pins
from pos_bridge.erpnext.posting import fate, periods
from pos_bridge.erpnext.reconcile import scope
from pos_bridge.erpnext.reports import cards, exceptions
from pos_bridge.erpnext.reports.seen import check_company
from pos_bridge.erpnext.shown import plain, refusals_shown
from pos_bridge.erpnext.tax_invoice import make as tax_invoices
from pos_bridge.erpnext.tax_invoice.printed import entry_of

MANAGERS = ("POS Manager", "System Manager")
"""Who lets devices in and switches them off, and who sets cashiers' PINs."""
POSTERS = ("POS Manager", "POS Integrator", "Accounts Manager", "System Manager")
"""Who may have what is held posted again."""
ACCOUNTANTS = ("Accounts Manager", "System Manager")
"""Who may choose another day than the one it happened on."""
INVOICERS = ("POS Manager", "Accounts User", "Accounts Manager", "System Manager")
"""Who makes tax invoices from receipts, and corrects them."""
REVIEWERS = ("POS Manager", "Accounts Manager", "System Manager")
"""Who may say that a remark or what was put aside has been looked at."""
EXPORTERS = ("POS Manager", "Auditor", "Accounts Manager", "System Manager")
"""Who may take an auditor's export."""
READERS = ("POS Manager", "POS Integrator", "Accounts Manager", "Accounts User", "Auditor", "System Manager")
STOCK_READERS = ("POS Manager", "POS Integrator", "System Manager")
MAX_TILLS = 1_000
"""Tills whose warehouses are looked at for stock elsewhere."""
_QR_SCALE = 5


@frappe.whitelist(methods=["POST"])
def make_enrolment_code(till: str) -> dict[str, Any]:
	"""A code that enrols one device: `{code, expires_in_seconds, url, qr_svg}`; kept as a hash only."""
	_allow_till(till)
	if not frappe.db.get_value("POS Till", till, "enabled"):
		frappe.throw(_("Till {0} is switched off. Enable it, then make a code.").format(till))
	code = enrolment.make_code(till)
	url = frappe.utils.get_url(f"/till#code={code}")
	return {
		"code": code,
		"expires_in_seconds": enrolment.CODE_SECONDS,
		"url": url,
		"qr_svg": _qr_svg(url),
	}


@frappe.whitelist(methods=["POST"])
def revoke_devices(till: str, tokens: list[str] | str | None = None) -> dict[str, int]:
	"""Switch off devices of a till, by their rows, or all of them: `{revoked}`."""
	_allow_till(till)
	rows = frappe.parse_json(tokens) if tokens is not None else None
	if rows is not None and not (isinstance(rows, list) and all(isinstance(row, str) for row in rows)):
		frappe.throw(_("Name the devices by their rows, as a list, or none for all."))
	return {"revoked": enrolment.revoke(till, rows)}


@frappe.whitelist(methods=["POST"])
def set_cashier_pin(cashier: str, secret: str = "") -> dict[str, bool]:
	"""Give a cashier a PIN of 4 to 8 digits, or take it with an empty text: `{has_pin}`. A hash is kept."""
	frappe.form_dict.pop("secret", None)
	with refusals_shown():
		pins.set_pin(_cashier(cashier), secret)
	return {"has_pin": bool(secret)}


@frappe.whitelist(methods=["POST"])
def set_cashier_badge(cashier: str, secret_code: str = "", remove: bool = False) -> dict[str, str]:
	"""Assign a badge's code, draw a new one, or take it away: `{code, qr_svg}`, shown this once."""
	frappe.form_dict.pop("secret_code", None)
	person = _cashier(cashier)
	if remove:
		pins.remove_badge(person)
		return {"code": "", "qr_svg": ""}
	with refusals_shown():
		secret = pins.set_badge(person, secret_code)
	return {"code": secret, "qr_svg": _qr_svg(secret)}


@frappe.whitelist(methods=["GET"])
def promotions_left_out(till: str) -> list[dict[str, str]]:
	"""Pricing Rules of the shop that its tills can't apply, and why: `[{rule, title, why}]`.

	None where the till can't sell yet: saving it says what is missing.
	"""
	frappe.only_for(READERS)
	frappe.get_doc("POS Till", till).check_permission("read")
	try:
		left = ground_of(till).settings["rules_left_out"]
	except Rejected:
		return []
	return [
		{"rule": each["rule"], "title": each["title"], "why": reason_words(each["reason"])} for each in left
	]


@frappe.whitelist(methods=["POST"])
def retry_entry(entry: str) -> dict[str, int]:
	"""Have a held entry posted again: `{released}`, 0 if it was not held any more."""
	_allow_entry(entry, POSTERS)
	return {"released": jobs.retry([entry])}


@frappe.whitelist(methods=["POST"])
def retry_all(reason: str = "") -> dict[str, int]:
	"""Have held entries posted again, oldest first, all or those with this reason: `{released, left}`.

	`left` are still held, counted up to the limit of one call.
	"""
	frappe.only_for(POSTERS)
	filters = {"state": "held", **({"reason": reason} if reason else {})}
	held = frappe.get_list(
		"POS Entry", filters, pluck="name", order_by="position", limit_page_length=fate.MAX_RELEASED
	)
	released = jobs.retry(held)
	left = frappe.get_list("POS Entry", filters, pluck="name", limit_page_length=fate.MAX_RELEASED)
	return {"released": released, "left": len(left)}


@frappe.whitelist(methods=["GET"])
def first_open_day(entry: str) -> dict[str, Any]:
	"""The first day on which the books would take a held entry: `{day, in_future}`. Changes nothing."""
	_allow_entry(entry, ACCOUNTANTS)
	with refusals_shown():
		day = periods.first_open_day_of(entry)
	return {"day": str(day), "in_future": day > getdate(today())}


@frappe.whitelist(methods=["POST"])
def post_on_first_open_day(entry: str, day: str = "") -> dict[str, str]:
	"""Have a held entry posted on the first open day: `{post_on}`. Its business date stays what it is.

	`day` is the one that the accountant agreed to; refused if the first open day is another one by now.
	"""
	_allow_entry(entry, ACCOUNTANTS)
	with refusals_shown():
		chosen = periods.post_on_first_open_day(entry, getdate(day) if day else None)
	jobs.retry([entry])
	return {"post_on": str(chosen)}


@frappe.whitelist(methods=["POST"])
def mark_reviewed(what: str, name: str, note: str = "", reviewed: int = 1) -> None:
	"""Say of a remark (`flag`) or of what was put aside (`quarantined`) that somebody looked at it, and why.

	The entry is not touched. With `reviewed` 0 it is open again.
	"""
	frappe.only_for(REVIEWERS)
	if what not in ("flag", "quarantined"):
		frappe.throw(_("Only remarks and what was put aside can be marked as reviewed."))
	if reviewed and not note.strip():
		frappe.throw(_("Say what came of it: the auditor reads the note."))
	if len(note) > exceptions.MAX_NOTE:
		frappe.throw(_("A note has at most {0} characters.").format(exceptions.MAX_NOTE))
	review = exceptions.review_flag if what == "flag" else exceptions.review_quarantine
	review(name, note.strip(), bool(reviewed))


@frappe.whitelist(methods=["POST"])
def take_new_customer(record: str, name: str, mobile: str = "", email: str = "") -> dict[str, str]:
	"""Make a Customer of a held record, as it is corrected here: `{customer}`."""
	_allow_new_customer(record)
	_id, outcome, customer, reason = taking.retry(record, name, mobile, email)
	if outcome == "held":
		frappe.throw(_("It can't be taken like this: {0}.").format(reason))
	return {"customer": customer}


@frappe.whitelist(methods=["POST"])
def erase_customer(record: str = "", customer: str = "") -> dict[str, str]:
	"""Erase what is known of a person, by a till's record or a Customer: `{customer}`, its name from now on.

	Invoices, ledgers and entries stay.
	"""
	frappe.only_for(MANAGERS)
	if record:
		_allow_new_customer(record)
		customer = frappe.db.get_value("POS New Customer", record, "customer") or ""
	if not customer:
		erasing.erase_record(record)
		return {"customer": ""}
	frappe.get_doc("Customer", customer).check_permission("read")
	with refusals_shown():
		return {"customer": erasing.erase(customer)}


def _allow_new_customer(record: str) -> None:
	frappe.only_for(MANAGERS)
	frappe.get_doc("POS New Customer", record).check_permission("read")


@frappe.whitelist(methods=["POST"])
def write_off_shortage(entry: str, reason: str, account: str = "") -> dict[str, list[str]]:
	"""Book what an entry left uncovered as an expense: `{vouchers}`; done again, those that are there.

	Its remarks about the shortage are reviewed by it, with who, why and the vouchers as their note.
	"""
	_allow_entry(entry, ACCOUNTANTS)
	frappe.has_permission("Journal Entry", "submit", throw=True)
	if not reason.strip():
		frappe.throw(_("Say why: the auditor reads it."))
	if len(reason) > exceptions.MAX_NOTE:
		frappe.throw(_("A note has at most {0} characters.").format(exceptions.MAX_NOTE))
	with refusals_shown():
		vouchers = write_off.write_off(entry_of(entry), plain(reason.strip()), account)
	exceptions.review_shortages(entry, f"{', '.join(vouchers)}: {reason.strip()}")
	return {"vouchers": vouchers}


@frappe.whitelist(methods=["POST"])
def export_for_auditor(company: str, from_date: str, to_date: str, till: str = "") -> None:
	"""Have the auditor's export of these days written; whoever asked is told where the file is."""
	frappe.only_for(EXPORTERS)
	check_company(company)
	if till:
		frappe.get_doc("POS Till", till).check_permission("read")
	with refusals_shown():
		scope.asked(company, from_date, to_date, till)
	days = {"company": company, "first": from_date, "last": to_date, "till": till}
	frappe.enqueue("pos_bridge.jobs.export_for_auditor", queue="long", user=frappe.session.user, **days)


@frappe.whitelist(methods=["GET", "POST"])
def exceptions_open() -> dict[str, Any]:
	"""For the workspace, whose cards ask by POST: how much somebody has to look at."""
	frappe.only_for(READERS)
	return {**cards.exceptions_open(), "route": ["query-report", "Held and Exceptions"]}


@frappe.whitelist(methods=["GET", "POST"])
def oldest_unposted() -> dict[str, Any]:
	"""For the workspace: how old the oldest entry is that is not in the books."""
	frappe.only_for(READERS)
	return {**cards.oldest_unposted(), "route": ["List", "POS Entry", "List"]}


@frappe.whitelist(methods=["GET"])
def stock_elsewhere(item: str) -> list[dict[str, Any]]:
	"""Where the shops have an item, most first: `[{warehouse, available}]`, in its stock unit."""
	frappe.only_for(STOCK_READERS)
	if not frappe.db.exists("Item", item):
		frappe.throw(_("There is no item {0}.").format(item), frappe.DoesNotExistError)
	profiles = frappe.get_list("POS Till", {"enabled": 1}, pluck="pos_profile", limit_page_length=MAX_TILLS)
	places = frappe.get_all("POS Profile", {"name": ("in", profiles or [""])}, pluck="warehouse")
	return stock.elsewhere(item, sorted({place for place in places if place}))


@frappe.whitelist(methods=["POST"])
def make_tax_invoice(entry: str, name: str, address: str, tax_id: str = "") -> dict[str, str]:
	"""A full tax invoice for a sale's receipt, to this customer: `{name}`. It books nothing."""
	_allow_entry(entry, INVOICERS)
	with refusals_shown():
		return {"name": tax_invoices.make_tax_invoice(entry, name, address, tax_id).name}


@frappe.whitelist(methods=["POST"])
def cancel_tax_invoice(invoice: str, reason: str) -> dict[str, str]:
	"""Take a tax invoice back whole, by a correction: `{name}`."""
	frappe.only_for(INVOICERS)
	frappe.get_doc("POS Tax Invoice", invoice).check_permission("read")
	with refusals_shown():
		return {"name": tax_invoices.cancel_tax_invoice(invoice, reason).name}


@frappe.whitelist(methods=["POST"])
def correct_tax_invoice(entry: str) -> dict[str, str]:
	"""Correct the tax invoice of the receipt that a return takes back: `{name}`."""
	_allow_entry(entry, INVOICERS)
	with refusals_shown():
		return {"name": tax_invoices.correct_for_return(entry).name}


def _allow_till(till: str) -> None:
	frappe.only_for(MANAGERS)
	frappe.get_doc("POS Till", till).check_permission("write")


def _cashier(name: str) -> Any:
	frappe.only_for(MANAGERS)
	cashier = frappe.get_doc("POS Cashier", name)
	cashier.check_permission("write")
	return cashier


def _allow_entry(entry: str, roles: tuple[str, ...]) -> None:
	frappe.only_for(roles)
	frappe.get_doc("POS Entry", entry).check_permission("read")


def _qr_svg(text: str) -> str:
	"""The text as a QR code; empty where Frappe brings no library for it: the code can be typed."""
	try:
		import pyqrcode
	except ImportError:
		return ""
	from io import BytesIO

	stream = BytesIO()
	pyqrcode.create(text, error="M").svg(
		stream, scale=_QR_SCALE, background="#fff", module_color="#000", xmldecl=False
	)
	return stream.getvalue().decode()
