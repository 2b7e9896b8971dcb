"""The figures of a shift, as values. Amounts are minor units; what went out, or came back, is below zero.

It never adds anything up; `shift_report` does.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pos_bridge.core.entry import Entry


@dataclass(frozen=True, slots=True)
class Told:
	"""An entry with its hash; `late`: it arrived after its shift had been closed."""

	entry: Entry
	hash: str
	late: bool = False


@dataclass(frozen=True, slots=True)
class ReportSettings:
	"""What the entries don't say: the Z's number, how often it was amended, and the items' groups."""

	number: int = 0
	amended: int = 0
	groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TenderFigures:
	"""Money of one tender. `counted_minor` is None where it was not counted."""

	tender: str
	kind: str
	float_minor: int = 0
	received_minor: int = 0
	change_minor: int = 0
	refunded_minor: int = 0
	in_minor: int = 0
	out_minor: int = 0
	counted_minor: int | None = None
	denominations: tuple[tuple[int, int], ...] = ()

	@property
	def expected_minor(self) -> int:
		came = self.float_minor + self.received_minor + self.in_minor
		return came + self.change_minor + self.refunded_minor + self.out_minor

	@property
	def difference_minor(self) -> int | None:
		return None if self.counted_minor is None else self.counted_minor - self.expected_minor


@dataclass(frozen=True, slots=True)
class Turnover:
	"""Sales or returns; the total is the sum of the other amounts."""

	count: int = 0
	net_minor: int = 0
	tax_minor: int = 0
	round_off_minor: int = 0
	adjustment_minor: int = 0
	total_minor: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
	"""How many of something there were, and what they came to."""

	count: int = 0
	amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class TaxFigures:
	"""A tax at one rate, a decimal text; "" where it is no percentage, or can't be told apart by rate."""

	label: str
	rate: str
	net_minor: int
	tax_minor: int

	@property
	def gross_minor(self) -> int:
		return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class GroupFigures:
	"""An item group: lines, their amounts as on the receipts, and net amounts. "" is no group."""

	group: str
	lines: int
	amount_minor: int
	net_minor: int


@dataclass(frozen=True, slots=True)
class CashierFigures:
	"""Who sold and took back how much."""

	cashier: str
	sales: int
	sales_minor: int
	returns: int
	returns_minor: int


@dataclass(frozen=True, slots=True)
class DiscountFigures:
	"""What came off, less what returns took back of it: `line` by hand, `rule`, or off the `ticket`."""

	on: str
	reason: str
	count: int
	amount_minor: int


@dataclass(frozen=True, slots=True)
class OwedFigures:
	"""Tenders that leave nothing to be counted: gift card, store credit, points, on account, exchange."""

	kind: str
	tender: str
	count: int
	received_minor: int
	refunded_minor: int
	points: int


@dataclass(frozen=True, slots=True)
class IssuedFigures:
	"""Gift cards or store credit that were sold."""

	kind: str
	count: int
	amount_minor: int


@dataclass(frozen=True, slots=True)
class MovementFigures:
	"""Money put into or taken out of the drawer beside sales."""

	kind: str
	purpose: str
	tender: str
	reason: str
	count: int
	amount_minor: int


@dataclass(frozen=True, slots=True)
class NumberFigures:
	"""Receipt numbers with one prefix: first, last, how many are missing, and the first of these."""

	prefix: str
	first: int
	last: int
	missing: int
	named: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainFigures:
	"""The shift's part of a chain, and the hash of its last entry."""

	chain: str
	epoch: int
	first: int
	last: int
	missing: int
	hash: str


@dataclass(frozen=True, slots=True)
class Happened:
	"""What happened beside sales: how often, and what came to something, how much."""

	tips: Counted = Counted()
	write_offs: Counted = Counted()
	with_receipt: Counted = Counted()
	without_receipt: Counted = Counted()
	voids: Counted = Counted()
	no_sales: int = 0
	reprints: int = 0
	approvals: int = 0
	training: int = 0
	clock: int = 0
	"""Entries that note something wrong with the till's clock."""
	late: int = 0
	unread: int = 0
	"""Entries that this report leaves out: it can't read them, or they are in another currency."""


@dataclass(frozen=True, slots=True)
class ShiftReport:
	"""An X (`closed_at` is empty) or a Z."""

	till: str
	shift: str
	business_date: str
	currency: str
	currency_precision: int
	opened_at: str
	opened_by: str
	closed_at: str
	closed_by: str
	note: str
	number: int
	amended: int
	tenders: tuple[TenderFigures, ...]
	owed: tuple[OwedFigures, ...]
	sales: Turnover
	returns: Turnover
	taxes: tuple[TaxFigures, ...]
	untaxed_minor: int
	groups: tuple[GroupFigures, ...]
	cashiers: tuple[CashierFigures, ...]
	discounts: tuple[DiscountFigures, ...]
	issued: tuple[IssuedFigures, ...]
	movements: tuple[MovementFigures, ...]
	happened: Happened
	numbers: tuple[NumberFigures, ...]
	chains: tuple[ChainFigures, ...]


def report_fields(report: ShiftReport) -> dict[str, Any]:
	"""The report as fields of JSON, as the page's engine has it; what is None is left out."""
	return asdict(report, dict_factory=lambda pairs: {name: each for name, each in pairs if each is not None})
