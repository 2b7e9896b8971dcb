"""One contract for every card terminal: what holds for the simulated one holds for each driver.

A test module imports all of it and brings a fixture `place`: a `terminal` at which a card is approved,
`modes(name)` for what it does next (approve, decline, answer_lost), and `moved()`: the amounts that a
cardholder would find on his statement, below zero where he got money; and a fixture `away`, a terminal that
can't be reached.
"""

from pos_bridge.agent.devices.terminal.port import Asked, safe

SALE = Asked("c:1", "pay", 1234, "EUR")


async def test_money_is_taken_and_goes_back_by_refund_and_by_reversal(place):
	paid = await place.terminal.pay(SALE)
	back = await place.terminal.reverse(Asked("c:2", "reversal", 1234, "EUR", paid.trace, paid))
	refunded = await place.terminal.refund(Asked("c:3", "refund", 500, "EUR", back.trace))
	assert [each.outcome for each in (paid, back, refunded)] == ["approved"] * 3
	assert place.moved() == [1234, -1234, -500]


async def test_what_it_says_of_a_card_has_a_number_of_its_own_and_four_digits(place):
	first = safe(await place.terminal.pay(SALE))
	second = safe(await place.terminal.pay(Asked("c:2", "pay", 1234, "EUR", first.trace)))
	assert len({first.trace, second.trace, ""}) == 3
	assert (len(first.last_four), first.last_four.isdecimal()) == (4, True)
	assert first.lines


async def test_a_declined_card_moves_nothing_whichever_way(place):
	place.modes("decline")
	assert (await place.terminal.pay(SALE)).outcome == "declined"
	assert (await place.terminal.refund(Asked("c:2", "refund", 500, "EUR"))).outcome == "declined"
	assert place.moved() == []


async def test_a_lost_answer_is_unsure_and_asking_for_it_moves_nothing_more(place):
	before = await place.terminal.pay(SALE)
	for kind, amount, sign in (("pay", 777, 1), ("refund", 500, -1)):
		place.modes("answer_lost")
		asked = Asked(f"c:{kind}", kind, amount, "EUR", before_trace=before.trace)
		call = place.terminal.pay if kind == "pay" else place.terminal.refund
		assert (await call(asked)).outcome == "unsure"
		place.modes("approve")
		before = await place.terminal.last_result(asked)
		assert before is not None
		assert before.outcome == "approved"
		assert place.moved()[-1] == sign * amount
	assert place.moved() == [1234, 777, -500]


async def test_what_it_never_did_is_told_from_what_it_did_before(place):
	before = await place.terminal.pay(SALE)
	never = Asked("c:never", "pay", 1234, "EUR", before_trace=before.trace)
	found = await place.terminal.last_result(never)
	assert found is not None
	assert found.outcome == "failed"
	assert place.moved() == [1234]


async def test_its_day_ends_with_a_receipt_and_moves_nothing_however_often(place):
	await place.terminal.pay(SALE)
	first, again = await place.terminal.end_of_day(), await place.terminal.end_of_day()
	assert (first.outcome, again.outcome) == ("approved", "approved")
	assert "END OF DAY" in first.lines
	assert any("12" in line and "34" in line for line in first.lines)
	assert place.moved() == [1234]


async def test_a_day_that_is_not_settled_says_why_and_a_lost_answer_is_unsure(place):
	await place.terminal.pay(SALE)
	place.modes("decline")
	failed = await place.terminal.end_of_day()
	assert (failed.outcome, failed.reason != "") == ("failed", True)
	place.modes("answer_lost")
	assert (await place.terminal.end_of_day()).outcome == "unsure"
	place.modes("approve")
	assert (await place.terminal.end_of_day()).outcome == "approved"
	assert place.moved() == [1234]


async def test_one_that_is_not_there_has_done_nothing_and_says_so(away):
	for result in (await away.pay(SALE), await away.refund(SALE), await away.end_of_day()):
		assert (result.outcome, result.reason != "") == ("failed", True)
	assert await away.last_result(SALE) is None
	status = await away.status()
	assert (status.online, status.reason != "") == (False, True)


async def test_one_that_is_there_says_so(place):
	assert (await place.terminal.status()).online
