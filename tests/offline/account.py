"""What must be true of a shop, whatever happened in it: an account, kept and compared with the books.

It learns only what the till told its cashier; everything else it reads from the shelves.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

from pos_bridge.agent.standalone.demo_shop import ACCOUNTS
from pos_bridge.agent.standalone.ledger import COST_ACCOUNT, STOCK_ACCOUNT
from pos_bridge.core.entry import WireEntry, open_wire

COSTS = (COST_ACCOUNT, STOCK_ACCOUNT)


def entries_of(side):
	"""What the daybook of the company or of the agent holds, by id."""
	sql = "SELECT id, hash, text, state, reason FROM entry"
	return {row["id"]: row for row in side.read(lambda db: db.execute(sql).fetchall())}


def quarantined(side):
	return {
		bytes(row["raw"]) for row in side.read(lambda db: db.execute("SELECT raw FROM quarantine").fetchall())
	}


def booked(side):
	"""Debits less credits by booking and account, without the cost of goods."""
	sql = "SELECT booking, account, debit_minor - credit_minor AS minor FROM journal_line"
	bookings = {
		row[0]: Counter()
		for row in side.read(lambda db: db.execute("SELECT booking FROM booking").fetchall())
	}
	for booking, account, minor in side.read(lambda db: db.execute(sql).fetchall()):
		bookings[booking][account] += minor
	return bookings


def due(body):
	"""What a sale's or a return's own figures say that the books must show, by account."""
	found = Counter()
	if "tenders" not in body:
		return found
	for tender in body["tenders"]:
		found[ACCOUNTS.tenders[tender["tender"]]] += tender["amount_minor"]
	found[ACCOUNTS.tenders["Cash"]] -= body["change_minor"]
	found[ACCOUNTS.revenue] -= body["net_minor"]
	for tax in body["taxes"]:
		found[ACCOUNTS.taxes[tax["tax"]]] -= tax["amount_minor"]
	found[ACCOUNTS.round_off] -= body["round_off_minor"]
	return found


def present(amounts):
	return {account: minor for account, minor in amounts.items() if minor}


@dataclass
class Account:
	"""What was asked for, confirmed, forged, and what may be lost with cleared storage."""

	asked: dict = field(default_factory=dict)
	confirmed: dict = field(default_factory=dict)
	on_the_till: set = field(default_factory=set)
	"""Ids that the page's own log must hold: confirmed there, and not cleared since."""
	unsure: set = field(default_factory=set)
	"""Ids that were asked for and not answered: they may lie in the page's log."""
	lost: set = field(default_factory=set)
	forged: set = field(default_factory=set)
	"""The only bytes that may be in quarantine anywhere."""
	shown: set = field(default_factory=set)
	"""Those that the company answered for, and must show."""

	def show(self, forged):
		self.forged.add(forged)
		self.shown.add(forged)

	def ask(self, draft):
		self.asked.setdefault(draft["id"], []).append(draft["body"])
		if draft["id"] not in self.on_the_till:
			self.unsure.add(draft["id"])

	def confirm(self, id, wire):
		first = self.confirmed.setdefault(id, wire)
		assert first == wire, f"{id} was confirmed twice, as two entries"
		self.unsure.discard(id)
		self.on_the_till.add(id)

	def storage_cleared(self, *others):
		"""What lay in the page's log only is lost; the cashier would have to be told."""
		kept = set().union(*map(entries_of, others))
		self.lost |= (self.on_the_till | self.unsure) - kept
		self.on_the_till.clear()
		self.unsure.clear()

	def agent_went_back(self, before, *others):
		kept = set().union(*map(entries_of, others))
		self.lost |= set(before) - kept - self.on_the_till

	def check_always(self, company, agent):
		"""True at any moment, with half of everything still under way."""
		for side in (company, agent):
			self._check_entries(entries_of(side))
			assert quarantined(side) <= self.forged, "something good was put into quarantine"
		self._check_receipts(company)
		self._check_books(company)

	def check_page(self, unsent, company):
		"""What the page confirmed and the company has not got is still to be sent, also after a crash."""
		gone = self.on_the_till - set(entries_of(company)) - set(unsent)
		assert not gone, f"confirmed, not sent, and no more in the page's log: {gone}"

	def check_in_the_end(self, company, agent):
		"""True once everything was let through."""
		arrived = entries_of(company)
		missing = set(self.confirmed) - set(arrived) - self.lost
		assert not missing, f"confirmed, and in no daybook of the company: {missing}"
		assert {row["state"] for row in arrived.values()} <= {"posted"}, "not booked"
		seen = quarantined(company)
		assert self.shown <= seen, "what was forged is not where a person sees it"
		assert quarantined(agent) <= seen, "what the agent put aside never reached the company"
		self._check_chains(arrived)

	def _check_entries(self, entries):
		for id, row in entries.items():
			wire = WireEntry(row["hash"], row["text"])
			assert self.confirmed.get(id, wire) == wire, f"{id} is another entry than the one confirmed"
			assert json.loads(row["text"])["body"] in self.asked[id], f"{id} has a body nobody asked for"

	def _check_receipts(self, company):
		numbers = {}
		texts = [row["text"] for row in entries_of(company).values()] + [
			wire.text for wire in self.confirmed.values()
		]
		for entry in map(json.loads, texts):
			number = entry.get("receipt_number")
			if number:
				first = numbers.setdefault(number, entry["id"])
				assert first == entry["id"], f"receipt {number} was given out twice"

	def _check_books(self, company):
		entries, bookings = entries_of(company), booked(company)
		for id, row in entries.items():
			assert (row["state"] == "posted") == (id in bookings), f"{id} is {row['state']}"
			if id in bookings:
				without_costs = {name: minor for name, minor in bookings[id].items() if name not in COSTS}
				assert present(without_costs) == present(due(json.loads(row["text"])["body"]))
		assert all(sum(amounts.values()) == 0 for amounts in bookings.values()), "debits are not credits"
		extra = set(bookings) - set(entries)
		assert all(name.startswith("opening-") for name in extra), "booked without an entry"

	def _check_chains(self, arrived):
		"""No gap, in sequence or receipt numbers, but for what is counted as lost."""
		chains = {}
		for row in arrived.values():
			entry = open_wire(WireEntry(row["hash"], row["text"]))
			chains.setdefault(entry.chain, {})[entry.sequence] = entry
		gaps = 0
		for chain in chains.values():
			missing = set(range(1, max(chain) + 1)) - set(chain)
			gaps += len(missing)
			if not missing:
				numbers = [entry.receipt_number for _, entry in sorted(chain.items()) if entry.receipt_number]
				assert [int(number.rsplit("-", 1)[1]) for number in numbers] == list(
					range(1, len(numbers) + 1)
				)
		assert gaps <= len(self.lost - set(arrived)), "a gap that no lost entry explains"
