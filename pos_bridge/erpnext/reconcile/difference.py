"""What reconciling finds: differences in plain words, and the totals of tills and books.

It never decides whether two figures differ; the comparisons beside this file do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from pos_bridge.core.money import SCALE, format_decimal, format_minor


class Kind(str, Enum):
	"""What is different, in the words that the report shows."""

	MISSING_ENTRIES = "missing entries"
	MISSING_RECEIPT = "missing receipt number"
	DOUBLE_RECEIPT = "receipt number used twice"
	DAMAGED = "damaged entry"
	QUARANTINED = "quarantined"
	WAITING = "waiting"
	HELD = "held"
	MISSING_DOCUMENT = "missing document"
	EXTRA_DOCUMENT = "document without entry"
	CANCELLED = "cancelled in the desk"
	AMENDED = "amended in the desk"
	RETURNED = "returned in the desk"
	FIGURE = "figure differs"
	DATE = "posted on another day"
	ACCOUNT_CHANGED = "account changed since"
	LEDGER = "ledger differs"
	SHORTAGE = "shortage"
	EXCHANGE = "exchange not even"
	COST = "cost of goods differs"
	STOCK = "stock moves differ"
	BALANCE = "stock balance differs"
	REPOST = "repost not done"
	CREDIT = "credit differs"
	DRAWER = "drawer differs"


@dataclass(frozen=True, slots=True)
class Difference:
	"""One difference. `expected` is what the tills say, `found` what the books say, both as text for people.

	`explained`: its cause is known and harmless; else somebody has to look at it, and `remedy` says
	what to do. `document` is a `document_type`; both are empty where there is none.
	"""

	kind: Kind
	cause: str
	explained: bool
	till: str = ""
	entry: str = ""
	receipt_number: str = ""
	document_type: str = ""
	document: str = ""
	expected: str = ""
	found: str = ""
	account_or_item: str = ""
	remedy: str = ""

	@property
	def to_do(self) -> bool:
		"""Somebody has to do something, or to find out what happened."""
		return not self.explained or bool(self.remedy)


@dataclass(frozen=True, slots=True)
class Total:
	"""What sales and returns come to in one currency, in minor units: all that tills recorded, all booked."""

	currency: str
	decimals: int
	tills_minor: int
	books_minor: int

	@property
	def difference_minor(self) -> int:
		return self.tills_minor - self.books_minor


@dataclass(frozen=True, slots=True)
class Reconciliation:
	"""What came of it: entries by state, totals by currency, and every difference."""

	states: Mapping[str, int]
	totals: tuple[Total, ...]
	differences: tuple[Difference, ...]

	@property
	def entries(self) -> int:
		return sum(self.states.values())

	@property
	def unexplained(self) -> tuple[Difference, ...]:
		return tuple(each for each in self.differences if not each.explained)

	@property
	def to_do(self) -> tuple[Difference, ...]:
		return tuple(each for each in self.differences if each.to_do)


def amount(minor: int, decimals: int) -> str:
	"""An amount of minor units for people."""
	return format_minor(minor, decimals)


def quantity(billionths: int) -> str:
	"""A quantity of 10^-9 for people."""
	return format_decimal(billionths)


def billionths(value: float | None) -> int:
	"""ERPNext's quantity as an integer of 10^-9."""
	return round(float(value or 0) * SCALE)
