"""The desk's endpoints for online shops: try a connection, read an order again, say which Item a line means.

It never opens a document that the role and the user's own permissions don't allow, and never commits.
"""

from typing import Any

import frappe
from frappe import _

from pos_bridge import online
from pos_bridge.core.errors import PosBridgeError
from pos_bridge.erpnext.online import items, orders

POSTERS = ("POS Manager", "POS Integrator", "Accounts Manager", "System Manager")
"""Who may have an order read and booked again."""
MAPPERS = ("POS Manager", "POS Integrator", "System Manager")
"""Who says which Item a shop's line means, and tries connections."""


@frappe.whitelist(methods=["POST"])
def test_channel(channel: str) -> dict[str, Any]:
	"""Ask a shop who it is: `{name, software, currency, locations}`; the words of what is wrong are shown."""
	frappe.only_for(MAPPERS)
	frappe.get_doc("Sales Channel", channel).check_permission("write")
	try:
		connector = online.connect(channel)
		shop, places = connector.test_connection(), connector.locations()
	except PosBridgeError as error:
		frappe.throw(error.message)
	named = [{"id": each.id, "name": each.name, "pickup": each.pickup} for each in places]
	return {"name": shop.name, "software": shop.software, "currency": shop.currency, "locations": named}


@frappe.whitelist(methods=["POST"])
def read_order_again(order: str) -> dict[str, int]:
	"""Have an order read from its shop and booked again: `{asked}`."""
	_allow_order(order, POSTERS)
	asked = orders.ask_again([order])
	_call_after_commit(order)
	return {"asked": asked}


@frappe.whitelist(methods=["POST"])
def map_unknown_item(order: str, item: str) -> dict[str, str]:
	"""Say which Item the line means for which an order is held, and have it booked: `{remote_id}`."""
	_allow_order(order, MAPPERS)
	frappe.get_doc("Item", item).check_permission("read")
	channel, remote_id = frappe.db.get_value("Channel Order", order, ["channel", "attention_item"])
	if not remote_id:
		frappe.throw(_("No item of this order is unknown any more."))
	items.map_item(channel, remote_id, remote_id, item)
	orders.ask_again([order])
	_call_after_commit(order)
	return {"remote_id": remote_id}


def _allow_order(order: str, roles: tuple[str, ...]) -> None:
	frappe.only_for(roles)
	frappe.get_doc("Channel Order", order).check_permission("read")


def _call_after_commit(order: str) -> None:
	frappe.db.after_commit.add(lambda: online.call_job(order))
