"""Random pricing rules and carts through ERPNext, our Python and the page: every price has to be the same.

`python -m benchmarks.sums.rules [carts] [--seed N]` with a bench's Python and POS_BRIDGE_BENCH; it prints one
JSON object with how many carts tried what. A difference is made as small as it gets and printed; exit 1 then.
"""

import argparse
import dataclasses
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

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
from pos_bridge.core.money import SCALE, format_decimal
from pos_bridge.core.pricing.wire import price_of, wire_of

CARTS = 300
SHOWN = 5
FRONTEND = Path(__file__).parents[2] / "frontend"

Answer = dict[str, Any]


class Books(Protocol):
	"""ERPNext, or what stands in for it."""

	currency: str

	def with_rules(self, cart: RuleCart) -> AbstractContextManager[Answer]: ...

	def price(self, cart: RuleCart) -> Answer: ...


@dataclass(slots=True)
class Parity:
	"""What was tried, and where the three did not agree."""

	seed: int
	carts: int = 0
	tried: Counter[str] = field(default_factory=Counter)
	different: int = 0
	smallest: list[Answer] = field(default_factory=list)

	def fields(self) -> Answer:
		return {**dataclasses.asdict(self), "tried": dict(sorted(self.tried.items()))}


class PricingPage:
	"""The page's own engine, built from the sources as they are, in one process asked line by line."""

	def __init__(self, folder: Path) -> None:
		build = ["node", FRONTEND / "tests/process/sums.mjs", folder, "pricing"]
		subprocess.run(build, cwd=FRONTEND, check=True, capture_output=True, text=True)
		self._process = subprocess.Popen(
			["node", folder / "pricing.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
		)

	def __enter__(self) -> "PricingPage":
		return self

	def __exit__(self, *_: object) -> None:
		self._process.kill()
		self._process.communicate()

	def price(self, asked: Answer) -> Answer:
		assert self._process.stdin
		assert self._process.stdout
		self._process.stdin.write(json.dumps(asked) + "\n")
		self._process.stdin.flush()
		line = self._process.stdout.readline()
		if not line:
			raise RuntimeError("The page's engine ended; what it wrote on standard error says why.")
		answer: Answer = json.loads(line)
		return answer


def compare(carts: int, seed: int, books: Books, page: Callable[[Answer], Answer] | None) -> Parity:
	"""The same carts through all; the seed makes them again."""
	parity = Parity(seed)
	for cart in islice(random_rule_carts(random.Random(seed)), carts):
		answers = answers_of(cart, books, page)
		parity.carts += 1
		parity.tried.update(cart.tries | _outcomes(answers["erpnext"], cart))
		if agree(answers):
			continue
		parity.different += 1
		if len(parity.smallest) < SHOWN:
			small = smallest(cart, lambda smaller: not agree(answers_of(smaller, books, page)))
			fields = dataclasses.asdict(dataclasses.replace(small, tries=frozenset()))
			shown = {
				**fields,
				"tries": [],
				"prices": {item: small.prices[item] for item, _, _ in small.lines},
			}
			parity.smallest.append({"cart": shown, **answers_of(small, books, page)})
	return parity


def answers_of(cart: RuleCart, books: Books, page: Callable[[Answer], Answer] | None) -> Answer:
	"""What each makes of the cart; all the same if ERPNext does not take the rules."""
	try:
		with books.with_rules(cart) as feed:
			asked = asked_of(cart, feed, books.currency)
			python = wire_of(price_of(asked))
			answers = {"erpnext": books.price(cart), "python": figures_of(python)}
			if page:
				answers |= {"page": figures_of(page(asked)), "same": page(asked) == python}
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
	parser = argparse.ArgumentParser(prog="python -m benchmarks.sums.rules")
	parser.add_argument("carts", type=int, nargs="?", default=CARTS)
	parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
	options = parser.parse_args()
	# Only where there is a bench; the tests bring a site of their own.
	from benchmarks.erpnext.inside import connected, disposable
	from benchmarks.sums.pricing import RuleBooks

	with (
		tempfile.TemporaryDirectory(prefix="pos-bridge-rules-") as folder,
		PricingPage(Path(folder)) as page,
		disposable() as site,
		connected(site),
	):
		parity = compare(options.carts, options.seed, RuleBooks(), page.price)
	print(json.dumps(parity.fields()))
	return 1 if parity.different else 0


if __name__ == "__main__":
	sys.exit(main())
