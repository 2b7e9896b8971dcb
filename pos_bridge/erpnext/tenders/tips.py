"""A tip, beside the invoice: a voucher from the tender's account to the account of tips.

It never touches the invoice: a tip is no revenue and bears no tax.
"""

from typing import Any

from frappe import _
from frappe.utils import getdate

from pos_bridge.core.entry import Entry
from pos_bridge.core.sale import Sale
from pos_bridge.core.tenders import Share
from pos_bridge.erpnext.posting.accounts import account_for
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.voucher import VoucherLine, submit_voucher
from pos_bridge.erpnext.shop import Shop
from pos_bridge.erpnext.tenders import points
from pos_bridge.erpnext.tenders.modes import account_of_tender

PART = "tip"


def follow(entry: Entry, invoice: Any, sale: Sale, shop: Shop, booking: Booking) -> None:
	"""Book the tip of a sale, if it has one."""
	if not sale.tip_minor:
		return
	lines = [_line(share, invoice, shop) for share in sale.settled.tips]
	lines.append(VoucherLine(account_for("tips", shop), -sale.tip_minor))
	remark = _("Tip of receipt {0}.").format(entry.receipt_number)
	booking.documents[PART] = submit_voucher(entry, shop, lines, getdate(invoice.posting_date), remark, PART)


def _line(share: Share, invoice: Any, shop: Shop) -> VoucherLine:
	if share.tender.kind == "on_account":
		return VoucherLine(invoice.debit_to, share.amount_minor, "Customer", invoice.customer)
	if share.tender.kind == "points":
		return VoucherLine(points.account_of_points(invoice, shop), share.amount_minor)
	return VoucherLine(account_of_tender(share.tender, shop), share.amount_minor)
