"""Random pricing rules and carts through ERPNext, our Python and the page: every price has to be the same.

`python -m benchmarks.sums.rules [carts] [--seed N]` with a bench's Python and POS_BRIDGE_BENCH; it prints one
JSON object with how many carts tried what. A difference is made as small as it gets and printed; exit 1 then.
"""

import dataclasses
import json
import random
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from benchmarks.sums.page import PageProcess
from benchmarks.sums.rule_carts import (
	BOX,
	BUYERS,
	ITEMS,
	TODAY,
	RuleCart,
	RuleRefused,
	random_rule_carts,
	smallest,
)
from benchmarks.sums.tally import Tally, cart_options
from pos_bridge.core.money import SCALE, format_decimal
from pos_bridge.core.pricing.wire import price_of, wire_of

CARTS = 300
SHOWN = 5

Answer = dict[str, Any]


class Books(Protocol):
	"""ERPNext, or what stands in for it."""

	currency: str

	def with_rules(self, cart: RuleCart) -> AbstractContextManager[Answer]: ...

	def price(self, cart: RuleCart) -> Answer: ...

	def price_exactly(self, cart: RuleCart) -> Answer: ...


def compare(carts: int, seed: int, books: Books, page: Callable[[Answer], Answer] | None) -> Tally:
	"""The same carts through all; the seed makes them again."""
	tally = Tally(seed)
	for cart in islice(random_rule_carts(random.Random(seed)), carts):
		answers = answers_of(cart, books, page)
		tally.carts += 1
		tally.tried.update(cart.tries | _outcomes(answers["erpnext"], cart))
		if agree(answers):
			continue
		if agree(answers_of(cart, books, page, exactly=True)):
			tally.halves_by_chance += 1
			continue
		tally.different += 1
		if len(tally.smallest) < SHOWN:
			small = smallest(cart, lambda smaller: not agree(answers_of(smaller, books, page)))
			fields = dataclasses.asdict(dataclasses.replace(small, tries=frozenset()))
			shown = {
				**fields,
				"tries": [],
				"prices": {item: small.prices[item] for item, _, _ in small.lines},
			}
			tally.smallest.append({"cart": shown, **answers_of(small, books, page)})
	return tally


def answers_of(
	cart: RuleCart, books: Books, page: Callable[[Answer], Answer] | None, *, exactly: bool = False
) -> Answer:
	"""What each makes of the cart; all the same if ERPNext does not take the rules.

	`exactly`: ERPNext as it computes while it posts, where no half is left to a float.
	"""
	price = books.price_exactly if exactly else books.price
	try:
		with books.with_rules(cart) as feed:
			asked = asked_of(cart, feed, books.currency)
			python = wire_of(price_of(asked))
			answers = {"erpnext": price(cart), "python": figures_of(python)}
			if page:
				answer = page(asked)
				answers |= {"page": figures_of(answer), "same": answer == python}
			return answers
	except RuleRefused as error:
		return {"erpnext": {"refused": str(error)}, "python": {"refused": str(error)}}


def agree(answers: Answer) -> bool:
	if answers["erpnext"].get("conflict"):
		return all(each.get("conflict") for name, each in answers.items() if name in ("python", "page"))
	figures = [each for name, each in answers.items() if name != "same"]
	return all(each == figures[0] for each in figures) and answers.get("same", True)


def _outcomes(erpnext: Answer, cart: RuleCart) -> set[str]:
	if "refused" in erpnext:
		return {"outcome: ERPNext refuses the rule"}
	if erpnext.get("conflict"):
		return {"outcome: conflict"}
	found = {"outcome: something free"} if erpnext["free"] else set()
	if erpnext["ticket"]:
		found.add("outcome: a ticket discount")
	plain = [cart.prices[item] * (BOX if unit == "Box" else 1) for item, _, unit in cart.lines]
	if any(line == "below zero" for line in erpnext["lines"]):
		found.add("outcome: below zero")
	elif [line["rate_minor"] for line in erpnext["lines"]] != plain:
		found.add("outcome: another price")
	return found or {"outcome: nothing"}


def asked_of(cart: RuleCart, feed: Answer, currency: str) -> Answer:
	"""The question as vectors and the page have it."""
	customer, group, territory = BUYERS[cart.buyer]
	return {
		"rules": feed["rules"],
		"lines": [_line(cart, *line) for line in cart.lines],
		"context": {
			"currency": currency,
			"currency_precision": 2,
			"rounding": cart.rounding,
			"price_list": feed["pricing_for"]["price_list"],
			"discount_on": feed["pricing_for"]["discount_on"],
			"customer": customer,
			"customer_group": group,
			"territory": territory,
			"date": TODAY,
			"coupon": cart.coupon,
		},
	}


def _line(cart: RuleCart, item: str, quantity: float, unit: str) -> Answer:
	group, brand, variant_of = ITEMS[item]
	factor = BOX if unit == "Box" else 1
	return {
		"item": item,
		"quantity": format_decimal(round(quantity * SCALE)),
		"unit": unit,
		"price_minor": cart.prices[item] * factor,
		"group": group,
		"brand": brand,
		"variant_of": variant_of,
		"stock_unit": "Nos",
		"factor": str(factor),
	}


def figures_of(wire: Answer) -> Answer:
	"""Python's or the page's answer as ERPNext's is told."""
	if any(each["kind"] == "same_criteria" for each in wire["conflicts"]):
		return {"conflict": True}
	below = {each["line"] for each in wire["conflicts"]}
	ticket = wire["ticket"]
	return {
		"lines": [
			"below zero"
			if number in below
			else {
				"price_minor": line["price_minor"],
				"rate_minor": line["rate_minor"],
				"percent": _thousandths(line["discount_percent"]),
			}
			for number, line in enumerate(wire["lines"], start=1)
		],
		"free": [
			[free["item"], _thousandths(free["quantity"]), free["unit"], free["rate_minor"], free["rule"]]
			for free in wire["free"]
		],
		"ticket": ticket
		and {
			"on": ticket["on"],
			"percent": _thousandths(ticket["percent"]),
			"amount_minor": ticket["amount_minor"],
		},
	}


def _thousandths(text: str) -> int:
	return round(float(text) * 1000)


def main() -> int:
	options = cart_options("benchmarks.sums.rules", CARTS).parse_args()
	# Only where there is a bench; the tests bring a site of their own.
	from benchmarks.erpnext.inside import connected, disposable
	from benchmarks.sums.pricing import RuleBooks

	with (
		tempfile.TemporaryDirectory(prefix="pos-bridge-rules-") as folder,
		PageProcess(Path(folder), "pricing") as page,
		disposable() as site,
		connected(site),
	):
		tally = compare(options.carts, options.seed, RuleBooks(), page.ask)
	print(json.dumps(tally.fields()))
	return 1 if tally.different else 0


if __name__ == "__main__":
	sys.exit(main())
