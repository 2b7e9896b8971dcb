"""A shop in which all goes wrong that can, in any order: what hypothesis does to till, agent, company."""

import json
import random
from dataclasses import replace
from enum import Enum
from functools import wraps

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pos_bridge.core.daybook import wire_bytes
from pos_bridge.core.entry import WireEntry, open_wire, seal
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale_body import sale_body
from pos_bridge.core.sync import PROTOCOL_VERSION, PUSH_PATH, wire_fields
from tests.offline.account import Account, entries_of
from tests.offline.goods import draft_of, moment, return_of, sales
from tests.offline.network import Fate


class End(Enum):
	"""How a page ends, and what of its storage is there for the next."""

	CRASH = "crash"
	DATABASE_LOST = "IndexedDB is wiped"
	FILES_CLEARED = "its files are cleared, IndexedDB is not"
	ALL_CLEARED = "all its storage is cleared"
	DAMAGED = "a byte of its log is another"


FATES = st.just([]) | st.lists(st.sampled_from([*[Fate.ARRIVES] * 5, *Fate]), max_size=12)
CRASHES = st.fixed_dictionaries(
	{
		"power": st.sampled_from([True, True, False]),
		"writes": st.sampled_from([0, 0, 0, 1, 2]),
		"percent": st.sampled_from([0, 30, 60, 99, 100]),
		"zeros": st.booleans(),
	}
)
DISKS = st.sampled_from(
	[
		*({}, {}, {}, {}, {"room": 0}, {"room": 100}, {"room": 700}, {"failFlush": True}),
		*({"failFlush": True, "failTruncate": True}, {"room": 50, "failTruncate": True}),
	]
)
ENDS = st.sampled_from([End.CRASH, End.CRASH, *End])
CARTS = st.lists(sales(), min_size=1, max_size=5)
FEW_CARTS = st.lists(sales(), max_size=2)
PICKS = st.integers(0, 1_000)
PATIENCE_SECONDS = 61.0
MAX_WAITS = 30
REMEMBERED_DATES = 2
"""Business dates whose sales a Pay that is repeated still finds (CARRIED_DAYS of the page's book)."""
NOISE = [
	b"",
	b"{}",
	b"[[[",
	b'{"protocol": 9, "till": "T1", "entries": []}',
	b'{"protocol": 1, "till": "T1"}',
]


def disaster(**strategies):
	"""A rule after which there is business again: whatever happened, customers come."""

	def of(happens):
		@wraps(happens)
		def happens_and_business_goes_on(self, carts, **drawn):
			happens(self, **drawn)
			self.sell(carts)

		return rule(carts=FEW_CARTS, **strategies)(happens_and_business_goes_on)

	return of


def picked(things, number):
	return things[number % len(things)]


class TroubledShop(RuleBasedStateMachine):
	"""Rules are what people, disks, networks and processes do. `surroundings` makes a Shop."""

	def __init__(self, surroundings):
		super().__init__()
		self.account = Account()
		self.deeds = 0
		self.day = 0
		self.started = False
		self.sold = []
		self.drafts = {}
		self.forged_ids = set()
		self.status = {}
		self.faults = []
		self.shop = surroundings(self.hear)
		self.token = self.shop.company.token("T1", "page")
		self.stranger = self.shop.company.token("T2", "page")

	def hear(self, said):
		kind = said["said"]
		if kind == "recorded":
			self.account.confirm(said["id"], WireEntry(said["hash"], said["text"]))
		elif kind == "delivered" and said["to"] == "agent":
			assert said["id"] in entries_of(self.shop.agent), "the page was told that the agent has it"
		elif kind == "started":
			assert said["writable"], "the till is its own second tab"
			self.started = True
		elif kind == "died":
			self.started = False
		elif kind in ("status", "not_started"):
			self.status = said
		elif kind == "fault":
			self.faults.append(said["words"])

	def let(self, fates=None):
		self.shop.fates = [] if fates is None else fates
		self.shop.settle()
		self.shop.fates = []

	@initialize()
	def the_shop_opens(self):
		self.open_page()
		assert self.started

	def open_page(self, fates=(), again=False):
		self.shop.fates = list(fates)
		self.shop.page_starts(again, moment(self.day).date().isoformat())
		self.shop.fates = []

	def wait(self, seconds, fates=()):
		self.shop.fates = list(fates)
		self.shop.time_passes(seconds)
		self.shop.fates = []

	def record(self, draft, taps, fates):
		"""`fates` is used up, message by message."""
		self.drafts.setdefault(draft["id"], draft)
		self.account.ask(draft)
		self.shop.tell("record", draft=draft, taps=taps)
		self.let(fates)

	def next_draft(self, kind, body):
		self.deeds += 1
		return draft_of(self.deeds, kind, body, self.day)

	def sell(self, carts, taps=1, fates=None):
		for sale in carts:
			if not self.started:
				return
			draft = self.next_draft("sale", sale_body(sale))
			self.record(draft, taps, fates)
			if draft["id"] in self.account.confirmed:
				self.sold.append((sale, draft["id"]))

	def wires(self):
		return list(self.account.confirmed.values())

	def push(self, token, body):
		"""By somebody who tries until there is an answer."""
		while self.shop.serve("POST", PUSH_PATH, f"Till {token}", body) is None:
			self.let()
		self.let()

	def push_wires(self, token, wires):
		fields = [wire_fields(wire) for wire in wires]
		body = {"protocol": PROTOCOL_VERSION, "till": "T1", "entries": fields}
		self.push(token, json.dumps(body).encode())

	# What the cashier does

	@rule(carts=CARTS, taps=st.integers(1, 2), fates=FATES)
	def customers_come(self, carts, taps, fates):
		if not self.started:
			self.open_page()
		self.sell(carts, taps, fates)

	@rule(carts=CARTS, fates=FATES)
	def customers_come_to_a_till_that_is_alone(self, carts, fates):
		self.shop.company.reachable = False
		self.shop.agent_killed()
		self.customers_come(carts, 1, fates)

	@precondition(lambda self: self.started)
	@rule(pick=PICKS, fates=FATES)
	def a_sale_comes_back_or_the_drawer_is_opened(self, pick, fates):
		if pick % 2 and self.sold:
			sale, id = picked(self.sold, pick)
			entry = open_wire(self.account.confirmed[id])
			body = return_body(return_of(sale, entry.id, entry.receipt_number))
			self.record(self.next_draft("return", body), 1, fates)
		else:
			self.record(self.next_draft("no_sale", {"reason": "change"}), 1, fates)

	def repeatable(self):
		"""Ids with which Pay may be pressed again."""
		dates = sorted({draft["business_date"] for draft in self.drafts.values()})[-REMEMBERED_DATES:]
		known = self.account.on_the_till | self.account.unsure
		return sorted(id for id in known if self.drafts[id]["business_date"] in dates)

	@precondition(lambda self: self.started and self.repeatable())
	@rule(pick=PICKS, other=st.booleans(), fates=FATES)
	def pay_is_pressed_again(self, pick, other, fates):
		"""The same id, perhaps with another body: the first stays if it was recorded."""
		id = picked(self.repeatable(), pick)
		another = {"kind": "no_sale", "body": {"reason": "another body"}}
		self.record(self.drafts[id] | another if other else self.drafts[id], 1, fates)

	@rule(days=st.integers(1, 3), crash=CRASHES)
	def days_go_by(self, days, crash):
		"""Switched off in the evening and on in the morning; the drawer is opened for the first change."""
		for _ in range(days):
			self.day += 1
			self.shop.page_crashes(crash)
			self.started = False
			self.open_page()
			if self.started:
				self.record(self.next_draft("no_sale", {"reason": "change"}), 1, None)

	# What happens to the page

	@disaster(how=ENDS, crash=CRASHES, pick=PICKS, back=st.booleans(), fates=FATES)
	def the_page_ends(self, how, crash, pick, back, fates):
		"""However it ends, nobody closed it properly; then it may be opened again at once."""
		self.shop.page_crashes(crash)
		self.started = False
		files = how in (End.ALL_CLEARED, End.FILES_CLEARED)
		self.shop.tell("wipe", log=files, kept=how in (End.ALL_CLEARED, End.DATABASE_LOST))
		if how is End.DAMAGED:
			self.shop.tell("damage", pick=pick)
		if files or how is End.DAMAGED:
			self.account.storage_cleared(self.shop.company, self.shop.agent)
		if back:
			self.open_page(fates)

	@precondition(lambda self: self.started)
	@disaster()
	def the_page_is_closed_properly(self):
		self.shop.tell("close")
		self.let()
		self.shop.page_gone()
		self.started = False

	@precondition(lambda self: self.started)
	@disaster(steps=st.integers(0, 6), crash=CRASHES)
	def the_page_will_die_in_the_middle(self, steps, crash):
		self.shop.tell("die_after", steps=steps, crash=crash)

	@precondition(lambda self: not self.started)
	@disaster(fates=FATES, again=st.booleans())
	def the_page_is_opened(self, fates, again):
		self.open_page(fates, again)

	@disaster(disk=DISKS)
	def the_disk_fails_or_is_well_again(self, disk):
		self.shop.tell("disk", disk=disk)

	# What happens to agent and company, and on the ways between

	@disaster(agent=st.booleans(), kept=st.booleans())
	def agent_or_company_will_die_at_a_commit(self, agent, kept):
		if agent and self.shop.agent.running:
			self.shop.agent.die_at_commit(kept)
		if not agent:
			self.shop.company.die_at_commit(kept)

	@disaster()
	def a_copy_is_made_of_the_agents_shelf(self):
		self.shop.agent.copied_to(self.shop.copy)

	@disaster(fates=FATES)
	def the_agents_shelf_is_restored_from_a_copy(self, fates):
		"""The copy of the first day, if no other was made."""
		before = entries_of(self.shop.agent)
		self.shop.agent_restored()
		self.account.agent_went_back(before, self.shop.agent, self.shop.company)
		self.let(fates)
		self.wait(6.0)

	@disaster(agent=st.booleans(), company=st.booleans())
	def the_weather_changes(self, agent, company):
		"""A dead router, a dead agent, both or neither."""
		self.shop.company.reachable = company
		if agent:
			self.shop.agent_started()
		else:
			self.shop.agent_killed()
		self.let()

	@disaster(agent=st.booleans())
	def a_quiet_night(self, agent):
		"""Nothing goes wrong any more: all is sent, whatever was before, by the page alone if need be."""
		self.let_everything_through(agent)

	@disaster(seconds=st.sampled_from([1.0, 6.0, 31.0, 70.0]), fates=FATES)
	def time_passes(self, seconds, fates):
		self.wait(seconds, fates)

	@disaster(newest_first=st.booleans())
	def late_messages_arrive(self, newest_first):
		self.shop.late_ones_arrive(newest_first)

	@precondition(lambda self: self.account.confirmed)
	@disaster(pick=PICKS)
	def somebody_pushes_an_export_in_any_order(self, pick):
		wires = self.wires()
		random.Random(pick).shuffle(wires)
		self.push_wires(self.token, wires[: 1 + pick % len(wires)])

	# What is not meant well

	@precondition(lambda self: entries_of(self.shop.company))
	@disaster(pick=PICKS, fork=st.booleans())
	def somebody_forges_an_entry(self, pick, fork):
		"""Another body under an id that the company knows, or another id at a place that is taken."""
		forged = self.forgery(picked(sorted(entries_of(self.shop.company)), pick), fork)
		self.account.show(wire_bytes(forged))
		self.push_wires(self.token, [*self.wires()[:1], forged, *self.wires()[-1:]])

	@precondition(lambda self: entries_of(self.shop.agent))
	@disaster(pick=PICKS, fork=st.booleans())
	def somebody_forges_an_entry_at_the_agent(self, pick, fork):
		forged = self.forgery(picked(sorted(entries_of(self.shop.agent)), pick), fork)
		self.account.forged.add(wire_bytes(forged))
		self.shop.say_to_agent([wire_fields(forged)])
		self.let()

	@disaster(pick=PICKS)
	def somebody_uses_another_tills_token_or_sends_noise(self, pick):
		wires = self.wires()
		if pick % 2 and wires:
			self.account.show(wire_bytes(picked(wires, pick)))
			self.push_wires(self.stranger, [picked(wires, pick)])
		else:
			self.account.show(picked(NOISE, pick))
			self.push(self.token, picked(NOISE, pick))

	def forgery(self, id, fork):
		rows = entries_of(self.shop.company) | entries_of(self.shop.agent)
		entry = open_wire(WireEntry(rows[id]["hash"], rows[id]["text"]))
		draft = self.next_draft("void", {"reason": f"forged {self.deeds}"})
		more = {"id": draft["id"]} if fork else {}
		forged = seal(replace(entry, kind="void", receipt_number="", body=draft["body"], **more))
		self.forged_ids.add(open_wire(forged).id)
		return forged

	# What must be true

	@invariant()
	def the_account_is_right(self):
		assert not self.faults, self.faults
		self.account.check_always(self.shop.company, self.shop.agent)
		if self.ask_page():
			self.account.check_page(self.status["unsent"], self.shop.company)

	def teardown(self):
		try:
			self.let_everything_through(with_agent=True)
		finally:
			self.shop.end()

	def let_everything_through(self, with_agent):
		self.shop.tell("disk", disk={})
		self.shop.company.reachable = True
		self.shop.late_ones_arrive(newest_first=False)
		for _ in range(MAX_WAITS):
			if with_agent:
				self.shop.agent_started()
			else:
				self.shop.agent_killed()
			if not self.started:
				self.open_page()
			self.wait(PATIENCE_SECONDS)
			# One that died a moment ago, as it was told to, has not sent what it put aside.
			is_there = self.shop.agent.running or not with_agent
			if self.started and is_there and self.all_is_sent():
				break
		assert self.all_is_sent(), f"not all is sent: {self.status}, {self.shop.told()}"
		self.the_account_is_right()
		if with_agent:
			self.account.check_in_the_end(self.shop.company, self.shop.agent)

	def ask_page(self):
		"""False if there is none, or if it dies over the question."""
		self.status = {}
		self.shop.tell("status")
		return self.status.get("said") == "status"

	def status_now(self):
		assert self.ask_page(), "there is no page to ask"
		return self.status

	def all_is_sent(self):
		if not self.ask_page():
			return False
		troubled = {reason["id"] for reason in self.status["reasons"]} - self.forged_ids
		here = self.status["unsentCount"] == 0 and not troubled
		states = {row["state"] for row in entries_of(self.shop.company).values()}
		agent_is_done = not self.shop.agent.running or self.shop.agent.unforwarded() == 0
		return here and states <= {"posted"} and agent_is_done
