"""A shift through the page: float, money in and out, X, blind count, closing and Z; by taps and by keys."""

import pytest

from tests.e2e.conftest import ON_BOTH
from tests.e2e.running import rows
from tests.e2e.test_sale import choose_cashier, until
from tests.e2e.till.at_the_till import (
	bodies,
	button,
	close,
	count_drawer,
	entries,
	on_paper,
	open_shift,
	sell,
	show_shift,
)
from tests.e2e.till.taps import Taps

pytestmark = pytest.mark.browser

SIZES = {"phone": (390, 844), "tablet": (1180, 820), "desktop": (1440, 900)}
SMALL = """() => [...document.querySelectorAll('dialog button, dialog input, aside button')]
	.filter((each) => each.offsetParent !== null)
	.map((each) => [each.getAttribute('aria-label') || each.textContent.trim(), each.getBoundingClientRect()])
	.filter(([, box]) => box.height < 44 || box.width < 44).map(([name]) => name)"""
WIDER = """() => {
	const content = document.querySelector('dialog .content');
	return content.scrollWidth > content.clientWidth;
}"""


def move_money(till):
	show_shift(till)
	button(till, "Safe drop").click()
	till.get_by_label("Amount").fill("50")
	till.keyboard.press("Enter")
	button(till, "Petty cash").click()
	till.get_by_label("Amount").fill("4,50")
	button(till, "Postage").click()
	till.get_by_test_id("move-done").click()
	button(till, "Cash in").click()
	till.get_by_label("Amount").fill("20")
	till.get_by_test_id("move-done").click()


def check_recorded(demo):
	kinds = [kind for kind, _ in entries(demo)]
	assert kinds == ["shift_open", "sale", "cash_out", "cash_out", "cash_in", "shift_close"]
	(opened,) = rows(demo, "agent", "SELECT id FROM entry WHERE kind = 'shift_open'")
	assert {body.get("shift") for _, body in entries(demo)[1:]} == {opened[0]}
	drop, postage = bodies(demo, "cash_out")
	assert (drop["purpose"], drop["amount_minor"], "reason" in drop) == ("safe", 5000, False)
	assert (postage["purpose"], postage["amount_minor"], postage["reason"]) == ("petty_cash", 450, "Postage")
	(fetched,) = bodies(demo, "cash_in")
	assert (fetched["purpose"], fetched["amount_minor"]) == ("safe", 2000)
	(closed,) = bodies(demo, "shift_close")
	assert closed["note"] == "Wrong change given"
	(cash,) = closed["counted"]
	assert cash == {
		"tender": "Cash",
		"counted_minor": 11740,
		"denominations": [["5000", 2], ["1000", 1], ["500", 1], ["100", 2], ["20", 2]],
	}


@ON_BOTH
def test_a_shift_from_float_to_z_is_counted_blind_printed_and_booked(till, demo):
	choose_cashier(till)
	open_shift(till)
	sell(till)
	move_money(till)

	button(till, "X report").click()
	till.locator(".paper").get_by_text("X REPORT").wait_for()
	button(till, "Print").click()
	till.get_by_text("Printed.").wait_for()
	assert "Expected" not in till.locator(".paper").inner_text()
	on_paper(demo, "X REPORT")
	till.keyboard.press("Escape")

	button(till, "Close shift").click()
	for piece, many in (("€50", "2"), ("€10", "1"), ("€5", "1"), ("€1", "2"), ("€0.20", "2")):
		till.get_by_label(f"{piece}: how many").fill(many)
	assert till.get_by_test_id("counted").inner_text() == "€117.40"
	assert not till.get_by_text("117.90").count()
	till.get_by_test_id("count-done").click()
	till.get_by_text("€0.50 short").wait_for()
	assert till.get_by_text("€117.90").is_visible()
	button(till, "Wrong change given").click()
	close(till)
	paper = on_paper(demo, "Z REPORT")
	for words in ("117.90", "117.40", "-0.50", "Wrong change given"):
		assert words in paper, words

	check_recorded(demo)
	until(lambda: set(demo.entry_states().values()) == {"posted"} and len(demo.entry_states()) == 6)


def test_the_books_take_the_difference_and_the_company_shows_the_same_z(till, demo):
	choose_cashier(till)
	open_shift(till)
	sell(till)
	show_shift(till)
	count_drawer(till, "150")
	close(till)
	((closing,),) = until(lambda: rows(demo, "agent", "SELECT id FROM entry WHERE kind = 'shift_close'"))
	until(lambda: demo.entry_states().get(closing) == "posted")
	assert demo.booked(closing) == {"Cash": -240, "Cash Over and Short": 240}
	shown = till.evaluate("async () => (await (await fetch('/api/ledger/shifts')).json()).message.shifts[0]")
	(cash,) = next(each["rows"] for each in shown["sections"] if each["title"] == "Tenders")
	assert (shown["title"], cash[0], *cash[-3:]) == ("Z REPORT", "Cash", "152.40", "150.00", "-2.40")


def test_takings_go_to_the_safe_after_the_count_and_what_is_left_is_the_next_float(till, demo):
	choose_cashier(till)
	open_shift(till)
	sell(till)
	show_shift(till)
	count_drawer(till, "152.40")
	close(till)
	button(till, "Safe drop").click()
	till.get_by_label("Amount").fill("52.40")
	till.keyboard.press("Enter")
	till.get_by_text("Recorded. Drawer opening.").wait_for()
	button(till, "Print slip: Safe drop €52.40").click()
	on_paper(demo, "CASH OUT")
	button(till, "Open shift").click()
	button(till, "As left there: €100.00").click()
	till.get_by_test_id("count-done").click()
	till.get_by_role("dialog").wait_for(state="detached")
	assert "shift" not in bodies(demo, "cash_out")[0]
	assert [body["float"][0]["counted_minor"] for body in bodies(demo, "shift_open")] == [15000, 10000]


def show_by_menu(tap, till):
	tap(button(till, "Menu"))
	tap(button(till, "Shift F7"))


def test_opening_moving_money_and_an_x_take_no_more_taps_than_promised(till, demo):
	tap = Taps()
	choose_cashier(till)
	tap(till.get_by_role("button", name="Open shift"))
	tap.digits(till, "150")
	tap(till.get_by_test_id("count-done"))
	tap.end("Open a shift, float typed")

	show_by_menu(tap, till)
	tap(button(till, "Safe drop"))
	tap.digits(till, "50")
	tap(till.get_by_test_id("move-done"))
	till.get_by_text("Recorded. Drawer opening.").wait_for()
	tap.end("Safe drop")
	till.keyboard.press("Escape")

	show_by_menu(tap, till)
	tap(button(till, "Petty cash"))
	tap.digits(till, "3")
	tap(button(till, "Postage"))
	tap(till.get_by_test_id("move-done"))
	till.get_by_text("Recorded. Drawer opening.").wait_for()
	tap.end("Petty cash with a reason")
	till.keyboard.press("Escape")

	show_by_menu(tap, till)
	tap(button(till, "X report"))
	till.locator(".paper").wait_for()
	taps = tap.count
	tap.end("X on the screen")
	tap.count = taps
	tap(button(till, "Print"))
	till.get_by_text("Printed.").wait_for()
	tap.end("X on paper")
	till.keyboard.press("Escape")
	till.get_by_text("Open since").wait_for()
	till.keyboard.press("Escape")


def test_closing_a_z_and_the_next_shift_take_no_more_taps_than_promised(till, demo):
	tap = Taps()
	choose_cashier(till)
	open_shift(till)
	show_by_menu(tap, till)
	tap(button(till, "Close shift"))
	tap(button(till, "Total only"))
	tap.digits(till, "97")
	tap(till.get_by_test_id("count-done"))
	tap(till.get_by_test_id("close-shift"))
	tap(till.get_by_test_id("shift-done"))
	tap.end("Close a shift, counted as a total")

	show_by_menu(tap, till)
	tap(button(till, "Last Z report"))
	till.locator(".paper").wait_for()
	tap.end("Last Z on the screen")
	till.keyboard.press("Escape")
	till.get_by_text("Last shift closed").wait_for()
	till.keyboard.press("Escape")

	tap(till.get_by_role("button", name="Open shift"))
	tap(button(till, "As last time: €150.00"))
	tap(till.get_by_test_id("count-done"))
	tap.end("Open a shift, as last time")
	until(lambda: len(bodies(demo, "shift_open")) == 2)
	floats = bodies(demo, "shift_open")
	assert [body["float"][0]["counted_minor"] for body in floats] == [15000, 15000]
	assert [body["counted"][0]["counted_minor"] for body in bodies(demo, "shift_close")] == [9700]


def test_the_whole_shift_by_keyboard_alone(till, demo):
	till.get_by_role("dialog", name="Who is selling?").wait_for()
	till.keyboard.press("Enter")
	till.get_by_role("button", name="Open shift").wait_for()
	keys = till.keyboard

	def to(name):
		for _ in range(40):
			if till.evaluate("document.activeElement.textContent.trim()").startswith(name):
				return keys.press("Enter")
			keys.press("Tab")
		raise AssertionError(f"{name} can't be reached by Tab")

	keys.press("F7")
	till.get_by_role("dialog", name="Open shift").wait_for()
	keys.type("100", delay=60)
	keys.press("Enter")
	till.get_by_role("dialog").wait_for(state="detached")
	show_shift(till)
	to("Bank deposit")
	till.get_by_role("dialog", name="Bank deposit").wait_for()
	keys.type("30", delay=60)
	keys.press("Enter")
	till.get_by_text("Recorded. Drawer opening.").wait_for()
	to("Close shift")
	till.get_by_role("dialog", name="Count the drawer").wait_for()
	for _ in range(3):
		keys.press("Enter")
	keys.type("1", delay=60)
	keys.press("ArrowDown")
	keys.type("1", delay=60)
	for _ in range(13):
		keys.press("Enter")
	till.get_by_text("Matches").wait_for()
	to("Close shift")
	till.get_by_role("dialog", name="Shift closed").wait_for()
	to("Done")
	assert [kind for kind, _ in entries(demo)] == ["shift_open", "cash_out", "shift_close"]
	(cash,) = bodies(demo, "shift_close")[0]["counted"]
	assert cash["denominations"] == [["5000", 1], ["2000", 1]]


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_of_a_shift_fits_and_is_large_enough_for_fingers(till, demo, size):
	width, height = SIZES[size]
	till.set_viewport_size({"width": width, "height": height})

	def fits():
		assert till.evaluate(SMALL) == []
		assert not till.evaluate(WIDER)

	choose_cashier(till)
	till.get_by_role("button", name="Open shift").click()
	till.get_by_test_id("count-done").wait_for()
	fits()
	till.get_by_label("Total in Cash").fill("100000")
	till.get_by_test_id("count-done").click()
	till.get_by_role("dialog").wait_for(state="detached")
	show_shift(till)
	fits()
	for move in ("Cash in", "Petty cash"):
		button(till, move).click()
		till.get_by_test_id("move-done").wait_for()
		fits()
		till.keyboard.press("Escape")
	button(till, "X report").click()
	till.locator(".paper").wait_for()
	fits()
	till.keyboard.press("Escape")
	button(till, "Close shift").click()
	till.get_by_test_id("count-done").wait_for()
	fits()
	till.get_by_label("€500: how many").fill("199")
	till.get_by_test_id("count-done").click()
	till.get_by_text("€500.00 short").wait_for()
	fits()
	close(till)
	fits()
