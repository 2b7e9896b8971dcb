"""Why the books refused an entry, in plain words: the reason, what to do about it, and where.

It never decides whether an entry is held; posting.py does. It only reads the exception.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe.utils import strip_html

from pos_bridge.core.errors import Rejected

MAX_REASON = 1_000
_PASSING = frozenset(
	("TimestampMismatchError", "DocumentLockedError", "QueryTimeoutError", "QueryDeadlockError")
)
"""Frappe's errors that are over in a moment; by name, for some are a ValidationError in one version only."""


@dataclass(frozen=True, slots=True)
class Refusal:
	"""What the desk shows of a held entry; `doctype` and `name` lead to the cause and may be empty."""

	reason: str
	remedy: str
	doctype: str = ""
	name: str = ""


def is_refusal(error: BaseException) -> bool:
	"""True if the same posting would be refused again: then it is held, and a person is told."""
	if {cls.__name__ for cls in type(error).__mro__} & _PASSING:
		return False
	return isinstance(error, Rejected | frappe.ValidationError | frappe.PermissionError)


def refusal_of(error: BaseException, business_date: str, company: str) -> Refusal:
	"""The words for an error for which `is_refusal` is true."""
	reason = _reason(error)
	for fits, explain in _EXPLANATIONS:
		if fits(error, reason):
			return explain(reason, business_date, company)
	return Refusal(reason, "Correct what the reason names, then retry.", *_link_in(_raw(error)))


def _raw(error: BaseException) -> str:
	return str(error.message if isinstance(error, Rejected) else error)


def _reason(error: BaseException) -> str:
	"""The error's words without markup; Frappe keeps some of them in its message log only."""
	words = strip_html(_raw(error)).strip()
	if not words:
		logged = [str(getattr(each, "message", None) or each.get("message", "")) for each in _messages()]
		words = strip_html(" ".join(logged)).strip()
	return (re.sub(r"\s+", " ", words) or type(error).__name__)[:MAX_REASON]


def _messages() -> list[dict[str, str]]:
	return [each if isinstance(each, dict) else {"message": str(each)} for each in frappe.local.message_log]


def _named(*names: str) -> Callable[[BaseException, str], bool]:
	"""Fits errors of these classes, by name: their modules differ between ERPNext 15 and 16."""
	return lambda error, _: any(cls.__name__ in names for cls in type(error).__mro__)


def _says(pattern: str) -> Callable[[BaseException, str], bool]:
	return lambda _, reason: re.search(pattern, reason, re.IGNORECASE) is not None


def _closed_period(reason: str, date: str, company: str) -> Refusal:
	remedy = (
		f"The books are closed on {date}. Reopen that period and retry, or choose “Post on first open day”;"
		" the original date stays on the entry."
	)
	period = frappe.db.get_value(
		"Accounting Period",
		{"company": company, "start_date": ("<=", date), "end_date": (">=", date)},
		"name",
	)
	return Refusal(reason, remedy, *(("Accounting Period", period) if period else _freeze_setting(company)))


def _freeze_setting(company: str) -> tuple[str, str]:
	"""ERPNext 15 keeps the freeze date in Accounts Settings, 16 in the Company."""
	if frappe.get_meta("Accounts Settings").has_field("acc_frozen_upto"):
		return "Accounts Settings", "Accounts Settings"
	return "Company", company


def _no_fiscal_year(reason: str, date: str, company: str) -> Refusal:
	return Refusal(
		reason, f"Make a Fiscal Year for {company} that covers {date}, then retry.", "Fiscal Year", ""
	)


def _frozen_account(reason: str, date: str, company: str) -> Refusal:
	found = re.search(r"Account:? (.+?) (?:is|cannot|does)", reason)
	name = found.group(1).strip() if found else ""
	known = name if name and frappe.db.exists("Account", name) else ""
	return Refusal(reason, "Unfreeze or enable the account, then retry.", "Account" if known else "", known)


def _missing(reason: str, date: str, company: str) -> Refusal:
	return Refusal(reason, "Create again what is missing, or restore it, then retry.", *_link_in(reason))


def _link_in(text: str) -> tuple[str, str]:
	"""The document that an ERPNext message links to, if it links to one."""
	found = re.search(r"/app/([a-z0-9-]+)/([^\"'?#>]+)", text)
	if not found:
		return "", ""
	doctype = found.group(1).replace("-", " ").title()
	name = frappe.utils.unquote(found.group(2)) if hasattr(frappe.utils, "unquote") else found.group(2)
	return (doctype, name) if frappe.db.exists("DocType", doctype) else ("", "")


_EXPLANATIONS: tuple[tuple[Callable[[BaseException, str], bool], Callable[[str, str, str], Refusal]], ...] = (
	(_named("ClosedAccountingPeriod", "StockFreezeError", "PeriodClosedError"), _closed_period),
	(
		_says(r"frozen upto|not authorized to add or update entries before|books have been closed|freez"),
		_closed_period,
	),
	(_named("FiscalYearError"), _no_fiscal_year),
	(_named("InvalidAccountError", "AccountFrozenError"), _frozen_account),
	(_says(r"account .*(frozen|disabled|inactive)"), _frozen_account),
	(_named("DoesNotExistError", "LinkValidationError"), _missing),
)
