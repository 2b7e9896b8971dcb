"""The laws of recording, on arbitrary orders, repetitions and damage."""

from carts import till_day
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_bridge.core.daybook import Arrival, Gap, MemoryDaybook, Outcome, State, gaps_of
from pos_bridge.core.entry import WireEntry, chain_hash, open_wire

ARRIVAL = Arrival("T1", "page", "2026-11-22T11:00:00.000Z")
DAY = till_day(12)


@given(st.lists(st.sampled_from(DAY), max_size=60))
def test_any_order_and_any_repetition_leaves_each_entry_once(pushed):
	daybook = MemoryDaybook()
	results = daybook.record_all(pushed, ARRIVAL)
	kept = daybook.after(0, 100)
	assert {stored.wire.text for stored in kept} == {wire.text for wire in pushed}
	assert len(kept) == len(set(pushed))
	created = sum(result.outcome is Outcome.CREATED for result in results)
	exists = sum(result.outcome is Outcome.EXISTS for result in results)
	assert created == len(kept)
	assert exists == len(pushed) - created


@given(st.randoms(use_true_random=False))
def test_shuffled_entries_leave_the_same_heads_and_no_gap(shuffler):
	shuffled = list(DAY)
	shuffler.shuffle(shuffled)
	daybook, straight = MemoryDaybook(), MemoryDaybook()
	daybook.record_all(shuffled, ARRIVAL)
	straight.record_all(DAY, ARRIVAL)
	assert daybook.heads("T1") == straight.heads("T1")
	assert daybook.gaps("T1") == []


@given(st.sets(st.integers(0, len(DAY) - 1)))
def test_what_has_not_arrived_is_shown_as_a_gap(missing):
	daybook = MemoryDaybook()
	arrived = [wire for index, wire in enumerate(DAY) if index not in missing]
	daybook.record_all(arrived, ARRIVAL)
	shown = {number for gap in daybook.gaps("T1") for number in range(gap.first, gap.last + 1)}
	last = max((index for index in range(len(DAY)) if index not in missing), default=-1)
	assert shown == {index + 1 for index in missing if index < last}


@given(st.data())
@settings(max_examples=60)
def test_damage_is_quarantined_and_everything_behind_it_goes_through(data):
	at = data.draw(st.integers(0, len(DAY) - 1))
	raw = data.draw(st.text(max_size=40))
	daybook = MemoryDaybook()
	results = daybook.record_all([*DAY[:at], WireEntry("0" * 64, raw), *DAY[at:]], ARRIVAL)
	assert results[at].outcome is Outcome.QUARANTINED
	assert len(daybook.after(0, 100)) == len(DAY)
	assert len(daybook.quarantined(10)) == 1


def test_the_same_damage_again_is_kept_once():
	daybook = MemoryDaybook()
	broken = WireEntry(DAY[0].hash, DAY[1].text)
	first, second = daybook.record_all([broken, broken], ARRIVAL)
	assert first == second
	assert len(daybook.quarantined(10)) == 1


def test_another_body_under_the_same_id_is_a_conflict_and_the_first_stays():
	other_day = till_day(3, epoch=2)
	fields = DAY[0].text
	forged = _with_id(other_day[0], _id_of(fields))
	daybook = MemoryDaybook()
	first, conflict, following = daybook.record_all([DAY[0], forged, DAY[1]], ARRIVAL)
	assert [first.outcome, conflict.outcome, following.outcome] == [
		Outcome.CREATED,
		Outcome.CONFLICT,
		Outcome.CREATED,
	]
	stored = daybook.find(first.id)
	assert stored is not None
	assert stored.wire == DAY[0]
	assert daybook.quarantined(10)[0].id == first.id


def test_two_entries_for_one_place_of_a_chain_are_a_fork():
	fork = _with_id(DAY[3], "01a1ee56-0000-7000-8000-000000000000")
	for order in ([DAY[3], fork], [fork, DAY[3]]):
		results = MemoryDaybook().record_all(order, ARRIVAL)
		assert results[0].outcome is Outcome.CREATED
		assert results[1].outcome is Outcome.QUARANTINED
		assert results[1].reason.startswith("fork")


def test_an_entry_that_does_not_follow_its_neighbours_is_a_fork_in_either_order():
	other = _with_id(DAY[3], "01a1ee56-0000-7000-8000-000000000000")
	for order in ([other, DAY[4]], [DAY[4], other]):
		results = MemoryDaybook().record_all(order, ARRIVAL)
		assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.QUARANTINED]


def test_an_entry_of_another_till_is_kept_in_quarantine_with_both_names():
	daybook = MemoryDaybook()
	(result,) = daybook.record_all(till_day(1, till="T2"), ARRIVAL)
	assert result.outcome is Outcome.QUARANTINED
	assert "T2" in result.reason
	assert "T1" in result.reason


def test_a_posted_entry_stays_posted():
	daybook = MemoryDaybook()
	(result,) = daybook.record_all(DAY[:1], ARRIVAL)
	daybook.settle(result.id, State.HELD, "no account")
	daybook.settle(result.id, State.POSTED)
	daybook.settle(result.id, State.HELD, "again")
	(again,) = daybook.record_all(DAY[:1], ARRIVAL)
	assert (again.outcome, again.state) == (Outcome.EXISTS, State.POSTED)


@given(st.sets(st.integers(1, 60)))
def test_gaps_and_arrivals_together_are_every_number_up_to_the_last(numbers):
	arrived = sorted(numbers)
	missing = [n for gap in gaps_of("c", arrived) for n in range(gap.first, gap.last + 1)]
	assert sorted([*missing, *arrived]) == list(range(1, max(arrived, default=0) + 1))
	assert all(isinstance(gap, Gap) for gap in gaps_of("c", arrived))


def _id_of(text):
	return text.split('"id":"')[1][:36]


def _with_id(wire, id):
	text = wire.text.replace(_id_of(wire.text), id)
	return WireEntry(chain_hash(open_wire(wire).previous, text), text)
