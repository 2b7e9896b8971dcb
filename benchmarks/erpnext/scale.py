"""How much sooner two workers post the same backlog than one.

It never counts time in which a worker starts up: they wait until all are connected.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import books
import frappe

from benchmarks.erpnext.sale import LINES, sale_of
from benchmarks.figure import Figure
from pos_bridge import jobs
from pos_bridge.erpnext.posting import fate

ITEMS = 60
ROUNDS = 3
SALES = 60
WORKERS = 2


def measure(site: str) -> list[Figure]:
	shop = books.open_shop(items=ITEMS, stock=1_000_000)
	_seconds(site, shop, 1, 0)  # warms up
	taken: dict[int, list[float]] = {1: [], WORKERS: []}
	for number in range(1, ROUNDS + 1):
		for workers in (1, WORKERS):
			taken[workers].append(_seconds(site, shop, workers, number))
	one, two = median(taken[1]), median(taken[WORKERS])
	ratios = [alone / both for alone, both in zip(*taken.values(), strict=True)]
	how = (
		f"Time in which one process posts {SALES} recorded sales of {LINES} lines, {one:.1f} s, ÷ that"
		f" of {WORKERS} processes, {two:.1f} s; one till, one warehouse, {ITEMS} items. {ROUNDS} rounds"
		f" by turns on {os.cpu_count()} cores, which the database shares. Floor: {WORKERS}, the workers."
	)
	return [Figure("post_scale_2", one / two, float(WORKERS), ratios, how)]


def _seconds(site: str, shop: books.TestShop, workers: int, number: int) -> float:
	books.record(shop, *[sale_of(shop, number * SALES + index) for index in range(SALES)])
	started = [_worker(site) for _ in range(workers)]
	try:
		for each in started:
			each.stdout.readline()
		begun = time.perf_counter()
		for each in started:
			each.stdin.write("go\n")
			each.stdin.flush()
		for each in started:
			if each.wait(600):
				raise RuntimeError("A worker failed.")
		taken = time.perf_counter() - begun
	finally:
		for each in started:
			each.kill()
	frappe.db.rollback()
	if waiting := frappe.db.count("POS Entry", {"state": ("!=", "posted")}):
		raise RuntimeError(f"{waiting} sales were not posted.")
	return taken


def _worker(site: str) -> "subprocess.Popen[str]":
	return subprocess.Popen(
		[sys.executable, "-m", "benchmarks.erpnext.inside", "scale", site],
		cwd=Path(__file__).parents[2],
		stdin=subprocess.PIPE,
		stdout=subprocess.PIPE,
		text=True,
	)


def work() -> None:
	"""A worker, connected: say that it is ready, wait for the word, post until nothing is due."""
	fate.count_due()
	print("ready", flush=True)
	sys.stdin.readline()
	while fate.count_due():
		jobs.post_waiting()
