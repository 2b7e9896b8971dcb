"""Three roles to begin with, which every shop changes as it likes. No till or company falls back on them."""

from collections.abc import Mapping

from pos_bridge.core.people.rights import ACTIONS, Role, right_of

_CASHIER = {
	**{"line_discount": 10, "price_change": 10, "ticket_discount": 5, "void_sale": 20, "remove_line": 0},
	**{"no_sale": 0, "return": 50, "return_without_receipt": 0, "cash_out": 0, "shift_difference": 5},
	"on_account": 100,
}
_SUPERVISOR = {
	**{"line_discount": 30, "price_change": 30, "ticket_discount": 20, "return": 300},
	**{"return_without_receipt": 100, "cash_out": 100, "shift_difference": 50},
}
SENSIBLE: Mapping[str, tuple[bool, Mapping[str, int]]] = {
	"Cashier": (False, _CASHIER),
	"Supervisor": (True, _SUPERVISOR),
	"Manager": (True, {}),
}
"""Role to whether it approves for others, and up to how many percent or units of currency an act is free.

Beyond that it needs approval; what is not named is free.
"""


def sensible_roles(precision: int) -> tuple[Role, ...]:
	"""They as tills know them, in a currency of that precision."""
	return tuple(_role(name, *said, precision) for name, said in SENSIBLE.items())


def _role(name: str, approves: bool, limits: Mapping[str, int], precision: int) -> Role:
	rights = {each: right_of(each, "approval", limits[each], precision) for each in _named(limits)}
	return Role(name, approves, rights)


def _named(limits: Mapping[str, int]) -> list[str]:
	return [action for action in ACTIONS if action in limits]
