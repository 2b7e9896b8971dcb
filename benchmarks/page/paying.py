"""Figures of the pay screen: when a sale is durable in the page, at the agent, and the cashier is free."""

from collections.abc import Sequence

from benchmarks.figure import Figure
from benchmarks.page.driver import Bench, TillPage, bench, sold_by_piece
from pos_bridge.core.catalogue import Item

SALE_LINES = 5
WARM_UP_SALES = 10
SALES = 100
FIRST_SOLD = 5_000
PAY = "F9"
IN_PAGE = "worker record"
AT_AGENT = "socket recorded"
DONE = ({"selector": "[data-testid=change]"}, {"selector": "[data-testid=next]"})

_PAID = f"a sale of {SALE_LINES} lines, {WARM_UP_SALES} warm-up sales left out. "


def sales() -> list[Figure]:
	"""First with the agent there, then with its process killed."""
	goods = sold_by_piece(FIRST_SOLD, SALE_LINES)
	durable: list[float] = []
	opfs: list[float] = []
	with bench() as both:
		black_box, to_next, committed = _with_agent(both, goods)
		both.demo.kill()
		both.till.page.wait_for_selector("[data-testid=status].warning")
		for _ in range(WARM_UP_SALES + SALES):
			answers = _paid(both.till, goods)["answers"]
			_require(AT_AGENT not in answers, "The agent answered though it was killed.")
			durable.append(answers[IN_PAGE])
			opfs.append(both.floor.timed_answer("F7", "worker kept"))
	return [
		_durable(durable[WARM_UP_SALES:], opfs[WARM_UP_SALES:]),
		_black_box(black_box[WARM_UP_SALES:], committed[WARM_UP_SALES:]),
		_to_next(to_next[WARM_UP_SALES:], committed[WARM_UP_SALES:]),
	]


def _with_agent(both: Bench, goods: Sequence[Item]) -> tuple[list[float], list[float], list[float]]:
	black_box: list[float] = []
	to_next: list[float] = []
	committed: list[float] = []
	for _ in range(WARM_UP_SALES + SALES):
		result = _paid(both.till, goods)
		answers = result["answers"]
		_require(AT_AGENT in answers, "The agent did not answer before the sale was done.")
		black_box.append(max(answers[IN_PAGE], answers[AT_AGENT]))
		to_next.append(result["shown"])
		committed.append(both.floor.timed_answer("F8", "socket kept"))
	return black_box, to_next, committed


def _paid(till: TillPage, goods: Sequence[Item]) -> dict[str, dict[str, float]]:
	"""Scan, go to the pay screen, and pay the exact amount in cash by one key, which is timed."""
	till.fill_cart(goods)
	till.page.keyboard.press(PAY)
	till.page.wait_for_selector("main.pay")
	till.arm(PAY, *DONE)
	till.page.keyboard.press(PAY)
	result = till.result()
	_require(
		IN_PAGE in result["answers"], "The sale was shown as done without an answer of the page's daybook."
	)
	return result


def _require(holds: bool, otherwise: str) -> None:
	if not holds:
		raise RuntimeError(otherwise)


def _durable(samples: Sequence[float], floor: Sequence[float]) -> Figure:
	how = (
		"From the event time of the key that pays to the answer of the daybook's worker, which comes after "
		f"append and flush in the origin-private file system; the agent's process was killed; {_PAID}Floor: "
		"2 KB appended and flushed by a bare worker after a key, by turns."
	)
	return Figure.p95("sale_durable_p95_ms", samples, floor, how)


def _black_box(samples: Sequence[float], floor: Sequence[float]) -> Figure:
	how = (
		"From the event time of the key that pays until both have answered: the daybook's worker after its "
		"flush and, after it, the agent over WebSocket after its commit (SQLite, synchronous FULL); "
		f"{_PAID}Floor: a key, 2 KB over a WebSocket, one SQLite commit in a bare server, the answer, by "
		"turns."
	)
	return Figure.p95("black_box_p95_ms", samples, floor, how)


def _to_next(samples: Sequence[float], floor: Sequence[float]) -> Figure:
	how = (
		"From the event time of the key that pays to the done screen being laid out with the change and "
		"the button for the next customer, whose first scan may come now; the sale is in page and agent by "
		f"then; {_PAID}Floor: that of black_box_p95_ms. Measured earlier: POS Awesome 1,719, ERPNext POS "
		"816, to confirm a payment."
	)
	return Figure.p95("pay_to_next_p95_ms", samples, floor, how)
