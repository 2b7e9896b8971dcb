"""Kills the workers that post again and again while two tills sell the same goods, then counts what is left.

It runs on a bench, in tests/site/test_worker_killed.py; it asks the books only, never what a worker said.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import frappe
from books import TestShop
from disposable import start_worker
from tills import HttpTill

from benchmarks.erpnext.books_held import off_by_minor, out_of_order, stock_moves, stock_off
from pos_bridge import jobs
from pos_bridge.core.entry import WireEntry, open_wire

WORKERS = 2
LATEST_KILL_SECONDS = 0.8
NO_HORSE_SECONDS = 60.0
SWEEP_SECONDS = 1.0
"""The scheduler sweeps every minute; here a call that died with its worker must not cost that long."""
SETTLE_SECONDS = 600.0


@dataclass(frozen=True)
class Survived:
	"""The counts of one run. All from `lost` on have to be zero."""

	seed: int
	kills: int
	kills_while_posting: int
	sales: int
	pushes: int
	entries_sent_twice: int
	lost: int
	doubled: int
	off_by_minor: int
	stock_off: int
	left_behind: int
	out_of_order: int

	@property
	def whole(self) -> bool:
		return not any(
			(self.lost, self.doubled, self.off_by_minor, self.stock_off, self.left_behind, self.out_of_order)
		)


class Workers:
	"""Frappe's own workers with the processes that they fork for each job; SIGKILL, and started again."""

	def __init__(self, folder: Path, seed: int) -> None:
		self.log = folder / "workers.log"
		self.random = random.Random(seed)
		self.processes = [start_worker(self.log) for _ in range(WORKERS)]
		self.kills = 0
		self.while_posting = 0

	def kill_one(self) -> None:
		"""At some moment of a job: the process that posts, or its parent, or both."""
		busy = self._wait_for_job()
		time.sleep(self.random.uniform(0, LATEST_KILL_SECONDS))
		horses = children_of(busy.pid)
		targets = self.random.choice((horses, [busy.pid], [*horses, busy.pid])) or [busy.pid]
		for pid in targets:
			_kill(pid)
		self.kills += 1
		self.while_posting += bool(horses) and targets != [busy.pid]
		self._start_again()

	def _wait_for_job(self) -> "subprocess.Popen[bytes]":
		deadline = time.monotonic() + NO_HORSE_SECONDS
		while time.monotonic() < deadline:
			busy = [each for each in self.processes if children_of(each.pid)]
			if busy:
				return self.random.choice(busy)
			sweep()
			time.sleep(0.1)
		return self.random.choice(self.processes)

	def _start_again(self) -> None:
		for index, process in enumerate(self.processes):
			# A killed child is gone at once; its parent is noticed when it has been waited for.
			try:
				process.wait(0.05)
			except subprocess.TimeoutExpired:
				continue
			self.processes[index] = start_worker(self.log)

	def stop(self) -> None:
		for process in self.processes:
			for pid in (*children_of(process.pid), process.pid):
				_kill(pid)
			process.wait(10)


def _kill(pid: int) -> None:
	try:
		os.kill(pid, signal.SIGKILL)
	except ProcessLookupError:
		return


def children_of(parent: int) -> list[int]:
	"""The living processes that `parent` forked."""
	return [pid for pid, state, its_parent in _processes() if its_parent == parent and state != "Z"]


def _processes() -> Iterator[tuple[int, str, int]]:
	for folder in Path("/proc").iterdir():
		if folder.name.isdigit():
			try:
				state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
			except (FileNotFoundError, ProcessLookupError):
				continue
			yield int(folder.name), state, int(parent)


def sweep() -> None:
	"""What the scheduler does every minute."""
	frappe.db.rollback()
	jobs.sweep()


@dataclass
class SellingTill:
	"""A till and what it sold; `held_back` is sent later than what came after it."""

	shop: TestShop
	line: HttpTill
	made: list[WireEntry] = field(default_factory=list)
	held_back: list[WireEntry] = field(default_factory=list)


class Chaos:
	"""Two tills that sell the same goods, workers that are killed meanwhile, and the count afterwards."""

	def __init__(self, tills: list[SellingTill], workers: Workers, seed: int) -> None:
		self.tills = tills
		self.workers = workers
		self.seed = seed
		self.random = random.Random(seed)
		self.pushes = 0
		self.twice = 0

	def run(self, sales: int, kills: int) -> Survived:
		with ThreadPoolExecutor(len(self.tills)) as lines:
			for round in range(kills):
				share = sales * (round + 1) // kills - sales * round // kills
				sent = [lines.submit(self._push, *each) for each in self._parcels(share, round == kills - 1)]
				self.workers.kill_one()
				sweep()
				for one in sent:
					one.result()
		self._settle()
		return self.count()

	def _parcels(self, sales: int, last: bool) -> list[tuple[SellingTill, list[list[WireEntry]]]]:
		"""New sales of both tills, some of them doubled, in any order, in groups of any size."""
		for _ in range(sales):
			till = self.random.choice(self.tills)
			till.made.append(self._sell(till.shop))
			till.held_back.append(till.made[-1])
		return [(till, self._groups(till, last)) for till in self.tills]

	def _groups(self, till: SellingTill, last: bool) -> list[list[WireEntry]]:
		keep = 0 if last else self.random.randint(0, min(2, len(till.held_back)))
		later = self.random.sample(till.held_back, keep)
		now = [wire for wire in till.held_back if wire not in later]
		till.held_back = later
		again = self.random.sample(till.made, min(3, len(till.made)))
		self.twice += len(again)
		mixed = self.random.sample(now + again, len(now) + len(again))
		groups: list[list[WireEntry]] = []
		while mixed:
			size = self.random.randint(1, 5)
			groups.append(mixed[:size])
			mixed = mixed[size:]
		return groups

	def _sell(self, shop: TestShop) -> WireEntry:
		items = self.random.sample(shop.items, self.random.randint(1, len(shop.items)))
		lines = [
			shop.line(item, str(self.random.randint(1, 4)), percent=self.random.choice((0, 0, 10, 33)))
			for item in items
		]
		hour, minute, second = (
			self.random.randint(8, 11),
			self.random.randint(0, 59),
			self.random.randint(0, 59),
		)
		return shop.sale(*lines, at=f"{shop.day}T{hour:02d}:{minute:02d}:{second:02d}.000+01:00")

	def _push(self, till: SellingTill, groups: list[list[WireEntry]]) -> None:
		for group in groups:
			status, answer = till.line.push(*group)
			assert status == 200, (status, answer)
			self.pushes += 1

	def _settle(self) -> None:
		"""Nobody is killed any more: wait until nothing waits."""
		deadline = time.monotonic() + SETTLE_SECONDS
		while self._waiting() and time.monotonic() < deadline:
			sweep()
			time.sleep(SWEEP_SECONDS)

	def _waiting(self) -> int:
		frappe.db.rollback()
		return frappe.db.count("POS Entry", {"till": ("in", self._names()), "state": "waiting"})

	def _names(self) -> list[str]:
		return [till.shop.till for till in self.tills]

	def count(self) -> Survived:
		"""Compare what the tills sold with daybook, invoices, general ledger and stock."""
		frappe.db.rollback()
		shop = self.tills[0].shop
		made = {open_wire(wire).id: wire for till in self.tills for wire in till.made}
		moves = stock_moves(shop.items, shop.shop.warehouse)
		return Survived(
			seed=self.seed,
			kills=self.workers.kills,
			kills_while_posting=self.workers.while_posting,
			sales=len(made),
			pushes=self.pushes,
			entries_sent_twice=self.twice,
			**self._once(made),
			off_by_minor=sum(off_by_minor(wire, shop) for wire in made.values()),
			stock_off=sum(stock_off(item, shop.shop.warehouse, rows, made) for item, rows in moves.items()),
			left_behind=self._left_behind(made),
			out_of_order=sum(out_of_order(rows) for rows in moves.values()),
		)

	def _once(self, made: Mapping[str, WireEntry]) -> dict[str, int]:
		"""Entries that have less, and more, than one row, one invoice and one posting each."""
		of_ours = {"pos_bridge_till": ("in", self._names())}
		invoices = Counter(frappe.get_all("Sales Invoice", of_ours, pluck="pos_bridge_entry"))
		submitted = set(
			frappe.get_all("Sales Invoice", {**of_ours, "docstatus": 1}, pluck="pos_bridge_entry")
		)
		ours = {"parent": ("in", [*made])}
		postings = Counter(frappe.get_all("POS Entry Posting", ours, pluck="parent"))
		posted = {"till": ("in", self._names()), "state": "posted"}
		settled = set(frappe.get_all("POS Entry", posted, pluck="name"))
		lost = set(made) - (settled & submitted & set(postings))
		for id in [*lost][:5]:
			print("lost:", id, frappe.db.get_value("POS Entry", id, ["state", "reason", "last_fault"]))
		twice = {id for counts in (invoices, postings) for id, count in counts.items() if count > 1}
		return {"lost": len(lost), "doubled": len(twice | (set(invoices) - set(made)))}

	def _left_behind(self, made: Mapping[str, WireEntry]) -> int:
		"""Promised stock that nobody took back, and reposts, of which a till's sale makes none."""
		promised = frappe.db.count("POS Unposted Stock", {"entry": ("in", [*made])})
		receipts = [open_wire(wire).receipt_number for wire in made.values()]
		reposts = frappe.db.count("Repost Item Valuation", {"voucher_no": ("in", receipts)})
		items = self.tills[0].shop.items
		return promised + reposts + frappe.db.count("Repost Item Valuation", {"item_code": ("in", items)})
