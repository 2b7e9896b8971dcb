"""Whom an entry means: a Customer by its name, or by a till's id, whose record may be on its way.

It never waits for a record: the sale is booked to a Customer that gets its name later (docs/adr/0020).
"""

from dataclasses import replace

from frappe import _

from pos_bridge.core.customers import is_made_at_till
from pos_bridge.core.daybook import Stored
from pos_bridge.erpnext.customers import making
from pos_bridge.erpnext.customers.rows import ERASED, HELD, WAITING, lock, row_of, write
from pos_bridge.erpnext.customers.taking import FLAG
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.shop import shop_of


def with_known_customer(stored: Stored, booking: Booking) -> Stored:
	"""The entry with the Customer's name in place of an id that a till made; others as they are."""
	named = stored.entry.body.get("customer")
	if not isinstance(named, str) or not is_made_at_till(named):
		return stored
	customer = _customer_of(named, stored.entry.till, booking)
	entry = replace(stored.entry, body={**stored.entry.body, "customer": customer})
	return replace(stored, entry=entry)


def _customer_of(id: str, till: str, booking: Booking) -> str:
	row = row_of(id)
	if row and row.customer:
		if row.status == WAITING or row.status == HELD:
			booking.flag(FLAG, _words(row.status).format(id, row.customer))
		return str(row.customer)
	shop = shop_of(till)
	lock(shop.company)
	# Another worker may have made it while this one waited.
	row = row_of(id)
	if row and row.customer:
		return _customer_of(id, till, booking)
	customer = making.make(shop, making.placeholder_name(id))
	status = row.status if row else WAITING
	kept = {} if row else {"company": shop.company, "till": till}
	write(id, {**kept, "status": status, "customer": customer})
	if status != ERASED:
		booking.flag(FLAG, _words(status).format(id, customer))
	return customer


def _words(status: str) -> str:
	if status == HELD:
		return _(
			"What the till knows of {0} can't be taken as it is; booked to {1} until somebody corrects it."
		)
	return _("The till's record of {0} has not come yet; booked to {1}, who gets a name when it does.")
