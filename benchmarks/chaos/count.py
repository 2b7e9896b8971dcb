"""What the cashier was told, held against what the books say, sale by sale and to the cent.

It only reads.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.chaos.cashier import Attempt, Told
from benchmarks.chaos.shop import Kept


@dataclass(frozen=True)
class Survived:
	"""The counts of one run. `whole` says which of them have to be zero."""

	shop: str
	rounds: int
	seed: int
	disasters: Mapping[str, int]
	messages_disturbed: Mapping[str, int]
	cashier: Mapping[str, int]
	sales_confirmed: int
	entries_acknowledged: int
	entries_recorded: Mapping[str, int]
	sales_recorded_unseen: int
	"""Recorded, but the browser was gone before the cashier saw it; each is a payment that was begun."""
	lost_with_cleared_storage: int
	"""Confirmed while neither agent nor company had it; then the browser's storage was cleared on purpose."""
	gaps_with_cleared_storage: int
	lost: int
	"""Acknowledged by agent or company, and not in the books."""
	lost_by_kill: int
	"""Confirmed to the cashier and gone, though its storage was never cleared."""
	doubled: int
	off_by_minor: int
	numbers_used_twice: int
	gaps: int
	quarantined: int
	held: int
	unsettled: int
	"""Entries that page, agent or company still waited with in the end."""
	faults: Sequence[str]

	@property
	def whole(self) -> bool:
		wrong = (self.lost, self.lost_by_kill, self.doubled, self.off_by_minor, self.numbers_used_twice)
		return not (any(wrong) or self.gaps or self.quarantined or self.held or self.unsettled or self.faults)


@dataclass(frozen=True)
class Evidence:
	"""Both sides of one run."""

	told: Mapping[str, Told]
	interrupted: Sequence[Attempt]
	acknowledged: Mapping[str, str]
	"""Receipt numbers, or "", of the entries that agent or company had at some moment, by id."""
	storage: int
	"""How often the browser's storage was cleared."""
	cleared_epochs: int
	"""No chain up to this epoch was in the browser after it was cleared last."""
	ledger: Sequence[Kept]
	received: Mapping[str, Mapping[str, int]]

	@property
	def sales(self) -> list[Kept]:
		return [entry for entry in self.ledger if entry.kind == "sale"]

	def missing(self) -> list[Told]:
		recorded = {sale.receipt_number for sale in self.sales}
		return [told for number, told in self.told.items() if number not in recorded]

	def lost(self) -> int:
		"""What somebody behind the page had, and the books have not."""
		return len(self._lost_ids())

	def _lost_ids(self) -> set[str]:
		return self.acknowledged.keys() - {entry.id for entry in self.ledger}

	def lost_by_page(self) -> tuple[int, int]:
		"""By a kill; and with storage that was cleared on purpose."""
		known = set(self.acknowledged.values())
		alone = [told for told in self.missing() if told.receipt_number not in known]
		cleared = sum(told.storage < self.storage for told in alone)
		return len(alone) - cleared, cleared

	def unseen(self) -> list[Kept]:
		"""Sales that nobody was told of."""
		return [sale for sale in self.sales if sale.receipt_number not in self.told]

	def unexplained(self) -> list[Kept]:
		"""Unseen sales that are of no payment which was cut off."""
		begun = Counter(attempt.total_minor for attempt in self.interrupted)
		found = []
		for sale in self.unseen():
			total = int(sale.body["total_minor"])
			if begun[total] <= 0:
				found.append(sale)
			begun[total] -= 1
		return found

	def doubled(self) -> int:
		ids = Counter(entry.id for entry in self.ledger)
		return sum(count - 1 for count in ids.values()) + len(self.unexplained())

	def numbers_used_twice(self) -> int:
		numbers = Counter(sale.receipt_number for sale in self.sales)
		return sum(count - 1 for count in numbers.values())

	def off(self, sale: Kept) -> int:
		"""Minor units between screen and entry, and between entry and books."""
		body, tenders = sale.body, tenders_of(sale)
		kept = Counter(tenders)
		kept["Cash"] -= int(body["change_minor"])
		off = _difference(kept, self.received.get(sale.id, {}))
		told = self.told.get(sale.receipt_number)
		if told:
			off += abs(told.total_minor - int(body["total_minor"]))
			off += _difference(tenders, tenders if told.tenders is None else told.tenders)
		return off

	def off_by_minor(self) -> int:
		return sum(map(self.off, self.sales))

	def words(self) -> list[str]:
		"""What is wrong, sale by sale, for whoever has to find out why."""
		lost = [f"lost: {id} {number}" for id, number in self.acknowledged.items() if id in self._lost_ids()]
		missing = [f"missing: {told}" for told in self.missing() if told.storage == self.storage]
		unexplained = [f"nobody was told of {sale}" for sale in self.unexplained()]
		off = [
			f"off: {sale}; {self.told.get(sale.receipt_number)}; booked: {self.received.get(sale.id)}"
			for sale in self.sales
			if self.off(sale)
		]
		return [*lost, *missing, *unexplained, *off]

	def gaps(self) -> tuple[int, int]:
		"""Numbers missing in chains; and those whose storage was cleared before they were sent."""
		chains: dict[tuple[str, int], set[int]] = {}
		for entry in self.ledger:
			chains.setdefault((entry.chain, entry.epoch), set()).add(entry.sequence)
		missing = {key: max(numbers) - len(numbers) for key, numbers in chains.items()}
		cleared = sum(count for (_, epoch), count in missing.items() if epoch <= self.cleared_epochs)
		return sum(missing.values()) - cleared, cleared

	def kinds(self) -> Mapping[str, int]:
		return dict(Counter(entry.kind for entry in self.ledger))


def tenders_of(sale: Kept) -> Counter[str]:
	found: Counter[str] = Counter()
	for tender in sale.body["tenders"]:
		found[tender["tender"]] += int(tender["amount_minor"])
	return found


def _difference(ours: Mapping[str, int], theirs: Mapping[str, int]) -> int:
	names: Iterable[str] = {*ours, *theirs}
	return sum(abs(ours.get(name, 0) - theirs.get(name, 0)) for name in names)
