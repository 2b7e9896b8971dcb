"""What the books have of a shift, whatever came first: float, what moved, count, and so its difference.

It never decides where a difference is booked (`journal`), and never looks for entries: they are handed in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pos_bridge.core.entry import Entry
from pos_bridge.core.kinds.shift import closing_of, drawer_effect, opening_of


@dataclass(frozen=True, slots=True)
class Moved:
	"""What entries did to one tender, in minor units, each zero or more unless change exceeds what was paid.

	`received_minor` is what sales and issued credit brought, less change; `returned_minor` what returns gave
	back.
	"""

	received_minor: int = 0
	returned_minor: int = 0
	in_minor: int = 0
	out_minor: int = 0

	@property
	def net_minor(self) -> int:
		return self.received_minor - self.returned_minor + self.in_minor - self.out_minor

	def plus(self, other: "Moved") -> "Moved":
		return Moved(
			self.received_minor + other.received_minor,
			self.returned_minor + other.returned_minor,
			self.in_minor + other.in_minor,
			self.out_minor + other.out_minor,
		)


@dataclass(frozen=True, slots=True)
class ShiftState:
	"""Tender to minor units of what is booked of a shift; `floats` and `counted` are None until they are."""

	floats: Mapping[str, int] | None = None
	moved: Mapping[str, Moved] = field(default_factory=dict)
	counted: Mapping[str, int] | None = None

	def expected(self, tender: str) -> int:
		"""What should be there of a tender, as far as it is known."""
		return (self.floats or {}).get(tender, 0) + self.moved.get(tender, Moved()).net_minor

	@property
	def differences(self) -> Mapping[str, int]:
		"""Counted less expected of every tender that was counted. None while the float is not known.

		To take a lost float for zero would book all of it as a surplus.
		"""
		if self.floats is None or self.counted is None:
			return {}
		return {tender: minor - self.expected(tender) for tender, minor in self.counted.items()}

	def after(self, entry: Entry) -> "ShiftState":
		"""With one more entry of the shift booked. What is counted a second time does not count."""
		if entry.kind == "shift_open":
			opening = opening_of(entry)
			return replace(self, floats={count.tender: count.counted_minor for count in opening.floats})
		if entry.kind == "shift_close":
			closing = closing_of(entry)
			if self.counted is not None:
				return self
			return replace(self, counted={count.tender: count.counted_minor for count in closing.counted})
		moved = dict(self.moved)
		for tender, change in moved_by(entry).items():
			moved[tender] = moved.get(tender, Moved()).plus(change)
		return replace(self, moved=moved)


NOTHING_BOOKED = ShiftState()


def shift_of(entry: Entry) -> str:
	"""The id of the shift that the entry belongs to: that of its opening; empty if it names none."""
	if entry.kind == "shift_open":
		return entry.id
	named = entry.body.get("shift")
	return named if isinstance(named, str) else ""


def moved_by(entry: Entry) -> Mapping[str, Moved]:
	"""What the entry does to each tender, by where that is counted."""
	effect = drawer_effect(entry)
	if entry.kind == "cash_in":
		return {tender: Moved(in_minor=minor) for tender, minor in effect.items()}
	if entry.kind == "cash_out":
		return {tender: Moved(out_minor=-minor) for tender, minor in effect.items()}
	if entry.kind == "return":
		return {tender: Moved(returned_minor=-minor) for tender, minor in effect.items()}
	return {tender: Moved(received_minor=minor) for tender, minor in effect.items()}


def state_of(entries: Iterable[Entry]) -> ShiftState:
	"""The state that these entries of one shift make, in the order in which they were booked."""
	state = NOTHING_BOOKED
	for entry in entries:
		state = state.after(entry)
	return state


def difference_change(entry: Entry, before: ShiftState) -> dict[str, int]:
	"""By how much booking the entry changes the shift's difference, by tender; zeros are left out.

	A closing brings all of it. What comes later, an opening too, brings what it makes different: so the sum
	over a shift's entries is its difference, whichever order they are booked in.
	"""
	old, new = before.differences, before.after(entry).differences
	changes = {tender: new.get(tender, 0) - old.get(tender, 0) for tender in {**old, **new}}
	return {tender: minor for tender, minor in changes.items() if minor}
