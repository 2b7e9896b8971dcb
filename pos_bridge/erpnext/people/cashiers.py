"""Who sells in a shop: its POS Cashiers; where it has none, as before, its users. It never writes."""

from collections.abc import Sequence
from typing import Any

import frappe
from frappe.utils import cint

from pos_bridge.core.people import Person, PinVerifier
from pos_bridge.erpnext.people.roles import roles_named

MOST_IDLE_MINUTES = 480


def people_at(profile: Any, precision: int) -> dict[str, Any]:
	"""A `TillProfile`'s `cashiers`, `people`, `roles` and `lock_minutes` for a POS Profile."""
	rows = _of_shop(profile.name)
	if not rows:
		return {"cashiers": _users(profile.name)}
	selling = [row for row in rows if not row.disabled]
	people = tuple(_person(row) for row in selling)
	return {
		"cashiers": tuple(person.name for person in people),
		"people": people,
		"roles": roles_named({person.role for person in people if person.role}, precision),
		"lock_minutes": min(max(cint(profile.get("pos_bridge_lock_minutes")), 0), MOST_IDLE_MINUTES),
	}


def _of_shop(profile: str) -> Sequence[Any]:
	"""Also who is disabled: a shop that switched everybody off has no cashiers, not its users."""
	return frappe.db.sql(
		"SELECT cashier.name, cashier.role, cashier.disabled, cashier.pin_verifier, cashier.badge_digest"
		" FROM `tabPOS Cashier` cashier WHERE NOT EXISTS"
		" (SELECT 1 FROM `tabPOS Cashier Shop` shop WHERE shop.parent = cashier.name)"
		" OR EXISTS (SELECT 1 FROM `tabPOS Cashier Shop` shop WHERE shop.parent = cashier.name"
		" AND shop.pos_profile = %s) ORDER BY cashier.name",
		profile,
		as_dict=True,
	)


def _person(row: Any) -> Person:
	return Person(row.name, row.role or "", PinVerifier.read(row.pin_verifier or ""), row.badge_digest or "")


def _users(profile: str) -> tuple[str, ...]:
	"""The profile's users; where it names none, everybody with the role POS Cashier."""
	users = frappe.get_all("POS Profile User", {"parent": profile}, pluck="user", order_by="idx")
	if not users:
		users = frappe.get_all("Has Role", {"role": "POS Cashier", "parenttype": "User"}, pluck="parent")
	people = frappe.get_all(
		"User", {"name": ("in", users or [""]), "enabled": 1}, ["name", "full_name"], order_by="full_name"
	)
	return tuple(dict.fromkeys(person.full_name or person.name for person in people))
