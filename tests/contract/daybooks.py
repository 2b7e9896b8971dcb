"""One contract for every daybook: what holds for the one in memory holds on SQLite and on MariaDB.

A test module imports all of it and brings a fixture `daybook`, empty at the start of each test.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from carts import till_day, with_returns

from pos_bridge.core.daybook import Arrival, Gap, Outcome, State
from pos_bridge.core.entry import WireEntry, open_wire, seal

ARRIVAL = Arrival("T1", "page", "2026-11-22T11:00:00.000Z")
DAY = till_day(12)


def other_body(wire):
	return seal(replace(open_wire(wire), body={"reason": "another body"}))


def outcomes(results):
	return [result.outcome for result in results]


def test_an_entry_is_stored_word_for_word(daybook):
	(result,) = daybook.record_all(DAY[:1], ARRIVAL)
	stored = daybook.find(result.id)
	assert stored.wire == DAY[0]
	assert stored.entry == open_wire(DAY[0])
	assert stored.arrival == ARRIVAL
	assert (stored.state, stored.reason) == (State.WAITING, "")


def test_the_latest_of_a_till_come_newest_first_page_by_page(daybook):
	daybook.record_all(DAY, ARRIVAL)
	daybook.record_all(till_day(2, till="T2"), replace(ARRIVAL, till="T2"))
	first = daybook.latest("T1", 0, 5)
	rest = daybook.latest("T1", first[-1].cursor, 100)
	assert [stored.wire for stored in (*first, *rest)] == list(reversed(DAY))
	assert daybook.latest("T1", rest[-1].cursor, 5) == []
	assert daybook.latest("T9", 0, 5) == []


def test_a_receipt_is_found_by_its_number_with_all_that_came_back_of_it(daybook):
	number, wires = with_returns(DAY)
	daybook.record_all(wires, ARRIVAL)
	sale, *returns = daybook.of_receipt(number)
	assert (sale.entry.kind, sale.entry.receipt_number) == ("sale", number)
	assert [stored.wire for stored in returns] == wires[-2:]
	assert [stored.wire for stored in daybook.of_receipt("T1-1-000901")] == [wires[-2]]
	assert daybook.of_receipt("T1-1-999999") == daybook.of_receipt("") == []


def test_recording_again_says_exists_and_leaves_one(daybook):
	assert (
		outcomes(daybook.record_all([*DAY, *DAY], ARRIVAL)) == [Outcome.CREATED] * 12 + [Outcome.EXISTS] * 12
	)
	assert len(daybook.after(0, 100)) == 12


def test_fifty_senders_of_one_entry_at_once_leave_one(daybook):
	with ThreadPoolExecutor(50) as senders:
		answers = list(senders.map(lambda _: daybook.record_all(DAY[:1], ARRIVAL)[0], range(50)))
	assert len(daybook.after(0, 100)) == 1
	assert {answer.id for answer in answers} == {open_wire(DAY[0]).id}
	assert outcomes(answers).count(Outcome.CREATED) == 1
	assert outcomes(answers).count(Outcome.EXISTS) == 49


def test_a_conflict_is_put_aside_the_first_stays_and_the_next_goes_through(daybook):
	results = daybook.record_all([DAY[4], other_body(DAY[4]), DAY[5]], ARRIVAL)
	assert outcomes(results) == [Outcome.CREATED, Outcome.CONFLICT, Outcome.CREATED]
	assert daybook.find(results[0].id).wire == DAY[4]
	(aside,) = daybook.quarantined(10)
	assert aside.id == results[0].id
	assert "same id" in aside.reason


def test_a_fork_is_put_aside_in_either_order(daybook):
	fork = seal(replace(open_wire(DAY[4]), id="01a1ee56-0000-7000-8000-000000000000"))
	results = daybook.record_all([DAY[4], fork, DAY[5]], ARRIVAL)
	assert outcomes(results) == [Outcome.CREATED, Outcome.QUARANTINED, Outcome.CREATED]
	assert results[1].reason.startswith("fork")


def test_damage_is_kept_once_and_blocks_nothing(daybook):
	broken = WireEntry(DAY[0].hash, DAY[1].text)
	results = daybook.record_all([broken, broken, WireEntry("", "\ud800"), DAY[0]], ARRIVAL)
	assert outcomes(results) == [Outcome.QUARANTINED] * 3 + [Outcome.CREATED]
	assert results[0] == results[1]
	assert len(daybook.quarantined(10)) == 2


def test_another_tills_entry_is_put_aside(daybook):
	(result,) = daybook.record_all(till_day(1, till="T2"), ARRIVAL)
	assert result.outcome is Outcome.QUARANTINED
	assert daybook.after(0, 10) == []


def test_what_is_missing_shows_as_gaps_until_it_comes(daybook):
	chain = open_wire(DAY[0]).chain
	daybook.record_all([DAY[2], DAY[3], DAY[7]], ARRIVAL)
	assert daybook.gaps("T1") == [Gap(chain, 1, 2), Gap(chain, 5, 7)]
	daybook.record_all(DAY, ARRIVAL)
	assert daybook.gaps("T1") == []


def test_heads_are_the_last_entries_whatever_came_last(daybook):
	daybook.record_all([DAY[11], *till_day(3, epoch=2), *DAY[:11]], ARRIVAL)
	heads = daybook.heads("T1")
	assert [(head.epoch, head.sequence) for head in heads] == [(1, 12), (2, 3)]
	assert heads[0].hash == DAY[11].hash
	assert daybook.heads("T2") == []


def test_a_reader_walks_by_cursor_without_a_gap_or_a_repetition(daybook):
	daybook.record_all([*reversed(DAY), *DAY], ARRIVAL)
	seen, cursor = [], 0
	while page := daybook.after(cursor, 5):
		seen += [stored.wire for stored in page]
		cursor = page[-1].cursor
	assert seen == list(reversed(DAY))


def test_states_change_and_a_posted_entry_stays_posted(daybook):
	ids = [result.id for result in daybook.record_all(DAY[:3], ARRIVAL)]
	daybook.settle(ids[0], State.POSTED)
	daybook.settle(ids[1], State.HELD, "no account")
	daybook.settle(ids[0], State.HELD, "too late")
	assert [stored.entry.id for stored in daybook.in_state(State.WAITING, 10)] == [ids[2]]
	assert [stored.reason for stored in daybook.in_state(State.HELD, 10)] == ["no account"]
	again = daybook.record_all(DAY[:2], ARRIVAL)
	assert [(result.state, result.reason) for result in again] == [
		(State.POSTED, ""),
		(State.HELD, "no account"),
	]
