"""Figures of the sell screen: a scan, a keystroke of a search, and the arithmetic of a cart."""

import random
from collections.abc import Iterator, Sequence

from benchmarks.cart import draft_of
from benchmarks.figure import Figure, p95
from benchmarks.page.driver import (
	LINE,
	SEARCH_FIELD,
	TOTAL,
	Bench,
	TillPage,
	WatchedPage,
	bench,
	catalogue,
	empty_browser,
	floors,
	sold_by_piece,
)
from pos_bridge.core.catalogue import Item
from pos_bridge.core.sale import compute
from pos_bridge.core.sale_body import draft_fields

CART_LINES = 50
WARM_UP_SCANS = 10
SCANS = 120
FIRST_SCANNED = 1_000
WARM_UP_QUERIES = 3
QUERIES = 30
KEY_DELAY_MS = 45
"""Slower than any scanner, so that the page takes the keys for a person's."""
RESULTS = 60
CART_ROUNDS = 200


def scans() -> list[Figure]:
	"""A scan that adds the fiftieth line, then that line leaves again."""
	goods = sold_by_piece(FIRST_SCANNED, CART_LINES - 1 + WARM_UP_SCANS + SCANS)
	ours: list[float] = []
	floor: list[float] = []
	with bench() as both:
		for page in (both.till, both.floor):
			page.fill_cart(goods[: CART_LINES - 1])
		for item in goods[CART_LINES - 1 :]:
			ours.append(_fiftieth(both.till, item, "-"))
			floor.append(_fiftieth(both.floor, item, "Backspace"))
	how = (
		"From the event time of a scan's Enter key to the moment when the new line, scrolled into view, "
		f"and the new total are laid out (forced layout, before paint); a scan that adds line {CART_LINES}, "
		f"100,000 items, {WARM_UP_SCANS} warm-up scans left out. Floor: the same on a bare Vue page with "
		"the same cart, by turns. Measured earlier with 10,000 items: POS Awesome 1,584, ERPNext POS 722."
	)
	return [Figure.p95("scan_to_line_p95_ms", ours[WARM_UP_SCANS:], floor[WARM_UP_SCANS:], how)]


def _fiftieth(page: WatchedPage, item: Item, less: str) -> float:
	line = {"selector": f"{LINE}:nth-child({CART_LINES})", "text": item.name, "within": ".lines"}
	page.arm("Enter", line, {"selector": TOTAL, "not": page.text(TOTAL)})
	page.scan(item.gtins[0])
	took = float(page.result()["shown"])
	page.page.keyboard.press(less)
	page.wait_for_lines(CART_LINES - 1)
	return took


def searches() -> list[Figure]:
	"""Searches typed key by key, on our page and on a bare one that scans an array."""
	ours: list[Sequence[float]] = []
	floor: list[Sequence[float]] = []
	texts = list(_queries(random.Random(7), WARM_UP_QUERIES + QUERIES))
	with bench() as both:
		for number, text in enumerate(texts):
			pair = (_typed(both.till, text), _typed(both.floor, text))
			_require_results(both.till, text)
			if number >= WARM_UP_QUERIES:
				ours += pair[0]
				floor += pair[1]
		alone = _index_alone(both, texts[WARM_UP_QUERIES:])
	asked = (
		f"{QUERIES} searches in 100,000 items, key by key: words in any order, part words, codes, last "
		"digits, one typo."
	)
	computed = (
		f"From a keystroke to the list of results being computed, in Chromium; {asked} Floor: a scan of an "
		"array for the same words, by turns; it finds no typo and stops at the first "
		f"{RESULTS}. Measured earlier: ERPNext POS 992."
	)
	shown = (
		"From the event time of a typed key to the results being in the page's DOM, before layout (laid out: "
		f"p95 {p95([laid_out for _, laid_out in ours]):.1f}); {asked} {WARM_UP_QUERIES} searches left out as "
		f"warm-up. Floor: a scan of an array and {RESULTS} rows on a bare Vue page, by turns."
	)
	rendered = [[taken for taken, _ in samples] for samples in (ours, floor)]
	return [
		Figure.p95("search_p95_ms", [own for own, _ in alone], [scanned for _, scanned in alone], computed),
		Figure.p95("search_shown_p95_ms", rendered[0], rendered[1], shown),
	]


def _queries(chance: random.Random, count: int) -> Iterator[str]:
	"""What cashiers type, each made of an item that is there."""
	for number in range(count):
		item = chance.choice(catalogue())
		words = [word for word in item.name.split() if word.isalpha()]
		longest = max(words, key=len)
		yield (
			" ".join(chance.sample(words, min(2, len(words)))),
			" ".join(word[:4] for word in words[:3]),
			item.item,
			item.gtins[0][-6:] if item.gtins else item.item,
			longest[:2] + longest[3:],
		)[number % 5]


def _typed(page: WatchedPage, text: str) -> list[Sequence[float]]:
	"""Milliseconds until rendered and until laid out, for every key."""
	page.page.focus("input")
	page.page.fill("input", "")
	page.page.evaluate("() => posBridgeProbe.takeTyped()")
	page.page.keyboard.type(text, delay=KEY_DELAY_MS)
	taken: list[Sequence[float]] = page.page.evaluate("() => posBridgeProbe.takeTyped()")
	if len(taken) != len(text):
		raise RuntimeError(f"{len(taken)} keys of {text!r} were seen to change the results.")
	return taken


def _require_results(till: TillPage, text: str) -> None:
	if till.page.input_value(SEARCH_FIELD) != text or not till.page.query_selector(".tile"):
		raise RuntimeError(f"The search for {text!r} found nothing: this would time nothing.")


def _index_alone(both: Bench, texts: Sequence[str]) -> list[Sequence[float]]:
	"""Milliseconds of the index by itself, and of a plain scan, for each prefix of each text."""
	page = both.floor.page
	page.goto(f"{both.floor_url}/engine.html")
	page.evaluate("() => posBridgeEngine.build()")
	typed = [text[:end] for text in texts for end in range(1, len(text) + 1)]
	alone: list[Sequence[float]] = page.evaluate(
		"([texts, limit]) => posBridgeEngine.search(texts, limit)", [typed, RESULTS]
	)
	return alone


def cart() -> list[Figure]:
	"""The till's own TypeScript in Chromium, without its page."""
	draft = draft_of(CART_LINES)
	with floors() as url, empty_browser() as context:
		page = context.new_page()
		page.goto(f"{url}/engine.html")
		script = "([draft, rounds]) => posBridgeEngine.compute(draft, rounds)"
		computed = page.evaluate(script, [draft_fields(draft), CART_ROUNDS])
	if computed["total_minor"] != compute(draft).total_minor:
		raise RuntimeError("TypeScript and Python do not agree on the total: nothing was compared.")
	ours, floor = zip(*computed["pairs"][CART_ROUNDS // 10 :], strict=True)
	how = (
		f"The totals of a cart of {CART_LINES} lines with discounts and two taxes, called directly in "
		"Chromium; a sample is the mean of 500 calls, the first tenth is left out as warm-up. Floor: prices "
		"times quantities in floats."
	)
	return [Figure.p95("cart_compute_ms", ours, floor, how)]
