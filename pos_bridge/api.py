"""The tills' endpoints: enrol, snapshot, chunk, changes, push, receipt, credit, customers, mail; webhooks.

They parse, call and shape. They never trust what a till says about itself: who it is comes from its token.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import frappe
from werkzeug.wrappers import Response

from pos_bridge import jobs, online
from pos_bridge.core.customers import (
	MAX_RECORDS_BYTES,
	NewCustomer,
	Taken,
	read_asked_customer,
	read_new_customers,
	taken_answer,
)
from pos_bridge.core.daybook import set_aside
from pos_bridge.core.errors import Malformed, PosBridgeError, Rejected, Retryable
from pos_bridge.core.kinds.lease import MAX_ASK_BYTES, Ask, read_ask
from pos_bridge.core.receipt_mail import MAX_MAIL_BYTES, read_mail
from pos_bridge.core.sync import (
	MAX_LATEST_ENTRIES,
	Push,
	head_fields,
	latest_answer,
	next_epoch,
	push_answer,
	read_before,
	read_message,
	read_push,
	read_receipt_number,
	receipt_answer,
)
from pos_bridge.erpnext import catalogue, receipt_mail, shop, stock
from pos_bridge.erpnext.credit import leases
from pos_bridge.erpnext.customers import shown, taking
from pos_bridge.erpnext.daybook import FrappeDaybook, lock_till
from pos_bridge.erpnext.door import enrolment
from pos_bridge.erpnext.door.answers import Refusal
from pos_bridge.erpnext.door.auth import current_sender
from pos_bridge.erpnext.door.enrolment import Sender
from pos_bridge.erpnext.isolation import begin, is_clash
from pos_bridge.erpnext.posting import returns
from pos_bridge.erpnext.posting.moments import arrival_now

MAX_ENROL_BYTES = 1_024
MAX_CLASHES = 5
"""How often a call that met another transaction is begun again before the sender is asked to come back."""

T = TypeVar("T")


@frappe.whitelist(allow_guest=True, methods=["POST"])
def enrol() -> dict[str, Any]:
	"""Exchange a one-time code for a till's token: `{code, holder}` (docs/protocol.md, "Company")."""
	return _answering(_enrol)


@frappe.whitelist(methods=["GET"])
def snapshot() -> dict[str, Any]:
	"""The till's settings and the name of its catalogue."""
	return _answering(_snapshot)


@frappe.whitelist(methods=["GET"])
def snapshot_chunk(snapshot: str = "", chunk: str = "") -> Response:
	"""Columns of a thousand items, compressed."""
	return _answering(lambda: _chunk(snapshot, chunk))


@frappe.whitelist(methods=["GET"])
def changes(cursor: str = "") -> dict[str, Any]:
	"""What changed for this till since `cursor`."""
	return _answering(lambda: catalogue.changes(current_sender().till, cursor))


@frappe.whitelist(methods=["POST"])
def push() -> dict[str, Any]:
	"""Record entries; the answer comes after the commit."""
	return _answering(_push)


@frappe.whitelist(methods=["GET"])
def latest(before: str = "") -> dict[str, Any]:
	"""What this till recorded last, newest first, for one that lost its own daybook."""
	return _answering(lambda: _latest(before))


@frappe.whitelist(methods=["GET"])
def receipt(receipt_number: str = "") -> dict[str, Any]:
	"""A receipt of any till of this till's company, and what came back of it."""
	return _answering(lambda: _receipt(receipt_number))


@frappe.whitelist(methods=["POST"])
def credit() -> dict[str, Any]:
	"""What is on a gift card or store credit: `{credit}`; in the body, so that no log has the number."""
	return _answering(lambda: leases.credit(current_sender().till, _asked()))


@frappe.whitelist(methods=["POST"])
def mail_receipt() -> dict[str, Any]:
	"""Send a receipt to its customer: `{id, entry, to}`; in the body, so that no log has the address."""
	return _answering(_mail)


@frappe.whitelist(methods=["POST"])
def lease_credit() -> dict[str, Any]:
	"""Keep a part of a credit for this till: `{credit, amount_minor, seconds}`."""
	return _answering(_lease)


@frappe.whitelist(methods=["POST"])
def new_customers() -> dict[str, Any]:
	"""Take records of customers who are new at a till: `{customers}`; answered for after their commits."""
	return _answering(_new_customers)


@frappe.whitelist(methods=["POST"])
def customer() -> dict[str, Any]:
	"""What a customer bought, his points, what he owes: `{customer}`; in the body, so that no log has it."""
	return _answering(_customer)


@frappe.whitelist(allow_guest=True, methods=["POST"])
def webhook() -> Response:
	"""An online shop's message, `?channel=…`: signed over the raw body, kept, answered before it is read.

	The channel is read from the address alone, for the body is anybody's until its signature is checked.
	"""
	return _answering(_webhook)


def _webhook() -> Response:
	channel = frappe.request.args.get("channel", "")
	headers, raw = dict(frappe.request.headers), frappe.request.get_data()
	status, order = _committed(lambda: online.take(channel, headers, raw))
	if order:
		online.call_job(order)
	return Response(status=status)


def _new_customers() -> dict[str, Any]:
	till = current_sender().till
	body = _message(MAX_RECORDS_BYTES)
	return taken_answer([_take(till, record) for record in read_new_customers(body)])


def _take(till: str, record: NewCustomer) -> Taken:
	return _committed(lambda: taking.take(till, record))


def _customer() -> dict[str, Any]:
	till = current_sender().till
	asked = read_asked_customer(_message(MAX_ASK_BYTES))
	return shown.customer_answer(till, asked)


def _lease() -> dict[str, Any]:
	till = current_sender().till
	ask = _asked()
	return _committed(lambda: leases.lease(till, ask))


def _mail() -> dict[str, Any]:
	till = current_sender().till
	ask = read_mail(_message(MAX_MAIL_BYTES))
	return _committed(lambda: receipt_mail.take(till, ask))


def _message(max_bytes: int) -> dict[str, Any]:
	"""The request's body; one that is too long ends behind the bound, and is no JSON any more."""
	return read_message(frappe.request.get_data()[: max_bytes + 1])


def _asked() -> Ask:
	return read_ask(_message(MAX_ASK_BYTES))


def _enrol() -> dict[str, Any]:
	body = _message(MAX_ENROL_BYTES)
	code, holder = body.get("code"), body.get("holder", "page")
	if not isinstance(code, str) or not isinstance(holder, str):
		raise Malformed("Enrolling takes a code.")
	enrolled = _committed(lambda: enrolment.use_code(code, holder))
	if isinstance(enrolled, Rejected):
		raise enrolled
	return {"token": enrolled.token, "next_epoch": enrolled.next_epoch, **shop.greeting(enrolled.till)}


def _snapshot() -> dict[str, Any]:
	till = current_sender().till
	heads = FrappeDaybook().heads(till)
	# By what was recorded: the epoch that enrolling handed out is still this page's own.
	epoch = next_epoch(heads)
	manifest = catalogue.manifest(till)
	return {**manifest, "next_epoch": epoch, "heads": [head_fields(head) for head in heads]}


def _chunk(snapshot: str, chunk: str) -> Response:
	till = current_sender().till
	if not (chunk.isascii() and chunk.isdigit() and len(chunk) < 10):
		raise Rejected("chunk is the number of a chunk, from 0 on.", code="malformed")
	encoded = catalogue.chunk(till, snapshot, int(chunk))
	headers = {
		"Cache-Control": "private, max-age=31536000, immutable",
		"Vary": "Authorization, Accept-Encoding",
	}
	response = Response(encoded.plain, headers=headers, content_type="application/json; charset=utf-8")
	if "gzip" in frappe.request.headers.get("Accept-Encoding", ""):
		response.data = encoded.gzipped
		response.headers["Content-Encoding"] = "gzip"
	return response


def _latest(before: str) -> dict[str, Any]:
	till = current_sender().till
	return latest_answer(FrappeDaybook().latest(till, read_before(before), MAX_LATEST_ENTRIES))


def _receipt(number: str) -> dict[str, Any]:
	company = _company_of(current_sender().till)
	named = FrappeDaybook().of_receipt(read_receipt_number(number))
	found = [stored for stored in named if _company_of(stored.entry.till) == company]
	return receipt_answer(found, returns.back_in_desk(found[0]) if found else None)


def _company_of(till: str) -> str:
	return str(frappe.get_cached_value("POS Till", till, "company"))


def _push() -> dict[str, Any]:
	sender = current_sender()
	raw = frappe.request.get_data()
	try:
		push = read_push(raw)
	except Malformed as error:
		reason = error.message
		_committed(lambda: _keep(raw, sender, reason))
		raise
	answer = _committed(lambda: _record(push, sender))
	jobs.wake_poster()
	return answer


def _record(push: Push, sender: Sender) -> dict[str, Any]:
	lock_till(sender.till)
	daybook = FrappeDaybook()
	results = daybook.record_all(push.items, arrival_now(sender.till, sender.holder))
	stock.promise(daybook.kept)
	enrolment.seen(sender)
	return push_answer(sender.till, results, daybook.gaps(sender.till))


def _keep(raw: bytes, sender: Sender, reason: str) -> None:
	"""Any authenticated bytes are kept, for a person."""
	set_aside(FrappeDaybook(), raw, "", arrival_now(sender.till, sender.holder), reason)


def _committed(work: Callable[[], T]) -> T:
	"""Do the work in a transaction of its own and commit it: this module's one place that commits."""
	for _ in range(MAX_CLASHES):
		begin()
		try:
			result = work()
			frappe.db.commit()
			return result
		except Exception as error:  # BLE001 - anything but a clash goes on to the caller
			frappe.db.rollback()
			if not is_clash(error):
				raise
	raise Retryable("Too many senders at once; nothing was taken. Send again in a moment.", code="busy")


def _answering(work: Callable[[], T]) -> T:
	"""Run an endpoint; our errors leave in the protocol's form, with nothing half done."""
	try:
		return work()
	except PosBridgeError as error:
		raise Refusal(error) from error
