"""A shift: what lay in the drawer, what its entries put in and took out, what was counted in the end.

It never decides where a difference is booked; `journal` does. Bodies: docs/protocol.md, "Shift and drawer".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import MAX_MINOR
from pos_bridge.core.sale_body import readable, text, whole
from pos_bridge.core.tenders import MONEY_KINDS, TENDER_KINDS

IN_PURPOSES = frozenset({"safe", "other"})
OUT_PURPOSES = frozenset({"safe", "deposit", "petty_cash", "other"})
NO_MONEY = TENDER_KINDS - MONEY_KINDS
"""Kinds of tenders that leave nothing to be counted."""
MAX_COUNTS = 20
MAX_DENOMINATIONS = 50


@dataclass(frozen=True, slots=True)
class Count:
	"""What was counted of a tender, and the notes and coins where they were: (minor units, pieces)."""

	tender: str
	counted_minor: int
	denominations: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftOpening:
	"""A shift begins with its float."""

	currency: str
	currency_precision: int
	floats: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class ShiftClosing:
	"""A shift ends; `shift` is the id of the entry that opened it."""

	currency: str
	currency_precision: int
	shift: str
	counted: tuple[Count, ...]
	note: str = ""


@dataclass(frozen=True, slots=True)
class CashMovement:
	"""Money put into the drawer, or taken out where `amount_minor` is below zero, beside sales."""

	currency: str
	currency_precision: int
	tender: str
	amount_minor: int
	purpose: str
	reason: str = ""
	shift: str = ""

	@property
	def account(self) -> str:
		"""For which purpose the shop's account is the other side."""
		return "other_cash" if self.purpose == "other" else self.purpose


def opening_of(entry: Entry) -> ShiftOpening:
	"""Read a `shift_open`; `Malformed` where a field is missing or of another type, else `Rejected`."""
	body = entry.body
	return readable(lambda: ShiftOpening(*_currency(body), _counts(body["float"])))


def closing_of(entry: Entry) -> ShiftClosing:
	"""Read a `shift_close`; errors as in `opening_of`."""
	body = entry.body
	return readable(
		lambda: ShiftClosing(
			*_currency(body), text(body["shift"]), _counts(body["counted"]), text(body.get("note", ""))
		)
	)


def movement_of(entry: Entry) -> CashMovement:
	"""Read a `cash_in` or `cash_out`; errors as in `opening_of`."""
	movement = readable(lambda: _read_movement(entry.body))
	known = IN_PURPOSES if entry.kind == "cash_in" else OUT_PURPOSES
	if movement.purpose not in known:
		raise Rejected(
			f"The purpose {movement.purpose!r} of a {entry.kind} is not known. Update, then retry."
		)
	if not 0 < movement.amount_minor <= MAX_MINOR:
		raise Rejected("Money put in or taken out is an amount above zero.")
	return movement if entry.kind == "cash_in" else replace(movement, amount_minor=-movement.amount_minor)


def _read_movement(body: Mapping[str, Any]) -> CashMovement:
	return CashMovement(
		*_currency(body),
		text(body["tender"]),
		whole(body["amount_minor"]),
		text(body["purpose"]),
		text(body.get("reason", "")),
		text(body.get("shift", "")),
	)


def _currency(body: Mapping[str, Any]) -> tuple[str, int]:
	return text(body["currency"]), whole(body["currency_precision"])


def drawer_effect(entry: Entry) -> dict[str, int]:
	"""What the entry puts into each tender, in minor units; below zero: takes out. A float is not an effect.

	Of a sale, a return and an issued credit it is what was received less change, of money movements their
	amount, of anything else nothing. Read as it is said: whether the sums are right is checked by posting.
	"""
	if entry.kind in ("cash_in", "cash_out"):
		movement = movement_of(entry)
		return {movement.tender: movement.amount_minor}
	if entry.kind not in ("sale", "return", "credit_issue"):
		return {}
	return readable(lambda: _received(entry.body))


def _received(body: Mapping[str, Any]) -> dict[str, int]:
	sums: dict[str, int] = {}
	for tender in body["tenders"]:
		if text(tender["kind"]) not in NO_MONEY:
			name = text(tender["tender"])
			sums[name] = sums.get(name, 0) + whole(tender["amount_minor"])
	tender, change_minor = change_given(body)
	if change_minor:
		sums[tender] = sums.get(tender, 0) - change_minor
	return sums


def change_given(body: Mapping[str, Any]) -> tuple[str, int]:
	"""The tender that change was given out of, and how much, as it is booked (`change_tender`)."""
	first = (tender["tender"] for tender in body["tenders"] if tender["kind"] == "cash")
	return text(body.get("change_from") or next(first, "")), whole(body.get("change_minor", 0))


def _counts(rows: Sequence[Mapping[str, Any]]) -> tuple[Count, ...]:
	counts = tuple(_count(row) for row in rows)
	if len(counts) > MAX_COUNTS or len({count.tender for count in counts}) < len(counts):
		raise Rejected(f"A tender is counted once, and at most {MAX_COUNTS} of them.")
	return counts


def _count(row: Mapping[str, Any]) -> Count:
	pieces = tuple((int(minor), whole(number)) for minor, number in row.get("denominations", ()))
	count = Count(text(row["tender"]), whole(row["counted_minor"]), pieces)
	if not 0 <= count.counted_minor <= MAX_MINOR or len(pieces) > MAX_DENOMINATIONS:
		raise Rejected(f"What was counted of {count.tender} is below zero, or too much.")
	if pieces and sum(minor * number for minor, number in pieces) != count.counted_minor:
		raise Rejected(f"The notes and coins of {count.tender} don't come to what was counted.")
	return count
