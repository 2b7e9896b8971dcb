"""What a sale is paid with and a return gives back: the kinds of tenders, their checks, and the tip's part.

It never looks at lines, and never knows an account or what a customer has left to spend.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import MAX_MINOR, SCALE, Rounding, round_ratio

MAX_TENDERS = 20
MAX_POINTS = 10**9

TENDER_KINDS = frozenset(
	("cash", "card", "bank", "gift_card", "store_credit", "points", "on_account", "exchange")
)
"""`on_account` is money that is still owed, `exchange` what the other half of an exchange pays."""
CREDIT_KINDS = frozenset({"gift_card", "store_credit"})
MONEY_KINDS = frozenset({"cash", "card", "bank"})
"""Kinds whose name leads to an account; the others' accounts come from their purpose."""


@dataclass(frozen=True, slots=True)
class Foreign:
	"""Cash of another currency: what was handed over, and how much of the shop's currency one unit of it is.

	`rate` is an integer of 10^-9.
	"""

	currency: str
	currency_precision: int
	amount_minor: int
	rate: int

	def worth_minor(self, precision: int) -> int:
		"""What it is worth in a currency with `precision` decimals, rounded commercially."""
		numerator = self.amount_minor * self.rate * int(10**precision)
		return round_ratio(numerator, SCALE * int(10**self.currency_precision), Rounding.COMMERCIAL)


@dataclass(frozen=True, slots=True)
class Tender:
	"""Money received: the Mode of Payment's name, its kind (one of `TENDER_KINDS`), the amount.

	Below zero in a return: money given back. `credit` is the number of the gift card or store credit that it
	comes from or goes to, `points` how many loyalty points it is worth, below zero where they are given back.
	"""

	tender: str
	kind: str
	amount_minor: int
	credit: str = ""
	points: int = 0
	foreign: Foreign | None = None


@dataclass(frozen=True, slots=True)
class Buyer:
	"""Who pays, and with what other entry: ids, empty where there is none."""

	customer: str = ""
	exchange: str = ""


NOBODY = Buyer()


@dataclass(frozen=True, slots=True)
class Share:
	"""A part of a tender, in minor units."""

	tender: Tender
	amount_minor: int


@dataclass(frozen=True, slots=True)
class Settled:
	"""Where tenders go: what pays the goods, what is the tip, and the change that is still to be given."""

	pays: tuple[Share, ...]
	tips: tuple[Share, ...]
	change_minor: int


def check_kinds(tenders: Sequence[Tender], buyer: Buyer, currency: str, precision: int) -> None:
	"""`Rejected` unless each tender says what its kind needs, and nothing that it can't have."""
	for number, tender in enumerate(tenders, start=1):
		for fault in _FAULTS:
			if words := fault(tender, buyer):
				raise Rejected(f"Tender {number} ({tender.tender}): {words}")
		if tender.foreign and (words := _foreign_fault(tender, tender.foreign, currency, precision)):
			raise Rejected(f"Tender {number} ({tender.tender}): {words}")
	if sum(tender.kind == "exchange" for tender in tenders) > 1:
		raise Rejected("An exchange pays with one tender of the kind exchange, not with several.")


def _kind_fault(tender: Tender, buyer: Buyer) -> str:
	return "" if tender.kind in TENDER_KINDS else f"its kind {tender.kind!r} is not known."


def _credit_fault(tender: Tender, buyer: Buyer) -> str:
	if tender.kind in CREDIT_KINDS:
		return "" if tender.credit else f"a {tender.kind} needs its number."
	return "only gift cards and store credit have a number." if tender.credit else ""


def _points_fault(tender: Tender, buyer: Buyer) -> str:
	if tender.kind != "points":
		return "only loyalty points have points." if tender.points else ""
	sign = 1 if tender.amount_minor > 0 else -1
	counted = 0 < tender.points * sign <= MAX_POINTS
	return "" if counted else "it does not say how many points, with the amount's sign."


def _buyer_fault(tender: Tender, buyer: Buyer) -> str:
	if tender.kind in ("points", "on_account") and not buyer.customer:
		return f"{tender.kind} needs a customer."
	if tender.kind == "exchange" and not buyer.exchange:
		return "it does not say which entry is the other half of the exchange."
	return "only cash has a foreign amount." if tender.foreign and tender.kind != "cash" else ""


_FAULTS: tuple[Callable[[Tender, Buyer], str], ...] = (
	_kind_fault,
	_credit_fault,
	_points_fault,
	_buyer_fault,
)


def _foreign_fault(tender: Tender, foreign: Foreign, currency: str, precision: int) -> str:
	if foreign.currency in ("", currency):
		return f"cash in {foreign.currency or 'no currency'} is not foreign here."
	if not 0 <= foreign.currency_precision <= 4:
		return f"{foreign.currency} can't have {foreign.currency_precision} decimals."
	if not 0 < foreign.rate <= 10**9 * SCALE or abs(foreign.amount_minor) > MAX_MINOR:
		return "its rate or amount is not above zero, or too large."
	worth_minor = foreign.worth_minor(precision)
	if worth_minor != tender.amount_minor:
		return f"at its rate it is worth {worth_minor}, not {tender.amount_minor}."
	return ""


def check_change(tenders: Sequence[Tender], change_minor: int, change_from: str) -> None:
	"""`Rejected` unless change is given out of cash, never more than was received in cash."""
	cash_minor = sum(tender.amount_minor for tender in tenders if tender.kind == "cash")
	if not 0 <= change_minor <= cash_minor:
		raise Rejected("Change is given out of cash, and never more than was received in cash.")
	if change_from and not change_minor:
		raise Rejected(f"It says that change was given out of {change_from}, but there is none.")


def change_tender(tenders: Sequence[Tender], change_from: str = "") -> str:
	"""The tender that change is given out of: the one that is named, else the first cash; "" without cash."""
	return change_from or next((tender.tender for tender in tenders if tender.kind == "cash"), "")


def settle(tenders: Sequence[Tender], change_minor: int, tip_minor: int, write_off_minor: int) -> Settled:
	"""What pays the goods and what is the tip (docs/protocol.md, "What is paid with").

	A tip is taken out of the last tender that is not cash, the rest out of those before it, cash last. Where
	a part of the total is written off no change is left: the cash that pays is what stayed in the drawer.
	"""
	order = [index for index, tender in enumerate(tenders) if tender.kind == "cash"]
	order += [index for index, tender in enumerate(tenders) if tender.kind != "cash"]
	left = [tender.amount_minor for tender in tenders]
	tips = [0] * len(left)
	for index in reversed(order):
		tips[index] = min(max(left[index], 0), tip_minor - sum(tips))
		left[index] -= tips[index]
	if write_off_minor:
		for index in order:
			if tenders[index].kind == "cash":
				given = min(left[index], change_minor)
				left[index] -= given
				change_minor -= given
	return Settled(_shares(tenders, left), _shares(tenders, tips), change_minor)


def _shares(tenders: Sequence[Tender], amounts: Sequence[int]) -> tuple[Share, ...]:
	pairs = zip(tenders, amounts, strict=True)
	return tuple(Share(tender, amount) for tender, amount in pairs if amount)


def exchanged_minor(tenders: Sequence[Tender]) -> int:
	"""What the other half of an exchange pays; below zero in a return."""
	return sum(tender.amount_minor for tender in tenders if tender.kind == "exchange")
