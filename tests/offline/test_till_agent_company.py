"""Till, agent and company, the real ones, with everything going wrong between and in them: nothing is lost.

The gate tries the same shops each time. POS_BRIDGE_EXAMPLES=500 asks for so many new ones,
POS_BRIDGE_STEPS for longer lives.
"""

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.offline.machine import TroubledShop
from tests.offline.shop import Shop

ASKED = os.environ.get("POS_BRIDGE_EXAMPLES")
EXAMPLES = int(ASKED or "60")
STEPS = int(os.environ.get("POS_BRIDGE_STEPS", "40"))


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_every_confirmed_entry_is_booked_once_whatever_happens(loop, till, template, tmp_path):
	folders = count()

	def surroundings(hear):
		return Shop(loop, till, tmp_path / f"shop-{next(folders)}", template, hear)

	run_state_machine_as_test(
		lambda: TroubledShop(surroundings),
		settings=settings(
			max_examples=EXAMPLES,
			stateful_step_count=STEPS,
			derandomize=not ASKED,
			deadline=None,
			suppress_health_check=list(HealthCheck),
			report_multiple_bugs=False,
			print_blob=True,
		),
	)
