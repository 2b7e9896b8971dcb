"""`python -m benchmarks [name ...]`: one JSON object per line and figure, all figures without a name.

A benchmark that could not measure prints its error as JSON and makes the exit status 1.
"""

import json
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.agent import devices, engine, process, wire
from benchmarks.erpnext import bench
from benchmarks.figure import GOALS, Figure
from benchmarks.page import lasting, loading, paying, selling, starting


@dataclass(frozen=True, slots=True)
class Benchmark:
	"""One set-up, and the figures that come out of it."""

	names: tuple[str, ...]
	run: Callable[[], Sequence[Figure]]


BENCHMARKS = (
	Benchmark(("page_js_gz_kb",), loading.javascript),
	Benchmark(("catalogue_load_ms",), loading.catalogue),
	Benchmark(("cold_offline_start_ms", "cold_offline_start_weak_ms"), starting.cold),
	Benchmark(("usable_ms",), starting.warm),
	Benchmark(("heap_growth_mb",), lasting.heap),
	Benchmark(("scan_to_line_p95_ms",), selling.scans),
	Benchmark(("search_p95_ms", "search_shown_p95_ms"), selling.searches),
	Benchmark(("sale_durable_p95_ms", "black_box_p95_ms", "pay_to_next_p95_ms"), paying.sales),
	Benchmark(("cart_compute_ms",), selling.cart),
	Benchmark(("cart_compute_python_ms",), engine.cart),
	Benchmark(("receipt_encode_ms",), engine.receipt),
	Benchmark(("raster_line_ms",), devices.raster_line),
	Benchmark(("scan_event_ms",), devices.scan_event),
	Benchmark(("status_push_ms",), devices.status_push),
	Benchmark(("agent_start_ms",), process.start),
	Benchmark(("agent_idle_mib",), process.idle),
	Benchmark(("print_ack_p95_ms",), wire.print_ack),
	Benchmark(("agent_sales_per_s",), wire.sales_one_by_one),
	Benchmark(("agent_grouped_sales_per_s",), wire.sales_in_groups),
	Benchmark(("intake_p95_ms", "intake_ms_per_sale"), bench.intake),
	Benchmark(("post_sale_ratio",), bench.sale),
	Benchmark(("post_batch_ratio",), bench.batch),
	Benchmark(("post_scale_2",), bench.scale),
	Benchmark(("availability_ms",), bench.availability),
	Benchmark(("order_to_books_p95_s",), bench.order),
	Benchmark(("report_s", "giant_z_s"), bench.report),
)


def measured(wanted: set[str]) -> Iterator[dict[str, Any]]:
	"""The wanted figures as they come; a failed benchmark yields its error instead."""
	for benchmark in BENCHMARKS:
		names = [name for name in benchmark.names if name in wanted]
		if not names:
			continue
		try:
			yield from (figure.fields() for figure in benchmark.run() if figure.name in names)
		except Exception as error:  # noqa: BLE001 - the outermost loop: the other figures are still wanted
			traceback.print_exc()
			yield from ({"name": name, "error": f"{type(error).__name__}: {error}"} for name in names)


def main() -> int:
	wanted = set(sys.argv[1:]) or set(GOALS)
	if unknown := wanted - set(GOALS):
		print(
			f"No figure is called {', '.join(sorted(unknown))}; there are: {', '.join(GOALS)}.",
			file=sys.stderr,
		)
		return 2
	status = 0
	for fields in measured(wanted):
		print(json.dumps(fields, ensure_ascii=False), flush=True)
		status = status or int("error" in fields)
	return status


if __name__ == "__main__":
	sys.exit(main())
