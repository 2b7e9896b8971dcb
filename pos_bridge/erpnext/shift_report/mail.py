"""The Z by e-mail: each closed shift's once, and again when it was amended. It never commits.

A mail is a row of Frappe's Email Queue, written together with the note on the shift that it is mailed. So
nothing is mailed twice or forgotten, and a mail server that is away holds nobody up.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.utils import split_emails, validate_email_address

from pos_bridge.erpnext.shown import speaking

PRINT_FORMAT = "POS Z Report"
MAX_MAILS = 20
"""Reports that one run mails at most; the next one goes on a minute later."""


def due() -> list[str]:
	"""Closed shifts whose Z or amendment is not settled, unless an entry of theirs waits; oldest first."""
	amended = "IFNULL(shift.amended, 0)" if frappe.db.has_column("POS Shift", "amended") else "0"
	return frappe.db.sql_list(
		"SELECT shift.name FROM `tabPOS Shift` shift WHERE shift.status = 'Closed'"
		f" AND shift.z_mailed <= {amended} AND NOT EXISTS (SELECT 1 FROM `tabPOS Entry` entry"
		"  WHERE entry.shift = shift.opening_entry AND entry.state = 'waiting')"
		" ORDER BY shift.creation LIMIT %s",
		MAX_MAILS,
	)


def mail(name: str) -> bool:
	"""Queue the Z of a shift for its shop's recipients, if any, and note that; whether a mail was queued.

	Nobody else's run mails the same shift meanwhile: its row is locked until the transaction's end.
	"""
	if not frappe.db.sql("SELECT name FROM `tabPOS Shift` WHERE name = %s FOR UPDATE SKIP LOCKED", name):
		return False
	shift = frappe.get_doc("POS Shift", name)
	amended = shift.get("amended") or 0
	if shift.z_mailed > amended:
		return False
	to = recipients(shift.till)
	if to and not can_send():
		return False
	if to:
		_send(shift, to, amended, language=language_of(shift.till))
	frappe.db.set_value("POS Shift", name, "z_mailed", amended + 1, update_modified=False)
	return bool(to)


def recipients(till: str) -> list[str]:
	"""The addresses of the till's POS Profile that are ones."""
	profile = frappe.db.get_value("POS Till", till, "pos_profile")
	text = frappe.db.get_value("POS Profile", profile, "pos_bridge_z_recipients") or ""
	return [each for each in split_emails(text) if validate_email_address(each)]


def can_send() -> bool:
	"""Without an outgoing mail account nothing is tried; what is due stays due."""
	filters: Mapping[str, Any] = {"enable_outgoing": 1, "default_outgoing": 1}
	return bool(frappe.conf.get("mail_server") or frappe.db.exists("Email Account", dict(filters)))


def language_of(till: str) -> str:
	"""The language of a till's shop, as two letters."""
	return str(frappe.db.get_value("POS Till", till, "locale") or "en").split("-")[0]


def _send(shift: Any, to: list[str], amended: int, language: str) -> None:
	with speaking(language):
		subject = _("Z report {0} of till {1}, {2}").format(
			shift.get("z_number") or shift.name, shift.till, frappe.utils.formatdate(shift.business_date)
		)
		if amended:
			subject = _("{0} (amended, {1})").format(subject, amended)
		frappe.sendmail(
			recipients=to,
			subject=subject,
			message=frappe.utils.escape_html(subject),
			attachments=[_attachment(shift.name, language)],
			reference_doctype=shift.doctype,
			reference_name=shift.name,
		)


def _attachment(name: str, language: str) -> dict[str, Any]:
	"""As PDF where Print Settings want one and Frappe can make one, else as a web page."""
	try:
		return frappe.attach_print("POS Shift", name, print_format=PRINT_FORMAT, lang=language)
	except (OSError, frappe.ValidationError):
		# No wkhtmltopdf on this server, or one that can't load the page's styles: the Z is sent all the same.
		frappe.local.flags.ignore_print_permissions = False
	with frappe.translate.print_language(language):
		page = frappe.get_print("POS Shift", name, print_format=PRINT_FORMAT)
	return {"fname": f"{name}.html", "fcontent": page}
