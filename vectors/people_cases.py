"""Inputs for `people.json`: PINs with what is kept of them, badges, and what roles say of an act."""

from typing import Any

from pos_bridge.core.money import SCALE, parse_decimal
from pos_bridge.core.people import UNITS, Right, Role, badge_digest, people_fields, verdict, verifier_of

FEW = 1_000
"""Hashed less often than a real PIN, so that the tests stay quick."""
_PINS = (("2580", bytes(16)), ("73914682", bytes(range(16))), ("0007", b"\xff" * 16))
_CASHIER = Role(
	"Cashier",
	rights={
		"line_discount": Right("approval", 10 * SCALE),
		"ticket_discount": Right("never"),
		"return": Right("approval", 5_000),
		"no_sale": Right("approval"),
		"reprint": Right("never"),
		"void_sale": Right("approval"),
	},
)
_ACTS = (
	*(("line_discount", "10"), ("line_discount", "10.000000001"), ("line_discount", "0")),
	*(("ticket_discount", "0"), ("ticket_discount", "0.01"), ("price_change", "100")),
	*(("return", 5_000), ("return", 5_001), ("void_sale", 0), ("void_sale", 1)),
	*(("no_sale", ""), ("reprint", ""), ("cash_out", 10**9)),
)


def people_cases() -> list[dict[str, Any]]:
	(role,) = people_fields((), (_CASHIER,))["roles"]
	return [
		*(_pin(pin, salt, pin) for pin, salt in _PINS),
		*(_pin(pin, salt, pin[::-1] + "1") for pin, salt in _PINS),
		*(
			{"do": "badge", "code": code, "digest": badge_digest(code)}
			for code in ("ID-ABCDEFGH23456722", "4711")
		),
		*(_act(role, *act) for act in _ACTS),
		{"do": "verdict", "action": "reprint", "expected": verdict(None, "reprint")},
	]


def _pin(pin: str, salt: bytes, typed: str) -> dict[str, Any]:
	kept = verifier_of(pin, salt, FEW)
	verifier = {"salt": kept.salt, "iterations": kept.iterations, "hash": kept.hash}
	return {"do": "pin", "typed": typed, "verifier": verifier, "expected": typed == pin}


def _act(role: dict[str, Any], action: str, how_much: str | int) -> dict[str, Any]:
	unit = UNITS[action]
	said = {"percent": {"percent": how_much}, "amount": {"amount_minor": how_much}}.get(unit, {})
	count = parse_decimal(str(how_much)) if unit == "percent" else how_much or 0
	assert isinstance(count, int)
	return {
		"do": "verdict",
		"role": role,
		"action": action,
		**said,
		"expected": verdict(_CASHIER, action, count),
	}
