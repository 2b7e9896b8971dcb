"""The chaos runs at full counts, and what they survived as docs/proof.md.

`python -m benchmarks.soak [PART ...] [--count PART=N]`: all parts, or those that are named, one after the
other. What a part counted is kept in docs/proof.json as soon as it is whole; exit 1 at the first one that
lost anything.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import kill_shelves
from benchmarks.agent import fuzz_agent
from benchmarks.browser import CHROMIUM
from benchmarks.chaos_agent import survive
from benchmarks.soak.text import (
	MEDUSA_CONTRACT,
	MONTH_OF_TRADE,
	PARITY,
	RULES_PARITY,
	SPOOL_CHAOS,
	WORKER_CHAOS,
	document,
)

ROOT = Path(__file__).parents[2]
PROOF = ROOT / "docs/proof.md"
KEPT = ROOT / "docs/proof.json"
WORKER_SALES_A_KILL = 10
LONGEST_SECONDS = 4 * 3600

Counts = dict[str, Any]


class NotWhole(Exception):
	"""A run that lost, doubled or miscounted something; its words say what."""


@dataclass(frozen=True, slots=True)
class Part:
	"""One program with its full count. `run` gives what it counted, or None where it can't run here."""

	count: int
	run: Callable[[int, str], Counts | None]


def agent(kills: int, _bench: str) -> Counts:
	survived = asyncio.run(survive(kills, seed=new_seed()))
	return whole(asdict(survived), survived.whole)


def fuzz(frames: int, _bench: str) -> Counts:
	fuzzed = asyncio.run(fuzz_agent.fuzz(frames, new_seed()))
	return whole(asdict(fuzzed), fuzzed.whole)


def page(rounds: int, _bench: str) -> Counts | None:
	return last_line_of(sys.executable, "-m", "benchmarks.chaos_browser", str(rounds))


def page_on_erpnext(rounds: int, bench: str) -> Counts | None:
	program = (sys.executable, "-m", "benchmarks.chaos_browser", str(rounds), "--erpnext")
	return last_line_of("sh", "scripts/test-on-erpnext", bench, "run", *program)


def shelves(kills: int, _bench: str) -> Counts | None:
	if not CHROMIUM:
		return None
	account = kill_shelves.survive(kills, new_seed())
	return whole(account, not kill_shelves.lost(account))


def spool(jobs: int, _bench: str) -> Counts:
	text = (ROOT / SPOOL_CHAOS).read_text(encoding="utf-8")
	jobs_a_round = re.search(r"^JOBS_A_ROUND = (\d+)$", text, re.MULTILINE)
	if not jobs_a_round:
		raise RuntimeError(f"{SPOOL_CHAOS} does not say its JOBS_A_ROUND: its kills can't be counted.")
	run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SPOOL_CHAOS, SPOOL_JOBS=jobs)
	return {"jobs": jobs, "kills": jobs // int(jobs_a_round[1])}


def medusa(rounds: int, _bench: str) -> Counts | None:
	has_postgres = shutil.which("initdb") or any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
	if not shutil.which("npm") or not has_postgres:
		return None
	for _ in range(rounds):
		run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", MEDUSA_CONTRACT, MEDUSA=1)
	return {"rounds": rounds}


def workers(kills: int, bench: str) -> Counts | None:
	return counted_on_erpnext(bench, WORKER_CHAOS, KILLS=kills, SALES=kills * WORKER_SALES_A_KILL)


def month(entries: int, bench: str) -> Counts | None:
	return counted_on_erpnext(bench, MONTH_OF_TRADE, ENTRIES=entries)


def sums(carts: int, bench: str) -> Counts | None:
	return counted_on_erpnext(bench, PARITY, CARTS=carts)


def rules(carts: int, bench: str) -> Counts | None:
	return counted_on_erpnext(bench, RULES_PARITY, CARTS=carts)


PARTS = {
	"agent": Part(200, agent),
	"fuzz": Part(fuzz_agent.FRAMES, fuzz),
	"page": Part(200, page),
	"page_on_erpnext": Part(50, page_on_erpnext),
	"shelves": Part(50, shelves),
	"spool": Part(10_000, spool),
	"medusa": Part(1, medusa),
	"workers": Part(200, workers),
	"month": Part(5_000, month),
	"sums": Part(10_000, sums),
	"rules": Part(10_000, rules),
}


def new_seed() -> int:
	return time.time_ns() % 1_000_000


def whole(counts: Counts, is_whole: bool) -> Counts:
	if not is_whole:
		raise NotWhole(f"{counts}. Run it again with this seed.")
	return counts


def run(*command: str, **asked: object) -> None:
	"""One program to its end, its output behind ours. `asked` by its names for tests. CalledProcessError."""
	numbers = {f"POS_BRIDGE_{name}": str(value) for name, value in asked.items()}
	environment = {**os.environ, **numbers}
	subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=LONGEST_SECONDS, stdout=sys.stderr)


def last_line_of(*command: str) -> Counts | None:
	"""The counts that a program prints in the end; None if there is no bench for it. CalledProcessError."""
	ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=LONGEST_SECONDS)
	print(ended.stdout, file=sys.stderr)
	ended.check_returncode()
	last = ended.stdout.strip().rpartition("\n")[2]
	counts: Counts | None = json.loads(last) if last.startswith("{") else None
	return counts


def counted_on_erpnext(bench: str, test: str, **asked: int) -> Counts | None:
	"""What a test on a real ERPNext counted; None if there is no bench. CalledProcessError if it failed."""
	with tempfile.TemporaryDirectory(prefix="pos-bridge-soak-") as folder:
		report = Path(folder) / "counted.json"
		run("sh", "scripts/test-on-erpnext", bench, test, REPORT=report, **asked)
		counts: Counts = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
		return counts or None


def machine() -> list[tuple[str, str]]:
	"""What the runs ran on."""
	return [
		("Cores", str(os.cpu_count())),
		("System", f"{platform.system()} {platform.machine()}"),
		("Python", platform.python_version()),
		("SQLite", sqlite3.sqlite_version),
		("Chromium", _said(CHROMIUM, "--version") if CHROMIUM else "none"),
	]


def _said(*command: str) -> str:
	said = subprocess.run(command, cwd=ROOT, check=True, timeout=30, capture_output=True, text=True)
	return said.stdout.strip()


def commit() -> str:
	"""The commit that was tried, and whether files differed from it, but for those that a soak writes."""
	ours = tuple(f":!{path.relative_to(ROOT)}" for path in (PROOF, KEPT))
	changed = " with changes on top" if _said("git", "status", "--porcelain", "--", ".", *ours) else ""
	return _said("git", "rev-parse", "--short", "HEAD") + changed


def keep(name: str, counts: Counts, tried: str) -> None:
	kept: dict[str, Mapping[str, Any]] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
	kept[name] = {"date": time.strftime("%Y-%m-%d"), "commit": tried, "counts": counts}
	KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
	PROOF.write_text(document(kept, machine()), encoding="utf-8")


def read_options() -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="python -m benchmarks.soak")
	parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
	parser.add_argument(
		"--count", action="append", default=[], metavar="PART=N", help="another count than the full one"
	)
	parser.add_argument("--bench", default=os.environ.get("BENCH", str(Path.home() / "frappe-bench")))
	options = parser.parse_args()
	options.counts = {
		name: int(number) for name, _, number in (each.partition("=") for each in options.count)
	}
	unknown = {*options.parts, *options.counts} - PARTS.keys()
	if unknown:
		parser.error(f"There is no part {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}.")
	return options


def main() -> int:
	options = read_options()
	tried = commit()
	for name in options.parts or PARTS:
		part = PARTS[name]
		try:
			counts = part.run(options.counts.get(name, part.count), options.bench)
		except (NotWhole, subprocess.SubprocessError) as error:
			print(f"{name} is not whole: {error}", file=sys.stderr)
			return 1
		if counts is None:
			print(f"{name}: not run, nothing to run it on.", file=sys.stderr)
			continue
		keep(name, counts, tried)
		print(f"{name}: whole.", file=sys.stderr)
	return 0


if __name__ == "__main__":
	sys.exit(main())
