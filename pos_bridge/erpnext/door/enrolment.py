"""Who a till is to the company: codes that enrol it, tokens that it shows. Neither is kept in the clear.

It never tells a wrong code from one that is used up, and never commits.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import frappe
from frappe.utils import now_datetime
from frappe.utils.password import get_encryption_key

from pos_bridge.core.errors import Rejected, Unauthenticated
from pos_bridge.core.sync import enrolment_epoch, next_epoch
from pos_bridge.erpnext.daybook import FrappeDaybook, lock_till

CODE_SECONDS = 600
CODE_TRIES = 5
HOLDERS = ("page", "agent")
SEEN_SECONDS = 60
"""How old `last_seen_at` may be before it is written again."""
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Enrolled:
	"""A new token, shown this once, and the epoch that the till's next chain has to itself."""

	till: str
	token: str = field(repr=False)
	next_epoch: int


@dataclass(frozen=True, slots=True)
class Sender:
	"""Whom a token belongs to: the till, what holds it (`page` or `agent`), its row at the till, when it was
	last heard of."""

	till: str
	holder: str
	row: str
	last_seen_at: datetime | None = None


def make_code(till: str) -> str:
	"""A code that enrols `till` once, within ten minutes; an older one of this till is void."""
	code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
	frappe.db.set_value(
		"POS Till",
		till,
		{
			"code_hash": _code_hash(code),
			"code_expires_at": now_datetime() + timedelta(seconds=CODE_SECONDS),
			"code_tries": 0,
			"code_made_by": frappe.session.user,
		},
		update_modified=False,
	)
	return code


def use_code(code: str, holder: str) -> Enrolled | Rejected:
	"""Use a code up. The refusal is returned, not raised: that it was tried has to be committed."""
	if holder not in HOLDERS:
		return Rejected("A till's page or its agent can be enrolled, nothing else.", code="malformed")
	live = "code_expires_at > %(now)s AND code_tries < %(tries)s AND enabled = 1"
	values = {"now": now_datetime(), "tries": CODE_TRIES, "code": _code_hash(code)}
	found = frappe.db.sql(
		f"SELECT name, code_made_by FROM `tabPOS Till` WHERE code_hash = %(code)s AND {live} FOR UPDATE",
		values,
	)
	if not found:
		# Nobody can say which code was meant: a wrong one counts against all that are alive.
		frappe.db.sql(f"UPDATE `tabPOS Till` SET code_tries = code_tries + 1 WHERE {live}", values)
		return _invalid_code()
	till, made_by = found[0]
	return _enrol(till, made_by, holder)


def _invalid_code() -> Rejected:
	return Rejected(
		f"This code is not valid (any more): a code works once, for {CODE_SECONDS // 60} minutes and"
		f" {CODE_TRIES} tries. Make a new one and enter it.",
		code="invalid_code",
	)


def _enrol(till: str, made_by: str, holder: str) -> Enrolled:
	token = secrets.token_urlsafe(32)
	known = frappe.db.get_value("POS Till", till, "next_epoch")
	epoch = enrolment_epoch(max(int(known or 1), next_epoch(FrappeDaybook().heads(till))))
	row = frappe.get_doc(
		{
			"doctype": "POS Till Token",
			"parent": till,
			"parenttype": "POS Till",
			"parentfield": "tokens",
			"idx": frappe.db.count("POS Till Token", {"parent": till}) + 1,
			"holder": holder,
			"token_hash": _hash(token),
			"issued_at": now_datetime(),
			"issued_by": made_by,
		}
	)
	row.insert(ignore_permissions=True)
	changes = {"code_hash": "", "code_expires_at": None, "code_tries": 0}
	if holder == "page":
		changes["next_epoch"] = epoch + 1
	frappe.db.set_value("POS Till", till, changes, update_modified=False)
	return Enrolled(till, token, epoch)


def sender_of(token: str) -> Sender:
	"""Whom a token belongs to. `Unauthenticated` if nobody, or if it or its till was switched off."""
	rows = frappe.db.sql(
		"SELECT token.name, token.parent, token.holder, token.revoked, token.last_seen_at, till.enabled"
		" FROM `tabPOS Till Token` token JOIN `tabPOS Till` till ON till.name = token.parent"
		" WHERE token.token_hash = %s",
		_hash(token),
		as_dict=True,
	)
	if not rows:
		raise Unauthenticated(
			"The till's token is missing or not known (any more). Enrol this till again; nothing is lost."
		)
	row = rows[0]
	if row.revoked or not row.enabled:
		raise Unauthenticated(
			f"Till {row.parent} was switched off for this device. Ask a manager for a new code;"
			" what was sold is kept here and sent then.",
			code="revoked",
		)
	return Sender(row.parent, row.holder, row.name, row.last_seen_at)


def seen(sender: Sender) -> None:
	"""Note that a till was heard of; at most once a minute, so that a push costs no extra write."""
	now = now_datetime()
	if sender.last_seen_at and sender.last_seen_at > now - timedelta(seconds=SEEN_SECONDS):
		return
	frappe.db.sql(
		"UPDATE `tabPOS Till Token` token JOIN `tabPOS Till` till ON till.name = token.parent"
		" SET token.last_seen_at = %(now)s, till.last_seen_at = %(now)s"
		" WHERE token.name = %(row)s AND COALESCE(token.last_seen_at, '2000-01-01') < %(before)s",
		{"now": now, "before": now - timedelta(seconds=SEEN_SECONDS), "row": sender.row},
	)


def revoke(till: str, tokens: list[str] | None = None) -> int:
	"""Switch devices of a till off: those named by row, or all. Takes effect with the next call."""
	lock_till(till)
	filters = {"parent": till, "revoked": 0}
	if tokens is not None:
		filters["name"] = ("in", tokens)
	rows = frappe.get_all("POS Till Token", filters, pluck="name")
	for row in rows:
		frappe.db.set_value(
			"POS Till Token",
			row,
			{"revoked": 1, "revoked_at": now_datetime(), "revoked_by": frappe.session.user},
		)
	frappe.db.set_value("POS Till", till, {"code_hash": "", "code_expires_at": None})
	return len(rows)


def _code_hash(code: str) -> str:
	"""With the site's key: Frappe's filters ask for hidden fields too, and eight letters are soon guessed."""
	letters = "".join(letter for letter in code.upper() if letter.isalnum())
	return hmac.new(get_encryption_key().encode(), letters.encode(errors="replace"), "sha256").hexdigest()


def _hash(secret: str) -> str:
	return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
