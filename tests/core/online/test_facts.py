"""An order is taken apart into facts, and put together again whatever became of their order."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from online_orders import AT, SALT, an_order, orders

from pos_bridge.core.entry import UUID, canonical
from pos_bridge.core.errors import Malformed, Rejected, TooLarge
from pos_bridge.core.money import SCALE
from pos_bridge.core.online import (
	Fact,
	Moved,
	OrderLine,
	Return,
	contact_fields,
	contact_hash,
	facts,
	fold,
	snapshot_digest,
	unrecorded,
	vanished,
	with_contact,
)


def impersonal(order):
	"""What entries can know of an order."""
	lines = tuple(replace(line, notes=()) for line in order.lines)
	return replace(order, contact=type(order.contact)(), lines=lines)


def by_id(order):
	parts = ("payments", "fulfilments", "refunds", "returns")
	return replace(
		order, **{part: tuple(sorted(getattr(order, part), key=lambda each: repr(each))) for part in parts}
	)


def travelled(fact):
	"""As it comes back from a shelf."""
	return replace(fact, body=json.loads(canonical(fact.body)))


@given(orders)
def test_facts_fold_to_the_order_that_they_are_of(order):
	folded = fold(travelled(fact) for fact in facts(order, 1))
	assert by_id(folded.order) == by_id(impersonal(order))


@given(orders, orders, st.data())
def test_any_order_and_any_number_of_the_same_facts_fold_to_the_same(first, second, data):
	later = replace(
		first, total_minor=second.total_minor, state=second.state, fulfilments=first.fulfilments[:1]
	)
	known = [*facts(first, 1, SALT), *facts(later, 2, SALT)]
	shuffled = data.draw(st.permutations(known))
	again = data.draw(st.lists(st.sampled_from(known), max_size=6))
	assert fold([*shuffled, *again]) == fold(known)


def test_the_latest_snapshot_counts_even_where_it_says_what_an_older_one_said():
	first, edited = an_order(), an_order(total_minor=5981)
	known = [*facts(first, 1), *facts(edited, 2), *facts(first, 3)]
	folded = fold(known)
	assert (folded.revision, folded.order.total_minor) == (3, first.total_minor)
	assert folded.digest == snapshot_digest(first)


def test_two_readers_that_raced_for_a_revision_are_settled_without_looking_who_came_first():
	one, other = facts(an_order(), 1)[:1], facts(an_order(total_minor=5981), 1)[:1]
	assert fold([*one, *other]) == fold([*other, *one])


def test_an_id_is_the_same_for_every_reading_and_no_other_facts():
	order = an_order()
	ids = [fact.id for fact in facts(order, 1)]
	assert ids == [fact.id for fact in facts(order, 1)]
	assert all(UUID.fullmatch(each) for each in ids)
	elsewhere = facts(replace(order, channel="other"), 1)
	another = facts(replace(order, id="23"), 1)
	assert len({*ids, *(fact.id for fact in (*elsewhere, *another))}) == 3 * len(ids)


def test_an_entry_names_nobody():
	order = an_order()
	text = canonical([fact.body for fact in facts(order, 1, SALT)])
	for personal in ("Ann", "ann@example.com", "+4917", "Berlin", "engraving"):
		assert personal not in text
	assert contact_hash(order, SALT) in text
	assert fold(facts(order, 1, SALT)).contact == contact_hash(order, SALT)


def test_who_ordered_is_put_beside_what_was_ordered_again():
	order = an_order()
	assert with_contact(impersonal(order), json.loads(canonical(contact_fields(order)))) == order
	assert contact_hash(order, SALT) != contact_hash(order, "1f" * 16)
	with pytest.raises(Malformed, match="16 bytes"):
		contact_hash(order, "short")


def test_what_is_recorded_stays_and_what_changed_is_said():
	order = an_order()
	recorded = {fact.id: fact.body for fact in facts(order, 1)}
	missing, changed = unrecorded(facts(order, 1), recorded)
	assert (missing, changed) == ([], [])
	paid_twice = replace(order, payments=(replace(order.payments[0], amount_minor=1),))
	missing, changed = unrecorded(facts(paid_twice, 1), recorded)
	assert missing == []
	assert [fact.body["amount_minor"] for fact in changed] == [1]


def test_a_reading_that_lacks_what_is_known_is_told_from_a_newer_one():
	order = an_order()
	known = fold(facts(order, 1))
	assert vanished(known, order) == []
	assert vanished(known, replace(order, refunds=(), payments=order.payments[:1])) == [
		"payment p2",
		"refund r1",
	]


def test_of_goods_that_a_shop_only_counts_the_highest_count_stands():
	def counted(pieces):
		return Return("14", (Moved("14", pieces * SCALE),), AT.format(30), version=pieces)

	one, two = (an_order(returns=(counted(pieces),)) for pieces in (1, 2))
	assert fold([*facts(two, 1), *facts(one, 1)]).returns == (counted(2),)


def test_facts_without_their_snapshot_are_kept_until_it_is_there():
	order = an_order()
	snapshot, *others = facts(order, 1)
	assert fold(others).order is None
	assert fold(others).refunds == order.refunds
	assert fold([*others, snapshot]).order == impersonal(order)


def test_facts_of_two_orders_and_two_bodies_of_one_id_are_refused():
	order = an_order()
	with pytest.raises(Rejected, match="several orders"):
		fold([*facts(order, 1), *facts(replace(order, id="23"), 1)])
	fact = facts(order, 1)[1]
	with pytest.raises(Rejected, match="different things"):
		fold([fact, replace(fact, body=fact.body | {"amount_minor": 1})])
	with pytest.raises(Rejected, match="no order"):
		fold([])


@pytest.mark.parametrize("name", ["channel", "payment", "kind", "amount_minor", "at"])
@pytest.mark.parametrize("wrong", [None, 1.5, [], "\x00"])
def test_a_body_of_a_wrong_form_is_malformed_and_no_crash(name, wrong):
	fact = facts(an_order(), 1)[1]
	if (name, wrong) in (("channel", "\x00"), ("payment", "\x00")):
		assert fold([replace(fact, body=fact.body | {name: wrong})])
		return
	with pytest.raises(Malformed):
		fold([replace(fact, body=fact.body | {name: wrong})])


def test_an_order_that_no_entry_can_hold_is_refused_in_words():
	lines = tuple(OrderLine(str(number), "x" * 600, SCALE, SCALE, 1, 0) for number in range(500))
	with pytest.raises(TooLarge, match="most of an entry"):
		facts(an_order(lines=lines), 1)


def test_a_fact_of_an_unknown_kind_changes_nothing():
	order = an_order()
	known = facts(order, 1)
	odd = Fact("online_note", "0" * 36, AT.format(1), {"channel": "web", "order": "22"})
	assert fold([*known, odd]) == fold(known)
