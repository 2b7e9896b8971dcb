"""What gift cards and store credits have to hold, added up from the raw entries by nobody of ours."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Card:
	kind: str
	balance: int = 0
	overspent: int = 0
	expires_on: str = ""
	issued: bool = False


@dataclass
class Cards:
	"""All cards by number, and what each purpose's account is owed by them."""

	cards: dict[str, Card] = field(default_factory=dict)
	owed: Counter = field(default_factory=Counter)
	uncovered: int = 0
	"""What cards did not cover when they were taken, whether it was paid later or not."""
	lapsed: int = 0

	def spend(self, number: str, kind: str, amount: int, day: str) -> None:
		card = self.cards.setdefault(number, Card(kind))
		over = card.expires_on and day > card.expires_on
		covered = 0 if over else min(amount, card.balance)
		card.balance -= covered
		card.overspent += amount - covered
		self.uncovered += amount - covered
		self.owed[card.kind] -= covered
		self.owed["shortage"] -= amount - covered

	def fill(self, number: str, kind: str, amount: int, day: str, expires_on: str | None = None) -> None:
		"""Money that is put on it; `expires_on` is None where it comes back from a return."""
		card = self.cards.setdefault(number, Card(kind))
		if not card.issued:
			card.kind = kind
		card.expires_on = _until(card, day, expires_on)
		card.issued = True
		paid = min(amount, card.overspent)
		card.overspent -= paid
		card.balance += amount - paid
		self.owed[card.kind] += amount - paid
		self.owed["shortage"] += paid

	def lapse(self, today: str) -> None:
		"""What may not be spent any more is nobody's."""
		for card in self.cards.values():
			if card.expires_on and card.expires_on < today:
				self.owed[card.kind] -= card.balance
				self.lapsed += card.balance
				card.balance = 0


def _until(card: Card, day: str, expires_on: str | None) -> str:
	if expires_on is None:
		return "" if card.expires_on and day > card.expires_on else card.expires_on
	if not card.issued:
		return expires_on
	return max(expires_on, card.expires_on) if expires_on and card.expires_on else ""
