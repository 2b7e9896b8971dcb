"""Random carts and entries, as hypothesis strategies."""

from dataclasses import replace

from hypothesis import strategies as st

from pos_bridge.core.entry import GENESIS, Entry, WireEntry, open_wire, receipt_number, seal, uuid7
from pos_bridge.core.money import SCALE, Rounding
from pos_bridge.core.returns import draft_of_return, make_return
from pos_bridge.core.sale import DraftLine, SaleDraft, Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body
from pos_bridge.core.tax import Tax

TAXES = (Tax("IN-19", "19 %", True), Tax("IN-7", "7 %", True), Tax("ON-6", "6.25 %", False))
RATES = {"IN-19": 19 * SCALE, "IN-7": 7 * SCALE, "ON-6": 6_250_000_000}


@st.composite
def draft_lines(draw):
	used = draw(st.sets(st.sampled_from(sorted(RATES))))
	discount = draw(st.sampled_from(["none", "percent", "amount"]))
	price = draw(st.integers(0, 10**6))
	return DraftLine(
		item=draw(st.sampled_from(["TEA", "MILK", "NAILS"])),
		name=draw(st.text(max_size=30)),
		quantity=draw(st.integers(1, 10**6)) * 10**6,
		unit="Nos",
		price_minor=price,
		rates={tax: RATES[tax] for tax in sorted(used)},
		discount_percent=draw(st.integers(0, 100)) * SCALE if discount == "percent" else 0,
		unit_discount_minor=draw(st.integers(0, price)) if discount == "amount" else 0,
	)


drafts = st.builds(
	SaleDraft,
	currency=st.just("EUR"),
	currency_precision=st.sampled_from([0, 2, 3]),
	rounding=st.sampled_from(Rounding),
	taxes=st.just(TAXES),
	lines=st.lists(draft_lines(), min_size=1, max_size=8).map(tuple),
)


@st.composite
def sales(draw):
	draft = draw(drafts)
	total = compute(draft).total_minor
	card = draw(st.integers(0, total))
	over = draw(st.integers(0, 5000))
	tenders = [Tender("Card", "card", card)] if card else []
	tenders += [Tender("Cash", "cash", total - card + over)] if total - card + over else []
	return make_sale(draft, tenders)


SOLD_ENTRY = uuid7(1_795_000_000_001, b"T100000001")
"""The id of the first entry of `till_day`: what the returns below are against."""


def return_of(sale, quantities=None, **more):
	"""The return of these quantities of a sale's lines, of the whole sale by default, paid out in cash."""
	whole = {number: line.quantity for number, line in enumerate(sale.draft.lines, start=1)}
	draft = draft_of_return(sale, quantities or whole)
	total = compute(draft, "return").total_minor
	against = {"against_entry": SOLD_ENTRY, "against_receipt": "T1-1-000001"}
	return make_return(draft, [Tender("Cash", "cash", total)] if total else [], **against | more)


@st.composite
def sales_and_returns(draw):
	"""A sale and a return of some of it, in any quantities that were sold."""
	sale = draw(sales())
	numbers = st.sets(st.integers(1, len(sale.draft.lines)), min_size=1)
	quantities = {
		number: draw(st.integers(1, sale.draft.lines[number - 1].quantity))
		for number in sorted(draw(numbers))
	}
	return sale, return_of(sale, quantities, reason=draw(st.text(max_size=30)))


def till_day(count: int, till: str = "T1", epoch: int = 1) -> list[WireEntry]:
	"""A chain of `count` sealed entries: sales of a coffee, and a drawer opening after each fifth."""
	chain = uuid7(1_795_000_000_000 + epoch, bytes(10))
	line = DraftLine("TEA", "Tea", SCALE, "Nos", 250, {"IN-7": 7 * SCALE})
	draft = SaleDraft("EUR", 2, Rounding.COMMERCIAL, TAXES, (line,))
	body = sale_body(make_sale(draft, (Tender("Cash", "cash", 500),)))
	wires: list[WireEntry] = []
	sales_made = 0
	for sequence in range(1, count + 1):
		is_sale = sequence % 5 != 0
		sales_made += is_sale
		entry = Entry(
			id=uuid7(1_795_000_000_000 + sequence, f"{till}{epoch:08d}"[:10].ljust(10).encode()),
			kind="sale" if is_sale else "no_sale",
			till=till,
			writer="page",
			chain=chain,
			epoch=epoch,
			sequence=sequence,
			previous=wires[-1].hash if wires else GENESIS,
			occurred_at="2026-11-22T12:00:00.000+01:00",
			business_date="2026-11-22",
			cashier="Ada",
			body=body if is_sale else {"reason": "change for the meter"},
			receipt_number=receipt_number(till, epoch, sales_made) if is_sale else "",
		)
		wires.append(seal(entry))
	return wires


def with_returns(day):
	"""The first sale's number, and the day with two parts of it coming back at its end."""
	sold = next(open_wire(wire) for wire in day if open_wire(wire).kind == "sale")
	number = sold.receipt_number
	against = {"entry": sold.id, "receipt_number": number}
	wires, head = list(day), open_wire(day[-1])
	for place in (1, 2):
		entry = replace(
			head,
			id=f"01a1ee56-0000-7000-8000-00000000000{place}",
			kind="return",
			sequence=head.sequence + place,
			previous=wires[-1].hash,
			receipt_number=f"{head.till}-{head.epoch}-{900 + place:06d}",
			body={"against": against, "part": place},
		)
		wires.append(seal(entry))
	return number, wires
