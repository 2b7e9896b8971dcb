"""What an approval entry says: which act, how much, by whom. It judges nothing; a till did."""

from collections.abc import Mapping
from typing import Any

from pos_bridge.core.people.rights import UNITS

UNLOCK = "unlock"
"""A cashier who typed a wrong PIN too often may try again: an approval like the others."""
MAX_NAME = 140


def approved(body: Mapping[str, Any]) -> tuple[str, str]:
	"""The action with its percentage, and who approved it; empty where a body says no such thing."""
	action, approver, percent = (body.get(name) for name in ("action", "approver", "percent"))
	if not (isinstance(action, str) and isinstance(approver, str) and (action in UNITS or action == UNLOCK)):
		return "", ""
	more = f" {percent} %" if isinstance(percent, str) and len(percent) < MAX_NAME // 4 else ""
	return f"{action}{more}", approver[:MAX_NAME]
