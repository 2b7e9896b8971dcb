"""Finds a bench and runs one of the programs beside it there; `inside.py` is the other end.

It never measures anything itself, and says so plainly where there is no bench.
"""

import json
import os
import subprocess
from pathlib import Path

from benchmarks.figure import Figure

ROOT = Path(__file__).parents[2]
SECONDS = 3_600


def figures(program: str) -> list[Figure]:
	"""What a program measured; RuntimeError if there is no bench, or if it failed."""
	bench = Path(
		os.environ.get("POS_BRIDGE_BENCH") or os.environ.get("BENCH") or Path.home() / "frappe-bench"
	)
	python = bench / "env/bin/python"
	if not python.exists() or not (bench / "sites").is_dir():
		raise RuntimeError(f"Did not run: no bench at {bench}. Make one and set BENCH to its folder.")
	environment = {**os.environ, "POS_BRIDGE_BENCH": str(bench), "PYTHONPATH": str(ROOT)}
	environment.setdefault("POS_BRIDGE_TEST_SITE", "pos-bridge-benchmark.localhost")
	done = subprocess.run(
		[str(python), "-m", "benchmarks.erpnext.inside", program],
		cwd=ROOT,
		env=environment,
		stdin=subprocess.DEVNULL,
		capture_output=True,
		text=True,
		timeout=SECONDS,
	)
	if done.returncode:
		raise RuntimeError(f"{program} failed on {bench}:\n{done.stderr[-4_000:]}")
	return [Figure(**fields) for fields in json.loads(done.stdout.splitlines()[-1])]


def sale() -> list[Figure]:
	return figures("sale")


def batch() -> list[Figure]:
	return figures("batch")


def scale() -> list[Figure]:
	return figures("scale")


def intake() -> list[Figure]:
	return figures("intake")


def availability() -> list[Figure]:
	return figures("availability")


def order() -> list[Figure]:
	return figures("order")


def report() -> list[Figure]:
	return figures("report")
