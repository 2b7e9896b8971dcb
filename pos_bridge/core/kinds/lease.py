"""Leases: what a till asks about a credit, and how much of it is kept for that till alone.

It never knows a clock: times are Unix milliseconds that the caller brings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pos_bridge.core.errors import Malformed, Retryable
from pos_bridge.core.kinds.credit_number import normal_number
from pos_bridge.core.kinds.standing import Standing
from pos_bridge.core.money import MAX_MINOR
from pos_bridge.core.sale_body import readable, text, whole

CREDIT_PATH = "/api/method/pos_bridge.api.credit"
LEASE_PATH = "/api/method/pos_bridge.api.lease_credit"
MAX_ASK_BYTES = 1_024
LEASE_SECONDS = 24 * 3600
MAX_LEASE_SECONDS = 7 * 24 * 3600
MAX_UNKNOWN = 20
"""Numbers that nobody issued, which a till may ask about in an hour; behind them it has to wait."""
UNKNOWN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Ask:
	"""What a till asks: about a number (as ledgers know it, "" if it can be none), and how much to keep."""

	credit: str
	amount_minor: int = 0
	seconds: int = LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class Lease:
	"""So much of a credit is kept for a till until then (Unix milliseconds)."""

	till: str
	amount_minor: int
	until_ms: int


@dataclass(frozen=True, slots=True)
class Known:
	"""A credit as its company knows it."""

	standing: Standing
	currency: str
	currency_precision: int
	leases: tuple[Lease, ...] = ()


def read_ask(body: Mapping[str, Any]) -> Ask:
	"""Read the body of `credit` or `lease_credit`; `Malformed` where a field is of another type."""
	ask = readable(
		lambda: Ask(
			normal_number(text(body["credit"])),
			whole(body.get("amount_minor", 0)),
			whole(body.get("seconds", LEASE_SECONDS)),
		)
	)
	if not 0 <= ask.amount_minor <= MAX_MINOR or not 0 < ask.seconds <= MAX_LEASE_SECONDS:
		raise Malformed(f"A lease is an amount of 0 or more, for at most {MAX_LEASE_SECONDS} seconds.")
	return ask


def available_minor(known: Known, till: str, now_ms: int, day: str) -> int:
	"""What this till may spend: the balance without what is kept for others, if it may be spent at all."""
	standing = known.standing
	if not standing.issued or standing.status(day) != "Open":
		return 0
	others = (lease for lease in known.leases if lease.till != till and lease.until_ms > now_ms)
	return max(standing.balance_minor - sum(lease.amount_minor for lease in others), 0)


def grant(ask: Ask, known: Known, till: str, now_ms: int, day: str, cap_minor: int = 0) -> Lease | None:
	"""The till's lease from now on, instead of the one that it has; None if nothing of the credit is kept.

	`cap_minor` is the most that the company keeps for one till; 0 is no bound.
	"""
	amount = min(ask.amount_minor, available_minor(known, till, now_ms, day))
	amount = min(amount, cap_minor) if cap_minor else amount
	return Lease(till, amount, now_ms + 1000 * ask.seconds) if amount else None


def credit_answer(number: str, known: Known | None, till: str, now_ms: int, day: str) -> dict[str, Any]:
	"""What a till is told. It has the same fields for a number that nobody issued."""
	found = known if known and known.standing.issued else Known(Standing(""), "", 0)
	own = [lease for lease in found.leases if lease.till == till and lease.until_ms > now_ms]
	return {
		"credit": number,
		"known": found is known,
		"credit_kind": found.standing.kind,
		"currency": found.currency,
		"currency_precision": found.currency_precision,
		"balance_minor": found.standing.balance_minor,
		"available_minor": available_minor(found, till, now_ms, day),
		"expires_on": found.standing.expires_on,
		"status": found.standing.status(day) if found is known else "",
		"leased_minor": sum(lease.amount_minor for lease in own),
		"leased_until_ms": max((lease.until_ms for lease in own), default=0),
	}


def too_many_unknown() -> Retryable:
	"""The refusal for a till that asked about too many numbers that nobody issued."""
	return Retryable(
		f"This till asked about more than {MAX_UNKNOWN} numbers that were never issued. Try again in an hour,"
		" or let a manager look the number up in the desk.",
		code="too_many_unknown",
	)
