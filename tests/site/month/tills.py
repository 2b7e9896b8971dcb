"""A month at the tills: what cashiers ring up, day by day, of every kind, from a seeded dice.

A sale's figures are computed as a till computes them; what the books should make of it, it does not know.
"""

import json
import random
from dataclasses import dataclass, field

from books import TestShop

from pos_bridge.core.entry import WireEntry, open_wire
from pos_bridge.core.kinds.shift import expected, opening_of
from pos_bridge.core.money import SCALE
from pos_bridge.core.returns import draft_of_return, make_return, return_body
from pos_bridge.core.sale import Foreign, Sale, Tender, check_sale, compute
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.ticket import TicketDiscount

FLOAT_MINOR = 20_000
WEIGHTS = {
	"cash": 40,
	"card": 20,
	"split": 6,
	"on_account": 4,
	"gift_card": 4,
	"foreign": 2,
	"tip": 3,
	"discount": 5,
	"issue": 3,
	"return": 6,
	"return_to_credit": 2,
	"exchange": 3,
	"cash_in": 1,
	"cash_out": 1,
	"no_sale": 1,
	"void": 1,
	"training_sale": 1,
}


@dataclass
class Month:
	"""What the tills of a company share: customers, cards, sales that can come back."""

	dice: random.Random
	customers: list[str]
	sold: list[WireEntry] = field(default_factory=list)
	cards: list[str] = field(default_factory=list)
	returned: dict[tuple[str, int], int] = field(default_factory=dict)


@dataclass
class Till:
	"""A till's days; it withholds some entries until a later day."""

	shop: TestShop
	month: Month
	late: list[WireEntry] = field(default_factory=list)
	shift: str = ""
	entries: list[WireEntry] = field(default_factory=list)

	def sell_a_day(self, day: str, count: int) -> list[WireEntry]:
		"""All entries of a day in the order in which they happened; what is late comes with another day."""
		dice = self.month.dice
		self.shop.day = day
		made = [self._open()]
		for kind in dice.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count):
			made += getattr(self, f"_{kind}")()
		made.append(self._close(made))
		held_back = [wire for wire in made[1:-1] if dice.random() < 0.01]
		pushed = [*self.late, *(wire for wire in made if wire not in held_back)]
		self.late = held_back
		self.entries += made
		return pushed

	# What opens and closes a shift.

	def _open(self) -> WireEntry:
		rows = [{"tender": self._tender("cash"), "counted_minor": FLOAT_MINOR}]
		wire = self._seal("shift_open", {"float": rows})
		self.shift = open_wire(wire).id
		return wire

	def _close(self, made: list[WireEntry]) -> WireEntry:
		opening = opening_of(open_wire(made[0]))
		there = expected(opening, [open_wire(wire) for wire in made[1:]])
		off = self.month.dice.choice((0, 0, 0, -320, 150, 5))
		rows = [
			{
				"tender": tender,
				"counted_minor": max(0, amount + (off if tender == self._tender("cash") else 0)),
			}
			for tender, amount in there.items()
		]
		wire = self._seal("shift_close", {"shift": self.shift, "counted": rows})
		self.shift = ""
		return wire

	# What is sold.

	def _cash(self):
		total = self._cart()
		return [self._sale(total, [self._money("cash", total[1].total_minor + self._dice(0, 500))])]

	def _card(self):
		total = self._cart()
		return [self._sale(total, [self._money("card", total[1].total_minor)])]

	def _split(self):
		total = self._cart()
		part = total[1].total_minor // 3 or 1
		rest = total[1].total_minor - part
		tenders = [self._money("card", part), *([self._money("cash", rest)] if rest else [])]
		return [self._sale(total, tenders)]

	def _on_account(self):
		total = self._cart()
		part = self._dice(0, 1) * (total[1].total_minor // 2)
		owed = Tender("On Account", "on_account", total[1].total_minor - part)
		tenders = [*([self._money("cash", part)] if part else []), owed]
		return [self._sale(total, tenders, customer=self.month.dice.choice(self.month.customers))]

	def _gift_card(self):
		if not self.month.cards:
			return self._issue()
		total = self._cart()
		card = Tender(
			"Gift Card", "gift_card", total[1].total_minor, self.month.dice.choice(self.month.cards)
		)
		return [self._sale(total, [card])]

	def _foreign(self):
		total = self._cart()
		amount = total[1].total_minor + 200
		rate = 920_000_000
		worth = (amount * rate * 2 + SCALE) // (2 * SCALE)
		foreign = Tender(self._tender("cash"), "cash", worth, foreign=Foreign("USD", 2, amount, rate))
		rest = total[1].total_minor - worth
		return [self._sale(total, [foreign, *([self._money("card", rest)] if rest > 0 else [])])]

	def _tip(self):
		total = self._cart()
		return [self._sale(total, [self._money("card", total[1].total_minor + 150)], tip=150)]

	def _discount(self):
		total = self._cart(TicketDiscount("grand_total", 10 * SCALE))
		return [self._sale(total, [self._money("cash", total[1].total_minor)])]

	def _issue(self):
		amount = self._dice(5, 50) * 100
		number = f"GC-{self.shop.till}-{self.shop.sequence:05d}"
		self.month.cards.append(number)
		body = {
			"credit": number,
			"credit_kind": "gift_card",
			"amount_minor": amount,
			"tenders": [{"tender": self._tender("cash"), "kind": "cash", "amount_minor": amount + 100}],
			"change_minor": 100,
		}
		return [self._seal("credit_issue", body)]

	# What comes back.

	def _return(self):
		return self._take_back([("cash", "")])

	def _return_to_credit(self):
		number = f"SC-{self.shop.till}-{self.shop.sequence:05d}"
		return self._take_back([("store_credit", number)])

	def _exchange(self):
		back = self._take_back([("exchange", "")])
		if not back:
			return []
		worth = -open_wire(back[0]).body["total_minor"]
		total = self._cart(at_least=worth)
		rest = total[1].total_minor - worth
		tenders = [Tender("Exchange", "exchange", worth), *([self._money("cash", rest)] if rest else [])]
		sale = self._sale(total, tenders, exchange=open_wire(back[0]).id)
		return [*back, sale]

	def _take_back(self, how) -> list[WireEntry]:
		"""A part of an earlier sale, now and then more than is left of it."""
		dice = self.month.dice
		if not self.month.sold:
			return []
		sold = dice.choice(self.month.sold)
		entry = open_wire(sold)
		sale = sale_from_body(entry.body)
		line = dice.randrange(len(sale.draft.lines)) + 1
		left = sale.draft.lines[line - 1].quantity - self.month.returned.get((entry.id, line), 0)
		if left < SCALE and dice.random() < 0.9:
			return []
		self.month.returned[entry.id, line] = self.month.returned.get((entry.id, line), 0) + SCALE
		draft = draft_of_return(sale, {line: SCALE})
		amount = compute(draft, "return").total_minor
		if not amount:
			return []
		((kind, credit),) = how
		names = {"cash": self._tender("cash"), "store_credit": "Store Credit", "exchange": "Exchange"}
		tenders = [Tender(names[kind], kind, amount, credit)]
		body = return_body(make_return(draft, tenders, entry.id, entry.receipt_number))
		if kind == "exchange":
			body["exchange"] = entry.id
		return [self._seal("return", body)]

	# What else happens.

	def _cash_in(self):
		body = {"tender": self._tender("cash"), "amount_minor": 5_000, "purpose": "safe", "reason": "change"}
		return [self._seal("cash_in", body)]

	def _cash_out(self):
		purpose = self.month.dice.choice(("safe", "deposit", "petty_cash", "other"))
		body = {"tender": self._tender("cash"), "amount_minor": 1_234, "purpose": purpose, "reason": purpose}
		return [self._seal("cash_out", body)]

	def _no_sale(self):
		return [self._seal("no_sale", {"reason": "change"})]

	def _void(self):
		return [self._seal("void", {"reason": "changed his mind", "lines": 2, "total_minor": 750})]

	def _training_sale(self):
		draft, totals = self._cart()
		sale = Sale(draft, totals, (self._money("cash", totals.total_minor),), 0)
		return [self._seal("training_sale", sale_body(sale))]

	# How a till makes them.

	def _cart(self, discount=None, at_least=0):
		dice, lines = self.month.dice, []
		for _ in range(dice.randint(1, 4)):
			item = dice.choice(self.shop.items)
			percent = dice.choice((0, 0, 0, 10))
			lines.append(self.shop.line(item, str(dice.randint(1, 3)), percent=percent))
		draft = self.shop.draft(*lines, discount=discount)
		totals = compute(draft)
		if totals.total_minor < at_least:
			lines.append(self.shop.line(self.shop.items[-1], str(1 + at_least // 250)))
			draft = self.shop.draft(*lines, discount=discount)
			totals = compute(draft)
		return draft, totals

	def _sale(self, cart, tenders, tip=0, **more) -> WireEntry:
		draft, totals = cart
		received = sum(tender.amount_minor for tender in tenders)
		sale = Sale(draft, totals, tuple(tenders), received - totals.total_minor - tip, tip)
		check_sale(sale)
		wire = self._seal("sale", sale_body(sale) | more)
		if not any(tender.kind in ("on_account", "exchange") for tender in tenders):
			self.month.sold.append(wire)
		return wire

	def _seal(self, kind, body) -> WireEntry:
		shop = self.shop.shop
		head = {"currency": shop.currency, "currency_precision": shop.currency_precision}
		shift = {"shift": self.shift} if self.shift and "shift" not in body else {}
		return self.shop.seal(kind, {**head, **body, **shift})

	def _money(self, kind: str, amount_minor: int) -> Tender:
		return Tender(self._tender(kind), kind, amount_minor)

	def _tender(self, kind: str) -> str:
		cash, card, *_ = self.shop.shop.tenders
		return cash if kind == "cash" else card

	def _dice(self, least: int, most: int) -> int:
		return self.month.dice.randint(least, most)


def with_another_body(wire: WireEntry) -> WireEntry:
	"""The same entry as somebody who wants to hide something sends it: changed, and sealed anew."""
	from pos_bridge.core.entry import canonical, chain_hash

	fields = json.loads(wire.text)
	fields["cashier"] = "Mallory"
	text = canonical(fields)
	return WireEntry(chain_hash(fields["previous"], text), text)
