"""The halves of an exchange: a return pays for a sale; the clearing account between them nets to zero.

It never waits for the other half: each is booked by itself, whichever comes first.
"""

from frappe import _

from pos_bridge.core.daybook import Stored
from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import PosBridgeError
from pos_bridge.core.money import format_minor
from pos_bridge.core.sale import Sale
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.core.tenders import exchanged_minor
from pos_bridge.erpnext.daybook import FrappeDaybook
from pos_bridge.erpnext.posting.booking import Booking


def follow(entry: Entry, booking: Booking) -> None:
	"""Flag an exchange whose halves don't fit; the later one knows."""
	other = half_of(entry)
	if other:
		stored = FrappeDaybook().find(other)
		if isinstance(stored, Stored):
			booking.flag("exchange_differs", mismatch(entry, stored.entry))


def half_of(entry: Entry) -> str:
	"""The id of the other half; empty where the entry is no part of an exchange."""
	other = entry.body.get("exchange")
	return other if isinstance(other, str) and entry.kind in ("sale", "return") else ""


def mismatch(entry: Entry, other: Entry) -> str:
	"""Why the halves don't pay each other, or nothing."""
	if other.kind == entry.kind or half_of(other) != entry.id:
		return _("{0}, which it names as the other half of the exchange, names another entry.").format(
			other.receipt_number or other.id
		)
	mine, theirs = _readable(entry), _readable(other)
	if mine is None or theirs is None:
		return ""  # it is held for what it is
	left_minor = exchanged_minor(mine.tenders) + exchanged_minor(theirs.tenders)
	left = format_minor(left_minor, mine.draft.currency_precision)
	words = _("The halves of the exchange {0} and {1} don't pay each other: {2} is left.")
	return words.format(entry.receipt_number, other.receipt_number, left) if left_minor else ""


def _readable(entry: Entry) -> Sale | None:
	try:
		return sale_from_body(entry.body)
	except PosBridgeError:
		return None
