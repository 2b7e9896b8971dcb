"""The daybooks that need no ERPNext, held to the one contract: in memory, and on SQLite."""

import pytest
from contract.daybooks import *  # noqa: F403 - the contract's tests
from contract.daybooks import ARRIVAL, DAY, outcomes

from pos_bridge.agent.daybook import SqliteDaybook
from pos_bridge.agent.store import Store
from pos_bridge.core.daybook import MemoryDaybook, Outcome


@pytest.fixture(params=["memory", "agent", "company"])
def daybook(request, tmp_path):
	if request.param == "memory":
		yield MemoryDaybook()
		return
	store = Store(tmp_path / "shelf.sqlite", request.param)
	yield SqliteDaybook(store)
	store.close()


def test_an_entry_that_the_disk_damaged_does_not_keep_the_next_one_out(tmp_path):
	store = Store(tmp_path / "shelf.sqlite", "agent")
	daybook = SqliteDaybook(store)
	daybook.record_all(DAY[:3], ARRIVAL)
	store.write_now(lambda db: db.execute("UPDATE entry SET text = 'damaged' WHERE sequence = 3").rowcount)
	assert outcomes(daybook.record_all(DAY[3:5], ARRIVAL)) == [Outcome.CREATED] * 2
	store.close()
