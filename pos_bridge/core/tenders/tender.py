"""A tender, and who pays with it. It never says whether it may be taken."""

from dataclasses import dataclass

from pos_bridge.core.money import SCALE, Rounding, round_ratio

MAX_TENDERS = 20

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
	card: tuple[tuple[str, str], ...] = ()
	"""What a card terminal that the agent asked said, by name; of the card never more than its last four
	digits.
	"""


@dataclass(frozen=True, slots=True)
class Payer:
	"""Who pays, and with what other entry: ids, empty where there is none."""

	customer: str = ""
	exchange: str = ""


NOBODY = Payer()
