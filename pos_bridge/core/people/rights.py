"""What a role lets a cashier do by himself, with somebody's approval, or never; with how much.

It knows no shop and no screen: who asks says what it is about and how much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE, format_decimal
from pos_bridge.core.people.pins import PinVerifier

UNITS: Mapping[str, str] = {
	"line_discount": "percent",
	"price_change": "percent",
	"ticket_discount": "percent",
	"void_sale": "amount",
	"remove_line": "",
	"no_sale": "",
	"return": "amount",
	"return_without_receipt": "amount",
	"cash_out": "amount",
	"reprint": "",
	"shift_difference": "amount",
	"on_account": "amount",
}
"""Action to what its limit counts: percent (10^-9), minor units, or nothing that could be counted."""
ACTIONS = tuple(UNITS)


@dataclass(frozen=True, slots=True)
class Right:
	"""Beyond `up_to`, `may` holds: `approval` or `never`. Up to it, and without a `Right`, all is allowed."""

	may: str
	up_to: int = 0


@dataclass(frozen=True, slots=True)
class Role:
	"""A role by its name; whoever `approves` may do so for others what it allows himself."""

	role: str
	approves: bool = False
	rights: Mapping[str, Right] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
	"""A cashier as a till knows him: without a PIN one tap, without a role everything."""

	name: str
	role: str = ""
	pin: PinVerifier | None = None
	badge: str = ""
	"""The digest of the badge's code."""


def right_of(action: str, may: str, limit: Fraction | int, precision: int) -> Right:
	"""With its limit in percent, or in units of a currency of that precision."""
	scale = {"percent": SCALE, "amount": 10**precision}.get(UNITS[action], 0)
	return Right(may, round(limit * scale))


def verdict(role: Role | None, action: str, how_much: int = 0) -> str:
	"""`allowed`, `approval` or `never`. `how_much` is in the action's unit, not below zero."""
	if action not in UNITS:
		raise Rejected(f"Roles say nothing of {action!r}.")
	right = role.rights.get(action) if role else None
	if right is None or (UNITS[action] and how_much <= right.up_to):
		return "allowed"
	return right.may


def people_fields(people: Sequence[Person], roles: Sequence[Role]) -> dict[str, Any]:
	"""The manifest's `people` and `roles` (docs/protocol.md, "People"); what is empty is absent."""
	return {"people": [_person(person) for person in people], "roles": [_role(role) for role in roles]}


def _person(person: Person) -> dict[str, Any]:
	pin = person.pin
	return {
		"name": person.name,
		**({"role": person.role} if person.role else {}),
		**({"pin": {"salt": pin.salt, "iterations": pin.iterations, "hash": pin.hash}} if pin else {}),
		**({"badge": person.badge} if person.badge else {}),
	}


def _role(role: Role) -> dict[str, Any]:
	rights = {action: _right(action, right) for action, right in role.rights.items()}
	return {"role": role.role, **({"approves": True} if role.approves else {}), "rights": rights}


def _right(action: str, right: Right) -> dict[str, Any]:
	unit = UNITS[action]
	if not unit or not right.up_to:
		return {"may": right.may}
	limit = {"percent": format_decimal(right.up_to)} if unit == "percent" else {"amount_minor": right.up_to}
	return {"may": right.may, **limit}
