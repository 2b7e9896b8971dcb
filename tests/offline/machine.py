"""A shop in which everything goes wrong that can, in any order: what hypothesis does to till, agent and company."""

import json
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pos_bridge.core.daybook import wire_bytes
from pos_bridge.core.entry import WireEntry, open_wire, seal
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale import sale_body
from pos_bridge.core.sync import PROTOCOL_VERSION, PUSH_PATH, wire_fields
from tests.offline.account import Account, entries_of
from tests.offline.goods import draft_of, moment, return_of, sales
from tests.offline.network import Fate
from tests.offline.shop import Shop

FATES = st.lists(st.sampled_from(Fate), max_size=6)
CRASHES = st.fixed_dictionaries(
	{
		"power": st.booleans(),
		"writes": st.integers(0, 3),
		"percent": st.sampled_from([0, 1, 50, 99, 100]),
		"zeros": st.booleans(),
	}
)
DISKS = st.sampled_from([{"room": 0}, {"room": 100}, {"room": 700}, {"failFlush": True}, {"failFlush": True, "failTruncate": True}, {"room": 50, "failTruncate": True}])
PATIENCE_SECONDS = 61.0
MAX_WAITS = 30
NOISE = [b"", b"{}", b"[[[", b'{"protocol": 9, "till": "T1", "entries": []}', b'{"protocol": 1, "till": "T1"}']


class TroubledShop(RuleBasedStateMachine):
	"""Rules are what people, disks, networks and processes do. `surroundings` makes a Shop."""

	def __init__(self, surroundings):
		super().__init__()
		self.account = Account()
		self.deeds = 0
		self.day = 0
		self.started = False
		self.sold = []
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

	def let(self, fates=()):
		self.shop.fates = list(fates)
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

	def record(self, draft, taps, fates):
		self.account.ask(draft)
		self.shop.tell("record", draft=draft, taps=taps)
		self.let(fates)

	def next_draft(self, kind, body):
		self.deeds += 1
		return draft_of(self.deeds, kind, body, self.day)

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

	@precondition(lambda self: self.started)
	@rule(sale=sales(), taps=st.integers(1, 2), fates=FATES)
	def a_sale_is_paid(self, sale, taps, fates):
		draft = self.next_draft("sale", sale_body(sale))
		self.record(draft, taps, fates)
		if draft["id"] in self.account.confirmed:
			self.sold.append((sale, draft))

	@precondition(lambda self: self.started and self.sold)
	@rule(data=st.randoms(use_true_random=False), fates=FATES)
	def a_sale_comes_back(self, data, fates):
		sale, draft = data.choice(self.sold)
		entry = open_wire(self.account.confirmed[draft["id"]])
		body = return_body(return_of(sale, entry.id, entry.receipt_number))
		self.record(self.next_draft("return", body), 1, fates)

	@precondition(lambda self: self.started)
	@rule(fates=FATES)
	def the_drawer_is_opened(self, fates):
		self.record(self.next_draft("no_sale", {"reason": "change"}), 1, fates)

	@precondition(lambda self: self.started and (self.account.on_the_till or self.account.unsure))
	@rule(data=st.randoms(use_true_random=False), other=st.booleans(), fates=FATES)
	def pay_is_pressed_again(self, data, other, fates):
		id = data.choice(sorted(self.account.on_the_till | self.account.unsure))
		draft = {**draft_of(0, "no_sale", self.account.asked[id][0], self.day), "id": id}
		kinds = {"tenders": "sale", "reason": "no_sale"}
		draft["kind"] = next((kind for name, kind in kinds.items() if name in draft["body"]), "sale")
		if "against" in draft["body"]:
			draft["kind"] = "return"
		if other:
			draft |= {"kind": "no_sale", "body": {"reason": "another body"}}
		self.record(draft, 1, fates)

	@rule()
	def the_next_day_begins(self):
		self.day += 1

	# What happens to the page

	@precondition(lambda self: self.started)
	@rule(crash=CRASHES, fates=FATES)
	def the_page_crashes_and_comes_back(self, crash, fates):
		self.shop.page_crashes(crash)
		self.started = False
		self.open_page(fates)

	@precondition(lambda self: self.started)
	@rule(steps=st.integers(0, 6), crash=CRASHES)
	def the_page_will_die_in_the_middle(self, steps, crash):
		self.shop.tell("die_after", steps=steps, crash=crash)

	@precondition(lambda self: not self.started)
	@rule(fates=FATES, again=st.booleans())
	def the_page_is_opened(self, fates, again):
		self.open_page(fates, again)

	@precondition(lambda self: self.started)
	@rule()
	def the_page_is_closed_properly(self):
		self.shop.tell("close")
		self.let()
		self.shop.page_gone()
		self.started = False

	@rule(disk=DISKS)
	def the_disk_fails(self, disk):
		self.shop.tell("disk", disk=disk)

	@rule()
	def the_disk_is_well_again(self):
		self.shop.tell("disk", disk={})

	@rule(kept=st.booleans(), crash=CRASHES)
	def the_storage_is_cleared(self, kept, crash):
		"""All of it, or all but what IndexedDB keeps."""
		self.shop.page_crashes(crash)
		self.started = False
		self.shop.tell("wipe", log=True, kept=not kept)
		self.account.storage_cleared(self.shop.company, self.shop.agent)

	@rule(crash=CRASHES)
	def the_small_database_is_wiped(self, crash):
		self.shop.page_crashes(crash)
		self.started = False
		self.shop.tell("wipe", log=False, kept=True)

	# What happens to the agent

	@rule()
	def the_agent_is_killed(self):
		self.shop.agent_killed()
		self.let()

	@precondition(lambda self: self.shop.agent.running)
	@rule(kept=st.booleans())
	def the_agent_will_die_at_a_commit(self, kept):
		self.shop.agent.die_at_commit(kept)

	@rule()
	def the_agent_is_started(self):
		self.shop.agent_started()
		self.let()

	@rule()
	def a_copy_is_made_of_the_agents_shelf(self):
		self.shop.agent.copied_to(self.shop.copy)

	@rule()
	def the_agents_shelf_is_restored_from_the_copy(self):
		before = entries_of(self.shop.agent)
		self.shop.agent_restored()
		self.account.agent_went_back(before, self.shop.agent, self.shop.company)
		self.let()

	# What happens to the company and on the way to it

	@rule(reachable=st.booleans())
	def the_network_comes_or_goes(self, reachable):
		self.shop.company.reachable = reachable

	@rule(kept=st.booleans())
	def the_company_will_die_at_a_commit(self, kept):
		self.shop.company.die_at_commit(kept)

	@rule(seconds=st.sampled_from([1.0, 6.0, 31.0, 70.0]), fates=FATES)
	def time_passes(self, seconds, fates):
		self.shop.fates = list(fates)
		self.shop.time_passes(seconds)
		self.shop.fates = []

	@rule(newest_first=st.booleans())
	def late_messages_arrive(self, newest_first):
		self.shop.late_ones_arrive(newest_first)

	@precondition(lambda self: self.account.confirmed)
	@rule(data=st.randoms(use_true_random=False))
	def somebody_pushes_an_export_in_any_order(self, data):
		wires = self.wires()
		chosen = data.sample(wires, data.randint(1, len(wires)))
		self.push_wires(self.token, chosen)

	# What is not meant well

	@precondition(lambda self: entries_of(self.shop.company))
	@rule(data=st.randoms(use_true_random=False), fork=st.booleans())
	def somebody_forges_an_entry(self, data, fork):
		"""Another body under an id that the company knows, or another id at a place that is taken."""
		forged = self.forgery(data.choice(sorted(entries_of(self.shop.company))), fork)
		self.account.show(wire_bytes(forged))
		self.push_wires(self.token, [*self.wires()[:1], forged, *self.wires()[-1:]])

	@precondition(lambda self: self.started and entries_of(self.shop.agent))
	@rule(data=st.randoms(use_true_random=False), fork=st.booleans())
	def somebody_forges_an_entry_at_the_agent(self, data, fork):
		forged = self.forgery(data.choice(sorted(entries_of(self.shop.agent))), fork)
		self.account.forged.add(wire_bytes(forged))
		self.shop.say_to_agent([wire_fields(forged)])
		self.let()

	@precondition(lambda self: self.account.confirmed)
	@rule(data=st.randoms(use_true_random=False))
	def somebody_uses_another_tills_token(self, data):
		wire = data.choice(self.wires())
		self.account.show(wire_bytes(wire))
		self.push_wires(self.stranger, [wire])

	@rule(noise=st.sampled_from(NOISE))
	def somebody_sends_noise(self, noise):
		self.account.show(noise)
		self.push(self.token, noise)

	def forgery(self, id, fork):
		rows = entries_of(self.shop.company) | entries_of(self.shop.agent)
		entry = open_wire(WireEntry(rows[id]["hash"], rows[id]["text"]))
		self.deeds += 1
		body = {"reason": f"forged {self.deeds}"}
		more = {"id": draft_of(self.deeds, "void", {}, 0)["id"]} if fork else {}
		forged = seal(replace(entry, kind="void", receipt_number="", body=body, **more))
		self.forged_ids.add(open_wire(forged).id)
		return forged

	# What must be true

	@invariant()
	def the_account_is_right(self):
		assert not self.faults, self.faults
		self.account.check_always(self.shop.company, self.shop.agent)

	def teardown(self):
		try:
			self.let_everything_through()
		finally:
			self.shop.end()

	def let_everything_through(self):
		self.shop.tell("disk", disk={})
		self.shop.company.reachable = True
		self.shop.late_ones_arrive(newest_first=False)
		for _ in range(MAX_WAITS):
			self.shop.agent_started()
			if not self.started:
				self.open_page()
			self.shop.time_passes(PATIENCE_SECONDS)
			if self.started and self.all_is_sent():
				break
		assert self.all_is_sent(), f"not all is sent: {self.status}, {self.shop.told()}"
		self.the_account_is_right()
		self.account.check_in_the_end(self.shop.company, self.shop.agent)

	def all_is_sent(self):
		self.status = {}
		self.shop.tell("status")
		if self.status.get("said") != "status":
			return False  # it died over the question, or did not start
		troubled = {reason["id"] for reason in self.status["reasons"]} - self.forged_ids
		here = self.status["unsentCount"] == 0 and not troubled
		states = {row["state"] for row in entries_of(self.shop.company).values()}
		return here and states <= {"posted"} and self.shop.agent.unforwarded() == 0
