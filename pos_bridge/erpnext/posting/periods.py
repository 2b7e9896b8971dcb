"""Which day the books are open on, for a held entry whose own period is closed.

It never opens or closes a period, and never touches an entry that is not held.
"""

from collections.abc import Callable
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.utils import cint, getdate, today

from pos_bridge.core.entry import Entry, entry_from_shelf
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.credit import credit_effects
from pos_bridge.core.kinds.shift_state import shift_of

MAX_STEPS = 1_000
"""Closed stretches that are stepped over before the search gives up."""
_DAY = timedelta(days=1)


def first_open_day_of(entry: str) -> date:
	"""The day that `post_on_first_open_day` would choose; `Rejected` if none is open. Changes nothing."""
	row = frappe.db.get_value("POS Entry", entry, ["company", "business_date", "text"], as_dict=True)
	opened = entry_from_shelf(row.text)
	return first_open_day(row.company, getdate(row.business_date), opened.kind, _makes_a_voucher(opened))


def post_on_first_open_day(entry: str, expected: date | None = None) -> date:
	"""Choose the first open day for a held entry, and say by whom; its business date stays what it is.

	`expected` is the day that the accountant was shown: `Rejected` if it is another one by now, and if the
	entry is not held or no day is open. The caller releases it.
	"""
	row = frappe.db.get_value(
		"POS Entry", entry, ["state", "company", "business_date"], as_dict=True, for_update=True
	)
	if not row or row.state != "held":
		raise Rejected(
			_("Entry {0} is not held (any more). Only a held one can be posted on another day.").format(
				entry
			),
			code="not_held",
		)
	own = getdate(row.business_date)
	day = first_open_day_of(entry)
	if expected is not None and day != expected:
		words = _("The first open day is {0} now, not {1}. Look again, then choose.")
		raise Rejected(words.format(day, expected), code="another_day")
	chosen = {"post_on": day, "post_on_by": frappe.session.user} if day != own else _AS_IT_HAPPENED
	frappe.db.set_value("POS Entry", entry, chosen)
	return day


_AS_IT_HAPPENED: dict[str, None] = {"post_on": None, "post_on_by": None}


def _makes_a_voucher(entry: Entry) -> bool:
	"""Whether a sale or return becomes a Journal Entry, too: a tip, a credit, a shift that is closed."""
	if entry.body.get("tip_minor") or credit_effects(entry):
		return True
	shift = {"till": entry.till, "opening_entry": shift_of(entry), "closing_entry": ("is", "set")}
	return bool(shift["opening_entry"] and frappe.db.exists("POS Shift", shift))


def first_open_day(company: str, day: date, kind: str = "sale", with_voucher: bool = False) -> date:
	"""The first day on or after `day` on which the company's books take what an entry of this kind becomes.

	That is an invoice with stock, perhaps with a voucher; of kinds other than sale and return a voucher only.
	"""
	ways = _PAST_WHAT_IS_CLOSED
	if kind in ("sale", "return"):
		ways += _PAST_WHAT_CLOSES_INVOICES
	if kind not in ("sale", "return") or with_voucher:
		ways += (_past_periods_of_vouchers,)
	for _step in range(MAX_STEPS):
		later = max(past(company, day) for past in ways)
		if later == day:
			return day
		day = later
	words = _("No open day was found for {0} up to {1}. Reopen a period.")
	raise Rejected(words.format(company, day), code="no_open_day")


def _past_freeze_date(company: str, day: date) -> date:
	"""ERPNext 15 freezes all companies in Accounts Settings, 16 each in its Company."""
	if frappe.get_meta("Accounts Settings").has_field("acc_frozen_upto"):
		frozen = frappe.db.get_single_value("Accounts Settings", "acc_frozen_upto")
	else:
		frozen = frappe.db.get_value("Company", company, "accounts_frozen_till_date")
	return _after(frozen, day)


def _past_stock_freeze(company: str, day: date) -> date:
	settings = frappe.get_cached_doc("Stock Settings")
	day = _after(settings.stock_frozen_upto, day)
	days = cint(settings.stock_frozen_upto_days)
	return _after(getdate(today()) - days * _DAY, day) if days else day


def _past_closing_voucher(company: str, day: date) -> date:
	closed = frappe.db.sql(
		"SELECT MAX(period_end_date) FROM `tabPeriod Closing Voucher` WHERE docstatus = 1 AND company = %s",
		company,
	)
	return _after(closed[0][0], day)


def _past_periods_of_vouchers(company: str, day: date) -> date:
	return _past_accounting_periods(company, day, "Journal Entry")


def _past_periods_of_invoices(company: str, day: date) -> date:
	return _past_accounting_periods(company, day, "Sales Invoice")


def _past_accounting_periods(company: str, day: date, doctype: str) -> date:
	in_force = "AND period.disabled = 0" if frappe.db.has_column("Accounting Period", "disabled") else ""
	closed = frappe.db.sql(
		"SELECT MAX(period.end_date) FROM `tabAccounting Period` period"
		" JOIN `tabClosed Document` document ON document.parent = period.name"
		" WHERE period.company = %(company)s AND document.closed = 1"
		" AND document.document_type = %(doctype)s"
		f" AND %(day)s BETWEEN period.start_date AND period.end_date {in_force}",
		{"company": company, "day": day, "doctype": doctype},
	)
	return _after(closed[0][0], day)


def _in_a_fiscal_year(company: str, day: date) -> date:
	"""`day` if a Fiscal Year covers it, else the first day of the next one."""
	begins = frappe.db.sql(
		"SELECT MIN(GREATEST(year.year_start_date, %(day)s)) FROM `tabFiscal Year` year"
		" WHERE year.disabled = 0 AND year.year_end_date >= %(day)s"
		" AND (NOT EXISTS (SELECT 1 FROM `tabFiscal Year Company` member WHERE member.parent = year.name)"
		"  OR EXISTS (SELECT 1 FROM `tabFiscal Year Company` member"
		"   WHERE member.parent = year.name AND member.company = %(company)s))",
		{"company": company, "day": day},
	)[0][0]
	if begins is None:
		raise Rejected(
			_("No Fiscal Year of {0} covers {1} or a later day. Make one, then try again.").format(
				company, day
			),
			code="no_open_day",
		)
	return getdate(begins)


def _after(closed_until: date | str | None, day: date) -> date:
	return max(day, getdate(closed_until) + _DAY) if closed_until else day


_PAST_WHAT_IS_CLOSED: tuple[Callable[[str, date], date], ...] = (
	_past_freeze_date,
	_past_closing_voucher,
	_in_a_fiscal_year,
)
_PAST_WHAT_CLOSES_INVOICES: tuple[Callable[[str, date], date], ...] = (
	_past_stock_freeze,
	_past_periods_of_invoices,
)
