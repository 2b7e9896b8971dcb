"""A role of cashiers as the desk sees it. It only checks rows; what they mean at a till says core/people."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from pos_bridge.erpnext.people.roles import ACTION_OF, MOST_PERCENT, counts_percent


class POSCashierRole(Document):
	"""What its cashiers may do by themselves, with approval, or never."""

	def validate(self) -> None:
		seen: set[str] = set()
		for row in self.rights:
			if row.action not in ACTION_OF:
				frappe.throw(_("Row {0}: choose an action.").format(row.idx))
			if row.action in seen:
				frappe.throw(_("Row {0}: this action has a row already.").format(row.idx))
			limit = flt(row.up_to)
			if limit < 0 or (counts_percent(row.action) and limit > MOST_PERCENT):
				frappe.throw(
					_("Row {0}: a limit is not below zero, and a percentage at most 100.").format(row.idx)
				)
			seen.add(row.action)
