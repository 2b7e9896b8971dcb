"""What a day at the till leaves behind in the page: the growth of its heaps over many sales."""

from statistics import median

from benchmarks.figure import Figure
from benchmarks.page.driver import Bench, TillPage, bench, sold_by_piece
from benchmarks.page.heap import Heaps
from benchmarks.page.paying import DONE, PAY
from pos_bridge.core.catalogue import Item

SALES = 500
WARM_UP_SALES = 20
SALE_LINES = 3
FIRST_SOLD = 7_000
DIFFERENT_ITEMS = 600
LOOKS = 5


def heap() -> list[Figure]:
	"""Every sale by real keys, at agent and company as it goes."""
	goods = sold_by_piece(FIRST_SOLD, DIFFERENT_ITEMS)
	with bench() as both:
		heaps = Heaps(both.till.page)
		_sell(both.till, goods, WARM_UP_SALES)
		before = _settled(both, heaps)
		_sell(both.till, goods, SALES)
		after = _settled(both, heaps)
	growth = {name: after[name] - before[name] for name in before}
	parts = ", ".join(
		f"{name.rsplit('/', 1)[-1]} {grown:.2f} (from {before[name]:.1f})" for name, grown in growth.items()
	)
	how = (
		f"JavaScript heap in use after a garbage collection, after {SALES} sales of {SALE_LINES} lines less "
		f"before them; {WARM_UP_SALES} warm-up sales left out, 100,000 items, agent and company there. Page "
		f"and worker together: {parts}. Floor: 2 KB a sale, the text of one."
	)
	return [Figure.median("heap_growth_mb", [sum(growth.values())], [SALES * 2_048 / 1_000_000], how)]


def _settled(both: Bench, heaps: Heaps) -> dict[str, float]:
	"""Medians of some looks, once everything is sent and the page is at rest."""
	both.till.page.get_by_text("All sent").first.wait_for()
	looks = []
	for _ in range(LOOKS):
		both.till.page.wait_for_timeout(500)
		looks.append(heaps.used_mb())
	return {name: median(look[name] for look in looks) for name in looks[-1]}


def _sell(till: TillPage, goods: list[Item], sales: int) -> None:
	"""By locators, for a handle to an element would keep its whole screen in memory."""
	for sale in range(sales):
		first = sale * SALE_LINES % (len(goods) - SALE_LINES)
		till.fill_cart(goods[first : first + SALE_LINES])
		till.page.keyboard.press(PAY)
		till.page.locator("main.pay").wait_for()
		till.page.keyboard.press(PAY)
		till.page.locator(DONE[0]["selector"]).wait_for()
