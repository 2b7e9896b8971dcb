"""What came of posting an entry: its documents, and what an accountant should know of it."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Booking:
	"""Documents by part (`sale`, `tip` …), each doctype and name; flags with their details in words."""

	documents: dict[str, tuple[str, str]] = field(default_factory=dict)
	flags: list[tuple[str, str]] = field(default_factory=list)

	def flag(self, flag: str, details: str) -> None:
		if details:
			self.flags.append((flag, details))
