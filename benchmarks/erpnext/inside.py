"""Runs in the bench's Python: makes a disposable site, lets a program measure there, prints figures as JSON.

It never touches another site of the bench.
"""

import dataclasses
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests/site/given"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests/site"))

from disposable import SITES, Redis, Site

PROGRAMS = {
	"sale": "benchmarks.erpnext.sale",
	"batch": "benchmarks.erpnext.batch",
	"scale": "benchmarks.erpnext.scale",
	"intake": "benchmarks.erpnext.intake",
	"availability": "benchmarks.erpnext.availability",
	"order": "benchmarks.erpnext.order",
	"report": "benchmarks.erpnext.report",
}


@contextmanager
def disposable() -> Iterator[str]:
	"""A site of its own with a Redis of its own, gone afterwards."""
	site = Site()
	with tempfile.TemporaryDirectory(prefix="pos-bridge-redis-") as folder:
		redis = Redis(Path(folder))
		os.environ["FRAPPE_REDIS_CACHE"] = os.environ["FRAPPE_REDIS_QUEUE"] = redis.url
		try:
			site.create()
			yield site.name
		finally:
			site.drop()
			redis.stop()


def connect(site: str) -> None:
	"""Connect this process to the site as Administrator."""
	import frappe

	os.chdir(SITES)
	frappe.init(site, sites_path=str(SITES))
	frappe.connect()
	frappe.set_user("Administrator")


@contextmanager
def connected(site: str) -> Iterator[None]:
	"""Connected within it; an open transaction would keep the site from being dropped."""
	import frappe

	connect(site)
	try:
		yield
	finally:
		frappe.destroy()


def main() -> int:
	program = importlib.import_module(PROGRAMS[sys.argv[1]])
	if len(sys.argv) > 2:  # one of a program's workers, on the site that the program has
		connect(sys.argv[2])
		program.work()
		return 0
	with disposable() as site, connected(site):
		figures = program.measure(site)
	print(json.dumps([dataclasses.asdict(figure) for figure in figures]))
	return 0


if __name__ == "__main__":
	sys.exit(main())
