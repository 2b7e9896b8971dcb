"""An online shop as the desk sees it. It only checks what people enter; connectors speak to the shop."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from pos_bridge.channels.registry import KINDS
from pos_bridge.erpnext import stock_marks

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_READ = (
	*("last_hint_at", "read_until", "last_fault"),
	*("stock_told_at", "stock_items_at", "stock_fault", "stock_attempts", "stock_next_try_at"),
	*("stock_drift_at", "stock_drift", "stock_refused"),
)
"""What following the shop writes: a form that was opened before it did must not write the old values back."""
ACCOUNTS = (
	*("income_account", "shipping_account", "fee_account", "tip_account", "duty_account"),
	*("refund_account", "gift_card_account"),
)


class SalesChannel(Document):
	"""One online shop whose orders are booked in one company."""

	def validate(self) -> None:
		self._check_code()
		if self.kind not in KINDS:
			words = _("There is no connector for {0}. There are: {1}.")
			frappe.throw(words.format(self.kind, ", ".join(sorted(KINDS))))
		self._check_company()
		self._check_options()
		for row in (*self.taxes, *self.payments):
			self._check_account(row.account)
		for field in ACCOUNTS:
			self._check_account(self.get(field))
		before = self.get_doc_before_save()
		for field in _READ:
			self.set(field, before.get(field) if before else None)
		self._check_stock_out()

	def on_update(self) -> None:
		"""Whatever was changed may change what the shop is told: its goods are listed again, all are told."""
		stock_marks.changed_channel()
		if self.stock_out:
			self.db_set({"stock_items_at": None, "stock_next_try_at": None}, update_modified=False)
			frappe.db.after_commit.add(stock_marks.wake)

	def _check_stock_out(self) -> None:
		"""Two locations would each be told all that lies in their one warehouse."""
		places = [row.warehouse for row in self.locations]
		if self.stock_out and len(set(places)) < len(places):
			frappe.throw(_("Stock can't be told: two Locations have the same warehouse."))

	def _check_code(self) -> None:
		if not _CODE.fullmatch(self.channel or ""):
			frappe.throw(
				_("A channel's code is 1 to 32 letters, digits, - or _, and begins with a letter or digit.")
			)
		if frappe.db.exists("POS Till", self.channel):
			frappe.throw(
				_("There is a till {0}. Entries would mix up: choose another code.").format(self.channel)
			)

	def _check_company(self) -> None:
		"""A channel's entries belong to one company's books for ever."""
		before = self.get_doc_before_save()
		if (
			before
			and before.company != self.company
			and frappe.db.exists("Channel Order", {"channel": self.name})
		):
			frappe.throw(
				_("Channel {0} has orders of {1}. Make a new channel for {2}.").format(
					self.name, before.company, self.company
				)
			)

	def _check_options(self) -> None:
		options: Any = frappe.parse_json(self.options) if self.options else {}
		if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
			frappe.throw(_("More Settings are a JSON object of texts."))

	def _check_account(self, account: str | None) -> None:
		if account and frappe.get_cached_value("Account", account, "company") != self.company:
			frappe.throw(_("Account {0} is not one of {1}.").format(account, self.company))

	def on_trash(self) -> None:
		if frappe.db.exists("Channel Order", {"channel": self.name}):
			frappe.throw(_("Channel {0} has orders and stays. Disable it instead.").format(self.name))
		frappe.db.delete("Channel Stock", {"channel": self.name})

	def after_delete(self) -> None:
		stock_marks.changed_channel()
