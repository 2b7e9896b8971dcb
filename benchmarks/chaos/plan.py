"""Which disasters strike in which round: a deck that is shuffled and dealt, so that none is left out.

It decides from the seed alone; how far a till has come when a disaster strikes is the machine's chance.
"""

import random
from dataclasses import dataclass

WIRES = ("page_to_company", "page_to_agent", "agent_to_company")
MISCHIEFS = ("answers_lost", "sent_twice", "sent_late")
KINDS = (
	*("browser_killed", "agent_killed", "company_killed"),
	*(f"{wire}_{mischief}" for wire in WIRES for mischief in MISCHIEFS),
	*("second_tab_takes_over", "clock_back", "clock_forward"),
	*("browser_disk_full", "agent_disk_full", "storage_cleared", "browser_reinstalled"),
)
MORE_OFTEN = ("browser_killed", "browser_killed", "agent_killed", "company_killed", "storage_cleared")
"""Once every kind has been there, these come more often than the others."""
SELLING_SECONDS = 3.5
"""How long a round goes on selling at least; a disaster strikes at some moment of it."""
IN_A_ROUND = (1, 2, 2, 3)
MOST_HOURS = 72


@dataclass(frozen=True, slots=True)
class Strike:
	"""One disaster: when it strikes, how long it lasts, by how many hours a clock jumps."""

	kind: str
	after_seconds: float
	lasts_seconds: float
	hours: int
	in_payment: bool
	"""It waits for the moment in which a sale is being recorded."""
	alone: bool
	"""Neither agent nor company answers while it lasts: the page has only itself."""


def plan(rounds: int, seed: int) -> list[tuple[Strike, ...]]:
	"""The disasters of each round, in the order of their moments."""
	chance = random.Random(seed)
	counts = [chance.choice(IN_A_ROUND) for _ in range(rounds)]
	while rounds and sum(counts) < len(KINDS):
		counts[chance.randrange(rounds)] += 1
	deck = _deck(chance, sum(counts))
	return [
		tuple(sorted((_strike(chance, deck.pop()) for _ in range(count)), key=_moment)) for count in counts
	]


def _deck(chance: random.Random, size: int) -> list[str]:
	"""Whole shuffled decks, one after the other, until there are `size` cards."""
	cards = chance.sample(KINDS, len(KINDS))
	more = (*KINDS, *MORE_OFTEN)
	while len(cards) < size:
		cards = [*chance.sample(more, len(more)), *cards]
	return cards[-size:] if size else []


def _strike(chance: random.Random, kind: str) -> Strike:
	return Strike(
		kind=kind,
		after_seconds=round(chance.uniform(0.1, SELLING_SECONDS), 2),
		lasts_seconds=round(chance.uniform(0.05, 1.5), 2),
		hours=chance.randint(1, MOST_HOURS),
		in_payment=chance.random() < 0.6,
		alone=chance.random() < 0.5,
	)


def _moment(strike: Strike) -> float:
	return strike.after_seconds
