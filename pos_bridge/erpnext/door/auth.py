"""Tills at the door: `Authorization: Till <token>` becomes a user who may call the tills' endpoints only.

It never lets a till's token reach any other endpoint, and never looks at cookies.
"""

import frappe

from pos_bridge.core.errors import PosBridgeError, Unauthenticated
from pos_bridge.erpnext.door.answers import Refusal
from pos_bridge.erpnext.door.enrolment import Sender, sender_of

SCHEME = "Till"
TILL_USER = "till@pos-bridge.invalid"
"""All tills act as this user: no role, no desk, no password. `install.py` makes it."""

_METHODS = "/api/method/"
ALLOWED = frozenset(
	_METHODS + name
	for name in (
		"pos_bridge.api.push",
		"pos_bridge.api.snapshot",
		"pos_bridge.api.snapshot_chunk",
		"pos_bridge.api.changes",
		"pos_bridge.api.latest",
		"pos_bridge.api.receipt",
		"pos_bridge.api.credit",
		"pos_bridge.api.lease_credit",
		"pos_bridge.api.new_customers",
		"pos_bridge.api.customer",
		"pos_bridge.api.mail_receipt",
		# Frappe's realtime server asks who a connection belongs to.
		"frappe.realtime.get_user_info",
	)
)


class NotForTills(PosBridgeError):
	"""A till's token at an endpoint that is not on the list."""

	code = "not_for_tills"
	status = 403


def authenticate() -> None:
	"""Frappe's auth hook. Other schemes, and requests without one, are none of its business."""
	scheme, _, token = (frappe.get_request_header("Authorization") or "").partition(" ")
	if scheme != SCHEME:
		return
	try:
		_check_endpoint()
		sender = sender_of(token)
	except PosBridgeError as error:
		raise Refusal(error) from error
	asked = frappe.local.form_dict
	frappe.set_user(TILL_USER)
	frappe.local.form_dict = asked  # set_user forgets it
	frappe.local.pos_bridge_sender = sender


def _check_endpoint() -> None:
	# `cmd` makes Frappe run another method than the path says.
	if frappe.request.path not in ALLOWED or frappe.form_dict.get("cmd"):
		raise NotForTills("A till's token opens the tills' endpoints only. Sign in to the desk as a person.")


def current_sender() -> Sender:
	"""The till that this request came from, else `Unauthenticated`: a desk user is no till."""
	sender = getattr(frappe.local, "pos_bridge_sender", None)
	if sender is None:
		raise Unauthenticated("This endpoint is for tills: it takes a till's token.")
	return sender
