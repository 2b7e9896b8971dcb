"""The seams inside the till's process: Protocols, and the values that cross them. It does nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

JobOutcome = str  # created | exists | conflict
JobState = str  # queued | printing | printed | unsure | failed

RECEIPT_PRINTER = "receipt"
"""The name under which pages print receipts."""

Document = Mapping[str, Any]
"""A receipt document as the protocol describes it: {"columns": 42, "elements": [...]}."""


@dataclass(frozen=True, slots=True)
class Submitted:
	"""The spool's answer about one job, true on disk before anybody hears it."""

	outcome: JobOutcome
	state: JobState


@dataclass(frozen=True, slots=True)
class JobChange:
	"""A job reached another state; `reason` is "" when there is nothing to explain."""

	job: str
	state: JobState
	reason: str


@dataclass(frozen=True, slots=True)
class UnsureJob:
	"""A job with paper of which nobody knows whether it came out; `since` is UTC, ISO 8601."""

	job: str
	printer: str
	reason: str
	explanation: str
	since: str


@dataclass(frozen=True, slots=True)
class PrinterStatus:
	"""What a printer says of itself. state: ready | paper_out | cover_open | offline. drawer: open |
	left_open | closed, "" where nobody knows. `stand_in` takes its jobs while it is away."""

	printer: str
	kind: str
	columns: int
	online: bool
	state: str
	reason: str
	paper_low: bool = False
	drawer: str = ""
	stand_in: str = ""


class Spool(Protocol):
	"""Durable print jobs, idempotent by the caller's job id.

	Its rows live in the agent's shelf (table print_job, schema/agent/0002_spool.sql), so the shelf is
	given to it when it is built. Listeners are called on the event loop that `start` ran on.
	"""

	async def submit(
		self, job: str, printer: str, document: Document | None, kick: bool, reason: str
	) -> Submitted:
		"""Write the job inside one `Store.write` and return after its commit.

		The same job id with the same content answers `exists`, with other content `conflict` (the first
		stays). Raises Rejected for an unknown printer or a document that is none.
		"""

	async def start(
		self, on_job: Callable[[JobChange], None], on_printer: Callable[[PrinterStatus], None]
	) -> None:
		"""Begin printing what waits; tell the listeners of every change."""

	async def stop(self) -> None:
		"""Finish the job at hand and stop; what waits stays on the shelf."""

	def printers(self) -> list[PrinterStatus]:
		"""All known printers with what they last said."""

	def unsure(self) -> list[UnsureJob]:
		"""Jobs that a person has to decide, oldest first."""

	async def answer_unsure(self, job: str, printed: bool) -> JobState:
		"""A person looked: it is on paper, or shall be printed again, marked as a repetition. `Rejected` if
		it is not unsure.
		"""
