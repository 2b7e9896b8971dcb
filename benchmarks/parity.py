"""Random carts, computed by a real ERPNext, by our Python and by the page: every figure has to be the same.

`python -m benchmarks.parity [carts] [--seed N] [--vectors FILE]` with a bench's Python and POS_BRIDGE_BENCH;
it prints one JSON object with how many carts tried what. A difference is made as small as it gets and
printed; exit 1 then.
"""

import json
import random
import sys
import tempfile
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.sums.carts import Cart, random_carts, smallest
from benchmarks.sums.page import PageProcess
from benchmarks.sums.tally import Tally, cart_options
from benchmarks.sums.vectors import Vectors
from pos_bridge.core.errors import PosBridgeError
from pos_bridge.core.sale import Direction, SaleDraft, Totals, compute
from pos_bridge.core.sale_body import draft_fields, totals_fields

CARTS = 500
SHOWN = 10
"""Differences that are made smaller and shown; the others are counted."""

Figures = dict[str, Any]
Sums = Callable[[SaleDraft, Direction], Totals]
Keep = Callable[[Cart, Figures], None]
Engine = Callable[[SaleDraft, Direction], Figures]


def compare(
	carts: int, seed: int, erpnext: Sums, exactly: Sums, page: PageProcess, keep: Keep | None = None
) -> Tally:
	"""The same carts through all three; the seed makes them again. `exactly` is ERPNext while it posts."""
	engines: dict[str, Engine] = {
		"erpnext": lambda draft, direction: totals_fields(erpnext(draft, direction)),
		"python": lambda draft, direction: totals_fields(compute(draft, direction)),
		"page": lambda draft, direction: page.ask({"draft": draft_fields(draft), "direction": direction}),
	}

	def posting(draft: SaleDraft, direction: Direction) -> Figures:
		return totals_fields(exactly(draft, direction))

	parity = Tally(seed)
	for cart in islice(random_carts(random.Random(seed)), carts):
		parity.carts += 1
		parity.tried.update(cart.tries)
		if keep:
			keep(cart, posting(cart.draft, cart.direction))
		if agree(cart.draft, cart.direction, engines):
			continue
		if agree(cart.draft, cart.direction, engines | {"erpnext": posting}):
			parity.halves_by_chance += 1
			continue
		parity.different += 1
		if len(parity.smallest) < SHOWN:
			parity.smallest.append(shown(cart, engines | {"erpnext": posting}))
	return parity


def shown(cart: Cart, engines: dict[str, Engine]) -> dict[str, Any]:
	"""The smallest cart on which they still differ, and what each makes of it."""

	def still_differs(draft: SaleDraft) -> bool:
		# What ours refuse is no smaller example: ERPNext would compute some of it.
		refused = "refused" in attempt(engines["python"], draft, cart.direction)
		return not refused and not agree(draft, cart.direction, engines)

	small = smallest(cart.draft, still_differs)
	answers = {name: attempt(engine, small, cart.direction) for name, engine in engines.items()}
	return {"draft": draft_fields(small), "direction": cart.direction, **answers}


def agree(draft: SaleDraft, direction: Direction, engines: dict[str, Engine]) -> bool:
	answers = [attempt(engine, draft, direction) for engine in engines.values()]
	return all(answer == answers[0] for answer in answers)


def attempt(engine: Engine, draft: SaleDraft, direction: Direction) -> Figures:
	try:
		return engine(draft, direction)
	except PosBridgeError as error:
		return {"refused": str(error)}


def main() -> int:
	parser = cart_options("benchmarks.parity", CARTS)
	parser.add_argument("--vectors", type=Path, help="write carts with ERPNext's figures to this file")
	options = parser.parse_args()
	# Only where there is a bench; the tests bring a site of their own.
	from benchmarks.erpnext.inside import connected, disposable
	from benchmarks.sums.erpnext import Books, versions

	with (
		tempfile.TemporaryDirectory(prefix="pos-bridge-parity-") as folder,
		PageProcess(Path(folder), "sums") as page,
		disposable() as site,
		connected(site),
	):
		books = Books.of_a_site()
		vectors = Vectors(options.seed)
		keep = vectors.keep if options.vectors else None
		parity = compare(options.carts, options.seed, books.compute, books.compute_exactly, page, keep)
		if options.vectors:
			vectors.write(options.vectors, versions())
	print(json.dumps(parity.fields()))
	return 1 if parity.different else 0


if __name__ == "__main__":
	sys.exit(main())
