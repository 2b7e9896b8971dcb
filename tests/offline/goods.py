"""Random sales and returns of the demo shop, as hypothesis strategies, and the drafts that a till records."""

from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from pos_bridge.agent.standalone.demo_shop import CURRENCY, CURRENCY_PRECISION, PROFILE, goods
from pos_bridge.core.entry import uuid7
from pos_bridge.core.money import SCALE, Rounding, parse_decimal
from pos_bridge.core.returns import draft_of_return, make_return
from pos_bridge.core.sale import DraftLine, SaleDraft, Tender, compute, make_sale
from tests.offline.till import START_MS

GOODS = [each.item for each in goods()]
RATES = {
	template: {tax: parse_decimal(rate) for tax, rate in rates.items()}
	for template, rates in PROFILE.templates.items()
}
ZONE = timezone(timedelta(hours=1))


@st.composite
def lines(draw):
	item = draw(st.sampled_from(GOODS))
	step = SCALE // 1000 if item.weighed else SCALE
	return DraftLine(
		item=item.item,
		name=item.name,
		quantity=draw(st.integers(1, 20)) * step,
		unit=item.unit,
		price_minor=item.price_minor,
		rates=RATES[item.template],
		discount_percent=draw(st.sampled_from([0, 0, 10, 33])) * SCALE,
	)


@st.composite
def sales(draw):
	rounding = Rounding(PROFILE.rounding)
	wanted = tuple(draw(st.lists(lines(), min_size=1, max_size=3)))
	draft = SaleDraft(CURRENCY, CURRENCY_PRECISION, rounding, PROFILE.taxes, wanted)
	total = compute(draft).total_minor
	card = draw(st.integers(0, total))
	over = draw(st.sampled_from([0, 1, 500]))
	tenders = [Tender("Card", "card", card)] if card else []
	tenders += [Tender("Cash", "cash", total - card + over)] if total - card + over else []
	return make_sale(draft, tenders)


def plain_sale(item):
	"""One of it, for cash."""
	line = DraftLine(item.item, item.name, SCALE, item.unit, item.price_minor, RATES[item.template])
	draft = SaleDraft(CURRENCY, CURRENCY_PRECISION, Rounding(PROFILE.rounding), PROFILE.taxes, (line,))
	return make_sale(draft, [Tender("Cash", "cash", compute(draft).total_minor)])


def return_of(sale, entry, receipt_number):
	"""All of a sale comes back for cash."""
	draft = draft_of_return(sale, {number: line.quantity for number, line in enumerate(sale.draft.lines, 1)})
	total = compute(draft, "return").total_minor
	tenders = [Tender("Cash", "cash", total)] if total else []
	return make_return(draft, tenders, against_entry=entry, against_receipt=receipt_number)


def moment(day):
	return datetime.fromtimestamp(START_MS / 1000, ZONE) + timedelta(days=day)


def draft_of(number, kind, body, day):
	"""The `number`-th deed of a test, done on its `day`-th day."""
	at = moment(day)
	return {
		"id": uuid7(START_MS + number, b"ten bytes."),
		"kind": kind,
		"body": body,
		"cashier": "Ada",
		"business_date": at.date().isoformat(),
		"occurred_at": at.isoformat(timespec="milliseconds"),
	}
