"""A till of the month: its chain, its shifts, its clock, and the carts that it makes from a seeded dice.

A sale's figures are computed as a till computes them; what the books should make of it, it does not know.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from books import TestShop
from month.shops import BATCHES, BOX, GOODS, NOVELTY, UNKNOWN, Place, serials_of

from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.kinds.shift_state import state_of
from pos_bridge.core.money import SCALE, parse_decimal
from pos_bridge.core.pricing import Buyer, PricingContext, PricingLine, price, rules_from_wire
from pos_bridge.core.sale import DraftLine, SaleDraft, Tender, make_sale
from pos_bridge.core.sale_body import sale_body
from pos_bridge.core.tenders import NOBODY, Payer

FLOAT_MINOR = 20_000
OPENS, SECONDS_BETWEEN = "08:30:00", 90
WHOLE = ("M-TEA", "M-MUG", "M-LAMP", "M-BREAD", "M-CUP", "M-REPAIR", "M-BASKET", "M-CHEESE")


@dataclass
class Month:
	"""What the tills of the company share: the dice, customers, cards, sales that can come back."""

	dice: random.Random
	buyers: list[str]
	members: list[str]
	sold: list[WireEntry] = field(default_factory=list)
	cards: list[str] = field(default_factory=list)
	rare: list = field(default_factory=list)
	"""Kinds that have to happen at least once."""
	exchanges: int = 0


@dataclass
class Till:
	"""A till with its chain; `sell_a_day` of `month.days` lets it work."""

	chain: TestShop
	place: Place
	month: Month
	drafts: SaleDraft
	lines: dict[str, DraftLine]
	rules: tuple
	pricing_for: dict
	tenders: dict[str, str]
	"""Kind to the Mode of Payment of this shop."""
	shift: str = ""
	now: datetime | None = None
	entries: list[WireEntry] = field(default_factory=list)

	@property
	def dice(self) -> random.Random:
		return self.month.dice

	@property
	def name(self) -> str:
		return self.chain.till

	# Time and chain

	def wake(self, day: str) -> None:
		self.chain.day = day
		self.now = datetime.fromisoformat(f"{day}T{OPENS}")

	def seal(self, kind: str, body: dict) -> WireEntry:
		"""The next entry, a minute or two after the one before."""
		self.now += timedelta(seconds=self.dice.randint(1, SECONDS_BETWEEN))
		head = {"currency": self.drafts.currency, "currency_precision": self.drafts.currency_precision}
		shift = {"shift": self.shift} if self.shift and "shift" not in body else {}
		at = f"{self.now.isoformat(timespec='milliseconds')}{self.place.offset}"
		wire = self.chain.seal(kind, {**head, **body, **shift}, at=at)
		self.entries.append(wire)
		return wire

	# Shifts

	def open(self) -> WireEntry:
		drawers = [each for each in ("cash", "dollars") if each in self.tenders]
		rows = [{"tender": self.tenders[each], "counted_minor": FLOAT_MINOR} for each in drawers]
		wire = self.seal("shift_open", {"float": rows})
		self.shift = open_wire(wire).id
		return wire

	def close(self, made: list[WireEntry]) -> WireEntry:
		"""Counted in every tender, the cash now and then wrong."""
		shift = state_of(open_wire(wire) for wire in made)
		off = {self.tenders["cash"]: self.dice.choice((0, 0, 0, -320, 150, 5))}
		off[self.tenders["card"]] = self.dice.choice((0, 0, 0, 0, -1999))
		rows = [
			{"tender": tender, "counted_minor": max(0, shift.expected(tender) + off.get(tender, 0))}
			for tender in {**(shift.floats or {}), **shift.moved}
		]
		wire = self.seal("shift_close", {"shift": self.shift, "counted": rows})
		self.shift = ""
		return wire

	# Carts

	def cart(self, discount=None, at_least: int = 0) -> SaleDraft:
		"""A random cart, priced by the shop's rules, gifts and all."""
		lines = [self.line() for _ in range(self.dice.choice((1, 1, 2, 2, 3, 4)))]
		if at_least:
			lines.append(self.plain("M-TEA", str(1 + at_least // 200)))
		priced = self._priced(lines)
		if not any(line.price_minor and line.discount_percent < 100 * SCALE for line in priced):
			priced.append(self.plain("M-TEA"))
		return replace(self.drafts, lines=tuple(priced), discount=discount)

	def plain(self, item: str, quantity: str = "1", **more) -> DraftLine:
		return replace(self.lines[item], quantity=parse_decimal(quantity), **more)

	def line(self) -> DraftLine:
		dice = self.dice
		kind = dice.choices(("whole", "weighed", "box", "rare", "batch", "serial"), (50, 6, 4, 5, 6, 2))[0]
		if kind == "weighed":
			return replace(self.lines["M-NUTS"], quantity=dice.randint(1, 1999) * SCALE // 1000)
		if kind == "box":
			box = {"unit": "Box", "conversion": BOX * SCALE, "price_minor": 1100}
			return self.plain("M-WATER", str(dice.randint(1, 3)), **box)
		if kind == "rare":
			return self.plain("M-RARE", str(dice.randint(1, 3)))
		if kind == "batch":
			return self.plain("M-YOGHURT", str(dice.randint(1, 4)), batch=dice.choice(BATCHES))
		if kind == "serial":
			return self.plain("M-PHONE", serials=(dice.choice(serials_of(self.place)),))
		percent = dice.choice((0, 0, 0, 0, 10, 33))
		return self.plain(dice.choice(WHOLE), str(dice.randint(1, 3)), discount_percent=percent * SCALE)

	def _priced(self, lines: list[DraftLine]) -> list[DraftLine]:
		if not self.rules:
			return lines
		asked = [
			PricingLine(each.item, each.quantity, each.unit, each.price_minor, "", factor=each.conversion)
			for each in lines
		]
		about = self.pricing_for
		buyer = Buyer(about["customer"], about["customer_group"], about["territory"], self.chain.day)
		draft = self.drafts
		context = PricingContext(
			draft.currency, draft.currency_precision, draft.rounding, about["price_list"], buyer
		)
		pricing = price(self.rules, asked, context)
		found = [
			replace(line, discount_percent=by.discount_percent) if by.rules else line
			for line, by in zip(lines, pricing.lines, strict=True)
		]
		for gift in pricing.free:
			found.append(replace(self.lines[gift.item], quantity=gift.quantity, discount_percent=100 * SCALE))
		return found

	def unknown(self) -> DraftLine:
		"""A line of what is not in ERPNext yet."""
		known = self.lines["M-TEA"]
		return replace(known, item=UNKNOWN, name=UNKNOWN, price_minor=NOVELTY.price_minor)

	# Sales

	def sale(self, draft, tenders, tip=0, off=0, payer: Payer = NOBODY, **more) -> WireEntry:
		sale = make_sale(draft, tenders, tip, off, payer)
		wire = self.seal("sale", {**sale_body(sale), **more})
		self.month.sold.append(wire)
		return wire

	def money(self, kind: str, amount_minor: int) -> Tender:
		return Tender(self.tenders[kind], "cash" if kind == "dollars" else kind, amount_minor)


def till_of(name: str, place: Place, month: Month) -> Till:
	"""A till that has read its shop once, as a page does when it is opened."""
	from pos_bridge.erpnext.catalogue import manifest

	chain = TestShop(name, list(GOODS))
	told = manifest(name)
	assert told["rules_left_out"] == []
	cash, card, *more = chain.shop.tenders
	lines = {
		item: chain.line(item, price=goods.price_minor, template=goods.tax) for item, goods in GOODS.items()
	}
	return Till(
		chain,
		place,
		month,
		chain.draft(),
		lines,
		rules_from_wire(told["rules"]),
		told["pricing_for"],
		{"cash": cash, "card": card, **({"dollars": more[0]} if more else {})},
	)
