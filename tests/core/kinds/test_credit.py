"""Gift cards and store credit: numbers, what entries do to them, how they stand after moves in any order."""

import random
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shifts import lone_entry

from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.journal import Accounts, balance_of, effect_of
from pos_bridge.core.kinds.credit import (
	CreditMove,
	credit_effects,
	issue_body,
	issue_of,
	make_issue,
)
from pos_bridge.core.kinds.credit_number import (
	LETTERS,
	make_number,
	masked,
	normal_number,
	read_number,
)
from pos_bridge.core.kinds.standing import Standing, as_said, corrections, settle, settle_all
from pos_bridge.core.tenders import CREDIT_KINDS, Tender

EUR = ("EUR", 2)
DAY = "2026-11-25"
NUMBER = make_number("gift_card", bytes(range(16)))
ACCOUNTS = Accounts(
	receivable="Debtors",
	revenue="Sales",
	round_off="Round Off",
	taxes={},
	tenders={"Cash": "Cash", "Card": "Card Clearing"},
	purposes={"gift_card": "Gift Cards", "store_credit": "Store Credit", "shortage": "Shortages"},
)

entry = partial(lone_entry, day=DAY)
numbers = st.builds(make_number, st.sampled_from(sorted(CREDIT_KINDS)), st.binary(min_size=16, max_size=16))


def tender(amount, kind="gift_card", credit=NUMBER):
	return {"tender": "Gift Card", "kind": kind, "amount_minor": amount, "credit": credit}


def issue(amount=5_000, given=None, **more):
	cash = Tender("Cash", "cash", given or amount)
	return make_issue(EUR, NUMBER, "gift_card", amount, [cash], **more)


def redeem(amount, number=1, kind="gift_card"):
	return CreditMove(f"tender-{number}", NUMBER, kind, "redeem", amount)


def add(amount, kind="gift_card", expires_on="", what="issue"):
	return CreditMove("issue", NUMBER, kind, what, amount, expires_on)


def stands(*moves, day=DAY):
	standings = {}
	settled = settle_all(moves, standings, day)
	return settled, standings[NUMBER]


@given(numbers)
def test_a_number_is_read_back_however_it_is_typed(number):
	assert read_number(number.lower().replace("-", " ")) == number
	assert normal_number(f" {number.lower()} ") == number
	assert masked(number) == f"…{number[-4:]}"


@given(numbers, st.data())
def test_one_wrong_letter_is_always_found(number, data):
	places = [place for place in range(3, len(number)) if number[place] != "-"]
	place = data.draw(st.sampled_from(places))
	other = data.draw(st.sampled_from([letter for letter in LETTERS if letter != number[place]]))
	assert read_number(number[:place] + other + number[place + 1 :]) == ""


def test_letters_that_were_exchanged_are_nearly_always_found():
	lots = random.Random(7)
	missed = tried = 0
	for _ in range(3_000):
		plain = make_number("store_credit", lots.randbytes(16)).replace("-", "")
		place = lots.randrange(2, len(plain) - 1)
		if plain[place] != plain[place + 1]:
			tried += 1
			missed += bool(read_number(plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]))
	assert tried > 2_000
	assert missed / tried < 0.01


def test_numbers_hold_sixty_bits_of_the_chance_that_was_brought():
	assert len(LETTERS) ** 13 > 2**60
	lots = random.Random(8)
	made = {make_number("gift_card", lots.randbytes(16)) for _ in range(5_000)}
	assert len(made) == 5_000
	assert {letter for number in made for letter in number[3:-1]} == {*LETTERS, "-"}
	with pytest.raises(Rejected, match="16 random bytes"):
		make_number("gift_card", bytes(8))


def test_a_card_with_somebody_elses_number_is_taken_in_capitals():
	assert normal_number("card 1") == ""
	assert normal_number(" xmas-0001 ") == "XMAS-0001"
	assert normal_number("ab") == normal_number("x" * 41) == normal_number("käse-1") == ""


def test_an_issue_reads_back_as_it_was_made():
	made = issue(given=6_000, expires_on="2029-12-31", customer="Ada", shift="a-shift")
	assert made.change_minor == 1_000
	assert issue_of(entry("credit_issue", **issue_body(made))) == made


@pytest.mark.parametrize(
	("change", "words"),
	[
		({"amount_minor": 0}, "above zero"),
		({"amount_minor": 4_999}, "less change"),
		({"credit_kind": "beads"}, "not known"),
		({"expires_on": "31.12.2029"}, "not a day"),
		({"tenders": []}, "1 to 20 tenders"),
		({"tenders": [{"tender": "Points", "kind": "points", "amount_minor": 5_000}]}, "can't be paid"),
		({"tenders": [{"tender": "Bill", "kind": "on_account", "amount_minor": 5_000}]}, "not named"),
		(
			{"tenders": [{"tender": "Card", "kind": "card", "amount_minor": 6_000}], "change_minor": 1_000},
			"cash",
		),
	],
)
def test_an_issue_that_does_not_add_up_is_refused_in_words(change, words):
	with pytest.raises(Rejected, match=words):
		issue_of(entry("credit_issue", **{**issue_body(issue()), **change}))


@pytest.mark.parametrize("change", [{"credit": ""}, {"credit": 7}, {"tenders": 1}, {"amount_minor": "5"}])
def test_an_issue_of_another_form_is_malformed(change):
	with pytest.raises(Malformed):
		credit_effects(entry("credit_issue", **{**issue_body(issue()), **change}))


def test_a_sale_takes_from_a_credit_a_return_adds_to_it_and_an_issue_makes_it():
	(sold,) = credit_effects(entry("sale", tenders=[tender(700)]))
	assert (sold.what, sold.amount_minor, sold.part) == ("redeem", 700, "tender-1")
	(back,) = credit_effects(entry("return", tenders=[tender(-700)], customer="Ada"))
	assert (back.what, back.amount_minor, back.customer) == ("refund", 700, "Ada")
	(made,) = credit_effects(entry("credit_issue", **issue_body(issue())))
	assert (made.what, made.amount_minor, made.credit) == ("issue", 5_000, NUMBER)
	assert credit_effects(entry("no_sale", reason="change")) == ()


def test_a_tender_without_its_number_is_malformed():
	with pytest.raises(Malformed, match="number"):
		credit_effects(entry("sale", tenders=[tender(700, credit="")]))


@given(st.lists(st.tuples(st.sampled_from(["issue", "redeem", "refund"]), st.integers(1, 500)), max_size=12))
def test_a_credit_is_never_below_zero_and_stands_the_same_whatever_order_its_moves_arrive_in(moves):
	def made(order):
		return [redeem(amount) if what == "redeem" else add(amount, what=what) for what, amount in order]

	orders = [moves, sorted(moves), sorted(moves, reverse=True)]
	ends = set()
	for order in orders:
		standings = {}
		settled = settle_all(made(order), standings, DAY)
		stood = standings.get(NUMBER, Standing("gift_card"))
		assert stood.balance_minor >= 0
		assert stood.overspent_minor >= 0
		assert sum(each.amount_minor for each in settled) == stood.balance_minor
		assert sum(each.short_minor for each in settled) == stood.overspent_minor
		ends.add((stood.balance_minor, stood.overspent_minor))
	net = sum(-amount if what == "redeem" else amount for what, amount in moves)
	assert ends == {(max(net, 0), max(-net, 0))}


def test_what_is_spent_beyond_the_balance_is_short_and_the_next_money_pays_it_first():
	(_, spent, again), stood = stands(add(5_000), redeem(4_000), redeem(3_000, 2))
	assert (spent.short_minor, again.amount_minor, again.short_minor) == (0, -1_000, 2_000)
	assert again.trouble == "credit_overspent"
	assert (stood.balance_minor, stood.overspent_minor) == (0, 2_000)
	topped_up, stood = settle(add(5_000), stood, DAY)
	assert (topped_up.amount_minor, topped_up.short_minor) == (3_000, -2_000)
	assert (stood.balance_minor, stood.overspent_minor) == (3_000, 0)


def test_an_unknown_number_is_all_short_until_its_issue_arrives():
	(spent,), stood = stands(redeem(1_500))
	assert (spent.amount_minor, spent.short_minor, spent.trouble) == (0, 1_500, "credit_unknown")
	late, stood = settle(add(5_000), stood, DAY)
	assert (late.amount_minor, late.short_minor, stood.balance_minor) == (3_500, -1_500, 3_500)


def test_a_credit_may_be_spent_on_its_last_day_and_not_on_the_next():
	card = add(5_000, expires_on=DAY)
	(_, spent), _ = stands(card, redeem(100))
	assert spent.trouble == ""
	_, stood = stands(card)
	late, stood = settle(redeem(100), stood, "2026-11-26")
	assert (late.short_minor, late.trouble, stood.balance_minor) == (100, "credit_expired", 5_000)
	assert stood.status("2026-11-26") == "Expired"


def test_a_blocked_credit_pays_nothing_and_keeps_its_balance():
	blocked = Standing("gift_card", 5_000, issued=True, blocked=True)
	spent, stood = settle(redeem(100), blocked, DAY)
	assert (spent.trouble, spent.short_minor, stood.balance_minor) == ("credit_blocked", 100, 5_000)
	assert stood.status(DAY) == "Blocked"


def test_money_put_onto_a_credit_never_shortens_its_life():
	def lasting(first, second):
		return stands(add(1, expires_on=first), add(1, expires_on=second))[1].expires_on

	assert lasting("2027-01-01", "2029-01-01") == lasting("2029-01-01", "2027-01-01") == "2029-01-01"
	assert lasting("2027-01-01", "") == lasting("", "2027-01-01") == ""
	_, stood = stands(add(1, expires_on="2026-01-01"), day="2026-01-01")
	assert settle(add(1, what="refund"), stood, DAY)[1].expires_on == ""


def test_an_issue_is_money_against_a_promise():
	effect = effect_of(entry("credit_issue", **issue_body(issue(given=6_000))), ACCOUNTS, "Shop")
	assert balance_of(effect.lines) == 0
	assert not effect.moves
	net = [(line.account, line.debit_minor - line.credit_minor) for line in effect.lines]
	assert net == [("Gift Cards", -5_000), ("Cash", 6_000), ("Cash", -1_000)]


def test_an_issue_on_account_is_owed_by_its_customer():
	owed = make_issue(EUR, NUMBER, "gift_card", 900, [Tender("Bill", "on_account", 900)], customer="Ada")
	effect = effect_of(entry("credit_issue", **issue_body(owed)), ACCOUNTS, "Shop")
	assert ("Debtors", 900) in [(line.account, line.debit_minor) for line in effect.lines]


@given(
	st.sampled_from(sorted(CREDIT_KINDS)),
	st.integers(1, 9_000),
	st.integers(0, 9_000),
	st.integers(0, 9_000),
	st.booleans(),
)
def test_what_is_not_covered_goes_from_the_credits_account_to_the_shortages(
	kind, amount, balance, owed, adds
):
	standing = Standing(kind, 0 if owed else balance, owed, issued=True)
	move = add(amount) if adds else redeem(amount)
	settled, after = settle(move, standing, DAY)
	lines = dict(corrections([move], [settled]))
	assert sum(lines.values()) == 0
	assert lines.get("shortage", 0) == after.overspent_minor - standing.overspent_minor
	owed_more = -lines.get(kind, 0) + (as_said(move).amount_minor if kind == move.kind else 0)
	assert owed_more == after.balance_minor - standing.balance_minor


def test_the_journal_books_an_overspent_issue_as_it_was_settled():
	body = issue_body(issue())
	settled, _ = settle(add(5_000), Standing("gift_card", 0, 2_000), DAY)
	effect = effect_of(entry("credit_issue", **body), ACCOUNTS, "Shop", [settled])
	net = {}
	for line in effect.lines:
		net[line.account] = net.get(line.account, 0) + line.debit_minor - line.credit_minor
	assert net == {"Cash": 5_000, "Gift Cards": -3_000, "Shortages": -2_000}
