"""The days of the month: tills sell, networks bring it late, twice and out of order, people look after it.

It plays; what the books have to say is added up elsewhere, from what the daybook keeps.
"""

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace

import frappe
from books import record
from month.kinds import OFTEN, something
from month.shops import PLACES, make_the_unknown
from month.tills import Month, Till, till_of

from pos_bridge import desk, jobs
from pos_bridge.core.entry import WireEntry, canonical, chain_hash, open_wire, seal, uuid7
from pos_bridge.erpnext.posting import fate

DAYS = [f"2026-11-{day:02d}" for day in range(1, 27)]
PER_SHIFT = 14
"""So many entries make a shift worth its while; of fewer, fewer days are played."""
MAX_JOBS = 400


@dataclass
class Played:
	"""What was played, and how the network and the people were."""

	tills: list[Till]
	days: list[str]
	brought: Counter = field(default_factory=Counter)
	damaged: int = 0
	expired_at: list = field(default_factory=list)
	"""When the daily job let cards lapse."""

	@property
	def wires(self) -> list[WireEntry]:
		return [wire for till in self.tills for wire in till.entries]


def play(month: Month, entries: int) -> Played:
	"""So many entries of six tills, brought and booked day by day; then what was late, held and put aside."""
	tills = [till_of(name, place, month) for place in PLACES for name in place.tills]
	count = max(2, min(len(DAYS), entries // (len(tills) * PER_SHIFT)))
	days = DAYS[:: len(DAYS) // count][:count]
	played = Played(tills, days)
	month.rare = list(OFTEN)
	late: dict[str, list[WireEntry]] = {till.name: [] for till in tills}
	for number, day in enumerate(days):
		for till in tills:
			made = a_day(till, day, max(3, round(entries / len(days) / len(tills)) - 1))
			kept_back = [wire for wire in made if held_back(wire, month.dice)]
			bring(played, till, [*late[till.name], *(wire for wire in made if wire not in kept_back)])
			late[till.name] = kept_back
		book_all()
		if number == len(days) // 2:
			expire(played)
	for till in tills:
		played.brought["late in the end"] += len(late[till.name])
		bring(played, till, late[till.name])
	book_all()
	look_after(played)
	expire(played)
	return played


def a_day(till: Till, day: str, count: int) -> list[WireEntry]:
	"""All entries of a shift in the order in which they happened."""
	till.wake(day)
	made = [till.open()]
	while len(made) < count:
		made += something(till)
	made.append(till.close(made))
	if till.dice.random() < 0.1:
		body = {**open_wire(made[-1]).body, "note": "counted twice"}
		body["counted"] = [{**row, "counted_minor": 0} for row in body["counted"]]
		made.append(till.seal("shift_close", body))
	return made


def held_back(wire: WireEntry, dice: random.Random) -> bool:
	"""A few come a day late, when their shift is closed; not what has batches and serial numbers."""
	tracked = any(word in wire.text for word in ('"batch"', '"serials"', "M-CHEESE"))
	return not tracked and dice.random() < 0.025


def bring(played: Played, till: Till, wires: list[WireEntry]) -> None:
	"""As networks bring them: in parts, out of order, twice; and now and then what is no good."""
	dice, wires = till.dice, list(wires)
	if dice.random() < 0.3:
		dice.shuffle(wires)
		played.brought["out of order"] += len(wires)
	for start in range(0, len(wires), 7):
		part = wires[start : start + 7]
		record(till.chain, *part)
		if dice.random() < 0.3:
			record(till.chain, *part)
			played.brought["sent twice"] += len(part)
	if wires and dice.random() < 0.25:
		bad = no_good(dice.choice(wires), dice)
		(result,) = record(till.chain, bad)
		played.damaged += 1
		assert result.state.value == "quarantined", (result, bad)


def no_good(wire: WireEntry, dice: random.Random):
	"""The bytes of an entry after something or somebody was at them."""
	fields = json.loads(wire.text)
	way = dice.choice(("rubbish", "flipped", "forged", "forked", "foreign"))
	if way == "rubbish":
		return b"no entry at all, " + dice.randbytes(8).hex().encode()
	if way == "flipped":
		return WireEntry(wire.hash, wire.text.replace('"Ada"', '"Adb"'))
	if way == "forged":
		text = canonical({**fields, "cashier": f"Mallory {dice.random()}"})
		return WireEntry(chain_hash(fields["previous"], text), text)
	entry = open_wire(wire)
	if way == "forked":
		return seal(replace(entry, id=uuid7(1_795_000_000_000, dice.randbytes(10))))
	return seal(replace(entry, id=uuid7(1_795_000_000_000, dice.randbytes(10)), till="NOBODYS"))


def book_all() -> None:
	for _ in range(MAX_JOBS):
		jobs.post_waiting()
		if not fate.count_due():
			return
	raise AssertionError("Posting never comes to an end.")


def look_after(played: Played) -> None:
	"""What the accountant does: makes what was unknown, retries what is held, looks at what was put aside."""
	held = frappe.get_all("POS Entry", {"state": "held", "till": ("in", names(played))}, ["name", "reason"])
	played.brought["held until the item was made"] = len(held)
	make_the_unknown()
	for row in held:
		desk.retry_entry(row.name)
	frappe.db.commit()
	book_all()
	for name in frappe.get_all(
		"POS Quarantine", {"sent_by": ("in", names(played)), "reviewed": 0}, pluck="name"
	):
		desk.mark_reviewed("quarantined", name, "Compared with the till: nothing is missing.")
		played.brought["put aside"] += 1
	frappe.db.commit()


def expire(played: Played) -> None:
	jobs.expire_credits()
	played.expired_at.append(frappe.utils.now_datetime())


def names(played: Played) -> list[str]:
	return [till.name for till in played.tills]
