"""A card terminal without a terminal, for the demo, training and tests: it approves, declines, stays
silent, or loses its answer.

It keeps a book of what it charged, as a real one does, so that it can be asked for a result. It knows no
card.
"""

import asyncio

from pos_bridge.agent.devices.terminal.port import Asked, CardResult, TerminalStatus

MODES = ("approve", "decline", "time_out", "answer_lost", "offline")
"""time_out: it charges nothing and never answers. answer_lost: it charges, and the answer is lost."""
_SIGNS = {"pay": 1, "refund": -1, "reversal": -1}


class SimulatedTerminal:
	"""`mode` is what it does with the next thing that it is asked for; `seconds` is how long the customer
	takes.
	"""

	kind = "simulated"

	def __init__(self, mode: str = "approve", seconds: float = 0.0) -> None:
		self.mode = mode
		self.seconds = seconds
		self.charged: dict[str, CardResult] = {}
		"""By ref."""
		self.statement: list[int] = []
		"""What a cardholder would find on his, below zero where he got money."""
		self._trace = 0
		self._day: list[Asked] = []
		self._cancelled = asyncio.Event()

	async def pay(self, asked: Asked) -> CardResult:
		return await self._do(asked)

	async def refund(self, asked: Asked) -> CardResult:
		return await self._do(asked)

	async def reverse(self, asked: Asked) -> CardResult:
		return await self._do(asked)

	async def cancel(self) -> None:
		self._cancelled.set()

	async def last_result(self, asked: Asked) -> CardResult | None:
		if self.mode == "offline":
			return None
		return self.charged.get(asked.ref) or CardResult("failed", "The terminal did nothing of it.")

	async def end_of_day(self) -> CardResult:
		"""Counts what moved since the last one; in mode "decline" its bank can't be reached."""
		if self.mode == "offline":
			return CardResult("failed", "The terminal can't be reached: check its power and network.")
		self._cancelled.clear()
		if await self._was_cancelled(None if self.mode == "time_out" else self.seconds):
			return CardResult("failed", "It was switched off meanwhile.")
		if self.mode == "decline":
			return CardResult("failed", "The terminal has no connection to its bank.")
		settled = self._settled()
		return CardResult("unsure", "The answer was lost.") if self.mode == "answer_lost" else settled

	async def status(self) -> TerminalStatus:
		if self.mode == "offline":
			return TerminalStatus(False, "The simulated terminal is switched off.")
		return TerminalStatus(True)

	async def close(self) -> None:
		self._cancelled.set()

	async def _do(self, asked: Asked) -> CardResult:
		if self.mode == "offline":
			return CardResult("failed", "The terminal can't be reached: check its power and network.")
		self._cancelled.clear()
		if await self._was_cancelled(None if self.mode == "time_out" else self.seconds):
			return CardResult("cancelled", "It was cancelled at the till.")
		if self.mode == "decline":
			return CardResult("declined", "The card's bank declined.")
		result = self._approved(asked)
		self.charged[asked.ref] = result
		self.statement.append(_SIGNS[asked.kind] * asked.amount_minor)
		self._day.append(asked)
		return CardResult("unsure", "The answer was lost.") if self.mode == "answer_lost" else result

	async def _was_cancelled(self, seconds: float | None) -> bool:
		try:
			await asyncio.wait_for(self._cancelled.wait(), seconds)
		except asyncio.TimeoutError:
			return False
		return True

	def _settled(self) -> CardResult:
		self._trace += 1
		day, self._day = self._day, []
		totals = {each.currency: 0 for each in day}
		for each in day:
			totals[each.currency] += _SIGNS[each.kind] * each.amount_minor
		sums = (f"{currency} {total} minor units" for currency, total in totals.items())
		lines = ("SIMULATED TERMINAL", "END OF DAY", f"Transactions {len(day)}", *sums, "No money moved")
		return CardResult("approved", trace=f"{self._trace:06d}", terminal_id="SIM00001", lines=lines)

	def _approved(self, asked: Asked) -> CardResult:
		self._trace += 1
		trace = f"{self._trace:06d}"
		amount = f"{asked.currency} {asked.amount_minor} minor units"
		lines = (
			"SIMULATED TERMINAL",
			asked.kind.upper(),
			amount,
			"Card ...0000",
			f"Trace {trace}",
			"No money moved",
		)
		return CardResult(
			"approved", "", "SIMULATED", "0000", f"S{trace}", trace, "SIM00001", trace[-4:], lines
		)
