"""The count of the page's chaos run sees each kind of wrong, and plans no run that leaves a disaster out."""

import json
from dataclasses import replace

import pytest

from benchmarks.chaos.cashier import Attempt, Told, given_of, minor
from benchmarks.chaos.count import Evidence
from benchmarks.chaos.plan import KINDS, plan
from benchmarks.chaos.shop import Kept


def sale(number, total=500, given=500, id="", epoch=1):
	body = {"total_minor": total, "change_minor": given - total}
	body["tenders"] = [{"tender": "Cash", "kind": "cash", "amount_minor": given}]
	text = json.dumps({"body": body, "epoch": epoch})
	receipt = f"T1-{epoch}-{number:06d}"
	return Kept(id or f"id-{receipt}", "sale", receipt, f"chain-{epoch}", number, text, "posted")


def told(number, total=500, given=500, storage=0, epoch=1):
	receipt = f"T1-{epoch}-{number:06d}"
	return Told(receipt, total, {"Cash": given}, storage)


def evidence(ledger, tolds, acknowledged=None, interrupted=(), storage=0, cleared_epochs=0, received=None):
	known = {entry.id: entry.receipt_number for entry in ledger}
	booked = {entry.id: {"Cash": entry.body["total_minor"]} for entry in ledger}
	return Evidence(
		told={each.receipt_number: each for each in tolds},
		interrupted=interrupted,
		acknowledged=known | (acknowledged or {}),
		storage=storage,
		cleared_epochs=cleared_epochs,
		ledger=ledger,
		received=booked if received is None else received,
	)


def wrongs(found):
	return (
		*(found.lost(), *found.lost_by_page(), found.doubled(), found.off_by_minor()),
		*(found.numbers_used_twice(), *found.gaps()),
	)


def test_what_was_told_and_is_booked_once_is_whole():
	found = evidence([sale(1), sale(2, total=120, given=200)], [told(1), told(2, total=120, given=200)])
	assert wrongs(found) == (0, 0, 0, 0, 0, 0, 0, 0)
	assert found.words() == []


def test_a_sale_that_agent_or_company_had_and_the_books_have_not_is_lost():
	found = evidence([sale(1)], [told(1), told(2)], {"id-2": "T1-1-000002"})
	assert found.lost() == 1
	assert found.lost_by_page() == (0, 0)


def test_a_sale_that_the_page_alone_had_is_lost_by_a_kill_unless_its_storage_was_cleared_since():
	assert evidence([], [told(1)]).lost_by_page() == (1, 0)
	assert evidence([], [told(1), told(2, storage=1)], storage=1).lost_by_page() == (1, 1)


def test_a_sale_that_nobody_was_told_of_is_doubled_unless_its_payment_was_cut_off():
	cut_off = Attempt(500, {"Cash": 500}, life=1, since=0.0)
	assert evidence([sale(1), sale(2)], [told(1)]).doubled() == 1
	assert evidence([sale(1), sale(2)], [told(1)], interrupted=[cut_off]).doubled() == 0
	assert evidence([sale(1), sale(2), sale(3)], [told(1)], interrupted=[cut_off]).doubled() == 1


def test_every_minor_unit_between_screen_entry_and_books_counts():
	assert evidence([sale(1)], [told(1, total=501)]).off_by_minor() == 1
	assert evidence([sale(1)], [told(1, given=600)]).off_by_minor() == 100
	assert evidence([sale(1)], [told(1)], received={"id-T1-1-000001": {"Cash": 498}}).off_by_minor() == 2
	assert evidence([sale(1)], [told(1)], received={}).off_by_minor() == 500


def test_a_number_used_twice_and_a_gap_in_a_chain_count():
	again = replace(sale(1), id="another", sequence=3)
	found = evidence([sale(1), again], [told(1)])
	assert found.numbers_used_twice() == 1
	assert found.gaps() == (1, 0)
	assert evidence([sale(1), sale(3)], [told(1), told(3)], cleared_epochs=1).gaps() == (0, 1)


def test_the_screens_amounts_are_read_to_the_cent():
	assert (minor("€1,234.56"), minor("€0.07"), minor("")) == (123456, 7, 0)
	assert given_of(["Card\n€1.00", "Cash\n€20.00"]) == {"Card": 100, "Cash": 2000}


@pytest.mark.parametrize("rounds", [1, 10, 20, 200])
def test_the_same_seed_plans_the_same_disasters_and_leaves_none_out(rounds):
	planned = plan(rounds, seed=7)
	assert planned == plan(rounds, seed=7) != plan(rounds, seed=8)
	assert {strike.kind for strikes in planned for strike in strikes} == set(KINDS)
