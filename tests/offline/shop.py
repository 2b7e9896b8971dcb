"""The three parts of one shop and the network between them: nothing moves in it but what a test lets move."""

import json

from tests.offline.agent import AgentSide, Conversation
from tests.offline.company import CompanySide, begin_from
from tests.offline.network import Call, Connect, Fate, ToAgent, ToPage
from tests.offline.standing import quiet
from tests.offline.till import START_MS

MAX_MOVES = 5_000
"""Messages in one step; more would mean that two parts talk without end."""
LONGEST_HOP_SECONDS = 5.0


class Shop:
	"""Till, agent and company. `hear` is told what the till says to its cashier."""

	def __init__(self, loop, till, folder, template, hear):
		self._loop = loop
		self._till = till
		self._hear = hear
		self._folder = folder
		self.waiting = []
		self.late = []
		self.fates = []
		self.conversations = {}
		begin_from(template, folder)
		self.company = CompanySide(loop, folder)
		self.company.start()
		token = self.company.token("T1", "agent")
		self.agent = AgentSide(loop, folder, token, self._agent_calls)
		self.agent.start()
		self.copy = folder / "copy.sqlite"
		self.agent.copied_to(self.copy)
		self.tell("reset", now=START_MS)

	def run(self, work):
		return self._loop.run_until_complete(work)

	def end(self):
		for side in (self.agent, self.company):
			if side.running:
				side.stop()

	def tell(self, op, **more):
		for said in self._till.tell(op, **more):
			self._take(said)

	def _take(self, said):
		kind = said["said"]
		if kind == "connect":
			self.waiting.append(Connect(self, said["socket"]))
		elif kind == "frame":
			self._frame(said["socket"], said["text"])
		elif kind == "hang_up":
			self._forget(said["socket"])
		elif kind == "call":
			self._page_calls(said)
		else:
			if kind == "died":
				self.page_gone()
			self._hear(said)

	def _frame(self, number, text):
		conversation = self.conversations.get(number)
		if conversation:
			self.waiting.append(ToAgent(self, conversation, text))

	def _page_calls(self, said):
		number = said["call"]

		def answer(answered):
			status, text = answered or (0, "")
			self.tell("answer", call=number, status=status, text=text)

		request = (said["method"], said["url"], said["token"], said["body"].encode())
		# A page whose call hangs gives up by its own clock; to say "broken" is the same, sooner.
		self.waiting.append(Call(self, request, answer, lambda: answer(None)))

	def _agent_calls(self, exchange):
		if self.agent.alive:
			request = ("POST", exchange.url, exchange.token, exchange.body)
			self.waiting.append(Call(self, request, exchange.answer, exchange.time_out))

	def open(self, number):
		self.conversations[number] = Conversation(self.agent, number, self.to_page)
		self.tell("opened", socket=number)

	def to_page(self, conversation, message):
		self.waiting.append(ToPage(self, conversation, json.dumps(message)))

	def hang_up(self, number):
		self._forget(number)
		self.tell("hung_up", socket=number)

	def _forget(self, number):
		conversation = self.conversations.pop(number, None)
		if conversation:
			conversation.close()

	def page_gone(self):
		"""What it sent before may still arrive, late; answers to it find nobody."""
		self.late += [message.arrive for message in self.waiting if isinstance(message, ToAgent)]
		for number in tuple(self.conversations):
			self._forget(number)
		self.waiting = [message for message in self.waiting if isinstance(message, Call)]

	def settle(self):
		"""Until nothing is under way; each message meets the next of `fates`, else it arrives."""
		for _ in range(MAX_MOVES):
			self.run(quiet([self.agent.store, self.company.store]))
			self._bury()
			if not self.waiting:
				return
			message = self.waiting.pop(0)
			message.meet(self.fates.pop(0) if self.fates else Fate.ARRIVES)
		raise AssertionError(f"After {MAX_MOVES} messages there are still more under way.")

	def _bury(self):
		"""Whoever died in the middle of something is gone; the company's people start it again at once."""
		if self.agent.running and not self.agent.alive:
			self.agent_stops()
		if not self.company.alive:
			self.company.stop()
			self.company.start()

	def agent_stops(self):
		"""As if killed: what it has committed stays, nothing else does."""
		self.agent.stop()
		for number in tuple(self.conversations):
			self.hang_up(number)

	def agent_killed(self):
		if self.agent.running:
			self.agent_stops()

	def agent_started(self):
		if not self.agent.running:
			self.agent.start()

	def agent_restored(self):
		self.agent_killed()
		self.agent.restore(self.copy)
		self.agent.start()

	def page_crashes(self, crash):
		self.tell("crash", crash=crash)
		self.page_gone()

	def say_to_agent(self, entries):
		"""Somebody else on this computer, over a connection that nobody cuts."""
		self.agent_started()
		stranger = Conversation(self.agent, 0, lambda *_: None)
		for message in ({"op": "hello", "protocol": 1, "till": "T1"}, {"op": "record", "entries": entries}):
			self.run(stranger.hear(json.dumps(message)))
		stranger.close()

	def told(self):
		"""What agent and company say about what is left, for whoever reads a failure."""
		poster, agent = self.company.company.poster, self.agent
		return f"agent: {agent.unforwarded()} due, {agent.process.last_error()}; company: {poster.last_error}"

	def serve(self, *request):
		"""What the company answers somebody whose network is well; None if it died over it."""
		return self.run(self.company.serve(*request)) if self.company.alive else None

	def time_passes(self, seconds):
		"""Hop by hop, so that an answer comes before what would have happened without it."""
		left = seconds
		while left > 0:
			until_next = self._till.until_next
			hop = min(
				left, LONGEST_HOP_SECONDS, *([max(until_next, 1) / 1000] if until_next is not None else [])
			)
			self._loop.go_on(hop)
			self.tell("go_on", ms=round(hop * 1000))
			self.settle()
			left -= hop

	def page_starts(self, again, today):
		"""`again`: the page is still there and tries once more; else it is loaded."""
		self.tell("start", again=again, code=self.company.code(), today=today)
		self.settle()

	def late_ones_arrive(self, newest_first):
		late, self.late = self.late, []
		for arrive in reversed(late) if newest_first else late:
			arrive()
			self.settle()
