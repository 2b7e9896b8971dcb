"""Roles of cashiers: what a row in the desk says to a till, and the three that set-up makes.

It never changes a role that is there: a shop's rules are the shop's.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import frappe
from frappe.utils import flt

from pos_bridge.core.people import ACTIONS, SENSIBLE, UNITS, Role, right_of

ACTION_OF: Mapping[str, str] = dict(
	zip(
		(
			*("Line Discount", "Price Change", "Ticket Discount", "Void a Sale"),
			*("Remove a Line after Payment Began", "No Sale", "Return", "Return without Receipt"),
			*("Cash Out", "Reprint", "Shift Difference", "On Account"),
		),
		ACTIONS,
		strict=True,
	)
)
"""What a row of the desk names, to the till's word for it."""
MOST_PERCENT = 100
_REFUSALS = {"With Approval": "approval", "Never": "never"}


def counts_percent(action: str) -> bool:
	return UNITS[ACTION_OF[action]] == "percent"


def make_roles() -> list[str]:
	"""The names of those that were made; one that is there, changed or not, stays as it is."""
	made = [name for name in SENSIBLE if not frappe.db.exists("POS Cashier Role", name)]
	for name in made:
		approves, limits = SENSIBLE[name]
		rights = [_row(label, limits.get(action)) for label, action in ACTION_OF.items()]
		document = {"doctype": "POS Cashier Role", "role_name": name, "approves": approves, "rights": rights}
		frappe.get_doc(document).insert(ignore_permissions=True)
	return made


def _row(label: str, limit: int | None) -> dict[str, Any]:
	"""Every action has a row, so that whoever changes the role sees what there is."""
	return {"action": label, "may": "Allowed" if limit is None else "With Approval", "up_to": limit or 0}


def roles_named(names: Iterable[str], precision: int) -> tuple[Role, ...]:
	"""Roles as tills know them; amounts in minor units of that precision."""
	return tuple(_role(frappe.get_cached_doc("POS Cashier Role", name), precision) for name in sorted(names))


def _role(document: Any, precision: int) -> Role:
	refused = [(ACTION_OF[row.action], row) for row in document.rights if row.may in _REFUSALS]
	rights = {
		action: right_of(action, _REFUSALS[row.may], Fraction(str(flt(row.up_to))), precision)
		for action, row in refused
	}
	return Role(document.name, bool(document.approves), rights)
