"""The till's process killed again and again while it sells and prints; `make soak` does it at full count."""

import json
import subprocess
import sys

import pytest

ROUNDS = 8


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_process_killed_while_it_sells_loses_doubles_and_miscounts_nothing():
	command = (sys.executable, "-m", "benchmarks.chaos_agent", str(ROUNDS))
	ended = subprocess.run(command, capture_output=True, text=True, timeout=280)
	assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
	survived = json.loads(ended.stdout)
	assert (survived["lost"], survived["doubled"], survived["off_by_minor"]) == (0, 0, 0), survived
	assert survived["rounds"] == ROUNDS
	assert survived["sales_acknowledged"] > 0, survived
	assert survived["receipts_printed"] > 0, survived
