"""An invoice gone over by pricing rules as ERPNext does: its form takes over, then it is saved and submitted.

It never raises over a conflict between rules: no rule applies to that line, and the answer names them.
"""

from collections.abc import Sequence
from dataclasses import replace

from pos_bridge.core.money import SCALE, round_ratio
from pos_bridge.core.pricing.answer import HUNDRED, OFF, Answer, Asker, Row, gift_of, stock_of
from pos_bridge.core.pricing.cart import (
	Conflict,
	FreeItem,
	LinePrice,
	Pricing,
	PricingContext,
	PricingLine,
	TicketDiscount,
	check_lines,
)
from pos_bridge.core.pricing.matching import Matched, enough, is_for
from pos_bridge.core.pricing.rules import Rule, RuleRow

_WHOLE_TICKET = RuleRow("", frozenset(), "", SCALE)


def price(rules: Sequence[Rule], lines: Sequence[PricingLine], context: PricingContext) -> Pricing:
	"""The lines as the rules price them; `Rejected` only if a line is none (no quantity, no such price)."""
	check_lines(lines)
	state, coupon = coupon_of(rules, context)
	invoice = _Invoice(rules, lines, replace(context, coupon=coupon))
	invoice.take_over()
	for _ in ("saved", "submitted"):
		invoice.go_over(again=True)
		invoice.add_up()
		invoice.ticket_rules()
		invoice.set_stock()
	return invoice.result(state)


def coupon_of(rules: Sequence[Rule], context: PricingContext) -> tuple[str, str]:
	"""What there is to say of the coupon, and its name if it counts."""
	if not context.coupon:
		return "", ""
	for coupon in (coupon for rule in rules for coupon in rule.coupons):
		if context.coupon not in (coupon.coupon, coupon.code):
			continue
		if coupon.valid_from > context.buyer.date:
			return "not_started", ""
		if coupon.valid_upto and coupon.valid_upto < context.buyer.date:
			return "expired", ""
		return "taken", coupon.coupon
	return "unknown", ""


class _Invoice:
	"""The rows, and the ticket's discount: in percent, or an amount."""

	def __init__(self, rules: Sequence[Rule], lines: Sequence[PricingLine], context: PricingContext) -> None:
		self._rules = rules
		self._by_name = {rule.rule: rule for rule in rules}
		self._context = context
		self._rows = [_row(line) for line in lines]
		self._own = tuple(self._rows)
		self._asker = Asker(rules, self._rows, context)
		self._on = context.discount_on
		self._percent = self._amount_minor = 0
		self._left_percent = 0
		self._ticket_rules: tuple[str, ...] = ()

	def take_over(self) -> None:
		"""As the form does: all rows are asked for before any is written to."""
		answers = [(row, self._asker.ask(row, again=False)) for row in self._rows]
		for row, answer in answers:
			if answer is not None:
				self._take_over_row(row, answer)
		said: set[str] = set()
		for _, answer in answers:
			if answer is not None and answer.others:
				said.add(answer.sets)
				self._take_over_others(answer, said)

	def _take_over_row(self, row: Row, answer: Answer) -> None:
		row.rules = answer.names
		if not answer.spares(row.line.item):
			if answer.price is not None:
				row.price = row.rate = answer.price
			row.percent, row.off = answer.percent or 0, 0 if answer.percent else answer.off or 0
		self._give(answer.gifts)

	def _take_over_others(self, answer: Answer, said: set[str]) -> None:
		for row in self._own:
			if row.named(answer.others_on) not in answer.others:
				continue
			row.rules = answer.names
			if answer.of_price and answer.percent and "percent" in said:
				row.percent, row.off = answer.percent, 0
			elif answer.of_price and answer.off and "amount" in said:
				row.percent, row.off = 0, answer.off

	def go_over(self, again: bool) -> None:
		"""Row by row, those that are added meanwhile too. Source: `set_missing_item_details`."""
		self._asker.begin()
		for row in self._rows:
			row.stock = stock_of(row.line) if row.stock is None else row.stock
			row.group, row.brand = row.line.group, row.line.brand
			if not row.gift:
				self._go_over_row(row, again)

	def _go_over_row(self, row: Row, again: bool) -> None:
		answer = self._asker.ask(row, again)
		if answer is None:
			self._take_away(row)
			return
		row.rules = answer.names
		if not answer.of_price:
			self._give(answer.gifts)
		elif not answer.spares(row.line.item):
			row.percent, row.off = answer.percent or 0, row.off if answer.off is None else answer.off
			if answer.sets == "rate":
				row.price = row.line.price_minor if answer.price is None else answer.price
			if row.price:
				row.rate = row.price - row.off if row.off else self._less(row.price * OFF, row.percent)

	def _take_away(self, row: Row) -> None:
		"""Source: `remove_pricing_rule_for_item`."""
		if row.rules is None:
			return
		gave = {self._by_name[name].gives for name in row.rules}
		row.percent, row.rate = 0, row.price if "percent" in gave else 0
		row.off = 0 if gave & {"percent", "amount"} else row.off
		row.rules = None

	def _give(self, gifts: Sequence[tuple[str, PricingLine]]) -> None:
		"""Source: `apply_pricing_rule_for_free_items`."""
		for rule, gift in gifts:
			for row in self._rows:
				if row.gift and row.line.item == gift.item and row.rules == (rule,):
					row.line, row.price, row.rate = gift, gift.price_minor, gift.price_minor
					break
			else:
				self._rows.append(_row(gift, rule))

	def add_up(self) -> None:
		for row in self._rows:
			self._add_up_row(row)

	def _add_up_row(self, row: Row) -> None:
		"""Source: `calculate_item_values` in ERPNext's taxes_and_totals.py."""
		if row.percent == HUNDRED:
			row.rate = 0
		elif row.price and (not row.rate or (row.rules is not None and row.percent > 0)):
			row.rate, row.off = self._less(row.price * OFF, row.percent), 0
		elif row.price and row.off and row.rules is not None:
			row.rate = row.price - row.off
		exact, row.taken = row.rate * OFF, row.off
		with_margin = self._with_margin(row)
		if with_margin > 0:
			row.taken = 0 if row.percent else row.off
			exact = self._less(with_margin, row.percent) * OFF
			if row.taken:
				exact = with_margin - row.taken * OFF
			row.rate = self._round(exact, OFF)
			row.off = row.taken
		row.amount = self._round(exact * row.line.quantity, OFF * SCALE)

	def _with_margin(self, row: Row) -> int:
		"""Minor units of 10^-11, 0 for no margin: the last rule that has one counts."""
		margin = self._margin(row)
		if margin is None or not row.price:
			return 0
		return (row.price + margin.margin_minor) * OFF + row.price * margin.margin_percent

	def _margin(self, row: Row) -> Rule | None:
		"""Source: `calculate_margin`."""
		rules = [self._by_name[name] for name in row.rules or ()]
		currency = self._context.currency
		with_one = [
			rule for rule in rules if rule.margin_percent or (rule.margin_minor and rule.currency == currency)
		]
		return with_one[-1] if with_one else None

	def ticket_rules(self) -> None:
		"""Source: `apply_pricing_rule_on_transaction`, which looks at no date."""
		rules = [rule for rule in self._rules if rule.on == "ticket" and is_for(rule, self._context.buyer)]
		if not rules:
			return
		quantity = SCALE * sum(row.line.quantity for row in self._rows)
		minor = SCALE * SCALE * sum(row.amount for row in self._rows)
		rules = [rule for rule in rules if enough(Matched(rule, _WHOLE_TICKET), quantity, minor, "-")]
		if not rules:
			self._remove_gifts()
		for rule in rules:
			if self._apply_to_ticket(rule):
				break

	def _remove_gifts(self) -> None:
		"""ERPNext removes rows from the list that it is going through, so that it passes over some."""
		index = 0
		while index < len(self._rows):
			if self._rows[index].gift:
				del self._rows[index]
			index += 1

	def _apply_to_ticket(self, rule: Rule) -> bool:
		"""Whether the rules after this one are not looked at: its coupon was taken."""
		if rule.free:
			self._give([(rule.rule, gift_of(rule.free, rule.free.quantity or SCALE))])
			# ERPNext sets missing values anew, the POS Profile's among them.
			self._on = self._context.discount_on
			self.go_over(again=False)
			self.add_up()
			return False
		self._on = rule.discount_on or self._on
		if not rule.percent and not rule.amount_minor:
			return False
		taken = not rule.coupon_based or self._context.coupon in {each.coupon for each in rule.coupons}
		if rule.percent:
			self._percent = rule.percent if taken else 0
		else:
			self._amount_minor, self._left_percent = rule.amount_minor if taken else 0, 0
		if self._percent:
			# What it comes to stays as an amount when a later rule takes the percentage away.
			self._amount_minor, self._left_percent = 0, self._percent
		if taken:
			self._ticket_rules = (*self._ticket_rules, rule.rule)
		return taken and rule.coupon_based

	def set_stock(self) -> None:
		"""Saving sets it anew of every row."""
		for row in self._rows:
			row.stock = stock_of(row.line)

	def result(self, coupon: str) -> Pricing:
		lines = tuple(self._line(row) for row in self._own)
		gifts = tuple(self._free_item(row) for row in self._rows if row.gift)
		pricing = Pricing(lines, gifts, self._ticket(), self._conflicts(), coupon)
		applied = {name for line in lines for name in line.rules} | {gift.rule for gift in gifts}
		applied |= set(self._ticket_rules)
		if coupon == "taken" and not any(self._by_name[name].coupon_based for name in applied):
			return replace(pricing, coupon="not_used")
		return pricing

	def _line(self, row: Row) -> LinePrice:
		if row.rate < 0 or row.conflict:
			return LinePrice(row.line.price_minor, row.line.price_minor)
		margin = self._margin(row) if row.price else None
		percent = row.percent if row.rules is not None and row.price else 0
		off = row.taken if row.rules is not None and row.price and not percent else 0
		line = LinePrice(
			row.price,
			row.rate,
			percent,
			off,
			margin.margin_percent if margin else 0,
			margin.margin_minor if margin else 0,
		)
		if line == LinePrice(row.line.price_minor, row.line.price_minor):
			return line
		names = (name for name in row.rules or () if self._by_name[name].gives != "product")
		return replace(line, rules=tuple(dict.fromkeys(names)))

	def _free_item(self, row: Row) -> FreeItem:
		return FreeItem(row.line.item, row.line.quantity, row.line.unit, row.rate, (row.rules or ("",))[0])

	def _ticket(self) -> TicketDiscount | None:
		percent = self._percent or self._left_percent
		if not percent and not self._amount_minor:
			return None
		names = tuple(dict.fromkeys(self._ticket_rules))
		return TicketDiscount(self._on, percent, self._amount_minor, names)

	def _conflicts(self) -> tuple[Conflict, ...]:
		found = []
		for number, row in enumerate(self._own, start=1):
			if row.conflict:
				found.append(Conflict(number, "same_criteria", row.conflict))
			elif row.rate < 0:
				found.append(Conflict(number, "below_zero", row.rules or ()))
		return tuple(found)

	def _less(self, price: int, percent: int) -> int:
		"""A price in minor units of 10^-11 less a percent, in minor units."""
		return self._round(price * (HUNDRED - percent), OFF * HUNDRED)

	def _round(self, numerator: int, denominator: int) -> int:
		return round_ratio(numerator, denominator, self._context.rounding, self._context.currency_precision)


def _row(line: PricingLine, gift_of_rule: str = "") -> Row:
	"""A line's row knows its goods, as the form sets them; a gift's only once it was gone over."""
	if gift_of_rule:
		rules = (gift_of_rule,)
		return Row(line, line.price_minor, line.price_minor, None, None, None, rules=rules, gift=True)
	return Row(line, line.price_minor, line.price_minor, line.group, line.brand, stock_of(line))
