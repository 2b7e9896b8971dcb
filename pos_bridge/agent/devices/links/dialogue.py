"""A printer that answers, at the end of whatever carries bytes: how it is asked, written to and believed.

A job is printed when the printer has said so behind it; silence, and whatever nobody knows, is unsure.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from pos_bridge.agent.devices.printer import (
	Condition,
	PrinterAway,
	PrintUnsure,
	Status,
	Tell,
	broken_off,
	nobody,
)
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile
from pos_bridge.agent.devices.status import (
	ASK_ERROR,
	ASK_OFFLINE_CAUSE,
	ASK_PAPER,
	ASK_PRINTER,
	FENCE,
	PAPER_END,
	Answer,
	Automatic,
	Fenced,
	ProcessId,
	Reader,
	RealTime,
	process_id,
	status_of,
	status_of_automatic,
)

ANSWER_SECONDS = 0.5
"""A printer that is silent for longer is away, or a cheap one with its cover open."""
WRITE_SECONDS = 10.0
"""Longest wait for the printer to take the next bytes of a job."""
PROOF_SECONDS = 15.0
"""Longest wait, of a printer that says it is ready, for the answer behind a job."""
RESUME_SECONDS = 600.0
"""Longest wait for somebody to put in paper or close the cover while a job is at the printer."""
LISTEN_SECONDS = 0.1
MAX_HEARD = 64
AUTOMATIC_STATUS = b"\x1da\x0f"
"""`GS a`: drawer, cover, errors and paper are told unasked."""
"""Answers that nobody asked for which are kept."""
UNPROVEN = "This printer does not answer: nobody knows whether it is on paper."
RESUMED = "The printer was stopped on the way (paper or cover): see that the paper is whole."
_CHUNK = 4_096
_OFFLINE_BIT = 0x08
_PROCESS_NUMBERS = 10_000

A = TypeVar("A", RealTime, Automatic, Fenced, ProcessId)


class Link(Protocol):
	"""What carries bytes to a printer and back. Everything raises OSError when it is gone."""

	def write(self, data: bytes, seconds: float) -> int:
		"""Send some of it; how many bytes were taken, 0 if none in that time."""

	def read(self, seconds: float) -> bytes:
		"""What has come, b"" if nothing in that time."""

	def close(self) -> None: ...


class Conversation:
	"""Questions and answers over one link."""

	def __init__(self, link: Link) -> None:
		self.link = link
		self.told: Automatic | None = None
		"""The newest status that came unasked."""
		self._reader = Reader()
		self._heard: deque[Answer] = deque(maxlen=MAX_HEARD)

	def hear(self, seconds: float) -> None:
		for answer in self._reader.feed(self.link.read(seconds)):
			if isinstance(answer, Automatic):
				self.told = answer
			self._heard.append(answer)

	def take(self, kind: type[A]) -> A | None:
		"""The oldest answer of a kind that has come, once."""
		for answer in self._heard:
			if isinstance(answer, kind):
				self._heard.remove(answer)
				return answer
		return None

	def ask(self, question: bytes) -> int:
		"""A question in real time. Raises TimeoutError when the printer stays silent."""
		while self.take(RealTime):
			continue  # an answer that came too late for the question before
		self.link.write(question, ANSWER_SECONDS)
		deadline = time.monotonic() + ANSWER_SECONDS
		while (left := deadline - time.monotonic()) > 0:
			self.hear(left)
			if answer := self.take(RealTime):
				return answer.bits
		raise TimeoutError("no answer in time")


class TalkingPrinter:
	"""A printer behind a link. With `hold` the link stays open between jobs, and what the printer says
	unasked is heard at once; without it others may use the printer in between."""

	def __init__(
		self,
		kind: str,
		name: str,
		open_link: Callable[[], Link],
		profile: PrinterProfile = GENERIC_80MM,
		*,
		hold: bool = False,
	) -> None:
		"""`name` begins a sentence, such as "The printer at 10.0.0.5:9100"."""
		self.kind = kind
		self.profile = profile
		self.write_seconds, self.proof_seconds = WRITE_SECONDS, PROOF_SECONDS
		self.resume_seconds = RESUME_SECONDS
		self._name = name
		self._open_link = open_link
		self._hold = hold
		self._held: Conversation | None = None
		self._doubtful = False
		self._lock = threading.Lock()
		self._closed = threading.Event()
		self._numbers = itertools.cycle(range(1, _PROCESS_NUMBERS))

	@property
	def _answers(self) -> bool:
		return self.profile.proof != "none"

	def status(self) -> Status:
		try:
			with self._conversation() as talk:
				return self._ask_all(talk) if self._answers else Status(Condition.READY)
		except OSError as error:
			return Status(
				Condition.OFFLINE, f"{self._name} does not answer ({error}): check power and cable."
			)

	def send(self, data: bytes, tell: Tell = nobody) -> str:
		try:
			with self._conversation() as talk:
				if self._doubtful:
					self._settle(talk)
				job = _Job(self, talk, data, tell)
				job.write()
				return job.prove() if self._answers else UNPROVEN
		except OSError as error:
			raise PrinterAway(f"{self._name} can't be reached ({error}): check power and cable.") from error

	def watch(self, changed: Callable[[], None]) -> None:
		if self._hold and self._answers:
			threading.Thread(target=self._listen, args=(changed,), daemon=True).start()

	def close(self) -> None:
		self._closed.set()
		with self._lock:
			self._let_go()

	def _settle(self, talk: Conversation) -> None:
		"""After a job that nobody knows the end of, the printer may still answer for it, and on a line that
		lasts this would be taken for the next job's answer: that one waits until all is answered."""
		talk.link.write(FENCE, ANSWER_SECONDS)
		deadline = time.monotonic() + self.proof_seconds
		heard = False
		while time.monotonic() < deadline:
			talk.hear(ANSWER_SECONDS)
			if talk.take(Fenced):
				heard = True
			elif heard:
				self._doubtful = False
				return
		raise PrinterAway(f"{self._name} has not ended the job before this one: see to it.")

	def next_number(self) -> str:
		return f"{next(self._numbers):04d}"

	@contextmanager
	def _conversation(self) -> Iterator[Conversation]:
		with self._lock:
			is_new = self._held is None
			talk = self._held or Conversation(self._open_link())
			self._held = talk
			try:
				if is_new and self._hold and self._answers:
					# Jobs ask for it, too; a cover that opens before the first one is heard of as soon.
					talk.link.write(AUTOMATIC_STATUS, ANSWER_SECONDS)
				yield talk
			except TimeoutError:
				raise  # silence: the line is there, and opening it anew makes some printers start anew
			except (OSError, PrinterAway):
				self._let_go()
				raise
			except PrintUnsure:
				self._doubtful = self._hold
				self._let_go()
				raise
			finally:
				if not self._hold:
					self._let_go()

	def _let_go(self) -> None:
		held, self._held = self._held, None
		if held is not None:
			held.link.close()

	def _ask_all(self, talk: Conversation) -> Status:
		answers = {ask: talk.ask(ask) for ask in (ASK_PRINTER, ASK_PAPER)}
		if answers[ASK_PRINTER] & _OFFLINE_BIT:
			answers |= {ask: talk.ask(ask) for ask in (ASK_OFFLINE_CAUSE, ASK_ERROR)}
		return status_of(answers, self.profile.drawer_sensor)

	def look(self, talk: Conversation) -> Status | None:
		"""How the printer is while a job is at it; None if it does not say."""
		try:
			return self._ask_all(talk)
		except TimeoutError:
			return None

	def _listen(self, changed: Callable[[], None]) -> None:
		"""Wake the press when the printer says something unasked: paper, cover, drawer."""
		while not self._closed.wait(LISTEN_SECONDS):
			with self._lock:
				if self._held is None or not self._hear_news(self._held):
					continue
			changed()

	def _hear_news(self, talk: Conversation) -> bool:
		before = talk.told
		try:
			talk.hear(LISTEN_SECONDS)
		except OSError:
			self._let_go()
			return True
		return talk.told is not before


class _Job:
	"""One job on its way: written, and waited for until the printer has answered behind it."""

	def __init__(self, printer: TalkingPrinter, talk: Conversation, data: bytes, tell: Tell) -> None:
		self._printer, self._talk, self._data, self._tell = printer, talk, data, tell
		self._sent = 0
		self._give_up = time.monotonic() + printer.resume_seconds
		self._stopped = False

	def write(self) -> None:
		deadline = time.monotonic() + self._printer.write_seconds
		while self._sent < len(self._data):
			try:
				taken = self._talk.link.write(self._data[self._sent : self._sent + _CHUNK], LISTEN_SECONDS)
				if taken == 0:
					self._talk.hear(LISTEN_SECONDS)
			except OSError as error:
				raise self._broken_off(f"broke the job off ({error}).") from error
			self._sent += taken
			if taken or self._waits_for_a_hand(self._told()):
				deadline = time.monotonic() + self._printer.write_seconds
			elif time.monotonic() > deadline:
				raise self._broken_off("takes no more: paper, cover, cable?")

	def prove(self) -> str:
		"""Wait for the answer behind the job; raises PrintUnsure when none comes."""
		number = self._printer.next_number()
		by_number = self._printer.profile.proof == "process_id"
		while self._talk.take(Fenced):
			continue  # nobody asked for it
		try:
			self._talk.link.write(process_id(number) if by_number else FENCE, self._printer.write_seconds)
			deadline = time.monotonic() + self._printer.proof_seconds
			while time.monotonic() < deadline:
				self._talk.hear(LISTEN_SECONDS)
				if self._is_proven(number if by_number else ""):
					return RESUMED if self._stopped else ""
				if self._waits_for_a_hand(self._printer.look(self._talk)):
					deadline = time.monotonic() + self._printer.proof_seconds
		except OSError as error:
			raise self._unsure(f" ({error})") from error
		raise self._unsure("")

	def _is_proven(self, number: str) -> bool:
		if number:
			answer = self._talk.take(ProcessId)
			return answer is not None and answer.number == number
		fenced = self._talk.take(Fenced)
		if fenced is not None and fenced.bits & PAPER_END == PAPER_END:
			raise PrintUnsure(
				f"{self._name} ran out of paper with this job: look at the paper.",
				self._sent,
				len(self._data),
			)
		return fenced is not None

	def _told(self) -> Status | None:
		told = self._talk.told
		return None if told is None else status_of_automatic(told, self._printer.profile.drawer_sensor)

	def _waits_for_a_hand(self, status: Status | None) -> bool:
		"""Whether the printer will go on by itself once paper or cover are seen to, and we still wait."""
		if status is None or status.condition not in (Condition.PAPER_OUT, Condition.COVER_OPEN):
			return False
		self._stopped = True
		return self._tell(status) and time.monotonic() < self._give_up

	@property
	def _name(self) -> str:
		return self._printer._name

	def _broken_off(self, words: str) -> PrinterAway | PrintUnsure:
		return broken_off(f"{self._name} {words}", self._sent, len(self._data))

	def _unsure(self, why: str) -> PrintUnsure:
		words = f"{self._name} took the job but did not say that it was printed{why}: look at the paper."
		return PrintUnsure(words, len(self._data), len(self._data))
