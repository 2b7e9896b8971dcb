"""Everything that a cashier does in the month: one function for each kind, from the till's dice."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from month.shops import GOODS
from month.tills import Till

from pos_bridge.core.entry import WireEntry, open_wire, receipt_number, seal, uuid7
from pos_bridge.core.kinds.credit import issue_body, make_issue
from pos_bridge.core.kinds.credit_number import make_number
from pos_bridge.core.money import SCALE
from pos_bridge.core.returns import draft_of_return, make_return, return_body
from pos_bridge.core.sale import Foreign, Sale, Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body, sale_from_body
from pos_bridge.core.tenders import Payer
from pos_bridge.core.ticket import TicketDiscount

Wires = list[WireEntry]
GIFT_CARDS, STORE_CREDIT = "Gift Card", "Store Credit"
POINT_MINOR = 10
ALREADY_EXPIRED = "2026-11-02"


def total_of(draft) -> int:
	return compute(draft).total_minor


# Sold


def cash(till: Till) -> Wires:
	draft = till.cart()
	return [till.sale(draft, [till.money("cash", total_of(draft) + till.dice.randint(0, 500))])]


def card(till: Till) -> Wires:
	draft = till.cart()
	return [till.sale(draft, [till.money("card", total_of(draft))])]


def split(till: Till) -> Wires:
	draft = till.cart()
	total = total_of(draft)
	part = till.dice.randint(1, max(1, total - 1))
	rest = [till.money("cash", total - part + 100)] if total > part else []
	return [till.sale(draft, [till.money("card", part), *rest])]


def on_account(till: Till) -> Wires:
	draft = till.cart()
	total = total_of(draft)
	part = till.dice.choice((0, total // 2))
	tenders = [till.money("cash", part)] if part else []
	owed = Tender("On Account", "on_account", total - part)
	return [till.sale(draft, [*tenders, owed], payer=Payer(till.dice.choice(till.month.buyers)))]


def tip(till: Till) -> Wires:
	draft = till.cart()
	total, given = total_of(draft), till.dice.randint(1, 400)
	way = till.dice.choice(("card", "cash", "both"))
	if way == "both" and total > 100:
		tenders = [till.money("card", 100), till.money("cash", total - 100 + given + 200)]
	else:
		tenders = [till.money("cash" if way == "cash" else "card", total + given)]
	return [till.sale(draft, tenders, tip=given)]


def discounted(till: Till) -> Wires:
	on = till.dice.choice(("grand_total", "net_total"))
	percent = till.dice.choice((5, 10, 15))
	discount = (
		TicketDiscount(on, percent * SCALE)
		if till.dice.random() < 0.6
		else TicketDiscount(on, amount_minor=50)
	)
	draft = till.cart(discount, at_least=200)
	return [till.sale(draft, [till.money("cash", total_of(draft))])]


def written_off(till: Till) -> Wires:
	draft = till.cart(at_least=100)
	total, off = total_of(draft), till.dice.randint(1, 20)
	return [till.sale(draft, [till.money(till.dice.choice(("cash", "card")), total - off)], off=off)]


def foreign(till: Till) -> Wires:
	"""Dollars, into the cash where the shop has no drawer for them. Change is given in the shop's money."""
	draft = till.cart()
	drawer, rate = ("dollars" if "dollars" in till.tenders else "cash"), 923_456_789
	dollars = Foreign("USD", 2, total_of(draft) * 11 // 10 + 5, rate)
	paid = Tender(till.tenders[drawer], "cash", dollars.worth_minor(2), foreign=dollars)
	sale = make_sale(draft, [paid], payer=Payer())
	if drawer == "dollars" and sale.change_minor:
		sale = replace(sale, change_from=till.tenders["cash"])
	wire = till.seal("sale", sale_body(sale))
	till.month.sold.append(wire)
	return [wire]


def unknown(till: Till) -> Wires:
	draft = replace(till.drafts, lines=(till.unknown(), till.plain("M-TEA")))
	return [till.sale(draft, [till.money("cash", total_of(draft))])]


# Cards and points


def issue(till: Till) -> Wires:
	"""A card that is sold, or topped up; some of them over already when the month ends."""
	month, dice = till.month, till.dice
	again = month.cards and dice.random() < 0.2
	number = dice.choice(month.cards) if again else new_number(till, "gift_card")
	amount = dice.randint(3, 40) * 100
	expires_on = dice.choice(("", "", "2029-12-31", "2026-11-10", ALREADY_EXPIRED))
	way, payer = dice.choice(("cash", "card", "owed", "credit")), ""
	if way == "owed":
		payer = dice.choice(month.buyers)
		tenders = [Tender("On Account", "on_account", amount)]
	elif way == "credit" and month.cards:
		tenders = [Tender(GIFT_CARDS, "gift_card", 100, dice.choice(month.cards)), till.money("cash", amount)]
	else:
		tenders = [till.money("card" if way == "card" else "cash", amount + (100 if way == "cash" else 0))]
	currency = (till.drafts.currency, till.drafts.currency_precision)
	made = make_issue(currency, number, "gift_card", amount, tenders, expires_on, payer)
	wire = till.seal("credit_issue", issue_body(made))
	month.cards.append(number)
	return [wire]


def new_number(till: Till, kind: str) -> str:
	return make_number(kind, till.dice.randbytes(16))


def by_card(till: Till) -> Wires:
	"""Paid with a gift card or store credit, covered or not; now and then one that nobody issued."""
	month, dice = till.month, till.dice
	draft = till.cart()
	total = total_of(draft)
	number = (
		dice.choice(month.cards) if month.cards and dice.random() < 0.95 else new_number(till, "gift_card")
	)
	part = total if dice.random() < 0.5 else min(total, 300)
	kind = "store_credit" if number.startswith("SC") is (dice.random() < 0.95) else "gift_card"
	paid = Tender(STORE_CREDIT if kind == "store_credit" else GIFT_CARDS, kind, part, number)
	rest = [till.money("cash", total - part)] if total > part else []
	return [till.sale(draft, [paid, *rest])]


def earned(till: Till) -> Wires:
	draft = till.cart()
	way = till.dice.choice(("cash", "card"))
	return [
		till.sale(
			draft, [till.money(way, total_of(draft))], payer=Payer(till.dice.choice(till.month.members))
		)
	]


def by_points(till: Till) -> Wires:
	draft = till.cart(at_least=100)
	total = total_of(draft)
	points = min(till.dice.randint(1, 60), total // POINT_MINOR)
	paid = Tender("Points", "points", points * POINT_MINOR, points=points)
	rest = [till.money("cash", total - paid.amount_minor)] if total > paid.amount_minor else []
	return [till.sale(draft, [paid, *rest], payer=Payer(till.dice.choice(till.month.members)))]


# Taken back


def taken_back(till: Till) -> Wires:
	"""A part of an earlier sale of any shop, again and again, now and then more than is left of it."""
	if not (found := _some_of_a_sale(till)):
		return []
	entry, draft, amount = found
	customer = entry.body.get("customer", "")
	if not customer and till.dice.random() < 0.1:
		payer = Payer(till.dice.choice(till.month.buyers))
		return [
			_return(till, draft, [_given_back(till, "on_account", amount)] if amount else [], entry, payer)
		]
	ways = ["cash", "card", "store_credit"]
	ways += [
		tender["kind"] for tender in entry.body["tenders"] if tender["kind"] in ("on_account", "points")
	] * 3
	tender = _given_back(till, till.dice.choice(ways), amount)
	payer = Payer(customer if tender.kind in ("on_account", "points") else "")
	return [_return(till, draft, [tender] if amount else [], entry, payer)]


def _given_back(till: Till, kind: str, amount: int) -> Tender:
	if kind == "store_credit":
		month = till.month
		again = [each for each in month.cards if each.startswith("SC")]
		number = till.dice.choice(again) if again and till.dice.random() < 0.3 else new_number(till, kind)
		if number not in month.cards and amount:
			month.cards.append(number)
		return Tender(STORE_CREDIT, kind, amount, number)
	if kind == "points":
		return Tender("Points", kind, amount, points=min(-1, amount // POINT_MINOR))
	if kind == "on_account":
		return Tender("On Account", kind, amount)
	return till.money(kind, amount)


def _some_of_a_sale(till: Till):
	dice, sold = till.dice, [wire for wire in till.month.sold if _fits(till, open_wire(wire))]
	if not sold:
		return None
	entry = open_wire(dice.choice(sold[-200:]))
	sale = sale_from_body(entry.body)
	quantities = {}
	for number in dice.sample(range(1, len(sale.draft.lines) + 1), dice.randint(1, len(sale.draft.lines))):
		line = sale.draft.lines[number - 1]
		whole = line.serials or dice.random() < 0.4
		quantities[number] = line.quantity if whole else min(line.quantity, SCALE)
	back = draft_of_return(sale, dict(sorted(quantities.items())))
	draft = replace(till.drafts, lines=back.lines, discount=back.discount)
	return entry, draft, compute(draft, "return").total_minor


def _fits(till: Till, entry) -> bool:
	"""It was sold under the taxes of this shop: others' goods are taken back without their receipt."""
	return {tax["tax"] for tax in entry.body["taxes"]} <= {tax.tax for tax in till.drafts.taxes}


def _return(till: Till, draft, tenders, entry, payer: Payer) -> WireEntry:
	made = make_return(draft, tenders, entry.id, entry.receipt_number, payer=payer)
	return till.seal("return", return_body(made))


def without_receipt(till: Till) -> Wires:
	item = till.dice.choice([item for item, goods in GOODS.items() if not goods.tracked])
	draft = replace(till.drafts, lines=(till.plain(item, "-1"),))
	amount = compute(draft, "return").total_minor
	return [till.seal("return", return_body(make_return(draft, [till.money("cash", amount)])))]


def exchanged(till: Till) -> Wires:
	"""A return and a sale in one ticket: what comes back pays for what goes out."""
	found = _some_of_a_sale(till)
	if not found or not found[2]:
		return []
	entry, back, amount = found
	till.month.exchanges += 1
	other = uuid7(1_795_000_000_000 + till.month.exchanges, till.dice.randbytes(10))
	wire = _return(till, back, [Tender("Exchange", "exchange", amount)], entry, Payer(exchange=other))
	draft = till.cart(at_least=-amount)
	total = total_of(draft)
	tenders = [Tender("Exchange", "exchange", -amount)]
	if total + amount:
		tenders.append(till.money("cash", total + amount))
	made = make_sale(draft, tenders, payer=Payer(exchange=open_wire(wire).id))
	sale = till.seal("sale", sale_body(made))
	sale = till.entries[-1] = seal(replace(open_wire(sale), id=other))
	till.chain.head = sale.hash
	till.month.sold.append(sale)
	return [wire, sale]


# The drawer, and what moves nothing


def cash_in(till: Till) -> Wires:
	body = {"tender": till.tenders["cash"], "amount_minor": till.dice.randint(1, 9_000)}
	return [
		till.seal("cash_in", {**body, "purpose": till.dice.choice(("safe", "other")), "reason": "change"})
	]


def cash_out(till: Till) -> Wires:
	purpose = till.dice.choice(("safe", "deposit", "petty_cash", "other"))
	body = {"tender": till.tenders["cash"], "amount_minor": till.dice.randint(1, 9_000)}
	return [till.seal("cash_out", {**body, "purpose": purpose, "reason": purpose})]


def no_sale(till: Till) -> Wires:
	return [till.seal("no_sale", {"reason": "change"})]


def void(till: Till) -> Wires:
	"""A cart that was given up; half of them had a receipt number, which is accounted for."""
	body = {"reason": "changed his mind", "lines": 2, "total_minor": 750}
	if till.dice.random() < 0.5:
		chain = till.chain
		chain.receipts += 1
		body["receipt_number"] = receipt_number(chain.till, chain.epoch, chain.receipts)
	return [till.seal("void", body)]


def reprint(till: Till) -> Wires:
	return [till.seal("reprint", {"of": _last_id(till), "copy": 1})]


def approval(till: Till) -> Wires:
	return [till.seal("approval", {"of": _last_id(till), "reason": "discount"})]


def _last_id(till: Till) -> str:
	return open_wire(till.entries[-1]).id


def training(till: Till) -> Wires:
	draft = till.cart()
	totals = compute(draft)
	sale = Sale(draft, totals, (till.money("cash", totals.total_minor),), 0)
	return [till.seal("training_sale", sale_body(sale))]


def training_back(till: Till) -> Wires:
	draft = replace(till.drafts, lines=(till.plain("M-TEA", "-1"),))
	amount = compute(draft, "return").total_minor
	return [till.seal("training_return", return_body(make_return(draft, [till.money("cash", amount)])))]


OFTEN: Mapping[Callable[[Till], Wires], int] = {
	cash: 36,
	card: 18,
	split: 6,
	on_account: 5,
	tip: 5,
	discounted: 5,
	written_off: 2,
	foreign: 3,
	unknown: 1,
	issue: 4,
	by_card: 6,
	earned: 4,
	by_points: 4,
	taken_back: 10,
	without_receipt: 2,
	exchanged: 4,
	cash_in: 2,
	cash_out: 3,
	no_sale: 1,
	void: 2,
	reprint: 1,
	approval: 1,
	training: 1,
	training_back: 1,
}


def something(till: Till) -> Wires:
	"""The next thing that happens at the till; what has never happened yet goes before."""
	rare = till.month.rare
	if rare and till.dice.random() < 0.5 and (made := rare[-1](till)):
		rare.pop()
		return made
	(what,) = till.dice.choices(list(OFTEN), list(OFTEN.values()))
	return what(till)
