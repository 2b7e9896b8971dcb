"""What the pricing rules say of one row of an invoice, as ERPNext's `get_pricing_rule_for_item` does.

It never writes to the row, but for the names of rules between which ERPNext could not choose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pos_bridge.core.money import SCALE, round_ratio
from pos_bridge.core.pricing.cart import PricingContext, PricingLine
from pos_bridge.core.pricing.matching import Goods, Matched, enough, highest, matching
from pos_bridge.core.pricing.rules import Free, Rule

HUNDRED = 100 * SCALE
OFF = 10**11
"""Amounts off a unit are added up as minor units of 10^-11: a price times a percent is exact there."""
THOUSANDTH = SCALE // 1000
"""Percents and quantities are rounded to it: Frappe's float precision."""


@dataclass(slots=True)
class Row:
	"""A row of the invoice while it is gone over. `rules` is None where none was found or looked for."""

	line: PricingLine
	price: int
	rate: int
	group: str | None
	brand: str | None
	stock: int | None
	percent: int = 0
	off: int = 0
	taken: int = 0
	"""What was taken off a unit when the row was added up last."""
	amount: int = 0
	rules: tuple[str, ...] | None = None
	gift: bool = False
	conflict: tuple[str, ...] = ()

	def named(self, on: str) -> str | None:
		return {"item": self.line.item, "group": self.group, "brand": self.brand}[on]


@dataclass(slots=True)
class Answer:
	"""What the rules say; None is: nothing. `others` are the goods that it is said of instead."""

	rules: list[Rule] = field(default_factory=list)
	price: int | None = None
	percent: int | None = None
	off: int | None = None
	gifts: list[tuple[str, PricingLine]] = field(default_factory=list)
	others_on: str = ""
	others: frozenset[str] = frozenset()

	@property
	def names(self) -> tuple[str, ...]:
		return tuple(rule.rule for rule in self.rules)

	@property
	def of_price(self) -> bool:
		"""ERPNext's server does what the last rule is for, and that only."""
		return bool(self.rules) and self.rules[-1].gives != "product"

	@property
	def sets(self) -> str:
		"""What the last rule on the price gives."""
		return next((rule.gives for rule in reversed(self.rules) if rule.gives != "product"), "")

	def spares(self, item: str) -> bool:
		return bool(self.others) and item not in self.others


@dataclass(frozen=True, slots=True)
class Chosen:
	"""A rule that applies to a row, the unit that its rate is for (None: the stock unit), its other goods."""

	rule: Rule
	unit: str | None
	others: frozenset[str]


def stock_of(line: PricingLine) -> int:
	"""The quantity in stock units, an integer of 10^-18."""
	return line.quantity * line.factor


class Asker:
	"""Asks the rules about a row among the others; `rows` may grow and change between two questions."""

	def __init__(self, rules: Sequence[Rule], rows: Sequence[Row], context: PricingContext) -> None:
		self._rules = rules
		self._by_name: Mapping[str, Rule] = {rule.rule: rule for rule in rules}
		self._rows = rows
		self._context = context
		self._units: dict[str, str] = {}

	def begin(self) -> None:
		"""A new request to ERPNext: what it had noted on its cached rules is gone."""
		self._units = {}

	def ask(self, row: Row, again: bool) -> Answer | None:
		"""None: no rule, or a conflict. `again`: rules that the row has are kept, as on saving."""
		chosen = self._kept(row) if again and row.rules is not None else self._choose(row)
		if not chosen:
			return None
		answer = Answer()
		for each in chosen:
			if not each.rule.coupon_based or self._has_coupon(each.rule):
				self._add(answer, each, row)
		precision = self._context.currency_precision
		if answer.percent is not None:
			thousandths = round_ratio(answer.percent, SCALE * THOUSANDTH, self._context.rounding, 3)
			answer.percent = thousandths * THOUSANDTH
		if answer.off is not None:
			answer.off = round_ratio(answer.off, OFF, self._context.rounding, precision)
		return answer

	def _has_coupon(self, rule: Rule) -> bool:
		"""ERPNext knows only that coupon of a rule that was changed last."""
		return bool(rule.coupons) and self._context.coupon == rule.coupons[0].coupon

	def _add(self, answer: Answer, chosen: Chosen, row: Row) -> None:
		rule = chosen.rule
		answer.rules.append(rule)
		if rule.mixed or rule.other_on:
			answer.others_on = rule.other_on or rule.on
			answer.others = chosen.others or answer.others
		if rule.free:
			self._add_gift(answer, rule, rule.free, row)
		else:
			self._set_price(answer, chosen, row)

	def _kept(self, row: Row) -> list[Chosen]:
		return [self._kept_rule(self._by_name[name], row) for name in row.rules or ()]

	def _kept_rule(self, rule: Rule, row: Row) -> Chosen:
		for each in rule.rows:
			if each.own == row.named(rule.on):
				self._units[rule.rule] = each.unit
		others = frozenset({rule.other}) if rule.other_on else names_of(rule)
		return Chosen(rule, self._units.get(rule.rule), others)

	def _choose(self, row: Row) -> list[Chosen]:
		line = row.line
		goods = Goods(line.item, line.variant_of, line.group, line.brand, line.unit)
		found = matching(self._rules, goods, self._context.buyer)
		if not found or not all(each.rule.multiple for each in found):
			return self._best(row, found)
		single = [chosen for each in found for chosen in self._best(row, [each])]
		return sorted(single, key=lambda chosen: chosen.rule.priority or 1)

	def _best(self, row: Row, found: Sequence[Matched]) -> list[Chosen]:
		"""The one of these rules that applies; none where several are left (`filter_pricing_rules`)."""
		if not found:
			return []
		first = found[0].rule
		elsewhere = first.other_on and not first.mixed
		left = self._with_others(first, found) if elsewhere else self._enough(row, found)
		best = highest(left, self._context.currency, self._context.price_list)
		if len(best) > 1:
			row.conflict = tuple(each.rule.rule for each in best)
			return []
		others = names_of(first) if first.mixed else frozenset()
		if elsewhere and best and best[0] is left[0]:
			others = frozenset({first.other})
		return [Chosen(each.rule, each.row.unit, others) for each in best]

	def _enough(self, row: Row, found: Sequence[Matched]) -> list[Matched]:
		first = found[0].rule
		quantity, minor = stock_of(row.line), row.line.quantity * row.price * SCALE
		if first.mixed:
			quantity, minor = self._mixed(row, first.on, names_of(first))
		return [each for each in found if enough(each, quantity, minor, row.line.unit)]

	def _mixed(self, own: Row, on: str, names: frozenset[str]) -> tuple[int, int]:
		"""Quantity and amount of all rows together. Source: `get_qty_and_rate_for_mixed_conditions`."""
		quantity = minor = 0
		for row in self._rows:
			if (row.named(on) or own.named(on)) not in names:
				continue
			quantity += row.stock or stock_of(own.line)
			same = row.line.item == own.line.item
			by, rate = (own.line.quantity, own.price) if same else (row.line.quantity, row.price or own.rate)
			minor += by * rate * SCALE
		return quantity, minor

	def _with_others(self, rule: Rule, found: Sequence[Matched]) -> list[Matched]:
		"""ERPNext looks at the first row with such goods only. Source: `get_qty_and_rate_for_other_item`."""
		names = names_of(rule)
		row = next((row for row in self._rows if row.named(rule.on) in names), None)
		if row is None:
			return []
		quantity = stock_of(row.line)
		minor = quantity * (row.price or row.rate)
		return [each for each in found if enough(each, quantity, minor, row.line.unit)]

	def _set_price(self, answer: Answer, chosen: Chosen, row: Row) -> None:
		"""Source: `apply_price_discount_rule`."""
		rule, context = chosen.rule, self._context
		if rule.gives == "rate":
			if rule.rate_minor and rule.currency == context.currency:
				factor = SCALE if chosen.unit == row.line.unit else row.line.factor
				ratio = rule.rate_minor * factor
				answer.price = round_ratio(ratio, SCALE, context.rounding, context.currency_precision)
			answer.percent = 0
		elif rule.gives:
			self._take_off(answer, rule, row.price)

	def _take_off(self, answer: Answer, rule: Rule, price_minor: int) -> None:
		by_percent, off = rule.gives == "percent", answer.off or 0
		if rule.on_discounted and answer.percent and by_percent:
			answer.percent += (HUNDRED * SCALE - answer.percent) * rule.percent // HUNDRED
		elif rule.on_discounted and answer.percent:
			# ERPNext takes the amount for a percentage of 100 here.
			hundred = 10**self._context.currency_precision * 100
			answer.off = off + (hundred * OFF - off) * rule.amount_minor // hundred
		elif not by_percent:
			answer.off = off + rule.amount_minor * OFF
		elif not price_minor:
			answer.percent = (answer.percent or 0) + rule.percent * SCALE
		else:
			answer.off = off + price_minor * rule.percent
			if answer.off:
				answer.percent = answer.off * SCALE // price_minor

	def _add_gift(self, answer: Answer, rule: Rule, free: Free, row: Row) -> None:
		"""Source: `get_product_discount_rule`."""
		line = row.line
		bought = sum(
			each.line.quantity
			for each in self._rows
			if not each.gift and each.line.item == line.item and each.rules == row.rules
		)
		if quantity := self._free_quantity(free, bought):
			answer.gifts.append((rule.rule, gift_of(free, quantity, line)))

	def _free_quantity(self, free: Free, bought: int) -> int:
		once = free.quantity or SCALE
		bought -= free.recurse_over
		if not free.recursive or bought <= 0:
			return once
		if free.whole:
			return bought // free.recurse_for * once
		ratio = bought * once, free.recurse_for * THOUSANDTH
		return THOUSANDTH * round_ratio(*ratio, self._context.rounding, 3)


def gift_of(free: Free, quantity: int, line: PricingLine | None = None) -> PricingLine:
	"""What is given, as a line; `line` is the one that it is given for, if it gives its own item."""
	if free.item or line is None:
		return PricingLine(
			free.item, quantity, free.unit, free.rate_minor, free.group, free.brand, factor=free.factor
		)
	unit = free.unit or line.stock_unit or line.unit
	factor = line.factor if unit == line.unit else SCALE
	return replace(line, quantity=quantity, unit=unit, price_minor=free.rate_minor, factor=factor)


def names_of(rule: Rule) -> frozenset[str]:
	"""All that a rule applies on. Source: `get_pricing_rule_items`."""
	return frozenset[str]().union(*(row.names for row in rule.rows))
