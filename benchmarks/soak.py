"""The chaos runs at full counts, and what they survived as docs/proof.md.

`python -m benchmarks.soak [--agent-kills N] [--spool-runs N]`; exit 1, and no document, if anything was lost.
"""

import argparse
import asyncio
import os
import platform
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.browser import CHROMIUM
from benchmarks.chaos_agent import Survived, survive

AGENT_KILLS = 200
SPOOL_RUNS = 10
SPOOL_RUN_SECONDS = 120
ROOT = Path(__file__).parents[1]
PROOF = ROOT / "docs/proof.md"
SPOOL_CHAOS = "tests/agent/devices/test_spool_killed.py"


TEXT = """# What was survived

Written by `make soak` (`benchmarks/soak.py`) on {date} at commit {commit}.
Counts, not times: a run that lost, doubled or miscounted anything fails and writes nothing here.

## The till's process, killed while it sells and prints

`benchmarks/chaos_agent.py`: a till records sales in groups, sends some of them twice and out of order, and
prints receipts, some of them asked for twice. The process gets SIGKILL at a random moment and starts again on
the same folder. In the end, all that was acknowledged is compared with the daybook, the books and the paper.

| | |
|---|---|
| Kills | {agent.rounds} |
| Seed | {agent.seed} |
| Sales made | {agent.sales_made} |
| … acknowledged | {agent.sales_acknowledged} |
| Receipts acknowledged | {agent.receipts_acknowledged} |
| Receipts on paper | {agent.receipts_printed} |
| Receipts marked as unsure: a person looks at the paper | {agent.receipts_unsure} |
| **Sales or receipts lost** | **{agent.lost}** |
| **Sales or receipts doubled** | **{agent.doubled}** |
| **Minor units by which the books are off** | **{agent.off_by_minor}** |

## The print spool, killed while it takes jobs in and prints

`{test}`: every job that was answered for is printed once, or marked as
unsure; none is printed twice; every opening of the drawer is on record.

| | |
|---|---|
| Runs | {spool.runs} |
| Kills | {spool.kills} |
| **Runs that failed** | **0** |

## On which machine

| | |
|---|---|
{facts}
"""


@dataclass(frozen=True, slots=True)
class SpoolSurvived:
	"""Runs of the print spool's chaos test: every one of them passed, or there is none of these."""

	runs: int
	kills: int


def torture_spool(runs: int) -> SpoolSurvived:
	"""Run the spool's own chaos test again and again. CalledProcessError at the first run that fails."""
	rounds = re.search(r"^ROUNDS = (\d+)$", (ROOT / SPOOL_CHAOS).read_text(encoding="utf-8"), re.MULTILINE)
	if not rounds:
		raise RuntimeError(f"{SPOOL_CHAOS} does not say its ROUNDS: its kills can't be counted.")
	command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SPOOL_CHAOS)
	for _ in range(runs):
		subprocess.run(command, cwd=ROOT, check=True, timeout=SPOOL_RUN_SECONDS, stdout=sys.stderr)
	return SpoolSurvived(runs, runs * int(rounds[1]))


def machine() -> Mapping[str, str]:
	"""What the runs ran on."""
	return {
		"Cores": str(os.cpu_count()),
		"System": f"{platform.system()} {platform.machine()}",
		"Python": platform.python_version(),
		"SQLite": sqlite3.sqlite_version,
		"Chromium": _said(CHROMIUM, "--version") if CHROMIUM else "none",
	}


def _said(*command: str) -> str:
	said = subprocess.run(command, cwd=ROOT, check=True, timeout=30, capture_output=True, text=True)
	return said.stdout.strip()


def commit() -> str:
	"""The commit that was tried, and whether files differed from it."""
	changed = " with changes on top" if _said("git", "status", "--porcelain") else ""
	return _said("git", "rev-parse", "--short", "HEAD") + changed


def proof(agent: Survived, spool: SpoolSurvived) -> str:
	"""docs/proof.md."""
	facts = "\n".join(f"| {name} | {value} |" for name, value in machine().items())
	date = time.strftime("%Y-%m-%d")
	return TEXT.format(date=date, commit=commit(), agent=agent, spool=spool, test=SPOOL_CHAOS, facts=facts)


def main() -> int:
	parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
	parser.add_argument("--agent-kills", type=int, default=AGENT_KILLS)
	parser.add_argument("--spool-runs", type=int, default=SPOOL_RUNS)
	options = parser.parse_args()
	agent = asyncio.run(survive(options.agent_kills, seed=time.time_ns() % 1_000_000))
	print(agent, file=sys.stderr)
	if not agent.whole:
		print(f"Not whole: {agent}. Run it again with seed {agent.seed}.", file=sys.stderr)
		return 1
	spool = torture_spool(options.spool_runs)
	PROOF.write_text(proof(agent, spool), encoding="utf-8")
	print(f"Whole. Written to {PROOF.relative_to(ROOT)}.", file=sys.stderr)
	return 0


if __name__ == "__main__":
	sys.exit(main())
