"""The browser killed while the till's daybook writes as fast as it can; `make soak` does it at full count."""

import json
import subprocess
import sys

import pytest

from benchmarks.browser import CHROMIUM

KILLS = 3


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_browser_killed_while_it_records_loses_nothing_that_the_daybook_acknowledged():
	if not CHROMIUM:
		pytest.skip("not run: no Chromium on this machine (Debian: apt-get install chromium)")
	command = (sys.executable, "-m", "benchmarks.kill_shelves", str(KILLS))
	ended = subprocess.run(command, capture_output=True, text=True, timeout=380)
	assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
	survived = json.loads(ended.stdout)
	assert survived["kills"] == KILLS
	for name in ("indexeddb_relaxed", "indexeddb_strict", "opfs", "ours"):
		assert survived[name]["acknowledged"] > 0, survived
