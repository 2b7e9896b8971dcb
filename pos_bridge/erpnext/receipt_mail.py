"""Receipts by e-mail: kept when a till asks for one, and put into Frappe's Email Queue by the minute's job.

It never sends one twice, and without a mail account loses none: they wait. It never commits.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from pos_bridge.core.entry import Entry
from pos_bridge.core.receipt import ReceiptHeader, layout_lines, receipt_of_sale
from pos_bridge.core.receipt_mail import MailAsk, check_mail
from pos_bridge.erpnext.daybook import FrappeDaybook
from pos_bridge.erpnext.shift_report.mail import can_send, language_of
from pos_bridge.erpnext.shop import lines_of
from pos_bridge.erpnext.shown import number_signs, speaking

DOCTYPE = "POS Receipt Mail"
MAX_MAILS = 50
"""Letters that one run queues at most; the next one goes on a minute later."""


def take(till: str, ask: MailAsk) -> dict[str, Any]:
	"""Keep what a till asks for, once; raises why not."""
	if not frappe.db.exists(DOCTYPE, ask.id):
		found = FrappeDaybook().find(ask.entry)
		check_mail(found.entry if found else None, till, frappe.db.count(DOCTYPE, {"entry": ask.entry}))
		fields = {"name": ask.id, "entry": ask.entry, "till": till, "address": ask.to, "state": "Waiting"}
		row = frappe.get_doc({"doctype": DOCTYPE, **fields})
		row.flags.asked_by_till = True
		row.insert(ignore_permissions=True)
	return {"id": ask.id, "state": "kept"}


def due() -> list[str]:
	"""What waits, oldest first; nothing while no mail account can send it."""
	if not can_send():
		return []
	return frappe.get_all(DOCTYPE, {"state": "Waiting"}, pluck="name", order_by="creation", limit=MAX_MAILS)


def send(name: str) -> bool:
	"""Queue one letter; false if another run has it."""
	rows = frappe.db.sql(
		f"SELECT entry, till, address FROM `tab{DOCTYPE}` WHERE name = %s AND state = 'Waiting'"
		" FOR UPDATE SKIP LOCKED",
		name,
		as_dict=True,
	)
	found = FrappeDaybook().find(rows[0].entry) if rows else None
	if not found:
		return False
	_queue(found.entry, found.wire.hash, rows[0].till, rows[0].address)
	frappe.db.set_value(DOCTYPE, name, {"state": "Queued", "sent_at": now_datetime()})
	return True


def _queue(entry: Entry, hash: str, till: str, to: str) -> None:
	place = frappe.get_cached_doc("POS Till", till)
	shop = place.shop_name or place.company
	header = ReceiptHeader(
		*(shop, lines_of(place.shop_address), place.tax_id or "", lines_of(place.receipt_footer)),
		**number_signs(),
	)
	with speaking(language_of(till)):
		lines = layout_lines(receipt_of_sale(entry, hash, header, _labels()))
		paper = frappe.utils.escape_html("\n".join(lines))
		frappe.sendmail(
			recipients=[to],
			subject=_("Your receipt {0} from {1}").format(entry.receipt_number, shop),
			message=f'<pre style="font: 14px/1.4 monospace">{paper}</pre>',
			reference_doctype="POS Entry",
			reference_name=entry.id,
		)


def _labels() -> dict[str, str]:
	"""`core.receipt.LABELS` in the language of the session."""
	return {
		"cashier": _("Cashier"),
		"total": _("TOTAL"),
		"tip": _("Tip"),
		"waived": _("Waived"),
		"change": _("Change"),
		"subtotal": _("Subtotal"),
		"discount": _("Discount"),
		"rounding": _("Rounding"),
		"tax_on": _("on (tax)"),
		"copy": _("COPY"),
		"return": _("RETURN"),
		"of_receipt": _("of receipt"),
		"check": _("Check Value"),
	}
