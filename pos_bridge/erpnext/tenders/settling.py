"""What an invoice needs beside its payment rows, before it is submitted and after, for all kinds.

It never submits the invoice itself; posting does, between the two.
"""

from typing import Any

from pos_bridge.core.entry import Entry
from pos_bridge.core.sale import Sale
from pos_bridge.erpnext.posting.booking import Booking
from pos_bridge.erpnext.shop import Shop
from pos_bridge.erpnext.tenders import debts, exchange, points, tips


def prepare(invoice: Any, sale: Sale, shop: Shop, booking: Booking) -> None:
	"""Fill in what tenders want of the unsaved invoice."""
	debts.prepare(invoice, sale)
	points.prepare(invoice, sale, shop, booking)


def follow(entry: Entry, invoice: Any, sale: Sale, shop: Shop, booking: Booking) -> None:
	"""Make what belongs to the submitted invoice: the tip's voucher, the points' entries, the flags."""
	debts.follow(entry, invoice, sale, shop, booking)
	points.follow(invoice, sale, booking)
	tips.follow(entry, invoice, sale, shop, booking)
	exchange.follow(entry, booking)
