"""Workers killed at random while two tills' sales post; `make soak` does it at full counts."""

import json
import os
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from books import open_shop, open_till
from tills import enrol

from benchmarks.chaos_worker import Chaos, SellingTill, Workers

SALES = int(os.environ.get("POS_BRIDGE_SALES", "300"))
KILLS = int(os.environ.get("POS_BRIDGE_KILLS", "20"))
SEED = int(os.environ.get("POS_BRIDGE_SEED") or time.time_ns() % 1_000_000)
REPORT = os.environ.get("POS_BRIDGE_REPORT")
"""A file for the counts; `make soak` reads them there."""


@pytest.fixture
def workers(connected, tmp_path):
	running = Workers(tmp_path, SEED)
	yield running
	running.stop()


@pytest.mark.slow
@pytest.mark.timeout(60 + 20 * KILLS + 4 * SALES)
def test_workers_killed_while_they_post_lose_double_and_miscount_nothing(site, server, workers):
	first = open_shop(stock=100_000)
	tills = [SellingTill(shop, enrol(server, shop.till)) for shop in (first, open_till(first))]
	survived = Chaos(tills, workers, SEED).run(SALES, KILLS)
	print(survived)
	if REPORT:
		Path(REPORT).write_text(json.dumps(asdict(survived)), encoding="utf-8")
	assert survived.whole, survived
	assert (survived.sales, survived.kills) == (SALES, KILLS)
	assert survived.kills_while_posting > 0, survived
