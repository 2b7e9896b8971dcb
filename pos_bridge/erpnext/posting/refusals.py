"""Why the books refused an entry, in plain words: the reason, what to do about it, and where.

It never decides whether an entry is held; posting.py does. It only reads the exception. All words are in
the language of the job, which is the site's (post.as_till), as ERPNext's own are.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils import formatdate, strip_html

from pos_bridge.core.errors import Rejected

MAX_REASON = 1_000
_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?[uo]l|/?li)\b[^>]*>", re.IGNORECASE)
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
	period_closed: bool = False
	"""The books are closed on its date: an accountant may choose another one."""


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
	remedy = _own_remedy(error) or _("Correct what the reason names, then retry.")
	return Refusal(reason, remedy, *_link_in(_raw(error)))


def _own_remedy(error: BaseException) -> str:
	"""What to do where our own rules refused it; nothing for ERPNext's and other apps' refusals."""
	if not isinstance(error, Rejected):
		return ""
	known = {
		"sale_unknown": _("Nothing: it is posted by itself as soon as the sale is in the books."),
		"sale_not_posted": _("Nothing: it is posted by itself as soon as the sale is in the books."),
		"no_tax_template": _("Add an Item Tax Template with these rates, then retry."),
		"no_account": _("Set an account of this company in the Mode of Payment, then retry."),
		"currency_differs": _("Correct the POS Profile, then retry."),
		"shop_incomplete": _("Set it in the POS Profile, then retry."),
		"tax_not_supported": _("Change the row, or give the POS Profile another template, then retry."),
		"kind_not_supported": _("Update POS Bridge, then retry."),
		"item_unknown": _("Choose the Item with the button; then it is booked."),
		"unauthenticated": _(
			"Check the address and the keys in the Sales Channel, then read the order again."
		),
		"order_totals_differ": _(
			"Compare the order with the shop. Correct it there, then read it again; or book it by hand."
		),
		"totals_differ": _(
			"Taxes or rounding were set otherwise at the time of the sale. Set them as they were and retry,"
			" or book the receipt by hand as a Sales Invoice."
		),
	}
	if error.code.startswith("channel_"):
		return _("Correct it in the shop or in the Sales Channel, then read the order again.")
	return known.get(error.code) or _(
		"The receipt contradicts itself, so no retry can book it. Compare it with the printed receipt, book"
		" it by hand as a Sales Invoice, and report it to whoever looks after the tills."
	)


def _raw(error: BaseException) -> str:
	return str(error.message if isinstance(error, Rejected) else error)


def _reason(error: BaseException) -> str:
	"""The error's words without markup; Frappe keeps some of them in its message log only."""
	words = _without_markup(_raw(error))
	if not words:
		logged = [str(getattr(each, "message", None) or each.get("message", "")) for each in _messages()]
		words = _without_markup(" ".join(logged))
	return (re.sub(r"\s+", " ", words) or type(error).__name__)[:MAX_REASON]


def _without_markup(text: str) -> str:
	"""Lines and points of a list stay apart: without their markup they would run into one word."""
	return str(strip_html(_BREAKS.sub(" ", text)).strip())


def _messages() -> list[dict[str, str]]:
	return [each if isinstance(each, dict) else {"message": str(each)} for each in frappe.local.message_log]


def _named(*names: str) -> Callable[[BaseException, str], bool]:
	"""Fits errors of these classes, by name: their modules differ between ERPNext 15 and 16."""
	return lambda error, _: any(cls.__name__ in names for cls in type(error).__mro__)


def _says(*sources: str) -> Callable[[BaseException, str], bool]:
	"""Fits ERPNext's messages that have no class of their own, in whichever language the job speaks."""
	return lambda _error, reason: any(_values_in(reason, source) is not None for source in sources)


def _values_in(reason: str, source: str) -> tuple[str, ...] | None:
	"""What stands in the places of `source`, an ERPNext message, if the reason is that message."""
	for words in (source, frappe._(source)):
		*places, last = re.split(r"\{\d*\}", re.sub(r"\s+", " ", words).strip())
		pattern = "(.+?)".join(re.escape(words) for words in places) + "(.+)" + re.escape(last)
		if found := re.search(pattern, reason):
			return found.groups()
	return None


def _closed_period(reason: str, date: str, company: str) -> Refusal:
	remedy = _(
		"The books are closed on {0}. Reopen that period and retry, or choose “Post on first open day”;"
		" the original date stays on the entry."
	).format(formatdate(date))
	period = frappe.db.get_value(
		"Accounting Period",
		{"company": company, "start_date": ("<=", date), "end_date": (">=", date)},
		"name",
	)
	cause = ("Accounting Period", period) if period else _freeze_setting(company)
	return Refusal(reason, remedy, cause[0], cause[1], period_closed=True)


def _freeze_setting(company: str) -> tuple[str, str]:
	"""ERPNext 15 keeps the freeze date in Accounts Settings, 16 in the Company."""
	if frappe.get_meta("Accounts Settings").has_field("acc_frozen_upto"):
		return "Accounts Settings", "Accounts Settings"
	return "Company", company


def _no_fiscal_year(reason: str, date: str, company: str) -> Refusal:
	remedy = _("Make a Fiscal Year for {0} that covers {1}, then retry.").format(company, formatdate(date))
	return Refusal(reason, remedy, "Fiscal Year", "")


def _frozen_account(reason: str, date: str, company: str) -> Refusal:
	values = (value for source in _CLOSED_ACCOUNTS for value in _values_in(reason, source) or ())
	names = (name.strip() for value in values for name in value.split(", "))
	known = next((name for name in names if frappe.db.exists("Account", name)), "")
	remedy = _("Unfreeze or enable the account, then retry.")
	return Refusal(reason, remedy, "Account" if known else "", known)


def _closed_party(reason: str, date: str, company: str) -> Refusal:
	values = (value for source in _CLOSED_PARTIES for value in _values_in(reason, source) or ())
	known = next((name for name in values if frappe.db.exists("Customer", name)), "")
	remedy = _("Unfreeze or enable the customer, then retry.")
	return Refusal(reason, remedy, "Customer" if known else "", known)


def _missing(reason: str, date: str, company: str) -> Refusal:
	return Refusal(reason, _("Create again what is missing, or restore it, then retry."), *_link_in(reason))


def _link_in(text: str) -> tuple[str, str]:
	"""The document that an ERPNext message links to, if it links to one."""
	found = re.search(r"/app/([a-z0-9-]+)/([^\"'?#>]+)", text)
	if not found:
		return "", ""
	doctype = found.group(1).replace("-", " ").title()
	name = frappe.utils.unquote(found.group(2)) if hasattr(frappe.utils, "unquote") else found.group(2)
	return (doctype, name) if frappe.db.exists("DocType", doctype) else ("", "")


_CLOSED_PERIODS = (
	"You are not authorized to add or update entries before {0}",
	"Books have been closed till the period ending on {0}",
)
_CLOSED_ACCOUNTS = (
	"Account {0} is frozen",
	"Not authorized to edit frozen Account {0}",
	"Cannot create accounting entries against disabled accounts: {0}",
)
_CLOSED_PARTIES = ("{0} {1} is disabled", "{0} {1} is frozen")
_EXPLANATIONS: tuple[tuple[Callable[[BaseException, str], bool], Callable[[str, str, str], Refusal]], ...] = (
	(_named("ClosedAccountingPeriod", "StockFreezeError", "PeriodClosedError"), _closed_period),
	(_says(*_CLOSED_PERIODS), _closed_period),
	(_named("FiscalYearError"), _no_fiscal_year),
	(_named("InvalidAccountError", "AccountFrozenError"), _frozen_account),
	(_says(*_CLOSED_ACCOUNTS), _frozen_account),
	(_named("PartyFrozen", "PartyDisabled"), _closed_party),
	(_named("DoesNotExistError", "LinkValidationError"), _missing),
)
