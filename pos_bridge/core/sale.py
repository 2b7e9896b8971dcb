"""A sale: what the lines come to, what was tendered, and the check that both add up. `returns` stands on it.

It never rounds by itself and never knows an account; `money` and `tax` round, `journal` books.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pos_bridge.core.errors import Rejected
from pos_bridge.core.goods.tracked import check_serials, tracked_fault
from pos_bridge.core.money import MAX_MINOR, SCALE, Rounding, round_ratio
from pos_bridge.core.tax import (
	HUNDRED_PERCENT,
	Charge,
	Charged,
	Ratio,
	Tax,
	TaxAmount,
	Taxed,
	Terms,
	charge,
	check_taxes,
	net_of,
	round_off,
)
from pos_bridge.core.tenders import MAX_TENDERS as MAX_TENDERS
from pos_bridge.core.tenders import NOBODY, Payer, Settled, check_change, check_kinds, settle
from pos_bridge.core.tenders import TENDER_KINDS as TENDER_KINDS
from pos_bridge.core.tenders import Foreign as Foreign
from pos_bridge.core.tenders import Tender as Tender
from pos_bridge.core.ticket import (
	TicketDiscount,
	TotalRounding,
	discount_minor,
	fixed_part,
	nets_after,
	rounding_adjustment,
	total_to_spread_over,
)

MAX_LINES = 500
MAX_QUANTITY = 10**9 * SCALE
MAX_PRICE_MINOR = 10**12
MAX_CONVERSION = 10**6 * SCALE
MAX_RATE_DECIMALS = 6
MAX_RATE_FOR_QUANTITY = 10**9 * SCALE

Direction = Literal["sale", "return", "exchange"]
"""Where the goods go: in a sale every quantity is above zero, in a return below, in an exchange either."""


@dataclass(frozen=True, slots=True)
class DraftLine:
	"""A line before it is computed. Quantity, percents and rates are integers of 10^-9.

	A margin is added to the price before the discount is taken off. `against_line` is a return's: the
	number, from 1, of the sale's line that it takes back; 0 is none.
	"""

	item: str
	name: str
	quantity: int
	unit: str
	price_minor: int
	rates: Mapping[str, int]
	discount_percent: int = 0
	unit_discount_minor: int = 0
	discount_reason: str = ""
	gtin: str = ""
	against_line: int = 0
	margin_percent: int = 0
	unit_margin_minor: int = 0
	conversion: int = SCALE
	"""Stock units in one of `unit`."""
	batch: str = ""
	serials: tuple[str, ...] = ()
	"""Of each stock unit, or none said."""

	@property
	def stock_quantity(self) -> int:
		return round_ratio(self.quantity * self.conversion, SCALE, Rounding.COMMERCIAL)


@dataclass(frozen=True, slots=True)
class SaleDraft:
	"""The cart: lines with the taxes, currency and rounding that they are computed under.

	With more `rate_decimals` than the currency has, prices and rates, and discounts and margins of a unit,
	are finer: with 3, a `price_minor` of 1799 is 1.799. Amounts stay in minor units.
	"""

	currency: str
	currency_precision: int
	rounding: Rounding
	taxes: tuple[Tax, ...]
	lines: tuple[DraftLine, ...]
	discount: TicketDiscount | None = None
	total_rounding: TotalRounding | None = None
	row_wise_tax: bool = False
	rate_decimals: int = 0

	@property
	def terms(self) -> Terms:
		return Terms(self.rounding, self.currency_precision, self.row_wise_tax)

	@property
	def finer(self) -> int:
		"""How many units of a rate a minor unit has."""
		return int(10 ** max(self.rate_decimals - self.currency_precision, 0))


@dataclass(frozen=True, slots=True)
class LineAmounts:
	"""A line, computed: the unit price after discount, the line's amount, and its amount without taxes.

	A ticket discount lowers the net only.
	"""

	rate_minor: int
	amount_minor: int
	net_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
	"""A cart, computed. `total_minor` = net + tax + round off + rounding adjustment: what the customer pays.

	`discount_minor` is what came off the ticket; net and tax are without it.
	"""

	lines: tuple[LineAmounts, ...]
	taxes: tuple[TaxAmount, ...]
	net_minor: int
	tax_minor: int
	round_off_minor: int
	total_minor: int
	discount_minor: int = 0
	rounding_adjustment_minor: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
	"""A completed sale, as recorded: the cart, what it came to, what was received and given back.

	A tip was received beyond the total; what is written off was not received, and nobody owes it.
	`change_from` names the tender that change was given out of, where that is not the first cash.
	"""

	draft: SaleDraft
	totals: Totals
	tenders: tuple[Tender, ...]
	change_minor: int
	tip_minor: int = 0
	write_off_minor: int = 0
	change_from: str = ""
	payer: Payer = NOBODY

	@property
	def settled(self) -> Settled:
		return settle(self.tenders, self.change_minor, self.tip_minor, self.write_off_minor)

	@property
	def owed_minor(self) -> int:
		"""What the customer still owes for the goods, tip aside; below zero where a return lowers it."""
		shares = self.settled.pays
		return sum(share.amount_minor for share in shares if share.tender.kind == "on_account")


def compute(draft: SaleDraft, direction: Direction = "sale") -> Totals:
	"""What the cart comes to, zero or less in a return; `Rejected` names the line that can't be computed."""
	_check_draft(draft, direction)
	priced = [_priced(line, draft) for line in draft.lines]
	nets = [
		net_of(Taxed(amount, line.quantity, line.rates), draft.taxes, draft.terms)
		for line, (_, amount) in zip(draft.lines, priced, strict=True)
	]
	charged = _charge(draft, nets)
	off_minor, spread_over = 0, 0
	if draft.discount:
		off_minor, spread_over, over = _discount(draft, draft.discount, priced, nets, charged)
		if not over.numerator:
			# Nothing to spread it over: ERPNext leaves it out.
			off_minor = 0
		if off_minor:
			nets = nets_after(nets, off_minor, over, draft.terms)
			charged = _charge(draft, nets)
	round_off_minor = _round_off(draft, priced, nets, charged, off_minor, spread_over)
	grand_minor = sum(nets) + charged.tax_minor + round_off_minor
	how = draft.total_rounding
	adjustment_minor = rounding_adjustment(grand_minor, how, draft.rounding) if how else 0
	amounts = (LineAmounts(*pair, net) for pair, net in zip(priced, nets, strict=True))
	totals = Totals(
		lines=tuple(amounts),
		taxes=_used(draft, charged),
		net_minor=sum(nets),
		tax_minor=charged.tax_minor,
		round_off_minor=round_off_minor,
		total_minor=grand_minor + adjustment_minor,
		discount_minor=off_minor,
		rounding_adjustment_minor=adjustment_minor,
	)
	if abs(totals.total_minor) > MAX_MINOR:
		raise Rejected("The total is larger than a till can hold. Split the sale.")
	return totals


def _priced(line: DraftLine, draft: SaleDraft) -> tuple[int, int]:
	"""The line's unit price after margin and discount, and its amount."""
	decimals, rounding = max(draft.rate_decimals, draft.currency_precision), draft.rounding
	price = (line.price_minor + line.unit_margin_minor) * HUNDRED_PERCENT
	price += line.price_minor * line.margin_percent
	kept = HUNDRED_PERCENT - line.discount_percent
	rate = round_ratio(price * kept, HUNDRED_PERCENT * HUNDRED_PERCENT, rounding, decimals)
	rate -= line.unit_discount_minor
	return rate, draft.terms.round(rate * line.quantity, SCALE * draft.finer)


def _charge(draft: SaleDraft, nets: Sequence[int]) -> Charged:
	pairs = zip(nets, draft.lines, strict=True)
	return charge([Taxed(net, line.quantity, line.rates) for net, line in pairs], draft.taxes, draft.terms)


def _discount(
	draft: SaleDraft,
	discount: TicketDiscount,
	priced: Sequence[tuple[int, int]],
	nets: Sequence[int],
	charged: Charged,
) -> tuple[int, int, Ratio]:
	"""What comes off the ticket, the grand total that it comes off, and what it is spread over."""
	net_minor, terms = sum(nets), draft.terms
	grand_minor = net_minor + charged.tax_minor + _round_off(draft, priced, nets, charged, 0, 0)
	off_minor = discount_minor(discount, net_minor, grand_minor, terms)
	_check_discount(off_minor, net_minor if discount.on == "net_total" else grand_minor)
	if discount.on == "net_total" or not draft.taxes:
		return off_minor, 0, Ratio(net_minor, 1)
	spread_over = total_to_spread_over(net_minor, charged, terms)
	fixed = fixed_part(charged)
	return off_minor, spread_over, Ratio(spread_over, 1).minus(fixed)


def _round_off(
	draft: SaleDraft,
	priced: Sequence[tuple[int, int]],
	nets: Sequence[int],
	charged: Charged,
	off_minor: int,
	spread_over: int,
) -> int:
	if any(tax.inclusive for tax in draft.taxes):
		amounts_minor = sum(amount for _, amount in priced)
		return round_off(amounts_minor, off_minor, sum(nets), charged.amounts)
	if spread_over and off_minor:
		# ERPNext makes up for what rounding took from a discount on the grand total.
		return spread_over - off_minor - sum(nets) - charged.tax_minor
	return 0


def _used(draft: SaleDraft, charged: Charged) -> tuple[TaxAmount, ...]:
	"""The rows that a line uses; all of them where rows build on each other or are charged once a ticket."""
	if any(tax.charge is not Charge.NET_TOTAL for tax in draft.taxes):
		return charged.amounts
	return tuple(each for each in charged.amounts if any(each.tax.tax in line.rates for line in draft.lines))


def _check_draft(draft: SaleDraft, direction: Direction) -> None:
	if not 1 <= len(draft.lines) <= MAX_LINES:
		raise Rejected(f"A {direction} has 1 to {MAX_LINES} lines, not {len(draft.lines)}.")
	if not 0 <= draft.currency_precision <= 4:
		raise Rejected(f"The currency {draft.currency} can't have {draft.currency_precision} decimals.")
	if not 0 <= draft.rate_decimals <= MAX_RATE_DECIMALS:
		raise Rejected(f"A price has at most {MAX_RATE_DECIMALS} decimals, not {draft.rate_decimals}.")
	if draft.total_rounding and not 0 < draft.total_rounding.to_minor <= MAX_PRICE_MINOR:
		raise Rejected("The coin that totals are rounded to is not above zero.")
	check_taxes(draft.taxes)
	known = {tax.tax: tax for tax in draft.taxes}
	for number, line in enumerate(draft.lines, start=1):
		if fault := _direction_fault(line, direction) or _fault_of(line, known):
			raise Rejected(f"Line {number} ({line.name}): {fault}")
	check_serials((line.item, line.serials) for line in draft.lines)


def _direction_fault(line: DraftLine, direction: Direction) -> str:
	if direction == "return":
		returned = -MAX_QUANTITY <= line.quantity < 0
		return "" if returned else "the quantity is not between -1,000,000,000 and 0."
	if direction == "exchange":
		return "" if 0 < abs(line.quantity) <= MAX_QUANTITY else "the quantity is 0 or over 1,000,000,000."
	if not 0 < line.quantity <= MAX_QUANTITY:
		return "the quantity is not between 0 and 1,000,000,000."
	return "a sale takes no line back; a return does." if line.against_line else ""


def _fault_of(line: DraftLine, known_taxes: Mapping[str, Tax]) -> str:
	if not 0 < line.conversion <= MAX_CONVERSION:
		return "the unit's conversion is not above zero, or too large."
	if not 0 <= line.price_minor <= MAX_PRICE_MINOR:
		return "the price is negative or too large."
	if line.discount_percent and line.unit_discount_minor:
		return "it has a discount in percent and one as an amount; only one is possible."
	if (
		not 0 <= line.discount_percent <= HUNDRED_PERCENT
		or not 0 <= line.unit_discount_minor <= line.price_minor
	):
		return "the discount is negative or more than the price."
	if line.margin_percent and line.unit_margin_minor:
		return "it has a margin in percent and one as an amount; only one is possible."
	if (
		not 0 <= line.margin_percent <= 10 * HUNDRED_PERCENT
		or not 0 <= line.unit_margin_minor <= MAX_PRICE_MINOR
	):
		return "the margin is negative or too large."
	return tracked_fault(line.batch, line.serials, line.stock_quantity) or _tax_fault(line, known_taxes)


def _tax_fault(line: DraftLine, known_taxes: Mapping[str, Tax]) -> str:
	for tax, rate in line.rates.items():
		if tax not in known_taxes:
			return f"the tax {tax} is not set up for this till."
		if known_taxes[tax].charge is Charge.ITEM_QUANTITY:
			if abs(rate) > MAX_RATE_FOR_QUANTITY:
				return f"the amount of the tax {tax} for a unit is over 1,000,000,000."
		elif not -HUNDRED_PERCENT <= rate <= 10 * HUNDRED_PERCENT:
			return f"the rate of the tax {tax} is not between -100 and 1000 %."
	return ""


def _check_discount(off_minor: int, whole_minor: int) -> None:
	if not min(whole_minor, 0) <= off_minor <= max(whole_minor, 0):
		raise Rejected(f"The ticket's discount of {off_minor} is not between 0 and {whole_minor}.")


def check_sale(sale: Sale) -> None:
	"""`Rejected` unless the recorded figures are what the lines come to and the tenders pay them exactly."""
	if compute(sale.draft) != sale.totals:
		raise Rejected("The sale's figures are not what its lines come to; it was not computed by this rule.")
	_check_tenders(sale)
	received = sum(tender.amount_minor for tender in sale.tenders)
	total = sale.totals.total_minor
	if sale.tip_minor < 0 or not 0 <= sale.write_off_minor <= max(total, 0):
		raise Rejected("A tip is not below zero, and what is written off is not more than the total.")
	if received - sale.change_minor - sale.tip_minor != total - sale.write_off_minor:
		less = f" and tip {sale.tip_minor}" if sale.tip_minor else ""
		off = f" less {sale.write_off_minor} written off" if sale.write_off_minor else ""
		raise Rejected(
			f"Received {received} less change {sale.change_minor}{less} is not the total {total}{off}."
		)
	check_change(sale.tenders, sale.change_minor, sale.change_from)


def _check_tenders(sale: Sale) -> None:
	fewest = 1 if sale.totals.total_minor - sale.write_off_minor else 0
	if not fewest <= len(sale.tenders) <= MAX_TENDERS:
		raise Rejected(f"A sale is paid with {fewest} to {MAX_TENDERS} tenders, not {len(sale.tenders)}.")
	if any(not 0 < tender.amount_minor <= MAX_MINOR for tender in sale.tenders):
		raise Rejected("A tender's amount is not above zero.")
	check_tender_kinds(sale)


def check_tender_kinds(sale: Sale) -> None:
	"""`Rejected` unless each tender, of a sale or a return, says what its kind needs (core/tenders)."""
	check_kinds(sale.tenders, sale.payer, sale.draft.currency, sale.draft.currency_precision)


def make_sale(
	draft: SaleDraft,
	tenders: Sequence[Tender],
	tip_minor: int = 0,
	write_off_minor: int = 0,
	payer: Payer = NOBODY,
) -> Sale:
	"""The sale that these tenders complete: change is what they exceed total and tip by. Checked."""
	totals = compute(draft)
	received = sum(tender.amount_minor for tender in tenders)
	change_minor = received - tip_minor - totals.total_minor + write_off_minor
	sale = Sale(draft, totals, tuple(tenders), change_minor, tip_minor, write_off_minor, payer=payer)
	check_sale(sale)
	return sale
