"""Everything that is under way between till, agent and company, and what becomes of each message.

A WebSocket keeps its order and loses nothing but its end; a call over HTTP can meet every fate.
"""

from enum import Enum


class Fate(Enum):
	"""What becomes of one message."""

	ARRIVES = "arrives"
	ANSWER_LOST = "answer lost"
	LOST = "lost"
	TWICE = "twice"
	LATE = "late"
	"""The sender hears nothing; it arrives behind what was sent later."""


class Connect:
	"""The page opens a WebSocket."""

	def __init__(self, shop, number):
		self.shop = shop
		self.number = number

	def meet(self, fate):
		if fate is Fate.LOST or not self.shop.agent.alive:
			self.shop.hang_up(self.number)
		else:
			self.shop.open(self.number)


class ToAgent:
	"""A frame from the page."""

	def __init__(self, shop, conversation, text):
		self.shop = shop
		self.conversation = conversation
		self.text = text

	def meet(self, fate):
		if not self.conversation.open:
			return
		if fate in (Fate.LOST, Fate.LATE):
			self.shop.hang_up(self.conversation.number)
		if fate is Fate.LATE:
			self.shop.late.append(self.arrive)
		if fate in (Fate.ARRIVES, Fate.TWICE, Fate.ANSWER_LOST):
			answers = [self.arrive() for _ in range(2 if fate is Fate.TWICE else 1)]
			for answer in filter(None, answers):
				self.shop.to_page(self.conversation, answer)
		if fate is Fate.ANSWER_LOST:
			self.shop.hang_up(self.conversation.number)

	def arrive(self):
		"""The agent's answer; None if it is gone by now, or dies over it."""
		return self.shop.run(self.conversation.hear(self.text))


class ToPage:
	"""A frame from the agent; only a broken connection can lose it."""

	def __init__(self, shop, conversation, text):
		self.shop = shop
		self.conversation = conversation
		self.text = text

	def meet(self, fate):
		if not self.conversation.open:
			return
		if fate in (Fate.LOST, Fate.LATE):
			self.shop.hang_up(self.conversation.number)
			return
		for _ in range(2 if fate is Fate.TWICE else 1):
			self.shop.tell("frame", socket=self.conversation.number, text=self.text)


class Call:
	"""A request to the company; `answer` takes (status, text), or None if the connection broke."""

	def __init__(self, shop, request, answer, time_out):
		self.shop = shop
		self._request = request
		self._answer = answer
		self._time_out = time_out

	def meet(self, fate):
		reachable = self.shop.company.reachable
		if fate is Fate.LOST or not reachable:
			self._answer(None)
		elif fate is Fate.LATE:
			self.shop.late.append(lambda: self.shop.serve(*self._request))
			self._time_out()
		else:
			answers = [self.shop.serve(*self._request) for _ in range(2 if fate is Fate.TWICE else 1)]
			self._answer(None if fate is Fate.ANSWER_LOST else answers[-1])
