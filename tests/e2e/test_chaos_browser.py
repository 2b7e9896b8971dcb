"""The till's page while browser, agent, company, wires, clocks and disks fail; `make soak` at full count."""

import json
import subprocess
import sys

import pytest

from benchmarks.browser import CHROMIUM
from benchmarks.chaos.plan import KINDS
from tests.e2e.conftest import PAGE
from tests.e2e.on_erpnext import why_not

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROUNDS = 20
ROUNDS_ON_ERPNEXT = 10


def survived(*arguments, seconds):
	"""What the program counted; whatever is wrong is said with the seed that leads there again."""
	if not CHROMIUM:
		pytest.skip("not run: no Chromium on this machine (Debian: apt-get install chromium)")
	assert PAGE.exists(), "The page is not built; `make page` builds it."
	command = (sys.executable, "-m", "benchmarks.chaos_browser", *map(str, arguments))
	ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
	assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
	return json.loads(ended.stdout)


def check(counts, rounds):
	assert counts["rounds"] == rounds
	assert counts["sales_confirmed"] >= rounds, counts
	assert counts["entries_acknowledged"] > 0, counts
	assert {kind for kind, times in counts["disasters"].items() if times} == set(KINDS), counts
	for wrong in ("lost", "lost_by_kill", "doubled", "off_by_minor", "numbers_used_twice", "gaps"):
		assert counts[wrong] == 0, counts
	assert (counts["quarantined"], counts["held"], counts["unsettled"], counts["faults"]) == (0, 0, 0, []), (
		counts
	)


@pytest.mark.timeout(600)
def test_no_disaster_around_the_page_loses_doubles_or_miscounts_a_sale():
	check(survived(ROUNDS, seconds=580), ROUNDS)


@pytest.mark.erpnext
@pytest.mark.timeout(1200)
def test_no_disaster_around_the_page_loses_doubles_or_miscounts_a_sale_on_erpnext():
	if reason := why_not():
		pytest.skip(reason)
	check(survived(ROUNDS_ON_ERPNEXT, "--erpnext", seconds=1180), ROUNDS_ON_ERPNEXT)
