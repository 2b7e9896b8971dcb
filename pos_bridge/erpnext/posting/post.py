"""From the daybook into the books: what an entry means in documents, made in the caller's transaction.

It never commits, never catches a refusal, and never changes an entry that is posted.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

import frappe
from frappe import _
from frappe.utils import getdate

from pos_bridge.core.daybook import Stored
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.journal import KINDS_WITHOUT_EFFECT
from pos_bridge.core.sale import check_sale
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.erpnext import stock
from pos_bridge.erpnext.credit import posting as credit
from pos_bridge.erpnext.customers.known import with_known_customer
from pos_bridge.erpnext.door.auth import TILL_USER
from pos_bridge.erpnext.drawer import late, shift, vouchers
from pos_bridge.erpnext.goods import tracked
from pos_bridge.erpnext.overrides.trouble import what_happened_is_booked
from pos_bridge.erpnext.posting import invoice as invoices
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.posting.invoice import invoice_of
from pos_bridge.erpnext.posting.moments import (
	is_impossible,
	last_move_of,
	posting_moment,
	shop_time,
	wrong_clock,
)
from pos_bridge.erpnext.posting.returns import lock_sale_of, return_of
from pos_bridge.erpnext.shop import Shop, shop_of
from pos_bridge.erpnext.tenders import debts, settling


@contextmanager
def as_till() -> Iterator[None]:
	"""Act as the tills' user, who has no role: no exception that ERPNext makes for roles applies.

	Jobs speak English, whatever the site does; what posting leaves behind is for the site's people.
	"""
	user, language = frappe.session.user, frappe.local.lang
	frappe.set_user(TILL_USER)
	frappe.local.lang = frappe.db.get_default("lang") or language
	try:
		yield
	finally:
		frappe.set_user(user)
		frappe.local.lang = language


def post(stored: Stored, post_on: date | None = None) -> Booking:
	"""Make the documents of an entry. `Rejected` or one of Frappe's ValidationErrors: the books refuse it.

	`post_on` is the day that an accountant chose because the business date's period is closed.
	"""
	entry = stored.entry
	booking = Booking()
	if entry.kind in KINDS_WITHOUT_EFFECT:
		late.amend(stored, post_on, booking)
		return booking
	poster = _POSTERS.get(entry.kind)
	if poster is None:
		raise Rejected(
			_("This release can't book entries of the kind {0} yet.").format(entry.kind),
			code="kind_not_supported",
		)
	shop = shop_of(entry.till)
	stored = with_known_customer(stored, booking)
	with what_happened_is_booked(debts.adds_to_them(entry)) as tolerated:
		poster(stored, shop, post_on, booking)
	late.amend(stored, post_on, booking)
	for flag, details in tolerated:
		booking.flag(flag, details)
	return booking


def _post_invoice(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
	entry = stored.entry
	_check_currency(entry, shop)
	customer = customer_of(entry, shop, booking)
	if entry.kind == "return":
		lock_sale_of(entry)
	items = stock.lock_bins((line["item"] for line in entry.body["lines"]), shop.warehouse)
	business_date = post_on or getdate(entry.business_date)
	occurred = shop_time(entry.occurred_at, shop.time_zone)
	moment = posting_moment(occurred, business_date, last_move_of(items, shop.warehouse, business_date))
	if entry.kind == "sale":
		sale = sale_from_body(entry.body)
		check_sale(sale)
		invoice = invoice_of(entry, sale, shop, customer, moment)
	else:
		invoice, sale = return_of(entry, shop, customer, moment, booking)
	goods = tracked.named(invoice, sale.draft.lines, moment)
	settling.prepare(invoice, sale, shop, booking)
	invoices.submit(invoice, entry.receipt_number, goods)
	invoices.check_totals(invoice, sale)
	booking.flags += goods.flags
	booking.documents[entry.kind] = (invoice.doctype, invoice.name)
	settling.follow(entry, invoice, sale, shop, booking)
	credit.post_tenders(entry, invoice, shop, business_date, booking)
	note(stored, shop, post_on, booking, occurred)
	for item, quantity in stock.below_zero(items, shop.warehouse):
		below = _("{0} is at {1} in {2}.").format(item, f"{quantity:g}", shop.warehouse)
		booking.flag("negative_stock", below)


def _post_credit(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
	entry = stored.entry
	business_date = post_on or getdate(entry.business_date)
	credit.post_issue(entry, shop, customer_of(entry, shop, booking), business_date, booking)


def note(stored: Stored, shop: Shop, post_on: date | None, booking: Booking, occurred: datetime) -> None:
	"""Flag what an accountant should know of an entry beyond its document."""
	entry = stored.entry
	if post_on:
		words = _("Happened on {0}, posted on {1}: its period was closed.")
		booking.flag("posted_late", words.format(entry.business_date, post_on))
	wrong = is_impossible(occurred, getdate(entry.business_date), stored.arrival.recorded_at, shop.time_zone)
	booking.flag("clock", " ".join(filter(None, (wrong, wrong_clock(entry.clock)))))


def _check_currency(entry: Entry, shop: Shop) -> None:
	told = (entry.body.get("currency"), entry.body.get("currency_precision"))
	if told != (shop.currency, shop.currency_precision):
		raise Rejected(
			_("The sale is in {0} with {1} decimals; {2} sells in {3} with {4}.").format(
				*told, shop.profile, shop.currency, shop.currency_precision
			),
			code="currency_differs",
		)
	if not isinstance(entry.body.get("lines"), list):
		sale_from_body(entry.body)  # raises with the words for it


def customer_of(entry: Entry, shop: Shop, booking: Booking) -> str:
	"""The entry's customer; whoever walks in if that one is gone, for the sale happened all the same."""
	named = entry.body.get("customer")
	if not isinstance(named, str) or not named:
		return shop.customer
	found = frappe.db.get_value("Customer", named, ["name", "disabled"], as_dict=True)
	if found and not found.disabled:
		return named
	if found:
		words = _("Customer {0} is disabled; booked to {1}.")
	else:
		words = _("Customer {0} does not exist (any more); booked to {1}.")
	booking.flag("customer_gone", words.format(named, shop.customer))
	return shop.customer


Poster = Callable[[Stored, Shop, date | None, Booking], None]


def _timed(poster: Poster) -> Poster:
	"""With what is to be said of its time; an invoice says it by itself."""

	def post_it(stored: Stored, shop: Shop, post_on: date | None, booking: Booking) -> None:
		poster(stored, shop, post_on, booking)
		note(stored, shop, post_on, booking, shop_time(stored.entry.occurred_at, shop.time_zone))

	return post_it


_POSTERS: Mapping[str, Poster] = {
	"sale": _post_invoice,
	"return": _post_invoice,
	"credit_issue": _timed(_post_credit),
	"shift_open": _timed(shift.post_open),
	"shift_close": _timed(shift.post_close),
	"cash_in": _timed(vouchers.post_movement),
	"cash_out": _timed(vouchers.post_movement),
}
"""How each kind that has an effect becomes documents; what they make, they put into the booking."""
