"""Who may sell at a till, by which PIN, and what their role lets them do. It stores and asks nobody."""

from pos_bridge.core.people.approval import approved
from pos_bridge.core.people.pins import (
	BADGE_PREFIX,
	ITERATIONS,
	PinVerifier,
	badge_digest,
	badge_of,
	check_pin,
	is_pin_of,
	verifier_of,
)
from pos_bridge.core.people.rights import (
	ACTIONS,
	UNITS,
	Person,
	Right,
	Role,
	people_fields,
	right_of,
	verdict,
)
from pos_bridge.core.people.sensible import SENSIBLE, sensible_roles

__all__ = [
	"ACTIONS",
	"BADGE_PREFIX",
	"ITERATIONS",
	"SENSIBLE",
	"UNITS",
	"Person",
	"PinVerifier",
	"Right",
	"Role",
	"approved",
	"badge_digest",
	"badge_of",
	"check_pin",
	"is_pin_of",
	"people_fields",
	"right_of",
	"sensible_roles",
	"verdict",
	"verifier_of",
]
