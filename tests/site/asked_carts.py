"""How many random carts a test of parity tries, and what it tells of them.

POS_BRIDGE_CARTS asks for more of them, and for other ones each time.
"""

import json
import os
import time
from pathlib import Path

ASKED = os.environ.get("POS_BRIDGE_CARTS")
SEED = time.time_ns() % 1_000_000 if ASKED else 20261126
LEAST_SHARE = 0.03
MOST_HALVES = 0.01


def carts_asked(usual: int) -> int:
	return int(ASKED or usual)


def tell(tally) -> None:
	"""On the terminal, and in the file that POS_BRIDGE_REPORT names."""
	print(tally.fields())
	if report := os.environ.get("POS_BRIDGE_REPORT"):
		Path(report).write_text(json.dumps(tally.fields()), encoding="utf-8")


def seldom_tried(tally) -> set[str]:
	"""What fewer than 3 in 100 carts tried."""
	return {name for name, count in tally.tried.items() if count < LEAST_SHARE * tally.carts}
