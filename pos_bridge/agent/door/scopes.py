"""Which operation needs which scope, and the texts in a request that may hold no card's number.

What needs none (recording, looking up) is what a till is for.
"""

import re
from collections.abc import Mapping
from typing import Any

from pos_bridge.core.codes.card_numbers import holds_card_number
from pos_bridge.core.errors import Rejected

NEEDED: Mapping[str, str] = {
	**dict.fromkeys(("print", "unsure_jobs", "settle_print"), "print"),
	"kick": "drawer",
	"weigh": "scale",
	**dict.fromkeys(
		(
			*("pay", "refund", "reverse", "cancel_card", "card_result", "settle_card", "cards"),
			*("terminal", "end_of_day", "days"),
		),
		"terminal",
	),
}
SCOPES = ("print", "drawer", "scanner", "scale", "terminal")
"""In the order in which they are kept and shown."""
EVERYTHING = frozenset(SCOPES)

_FREE_TEXTS = ("reason", "note", "memo")
_IDS = ("job", "entry", "printer", "terminal", "scale", "attempt", "cart", "against")
_DIGITS = re.compile("[0-9]{13,19}")


def check_scope(operation: str, scopes: frozenset[str]) -> None:
	"""`Rejected` if a page may not ask for that."""
	needed = NEEDED.get(operation)
	if needed and needed not in scopes:
		raise Rejected(f"This page may not use the {needed} of this till.", code="out_of_scope")


def check_texts(message: Mapping[str, Any]) -> None:
	"""`Rejected` if a request carries what looks like a card's number; it is neither kept nor logged.

	Entries and documents are not looked at: they are full of codes of goods, and an entry is never refused.
	Groups of digits in an id are none: a UUID has hyphens, too.
	"""
	free = any(holds_card_number(str(message[name])) for name in _FREE_TEXTS if name in message)
	ids = (run for name in _IDS for run in _DIGITS.findall(str(message.get(name, ""))))
	if free or any(map(holds_card_number, ids)):
		raise Rejected(
			"A text looks like a card's number. Nothing of it was kept: leave it out.", code="card_number"
		)
