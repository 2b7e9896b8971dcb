"""Where tenders go: to the goods, to the tip, back as change. It never knows an account."""

from collections.abc import Sequence
from dataclasses import dataclass

from pos_bridge.core.tenders.tender import Tender


@dataclass(frozen=True, slots=True)
class Share:
	"""A part of a tender, in minor units."""

	tender: Tender
	amount_minor: int


@dataclass(frozen=True, slots=True)
class Settled:
	"""Where tenders go: what pays the goods, what is the tip, and the change that is still to be given."""

	pays: tuple[Share, ...]
	tips: tuple[Share, ...]
	change_minor: int


def change_tender(tenders: Sequence[Tender], change_from: str = "") -> str:
	"""The tender that change is given out of: the one that is named, else the first cash; "" without cash."""
	return change_from or next((tender.tender for tender in tenders if tender.kind == "cash"), "")


def settle(tenders: Sequence[Tender], change_minor: int, tip_minor: int, write_off_minor: int) -> Settled:
	"""What pays the goods and what is the tip (docs/protocol.md, "What is paid with").

	A tip is taken out of the last tender that is not cash, the rest out of those before it, cash last. Where
	a part of the total is written off no change is left: the cash that pays is what stayed in the drawer.
	"""
	order = [index for index, tender in enumerate(tenders) if tender.kind == "cash"]
	order += [index for index, tender in enumerate(tenders) if tender.kind != "cash"]
	left = [tender.amount_minor for tender in tenders]
	tips = [0] * len(left)
	for index in reversed(order):
		tips[index] = min(max(left[index], 0), tip_minor - sum(tips))
		left[index] -= tips[index]
	if write_off_minor:
		for index in order:
			if tenders[index].kind == "cash":
				given = min(left[index], change_minor)
				left[index] -= given
				change_minor -= given
	return Settled(_shares(tenders, left), _shares(tenders, tips), change_minor)


def _shares(tenders: Sequence[Tender], amounts: Sequence[int]) -> tuple[Share, ...]:
	pairs = zip(tenders, amounts, strict=True)
	return tuple(Share(tender, amount) for tender, amount in pairs if amount)


def exchanged_minor(tenders: Sequence[Tender]) -> int:
	"""What the other half of an exchange pays; below zero in a return."""
	return sum(tender.amount_minor for tender in tenders if tender.kind == "exchange")
