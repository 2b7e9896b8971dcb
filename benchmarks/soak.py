"""The chaos runs at full counts, and what they survived as docs/proof.md.

`python -m benchmarks.soak [--help]`; exit 1, and no document, if anything was lost.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import kill_shelves
from benchmarks.browser import CHROMIUM
from benchmarks.chaos_agent import Survived, survive

AGENT_KILLS = 200
BROWSER_ROUNDS = 200
BROWSER_ROUNDS_ON_ERPNEXT = 50
BROWSER_SECONDS = 3 * 3600
SHELF_KILLS = 50
SPOOL_RUNS = 1
SPOOL_JOBS = 10_000
SPOOL_RUN_SECONDS = 3 * 3600
WORKER_KILLS = 200
WORKER_SALES = 2_000
ON_ERPNEXT_SECONDS = 3 * 3600
ROOT = Path(__file__).parents[1]
PROOF = ROOT / "docs/proof.md"
SPOOL_CHAOS = "tests/agent/devices/test_spool_killed.py"
WORKER_CHAOS = "tests/site/test_worker_killed.py"
PARITY = "tests/site/posting/test_parity.py"
RULES_PARITY = "tests/site/posting/test_parity_rules.py"
MONTH_OF_TRADE = "tests/site/month/test_month.py"
MONTH_ENTRIES = 5_000
CARTS = 10_000
RULE_CARTS = 10_000
NO_BENCH = "Not run: no bench on this machine."


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

## The page, while everything around it fails

`benchmarks/chaos_browser.py`: a cashier sells in the real page in Chromium with real keys. In each round
disasters strike, most of them while a sale is being paid: SIGKILL of browser, agent or company; answers lost
after they were carried out, messages doubled and late on all three wires; a second tab that takes over; a
clock that jumps by up to three days; full disks; storage cleared, or the browser installed anew. In the end
everything is started twice. What the cashier was told and what agent and company ever had is compared with
the books.

{browser}

## The browser, killed while it writes

{shelves}

## The print spool, killed while it takes jobs in and prints

`{test}`: every job that was answered for is printed once, or marked as
unsure; none is printed twice; every opening of the drawer is on record.

| | |
|---|---|
| Runs | {spool.runs} |
| Jobs | {spool.jobs} |
| Kills | {spool.kills} |
| **Runs that failed** | **0** |

## The workers that post on ERPNext, killed while two tills sell the same goods

{workers}

## A month in three shops, added up by somebody else

{month}

## Random carts, computed by ERPNext, by Python and by the page

{sums}

## On which machine

| | |
|---|---|
{facts}
"""


BROWSER_ROWS = (
	("Rounds", "rounds"),
	("Seed", "seed"),
	("Sales confirmed to the cashier", "sales_confirmed"),
	("Entries that agent or company had at some moment", "entries_acknowledged"),
	("Sales recorded though the browser was gone before the cashier saw it", "sales_recorded_unseen"),
	("Sales that the page alone had when its storage was cleared", "lost_with_cleared_storage"),
	("**Sales that agent or company had, lost**", "lost"),
	("**Sales that the page alone had, lost by a kill**", "lost_by_kill"),
	("**Sales doubled**", "doubled"),
	("**Minor units by which books or screen are off**", "off_by_minor"),
	("**Receipt numbers used twice**", "numbers_used_twice"),
	("**Numbers missing in chains whose storage was not cleared**", "gaps"),
	("**Quarantined, held or still waiting in the end**", "left_behind"),
)


WORKERS = """`{test}` (`benchmarks/chaos_worker.py`): sales of two tills arrive over HTTP, some
twice and out of order, and two RQ workers post them. The process that posts, its parent, or both get SIGKILL
at a random moment. In the end every invoice's general ledger is compared with its sale, and every item's Bin
with its stock ledger.

| | |
|---|---|
| Kills | {kills} |
| … of them in the middle of posting | {kills_while_posting} |
| Seed | {seed} |
| Sales | {sales} |
| Pushes | {pushes} |
| Entries sent more than once | {entries_sent_twice} |
| **Sales lost** | **{lost}** |
| **Sales doubled** | **{doubled}** |
| **Minor units by which the general ledger is off** | **{off_by_minor}** |
| **Items whose Bin, moves and balance differ** | **{stock_off}** |
| **Promised stock and reposts left behind** | **{left_behind}** |
| **Stock moves out of order** | **{out_of_order}** |"""


MONTH = """`{test}`: six tills of three shops in three time zones sell, take back, exchange,
issue and spend cards and points, count their drawers. Their entries arrive late, twice, out of order, some
of them damaged on the way. What the books have to say is added up from the entries' JSON alone, with none of
our code, and compared with ERPNext's ledgers: every account, tax, shelf, serial number, customer, card,
member and shift. The auditor's program verifies the export, and finds one byte that was flipped.

| | |
|---|---|
| Entries | {entries} |
| Seed | {seed} |
| … by kind | {kinds} |
| Shifts | {shifts} |
| Trouble on the way | {trouble} |
| Flags that the books wrote | {flags} |
| What reconciling explains | {explained} |
| **Entries not booked** | **0** |
| **Minor units by which any account is off** | **0** |
| **Differences that are not explained** | **0** |"""


SUMS = """`{test}` (`benchmarks/parity.py`): every figure of a random cart has to be the same in ERPNext's
own `calculate_taxes_and_totals`, in Python and in the page. What they try, and how often, stands in
[parity.md](parity.md).

| | |
|---|---|
| Carts | {carts} |
| Seed | {seed} |
| Carts with an exact half that ERPNext's floats round by chance, except while it posts | {halves_by_chance} |
| **Carts that came to another figure** | **{different}** |

`{rules_test}` (`benchmarks/sums/rules.py`): what random pricing rules make of
a cart's prices, by ERPNext, Python and the page.

| | |
|---|---|
| Carts, each under rules of its own | {rules[carts]} |
| Seed | {rules[seed]} |
| Carts with such a half | {rules[halves_by_chance]} |
| **Carts that came to another price, gift or discount** | **{rules[different]}** |"""


@dataclass(frozen=True, slots=True)
class SpoolSurvived:
	"""Runs of the print spool's chaos test: every one of them passed, or there is none of these."""

	runs: int
	jobs: int
	kills: int


def torture_spool(runs: int, jobs: int) -> SpoolSurvived:
	"""Run the spool's own chaos test again and again. CalledProcessError at the first run that fails."""
	text = (ROOT / SPOOL_CHAOS).read_text(encoding="utf-8")
	jobs_a_round = re.search(r"^JOBS_A_ROUND = (\d+)$", text, re.MULTILINE)
	if not jobs_a_round:
		raise RuntimeError(f"{SPOOL_CHAOS} does not say its JOBS_A_ROUND: its kills can't be counted.")
	command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SPOOL_CHAOS)
	environment = {**os.environ, "POS_BRIDGE_SPOOL_JOBS": str(jobs)}
	for _ in range(runs):
		subprocess.run(
			command, cwd=ROOT, check=True, timeout=SPOOL_RUN_SECONDS, stdout=sys.stderr, env=environment
		)
	return SpoolSurvived(runs, runs * jobs, runs * (jobs // int(jobs_a_round[1])))


def torture_browser(*command: str) -> dict[str, Any] | None:
	"""The counts of the page's chaos run; None if there is no bench to run it on.

	CalledProcessError if anything was lost, doubled or off.
	"""
	ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=BROWSER_SECONDS)
	print(ended.stdout, file=sys.stderr)
	ended.check_returncode()
	last = ended.stdout.strip().rpartition("\n")[2]
	counts: dict[str, Any] | None = json.loads(last) if last.startswith("{") else None
	return counts


def torture_browser_on_both(rounds: int, on_erpnext: int, bench: str) -> list[dict[str, Any]]:
	"""The run with the demo behind the page, and the one with ERPNext if there is a bench."""
	program = (sys.executable, "-m", "benchmarks.chaos_browser")
	runs = [
		torture_browser(*program, str(rounds)),
		torture_browser(
			"sh", "scripts/test-on-erpnext", bench, "run", *program, str(on_erpnext), "--erpnext"
		),
	]
	return [run for run in runs if run is not None]


def torture_workers(bench: str, kills: int, sales: int) -> dict[str, Any] | None:
	"""The counts of the workers' chaos test, all zeros where they have to be; None if there is no bench."""
	return counted_on_erpnext(bench, WORKER_CHAOS, {"KILLS": kills, "SALES": sales})


def counted_on_erpnext(bench: str, test: str, numbers: Mapping[str, int]) -> dict[str, Any] | None:
	"""What a test on a real ERPNext counted; None if there is no bench. CalledProcessError if it failed."""
	with tempfile.TemporaryDirectory(prefix="pos-bridge-soak-") as folder:
		report = Path(folder) / "counted.json"
		asked = {f"POS_BRIDGE_{name}": str(number) for name, number in numbers.items()}
		subprocess.run(
			("sh", "scripts/test-on-erpnext", bench, test),
			cwd=ROOT,
			env={**os.environ, **asked, "POS_BRIDGE_REPORT": str(report)},
			check=True,
			timeout=ON_ERPNEXT_SECONDS,
			stdout=sys.stderr,
		)
		counts: dict[str, Any] = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
		return counts or None


def browser_table(runs: Sequence[dict[str, Any]]) -> str:
	"""One column for each company that was behind the page; how often each disaster struck comes last."""
	for run in runs:
		run["left_behind"] = run["quarantined"] + run["held"] + run["unsettled"]
	kinds = sorted({kind for run in runs for kind in run["disasters"]})
	struck = [(kind.replace("_", " "), [run["disasters"].get(kind, 0) for run in runs]) for kind in kinds]
	rows = [(label, [run[name] for run in runs]) for label, name in BROWSER_ROWS] + struck
	head = f"| | {' | '.join(run['shop'] for run in runs)} |\n|---|{'---|' * len(runs)}"
	return "\n".join((head, *(f"| {label} | {' | '.join(map(str, values))} |" for label, values in rows)))


def month_table(month: Mapping[str, Any]) -> str:
	"""What was played, counted by kind in words."""
	counted = {
		name: ", ".join(f"{count} {what}" for what, count in sorted(month[name].items())) or "none"
		for name in ("kinds", "trouble", "flags", "explained")
	}
	return MONTH.format(test=MONTH_OF_TRADE, **{**month, **counted})


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


def proof(
	agent: Survived,
	browser: Sequence[dict[str, Any]],
	spool: SpoolSurvived,
	shelves: Mapping[str, Any] | None,
	workers: Mapping[str, Any] | None,
	sums: Mapping[str, Any] | None,
	rules: Mapping[str, Any] | None,
	month: Mapping[str, Any] | None,
) -> str:
	"""docs/proof.md."""
	facts = "\n".join(f"| {name} | {value} |" for name, value in machine().items())
	date = time.strftime("%Y-%m-%d")
	return TEXT.format(
		date=date,
		commit=commit(),
		agent=agent,
		browser=browser_table(browser),
		spool=spool,
		shelves=kill_shelves.section(shelves) if shelves else "Not run: no Chromium on this machine.",
		workers=WORKERS.format(test=WORKER_CHAOS, **workers) if workers else NO_BENCH,
		month=month_table(month) if month else NO_BENCH,
		sums=SUMS.format(test=PARITY, **sums, rules=rules, rules_test=RULES_PARITY) if sums else NO_BENCH,
		test=SPOOL_CHAOS,
		facts=facts,
	)


def main() -> int:
	parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
	parser.add_argument("--agent-kills", type=int, default=AGENT_KILLS)
	parser.add_argument("--browser-rounds", type=int, default=BROWSER_ROUNDS)
	parser.add_argument("--browser-rounds-on-erpnext", type=int, default=BROWSER_ROUNDS_ON_ERPNEXT)
	parser.add_argument("--spool-runs", type=int, default=SPOOL_RUNS)
	parser.add_argument("--spool-jobs", type=int, default=SPOOL_JOBS)
	parser.add_argument("--shelf-kills", type=int, default=SHELF_KILLS)
	parser.add_argument("--bench", default=os.environ.get("BENCH", str(Path.home() / "frappe-bench")))
	parser.add_argument("--worker-kills", type=int, default=WORKER_KILLS)
	parser.add_argument("--worker-sales", type=int, default=WORKER_SALES)
	parser.add_argument("--carts", type=int, default=CARTS)
	parser.add_argument("--rule-carts", type=int, default=RULE_CARTS)
	parser.add_argument("--month-entries", type=int, default=MONTH_ENTRIES)
	options = parser.parse_args()
	agent = asyncio.run(survive(options.agent_kills, seed=time.time_ns() % 1_000_000))
	print(agent, file=sys.stderr)
	if not agent.whole:
		print(f"Not whole: {agent}. Run it again with seed {agent.seed}.", file=sys.stderr)
		return 1
	rounds = (options.browser_rounds, options.browser_rounds_on_erpnext)
	browser = torture_browser_on_both(*rounds, options.bench)
	spool = torture_spool(options.spool_runs, options.spool_jobs)
	shelves = kill_shelves.survive(options.shelf_kills, agent.seed) if CHROMIUM else None
	if shelves and kill_shelves.lost(shelves):
		print(f"Not whole: {shelves}. Run it again with seed {agent.seed}.", file=sys.stderr)
		return 1
	workers = torture_workers(options.bench, options.worker_kills, options.worker_sales)
	sums = counted_on_erpnext(options.bench, PARITY, {"CARTS": options.carts})
	rules = counted_on_erpnext(options.bench, RULES_PARITY, {"CARTS": options.rule_carts})
	month = counted_on_erpnext(options.bench, MONTH_OF_TRADE, {"ENTRIES": options.month_entries})
	PROOF.write_text(proof(agent, browser, spool, shelves, workers, sums, rules, month), encoding="utf-8")
	print(f"Whole. Written to {PROOF.relative_to(ROOT)}.", file=sys.stderr)
	return 0


if __name__ == "__main__":
	sys.exit(main())
