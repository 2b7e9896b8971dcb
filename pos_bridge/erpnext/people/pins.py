"""Setting a cashier's PIN and badge. Only what a till compares with is kept; who set it, and when, is noted.

It never writes a PIN or a badge's code anywhere: not in a document, a version, a comment or a log.
"""

import secrets
from typing import Any

import frappe
from frappe import _
from frappe.utils import now

from pos_bridge.core.people import badge_digest, badge_of, check_pin, verifier_of
from pos_bridge.core.people.pins import BADGE_BYTES, SALT_BYTES
from pos_bridge.erpnext.catalogue.poke import changed

# Frappe blots out what tracebacks show of variables with "secret" in their names.


def set_pin(cashier: Any, secret: str) -> None:
	"""Give a POS Cashier a PIN, or take it with an empty text; `Rejected` if it is none, or an easy one."""
	if secret:
		check_pin(secret)
	kept = verifier_of(secret, secrets.token_bytes(SALT_BYTES)).text if secret else ""
	_write(cashier, {"pin_verifier": kept, "has_pin": int(bool(secret))})
	cashier.add_comment("Info", _("PIN set") if secret else _("PIN removed"))


def set_badge(cashier: Any, secret_code: str) -> str:
	"""Assign a badge; an empty text draws a new code. The code: it is shown this once."""
	secret = secret_code.strip() or badge_of(secrets.token_bytes(BADGE_BYTES))
	digest = badge_digest(secret)
	other = frappe.db.get_value("POS Cashier", {"badge_digest": digest, "name": ("!=", cashier.name)})
	if other:
		frappe.throw(_("This badge is {0}'s.").format(other))
	_write(cashier, {"badge_digest": digest, "has_badge": 1})
	cashier.add_comment("Info", _("Badge set"))
	return secret


def remove_badge(cashier: Any) -> None:
	_write(cashier, {"badge_digest": "", "has_badge": 0})
	cashier.add_comment("Info", _("Badge removed"))


def _write(cashier: Any, values: dict[str, Any]) -> None:
	"""Past the document: saving it would put old and new value into its versions."""
	stamps = {"secrets_set_at": now(), "secrets_set_by": frappe.session.user}
	frappe.db.set_value("POS Cashier", cashier.name, {**values, **stamps})
	changed(cashier)
