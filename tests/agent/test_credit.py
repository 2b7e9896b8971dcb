"""What the standalone company tells tills of gift cards, and keeps for them."""

import secrets
from dataclasses import replace

import pytest
from carts import till_day

from pos_bridge.agent.standalone.kinds.credit import Credits, move
from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Retryable
from pos_bridge.core.kinds.credit import issue_body, make_issue
from pos_bridge.core.kinds.credit_number import make_number
from pos_bridge.core.kinds.lease import CREDIT_PATH, LEASE_PATH, MAX_LEASE_SECONDS, MAX_UNKNOWN, Ask
from pos_bridge.core.sale import Tender

NOON = 1_795_000_000.0


@pytest.fixture
def card(company_shelf):
	number = make_number("gift_card", secrets.token_bytes(16))
	issue = make_issue(("EUR", 2), number, "gift_card", 2_000, [Tender("Cash", "cash", 2_000)])
	entry = replace(open_wire(till_day(1)[0]), kind="credit_issue", body=issue_body(issue))
	company_shelf.write_now(lambda db: move(db, entry))
	return number


async def test_what_one_till_leases_no_other_may_spend_until_its_time_is_over(company_shelf, card):
	now = [NOON]
	credits = Credits(company_shelf, lambda: now[0])
	leased = await credits.lease("T1", Ask(card, 1_500, 60))
	assert (leased["leased_minor"], leased["leased_until_ms"]) == (1_500, int(NOON * 1000) + 60_000)
	assert credits.ask("T2", Ask(card))["available_minor"] == 500
	assert (await credits.lease("T2", Ask(card, 9_000)))["leased_minor"] == 500
	now[0] += 61
	assert credits.ask("T2", Ask(card))["available_minor"] == 2_000
	assert credits.ask("T1", Ask(card))["leased_minor"] == 0


async def test_a_lease_is_renewed_and_given_back(company_shelf, card):
	credits = Credits(company_shelf, lambda: NOON)
	await credits.lease("T1", Ask(card, 1_500, 60))
	assert (await credits.lease("T1", Ask(card, 700, 600)))["leased_minor"] == 700
	assert (await credits.lease("T1", Ask(card, 0)))["leased_minor"] == 0
	assert credits.ask("T2", Ask(card))["available_minor"] == 2_000


async def test_what_a_till_spends_comes_out_of_its_lease(company_shelf, card):
	credits = Credits(company_shelf, lambda: NOON)
	await credits.lease("T1", Ask(card, 1_500))
	sold = open_wire(till_day(2)[1])
	tender = {"tender": "Gift Card", "kind": "gift_card", "amount_minor": 400, "credit": card}
	company_shelf.write_now(lambda db: move(db, replace(sold, body={**sold.body, "tenders": [tender]})))
	told = credits.ask("T1", Ask(card))
	assert (told["balance_minor"], told["leased_minor"]) == (1_600, 1_100)
	assert credits.ask("T2", Ask(card))["available_minor"] == 500


def test_a_till_can_not_try_numbers_until_it_finds_one(company_shelf, card):
	now = [NOON]
	credits = Credits(company_shelf, lambda: now[0])
	known = credits.ask("T1", Ask(card))
	for _ in range(MAX_UNKNOWN + 1):
		unknown = credits.ask("T1", Ask(make_number("gift_card", secrets.token_bytes(16))))
		assert (unknown.keys(), unknown["known"]) == (known.keys(), False)
	with pytest.raises(Retryable, match="never issued"):
		credits.ask("T1", Ask(card))
	assert credits.ask("T2", Ask(card))["known"]
	now[0] += 3_600
	assert credits.ask("T1", Ask(card))["known"]


async def ask(till, path, body):
	async with till.http.post(path, json=body, headers=till.authorization) as response:
		return response.status, await response.json()


async def test_the_endpoints_take_an_enrolled_tills_token_and_a_body_of_their_form(till):
	assert (await ask(till, CREDIT_PATH, {"credit": "GC-1234"}))[0] == 401
	await till.enrol()
	status, told = await ask(till, LEASE_PATH, {"credit": "GC-1234", "amount_minor": 100})
	assert (status, told["message"]["known"], told["message"]["leased_minor"]) == (200, False, 0)
	for wrong in (
		{},
		{"credit": 7},
		{"credit": "GC-1234", "amount_minor": -1},
		{"credit": "GC-1234", "seconds": MAX_LEASE_SECONDS + 1},
	):
		status, told = await ask(till, LEASE_PATH, wrong)
		assert (status, told["error"]["code"]) == (400, "malformed")
