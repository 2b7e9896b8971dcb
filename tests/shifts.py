"""A till's shift told entry by entry, and random entries of one, as hypothesis strategies."""

from dataclasses import replace

from carts import drafts, return_of
from hypothesis import strategies as st

from pos_bridge.core.entry import GENESIS, Entry, seal, uuid7
from pos_bridge.core.money import SCALE
from pos_bridge.core.report import Told
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale import Sale, Tender, compute
from pos_bridge.core.sale_body import sale_body
from pos_bridge.core.ticket import TicketDiscount

EURO = {"currency": "EUR", "currency_precision": 2}
SHIFT = uuid7(1_795_000_000_001, b"shift-----")
AMOUNTS = ("cash", "card", "gift_card", "on_account")


def lone_entry(kind, id="id", day="2026-11-27", **body):
	"""An entry that stands in no chain."""
	return Entry(
		id=id,
		kind=kind,
		till="T1",
		writer="page",
		chain="chain",
		epoch=1,
		sequence=1,
		previous=GENESIS,
		occurred_at=f"{day}T09:00:00.000Z",
		business_date=day,
		cashier="Ada",
		body={**EURO, **body},
	)


class Chain:
	"""Tells entries of one till in their order, each in the shift unless it says otherwise."""

	def __init__(self, number=1, shift=SHIFT):
		self.chain, self.number, self.shift = uuid7(number, bytes(10)), number, shift
		self.sequence = self.receipts = 0

	def tell(self, kind, body=None, late=False, **more):
		self.sequence += 1
		opens = kind == "shift_open"
		numbered = kind in ("sale", "return", "credit_issue")
		self.receipts += numbered
		in_shift = {"shift": self.shift} if kind in (*MONEY, "shift_close") and self.shift else {}
		entry = Entry(
			id=self.shift if opens else uuid7(self.sequence, f"entry{self.number:05d}".encode()),
			kind=kind,
			till="T1",
			writer="page",
			chain=self.chain,
			epoch=self.number,
			sequence=self.sequence,
			previous=GENESIS,
			occurred_at=f"2026-11-27T09:{self.sequence % 60:02d}:00.000+01:00",
			business_date="2026-11-27",
			cashier=more.pop("cashier", "Ada"),
			body={**EURO, **in_shift, **(body or {})},
			receipt_number=f"T1-{self.number}-{self.receipts:06d}" if numbered else "",
			**more,
		)
		return Told(entry, seal(entry).hash, late)

	def skip(self, receipts=0):
		"""An entry that has not arrived."""
		self.sequence += 1
		self.receipts += receipts

	def open(self, float_minor=10_000):
		return self.tell("shift_open", {"float": [{"tender": "Cash", "counted_minor": float_minor}]})

	def close(self, *counted, **more):
		return self.tell("shift_close", {"counted": list(counted), **more})

	def sale(self, total=1_000, **body):
		return self.tell("sale", {**A_SALE, **with_total(total), **body})


MONEY = ("sale", "return", "credit_issue", "cash_in", "cash_out")
A_SALE = {
	"lines": [{"item": "TEA", "name": "Tea", "quantity": "1", "price_minor": 0, "rates": {}}],
	"taxes": [],
	"tax_minor": 0,
	"round_off_minor": 0,
	"change_minor": 0,
}


def with_total(total):
	line = {**A_SALE["lines"][0], "price_minor": total, "amount_minor": total, "net_minor": total}
	tenders = [{"tender": "Cash", "kind": "cash", "amount_minor": total}]
	return {"net_minor": total, "total_minor": total, "lines": [line], "tenders": tenders}


def cash(counted, **more):
	return {"tender": "Cash", "counted_minor": counted, **more}


@st.composite
def bodies(draw):
	"""Kind and body of any movement of money, with figures that are right."""
	kind = draw(st.sampled_from(MONEY))
	if kind in ("cash_in", "cash_out"):
		purpose = draw(st.sampled_from(["safe", "other"]))
		return kind, {"tender": "Cash", "amount_minor": draw(st.integers(1, 10**6)), "purpose": purpose}
	if kind == "credit_issue":
		paid = draw(st.integers(1, 10**5))
		tenders = [{"tender": "Card", "kind": "card", "amount_minor": paid}]
		return kind, {"credit_kind": "gift_card", "amount_minor": paid, "tenders": tenders, "change_minor": 0}
	sale = draw(some_sales())
	return ("sale", sale_body(sale)) if kind == "sale" else ("return", return_body(return_of(sale)))


@st.composite
def some_sales(draw):
	draft = replace(draw(drafts), currency_precision=2)
	percent = draw(st.integers(0, 60)) * SCALE
	draft = replace(draft, discount=TicketDiscount("grand_total", percent) if percent else None)
	totals = compute(draft)
	off = draw(st.integers(0, totals.total_minor))
	tip, change = draw(st.integers(0, 500)), draw(st.integers(0, 500))
	due = totals.total_minor - off + tip
	split = draw(st.integers(0, due))
	kind = draw(st.sampled_from(AMOUNTS))
	tenders = [Tender(kind.title(), kind, split)] if split else []
	tenders += [Tender("Cash", "cash", due - split + change)] if due - split + change else []
	return Sale(draft, totals, tuple(tenders), change, tip, off)


def movement(amount, **more):
	return {"tender": "Cash", "amount_minor": amount, "purpose": "safe", **more}
