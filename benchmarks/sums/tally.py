"""What a comparison of random carts counted, and how it is asked for on a command line."""

import argparse
import dataclasses
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
	"""What was tried, and where the three did not agree."""

	seed: int
	carts: int = 0
	tried: Counter[str] = field(default_factory=Counter)
	different: int = 0
	halves_by_chance: int = 0
	"""Carts with an exact half that ERPNext's floats round by chance, except while it posts a sale."""
	smallest: list[dict[str, Any]] = field(default_factory=list)

	def fields(self) -> dict[str, Any]:
		return {**dataclasses.asdict(self), "tried": dict(sorted(self.tried.items()))}


def cart_options(module: str, carts: int) -> argparse.ArgumentParser:
	"""How many carts, by default `carts`, and of which seed."""
	parser = argparse.ArgumentParser(prog=f"python -m {module}")
	parser.add_argument("carts", type=int, nargs="?", default=carts)
	parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
	return parser
