"""Documents of an order: whatever came first, however far a worker got, the books end the same."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from online_orders import AT, SALT, an_order

from pos_bridge.channels.fake.shop import FakeProduct, FakeShop
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import (
	ADJUSTMENT,
	Amount,
	Figures,
	Fulfilment,
	Moved,
	OrderCharge,
	OrderLine,
	OrderTax,
	Payment,
	Refund,
	RefundLine,
	due_minor,
	facts,
	figures_fields,
	fold,
	plan,
	read_figures,
	snapshot_digest,
)

EVERY_PART = ("order", "payment", "delivery", "invoice")


class Books:
	"""What is recorded and made of one order."""

	def __init__(self):
		self.facts, self.made, self.revision, self.digest = {}, {}, 0, ""

	def read(self, order):
		if snapshot_digest(order, SALT) != self.digest:
			self.revision += 1
			self.digest = snapshot_digest(order, SALT)
		for fact in facts(order, self.revision, SALT):
			self.facts.setdefault(fact.id, fact)

	@property
	def folded(self):
		return fold(self.facts.values())

	def post(self, most=10**6):
		"""Make what is missing, `most` documents at most before the worker is killed; the steps."""
		steps = plan(self.folded, self.made)[:most]
		assert not [step.key for step in steps if step.key in self.made]
		assert all(step.entry in self.facts for step in steps)
		self.made |= {step.key: step.made for step in steps}
		return steps

	def sums(self):
		"""What the ledger would have: billed less credits by tax, goods out less back by line, money."""
		billed, goods, money = Figures(), Figures(), 0
		signs = {"invoice": 1, "correction": -1, "credit": -1, "delivery": 1, "return": -1}
		for made in self.made.values():
			figures = made.figures if signs.get(made.kind) == 1 else made.figures.negated()
			if made.kind in ("invoice", "correction", "credit"):
				billed = billed.plus(figures)
			elif made.kind in ("delivery", "return"):
				goods = goods.plus(figures)
		for step in self.folded.order.payments:
			money += {"capture": 1, "refund": -1}.get(step.kind, 0) * step.amount_minor
		return billed.total_minor, {line: row.quantity for line, row in goods.rows.items()}, money


def posted(order):
	books = Books()
	books.read(order)
	return books, books.post()


def kinds(steps):
	return [step.kind for step in steps]


def whole(**other):
	"""Paid and on its way as a whole."""
	order = an_order(payments=(Payment("p1", "capture", "card", 8980, "EUR", AT.format(6)),), refunds=(),
		returns=(), fulfilments=(), credited_minor=0)  # fmt: skip
	return replace(order, **other)


def all_of(order, id="f1"):
	moved = tuple(Moved(line.id, line.quantity) for line in order.lines if line.quantity)
	return Fulfilment(id, moved, AT.format(10), "dc")


def test_a_paid_order_is_a_sales_order_and_a_payment_until_goods_leave():
	books, steps = posted(whole())
	assert kinds(steps) == ["order", "payment"]
	assert steps[0].figures.total_minor == 8980
	assert steps[0].key == "web:order:22/22"
	assert books.post() == ()


def test_an_order_that_waits_for_money_needs_nothing_yet():
	order = an_order(state="pending", payments=(), refunds=(), returns=(), fulfilments=(), credited_minor=0)
	assert posted(order)[1] == ()


def test_goods_that_leave_in_parts_are_billed_to_the_last_cent():
	order = whole()
	first = replace(all_of(order), lines=(Moved("14", SCALE),))
	books, steps = posted(replace(order, fulfilments=(first,)))
	assert kinds(steps) == list(EVERY_PART)
	assert steps[-1].figures.rows["14"].amount == Amount(1512, {"19 VAT": 287})
	assert steps[-1].figures.charges["16"].total_minor == 583
	rest = replace(first, id="f2", lines=(Moved("14", 2 * SCALE), Moved("15", SCALE)))
	books.read(replace(order, fulfilments=(first, rest), state="closed"))
	assert kinds(books.post()) == ["delivery", "invoice"]
	assert books.sums()[0] == 8980
	assert due_minor(books.folded, books.made) == (8980, 8980)


def test_an_edit_before_anything_is_billed_changes_the_sales_order():
	books, _ = posted(whole())
	fewer = OrderLine("14", "Tee", 2 * SCALE, 3 * SCALE, 3024, 575)
	books.read(whole(lines=(fewer, whole().lines[1]), total_minor=7181, tax_minor=1147))
	(step,) = books.post()
	assert (step.kind, step.figures.total_minor) == ("change", 7181)


def test_an_edit_after_it_is_billed_credits_what_is_less():
	order = whole()
	books, _ = posted(replace(order, fulfilments=(all_of(order),), state="closed"))
	fewer = replace(order.lines[0], quantity=2 * SCALE, net_minor=3024, tax_minor=575, taxes=())
	books.read(
		replace(order, lines=(fewer, order.lines[1]), total_minor=7181, tax_minor=1147,
			fulfilments=(all_of(order),), state="closed")
	)  # fmt: skip
	(step,) = [step for step in books.post() if step.kind != "change"]
	assert (step.kind, step.figures.total_minor) == ("correction", 8980 - 7181)
	assert step.against == "web:invoice:22/f1"
	assert books.sums()[0] == 7181
	assert books.post() == ()


def test_an_edit_that_makes_it_dearer_after_it_is_billed_is_billed_as_well():
	order = whole()
	books, _ = posted(replace(order, fulfilments=(all_of(order),), state="closed"))
	charges = (*order.charges, OrderCharge("17", "fee", "Express", 500, 0))
	books.read(
		replace(order, charges=charges, total_minor=9480, fulfilments=(all_of(order),), state="closed")
	)
	steps = books.post()
	assert [step.figures.total_minor for step in steps if step.kind == "invoice"] == [500]
	assert books.sums()[0] == 9480


def test_a_refund_waits_for_what_it_takes_back_and_its_money_does_not():
	refund = Refund("r1", 1799, AT.format(8), (RefundLine("14", SCALE, 1512, 287),))
	order = whole(refunds=(refund,), credited_minor=1799, payments=(*whole().payments, _back(1799, "r1")))
	books, steps = posted(order)
	assert kinds(steps) == ["order", "payment", "payout"]
	books.read(replace(order, fulfilments=(all_of(order),), state="closed"))
	assert "credit" in kinds(books.post())
	assert books.sums()[0] == 8980 - 1799


def test_what_was_refunded_before_it_left_is_never_billed():
	refund = Refund("r1", 1799, AT.format(8), (RefundLine("14", SCALE, 1512, 287),))
	order = whole(refunds=(refund,), credited_minor=1799, state="closed")
	sent = replace(all_of(order), lines=(Moved("14", 2 * SCALE), Moved("15", SCALE)))
	books, steps = posted(replace(order, fulfilments=(sent,)))
	assert "credit" not in kinds(steps)
	assert books.sums()[0] == 8980 - 1799
	assert due_minor(books.folded, books.made) == (8980 - 1799, 8980 - 1799)


def test_a_refund_of_an_amount_names_no_tax():
	order = whole(refunds=(Refund("r1", 100, AT.format(9)),), credited_minor=100, state="closed")
	_, steps = posted(replace(order, fulfilments=(all_of(order),)))
	(credit,) = [step for step in steps if step.kind == "credit"]
	assert dict(credit.figures.charges) == {ADJUSTMENT: Amount(100)}


def test_money_that_never_came_does_not_go_back():
	order = whole(
		payments=(_back(1799, "r1"),), refunds=(Refund("r1", 1799, AT.format(8)),), credited_minor=1799
	)
	books, steps = posted(order)
	assert kinds(steps) == ["order"]
	books.read(replace(order, payments=(*whole().payments, *order.payments)))
	assert kinds(books.post()) == ["payment", "payout"]


def test_an_order_cancelled_before_it_left_has_money_alone():
	refund = Refund("r1", 8980, AT.format(9))
	order = whole(state="cancelled", refunds=(refund,), credited_minor=8980)
	order = replace(order, payments=(*order.payments, _back(8980, "r1")))
	assert kinds(posted(order)[1]) == ["payment", "payout"]
	books, _ = posted(whole())
	books.read(order)
	assert kinds(books.post()) == ["payout", "close"]


def test_two_refunds_of_which_one_lowered_the_total_credit_the_other():
	edit, goodwill = Refund("r1", 1799, AT.format(8)), Refund("r2", 300, AT.format(9))
	order = whole(refunds=(edit, goodwill), credited_minor=300, state="closed")
	books, _ = posted(replace(order, fulfilments=(all_of(order),)))
	assert "web:credit:22/r2" in books.made
	assert "web:credit:22/r1" not in books.made
	assert books.sums()[0] == 8980 - 300


def test_taxes_of_two_rates_stay_apart():
	line = replace(
		whole().lines[1],
		net_minor=1000,
		tax_minor=130,
		taxes=(OrderTax("VAT", 95, 19 * SCALE), OrderTax("VAT", 35, 7 * SCALE)),
	)
	order = whole(lines=(line,), charges=(), total_minor=1130, tax_minor=130)
	_, steps = posted(replace(order, fulfilments=(all_of(order),)))
	assert steps[0].figures.amount == Amount(1000, {"19 VAT": 95, "7 VAT": 35})


def test_figures_are_read_back_as_they_were_written():
	_, steps = posted(whole())
	assert read_figures(figures_fields(steps[0].figures)) == steps[0].figures


def _back(amount, refund):
	return Payment("p9", "refund", "card", amount, "EUR", AT.format(9), "p1", refund)


class Clock:
	def __init__(self):
		self.seconds = 0

	def __call__(self):
		self.seconds += 1
		return f"2026-11-22T13:{self.seconds // 60:02d}:{self.seconds % 60:02d}.000Z"


def _shop():
	products = [
		FakeProduct("1", "Tee", 1999, "TEE", on_hand={"dc": 50}),
		FakeProduct("2", "Mug", 333, "MUG", on_hand={"dc": 50}),
	]
	return FakeShop(products, now=Clock(), oversells=True)


def _happen(shop, order, dice):
	"""Something that people do at a shop, if it is possible now."""
	now = shop.orders[order]
	line = dice.choice(now.lines)
	left = shop.left_to_go(order)[line.id] // SCALE
	try:
		match dice.choice(("fulfil", "edit", "refund", "amount", "back", "cancel")):
			case "fulfil" if left > 0:
				shop.fulfil(order, [Moved(line.id, dice.randint(1, left) * SCALE)])
			case "edit" if now.state == "open" and _is_sound(now):
				gone = (line.quantity // SCALE) - left
				shop.edit(order, line.id, max(gone, dice.randint(0, 3)))
			case "refund" if line.quantity:
				net = line.net_minor * SCALE // line.quantity
				tax = line.tax_minor * SCALE // line.quantity
				shop.refund(order, net + tax, [RefundLine(line.id, SCALE, net, tax)])
			case "amount":
				shop.refund(order, dice.randint(1, 50))
			case "back" if left < line.quantity // SCALE and not now.returns:
				shop.take_back(order, [Moved(line.id, SCALE)])
			case "cancel" if _is_sound(now):
				shop.cancel(order)
	except Rejected:
		pass


def _is_sound(order):
	"""Whether the fake can still edit and cancel: it gives back what was refunded before once more."""
	return not order.credited_minor


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_whatever_was_read_when_and_wherever_a_worker_was_killed_the_sums_are_the_same(seed):
	dice, shop = Random(seed), _shop()
	order = shop.place({"1": dice.randint(1, 4), "2": dice.randint(1, 4)})
	eager, lazy = Books(), Books()
	for _ in range(dice.randint(1, 8)):
		_happen(shop, order, dice)
		eager.read(shop.orders[order])
		eager.post(dice.randint(0, 3) if dice.random() < 0.5 else 10**6)
	for line, left in shop.left_to_go(order).items():
		if left > 0 and shop.orders[order].state == "open":
			shop.fulfil(order, [Moved(line, left)])
	for books in (eager, lazy):
		books.read(shop.orders[order])
		books.post()
		assert books.post() == ()
	assert eager.sums() == lazy.sums()
	if due := due_minor(lazy.folded, lazy.made):
		assert due[0] == due[1]


@pytest.mark.parametrize("shown", ["order", "payment", "delivery", "invoice"])
def test_a_worker_killed_after_any_document_goes_on_with_the_next(shown):
	order = whole()
	books = Books()
	books.read(replace(order, fulfilments=(all_of(order),), state="closed"))
	books.post(EVERY_PART.index(shown) + 1)
	assert kinds(books.post()) == list(EVERY_PART[EVERY_PART.index(shown) + 1 :])
