"""How a credit stands, and what a move makes of it: what comes from the balance, and what was spent already.

It never refuses: what was bought with a credit has left the shop. Whatever order the moves of a credit
arrive in, it stands the same after all of them.
"""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, replace

from pos_bridge.core.kinds.credit import CreditMove

UNKNOWN, BLOCKED, EXPIRED, OVERSPENT = (
	"credit_unknown",
	"credit_blocked",
	"credit_expired",
	"credit_overspent",
)
"""Why a part of it was not covered; flags of the entry (docs/offline.md)."""


@dataclass(frozen=True, slots=True)
class Standing:
	"""What is owed on a number, what was spent beyond that, and until when it may be spent ("": for ever).

	`issued`: it was issued or refunded onto, ever. `lapsed`: what was left was taken off when it expired.
	"""

	kind: str
	balance_minor: int = 0
	overspent_minor: int = 0
	expires_on: str = ""
	blocked: bool = False
	issued: bool = False
	lapsed: bool = False

	def over_on(self, day: str) -> bool:
		"""It may not be spent any more on that day."""
		return bool(self.expires_on) and day > self.expires_on

	def status(self, day: str) -> str:
		"""`Open`, `Spent`, `Expired` or `Blocked`."""
		if self.blocked:
			return "Blocked"
		if self.over_on(day):
			return "Expired"
		return "Open" if self.balance_minor else "Spent"


@dataclass(frozen=True, slots=True)
class Settled:
	"""What a move came to. `amount_minor` is what the balance grew by, below zero what was taken from it.

	`short_minor` is what it did not cover; below zero, what the move paid of that, which never reached the
	balance. `kind` is the credit's own: its account is meant. `trouble` is "" where all was covered.
	"""

	part: str
	kind: str
	amount_minor: int
	short_minor: int = 0
	trouble: str = ""


def as_said(move: CreditMove) -> Settled:
	"""The move if nothing is wrong with it: what an entry predicts by itself."""
	amount = -move.amount_minor if move.what == "redeem" else move.amount_minor
	return Settled(move.part, move.kind, amount)


def settle(move: CreditMove, standing: Standing, day: str) -> tuple[Settled, Standing]:
	"""What the move comes to on its business date, and how the credit stands after it."""
	return _spend(move, standing, day) if move.what == "redeem" else _add(move, standing, day)


def settle_all(
	moves: Iterable[CreditMove], standings: MutableMapping[str, Standing], day: str
) -> list[Settled]:
	"""An entry's moves in their order; `standings` by number are brought up to date."""
	settled = []
	for move in moves:
		before = standings.get(move.credit, Standing(move.kind))
		each, standings[move.credit] = settle(move, before, day)
		settled.append(each)
	return settled


def _spend(move: CreditMove, standing: Standing, day: str) -> tuple[Settled, Standing]:
	usable = not standing.blocked and not standing.over_on(day)
	taken = min(move.amount_minor, standing.balance_minor) if usable else 0
	short = move.amount_minor - taken
	after = replace(
		standing,
		balance_minor=standing.balance_minor - taken,
		overspent_minor=standing.overspent_minor + short,
	)
	trouble = _trouble(standing, day) if short else ""
	return Settled(move.part, standing.kind, -taken, short, trouble), after


def _trouble(standing: Standing, day: str) -> str:
	if not standing.issued:
		return UNKNOWN
	if standing.blocked:
		return BLOCKED
	return EXPIRED if standing.over_on(day) or standing.lapsed else OVERSPENT


def _add(move: CreditMove, standing: Standing, day: str) -> tuple[Settled, Standing]:
	kind = standing.kind if standing.issued else move.kind
	paid = min(move.amount_minor, standing.overspent_minor)
	after = replace(
		standing,
		kind=kind,
		balance_minor=standing.balance_minor + move.amount_minor - paid,
		overspent_minor=standing.overspent_minor - paid,
		expires_on=_expiry(move, standing, day),
		issued=True,
		lapsed=False,
	)
	return Settled(move.part, kind, move.amount_minor - paid, -paid), after


def _expiry(move: CreditMove, standing: Standing, day: str) -> str:
	"""The latest day that anybody was told; what goes onto a credit never shortens its life."""
	if move.what == "refund":
		return "" if standing.over_on(day) else standing.expires_on
	if not standing.issued:
		return move.expires_on
	return max(move.expires_on, standing.expires_on) if move.expires_on and standing.expires_on else ""


def corrections(moves: Iterable[CreditMove], settled: Iterable[Settled]) -> list[tuple[str, int]]:
	"""Purpose and amount (a debit above zero) that books which took the moves `as_said` have to add.

	They add up to zero, and there are none where all was covered by credits of the kind that was named.
	"""
	by_part = {each.part: each for each in settled}
	sums: dict[str, int] = {}
	for move in moves:
		said, came = as_said(move), by_part[move.part]
		for purpose, amount in (
			(said.kind, said.amount_minor),
			(came.kind, -came.amount_minor),
			("shortage", came.short_minor),
		):
			sums[purpose] = sums.get(purpose, 0) + amount
	return [(purpose, amount) for purpose, amount in sums.items() if amount]
