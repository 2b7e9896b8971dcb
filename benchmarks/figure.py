"""What one benchmark says: a figure beside its floor from the same run and the goal it is held to.

It only does arithmetic on samples; a figure that nobody measured can't be made here.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
	"""The bound of a figure; `at_least` for what has to be high, such as sales a second."""

	bound: float
	unit: str
	at_least: bool = False
	times_floor: float | None = None
	"""Also at most so many times the floor of the same run."""

	def met_by(self, value: float, floor: float) -> bool:
		if self.times_floor is not None and value > self.times_floor * floor:
			return False
		return value >= self.bound if self.at_least else value <= self.bound


GOALS = {
	"scan_to_line_p95_ms": Goal(8, "ms"),
	"search_p95_ms": Goal(3, "ms"),
	"search_shown_p95_ms": Goal(16, "ms"),  # one frame of the screen
	"sale_durable_p95_ms": Goal(5, "ms"),
	"black_box_p95_ms": Goal(10, "ms"),
	"pay_to_next_p95_ms": Goal(100, "ms"),
	"cold_offline_start_ms": Goal(600, "ms", times_floor=1.5),
	"cold_offline_start_weak_ms": Goal(2_400, "ms", times_floor=1.5),  # four times slower, four times longer
	"usable_ms": Goal(500, "ms"),
	"heap_growth_mb": Goal(20, "MB"),
	"catalogue_load_ms": Goal(3_000, "ms"),
	"page_js_gz_kb": Goal(150, "kB"),
	"cart_compute_ms": Goal(2, "ms"),
	"cart_compute_python_ms": Goal(5, "ms"),
	"agent_start_ms": Goal(800, "ms"),
	"agent_idle_mib": Goal(64, "MiB"),
	"print_ack_p95_ms": Goal(10, "ms"),
	"agent_sales_per_s": Goal(1_000, "sales/s", at_least=True),
	"agent_grouped_sales_per_s": Goal(10_000, "sales/s", at_least=True),
	"receipt_encode_ms": Goal(5, "ms"),
	"raster_line_ms": Goal(5, "ms"),
	"scan_event_ms": Goal(20, "ms"),
	"status_push_ms": Goal(300, "ms"),
	"intake_p95_ms": Goal(25, "ms"),
	"intake_ms_per_sale": Goal(3, "ms"),
	"post_sale_ratio": Goal(4, "times", at_least=True),
	"post_batch_ratio": Goal(25, "times", at_least=True),
	"post_scale_2": Goal(1.7, "times", at_least=True),
	"availability_ms": Goal(20, "ms"),
	"order_to_books_p95_s": Goal(10, "s"),
	"report_s": Goal(2, "s"),
	"giant_z_s": Goal(2, "s"),
}
"""Every figure that can be measured here, with the goal that it is held to."""


def p95(samples: Sequence[float]) -> float:
	"""The 95th percentile, between the two samples around it."""
	return statistics.quantiles(samples, n=20, method="inclusive")[-1]


@dataclass(frozen=True, slots=True)
class Figure:
	"""A measured value. `peer` is another product's value from the same run, None if it did not run."""

	name: str
	value: float
	floor: float
	samples: Sequence[float]
	how: str
	peer: float | None = None

	@classmethod
	def p95(cls, name: str, samples: Sequence[float], floor: Sequence[float], how: str) -> "Figure":
		medians = (
			f"Medians {statistics.median(samples):.3g} and, of the floor, {statistics.median(floor):.3g}."
		)
		return cls(name, p95(samples), p95(floor), samples, f"{how} {medians}")

	@classmethod
	def median(cls, name: str, samples: Sequence[float], floor: Sequence[float], how: str) -> "Figure":
		return cls(name, statistics.median(samples), statistics.median(floor), samples, f"{how} Median.")

	def fields(self) -> dict[str, Any]:
		"""As `make benchmark` prints it."""
		goal = GOALS[self.name]
		return {
			"name": self.name,
			"value": _rounded(self.value),
			"unit": goal.unit,
			"peer": self.peer,
			"floor": _rounded(self.floor),
			"goal": goal.bound,
			"met": goal.met_by(self.value, self.floor),
			"n": len(self.samples),
			"how": self.how,
			"spread": [_rounded(min(self.samples)), _rounded(max(self.samples))],
			"ratio": _rounded(self.value / self.floor),
		}


def _rounded(value: float) -> float:
	"""Three figures that mean something; whole numbers from a hundred on."""
	return round(value) if value >= 100 else float(f"{value:.3g}")
