"""Carts with the figures that a real ERPNext gave, for the tests that have none (`vectors/erpnext.json`).

It never computes a figure.
"""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.sums.carts import Cart
from pos_bridge.core.sale_body import draft_fields

CASES = 700
MOST_LINES = 3
"""Of a kept cart: what many lines try, two or three try as well, and can be read."""


class Vectors:
	"""The first cart for each three things tried together that no cart before it tried."""

	def __init__(self, seed: int) -> None:
		self._seed = seed
		self._seen: set[tuple[str, ...]] = set()
		self._cases: list[dict[str, Any]] = []

	def keep(self, cart: Cart, figures: dict[str, Any]) -> None:
		if len(self._cases) == CASES or len(cart.draft.lines) > MOST_LINES:
			return
		new = [three for three in _threes(cart) if three not in self._seen]
		if not new:
			return
		self._seen.update(new)
		case = {"why": "; ".join(new[0]), "direction": cart.direction}
		self._cases.append({**case, "draft": draft_fields(cart.draft), "expected": figures})

	def write(self, file: Path, versions: dict[str, str]) -> None:
		"""One case a line, so that a change of one is one line of a diff."""
		head = json.dumps({"seed": self._seed, **versions})[1:-1]
		cases = (json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in self._cases)
		file.write_text("{" + head + ', "cases": [\n' + ",\n".join(cases) + "\n]}\n", encoding="utf-8")


def _threes(cart: Cart) -> Iterator[tuple[str, ...]]:
	return combinations(sorted(cart.tries), 3)
