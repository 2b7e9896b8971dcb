"""Shops in which things go wrong that once lost or doubled something, or would without their remedy."""

from itertools import count

import pytest

from tests.offline.goods import GOODS, plain_sale
from tests.offline.machine import End, TroubledShop
from tests.offline.network import Fate
from tests.offline.shop import Shop

KILLED = {"power": False, "writes": 0, "percent": 0, "zeros": False}
TORN = {"power": True, "writes": 0, "percent": 60, "zeros": False}
FLAT = {"power": True, "writes": 0, "percent": 0, "zeros": False}


@pytest.fixture
def troubled(loop, till, template, tmp_path):
	"""The shop, open; in the end everything is let through and counted."""
	folders = count()
	shop = TroubledShop(lambda hear: Shop(loop, till, tmp_path / f"shop-{next(folders)}", template, hear))
	shop.the_shop_opens()
	yield shop
	shop.teardown()


def carts(number):
	return [plain_sale(GOODS[index]) for index in range(number)]


def alone(shop, number):
	shop.customers_come_to_a_till_that_is_alone(carts=carts(number), fates=[])
	assert len(shop.status_now()["unsent"]) >= number


def ends(shop, how=End.CRASH, crash=KILLED):
	shop.the_page_ends(how=how, crash=crash, pick=0, back=True, fates=[], carts=[])
	shop.the_account_is_right()


def test_a_chain_that_nobody_heard_of_leaves_its_receipt_numbers_to_no_other(troubled):
	ends(troubled, End.FILES_CLEARED)
	alone(troubled, 1)
	troubled.shop.company.reachable = True
	ends(troubled, End.ALL_CLEARED)
	troubled.sell(carts(1))
	one, other = [wire.text for wire in troubled.wires()]
	assert ("T1-2-000001" in one, "T1-101-000001" in other) == (True, True)


@pytest.mark.parametrize(
	"disk", [{"failFlush": True, "failTruncate": True}, {"room": 50, "failTruncate": True}]
)
def test_nothing_is_recorded_behind_a_write_that_could_not_be_taken_back(troubled, disk):
	troubled.the_disk_fails_or_is_well_again(disk=disk, carts=carts(2))
	assert troubled.account.confirmed == {}
	troubled.the_disk_fails_or_is_well_again(disk={}, carts=[])
	alone(troubled, 2)
	ends(troubled)


def test_a_daybook_that_did_not_open_is_opened_by_the_next_try_of_the_same_page(troubled):
	alone(troubled, 1)
	ends(troubled, crash=KILLED)
	troubled.the_page_ends(how=End.CRASH, crash=KILLED, pick=0, back=False, fates=[], carts=[])
	troubled.the_disk_fails_or_is_well_again(disk={"failFlush": True}, carts=[])
	troubled.the_page_is_opened(fates=[], again=False, carts=[])
	assert not troubled.started
	troubled.the_disk_fails_or_is_well_again(disk={}, carts=[])
	troubled.the_page_is_opened(fates=[], again=True, carts=carts(1))
	assert troubled.started


def test_an_agent_that_was_set_back_gets_again_what_it_had(troubled):
	troubled.shop.company.reachable = False
	troubled.sell(carts(2))
	assert troubled.shop.agent.unforwarded() == 2
	troubled.the_agents_shelf_is_restored_from_a_copy(fates=[], carts=[])
	assert troubled.shop.agent.unforwarded() == 2


def test_a_torn_write_is_cut_before_the_next_sale(troubled):
	troubled.sell(carts(2))
	ends(troubled, crash=TORN)
	alone(troubled, 2)
	ends(troubled, crash=FLAT)
	assert len(troubled.status_now()["unsent"]) == 2


def test_what_waits_for_days_is_carried_along_through_all_segments(troubled):
	for _ in range(3):
		troubled.sell(carts(5))
	troubled.days_go_by(days=1, crash=KILLED)
	alone(troubled, 1)
	waiting = set(troubled.status_now()["unsent"])
	for _ in range(3):
		troubled.days_go_by(days=1, crash=FLAT)
	assert waiting < set(troubled.status_now()["unsent"])


def test_without_its_agent_a_till_sends_by_itself(troubled):
	alone(troubled, 3)
	troubled.a_quiet_night(agent=False, carts=[])
	assert troubled.status_now()["route"] == "company"


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("agent", [True, False])
def test_a_death_at_a_commit_leaves_all_or_nothing_and_the_answer_is_asked_for_again(troubled, agent, kept):
	troubled.agent_or_company_will_die_at_a_commit(agent=agent, kept=kept, carts=carts(2))
	troubled.the_account_is_right()
	troubled.a_quiet_night(agent=True, carts=[])


def test_a_late_push_arrives_behind_what_was_sent_after_it(troubled):
	troubled.shop.agent_killed()
	for _ in range(2):
		troubled.sell(carts(1), fates=[Fate.LATE] * 9)
		troubled.wait(31.0, [Fate.LATE] * 30)
	assert len(troubled.shop.late) > 1
	troubled.late_messages_arrive(newest_first=True, carts=[])
