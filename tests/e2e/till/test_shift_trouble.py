"""A shift that is killed, cleared, alone, half typed, interrupted or never opened."""

import json

import pytest

from benchmarks.browser import kill_chromium, open_chromium
from tests.e2e.running import rows
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_restore import clear
from tests.e2e.test_sale import choose_cashier, until
from tests.e2e.till.at_the_till import (
	bodies,
	button,
	close,
	count_drawer,
	entries,
	open_shift,
	sell,
	show_shift,
)

pytestmark = pytest.mark.browser


def test_a_shift_outlives_a_killed_browser(playwright, tmp_path, demo):
	profile = tmp_path / "profile"
	first = open_chromium(playwright, profile)
	page = first.new_page()
	demo.open_till(page)
	choose_cashier(page)
	open_shift(page)
	sell(page)
	kill_chromium(profile)
	second = open_chromium(playwright, profile)
	page = second.new_page()
	page.goto(f"{demo.url}/till")
	sell(page)
	show_shift(page)
	page.get_by_text("opened by Ada").wait_for()
	count_drawer(page, "154.80")
	page.get_by_text("Matches").wait_for()
	close(page)
	second.close()
	((opened,),) = rows(demo, "agent", "SELECT id FROM entry WHERE kind = 'shift_open'")
	assert [body["shift"] for body in (*bodies(demo, "sale"), *bodies(demo, "shift_close"))] == [opened] * 3


def test_a_shift_comes_back_after_cleared_storage(till, demo):
	choose_cashier(till)
	open_shift(till)
	sell(till)
	until(lambda: list(demo.entry_states().values()) == ["posted"] * 2)
	clear(till, demo.url)
	till.goto(f"{demo.url}/till")
	choose_cashier(till)
	till.get_by_text("2 earlier entries of this till are here again").wait_for()
	sell(till)
	assert not till.get_by_role("button", name="Open shift").count()
	show_shift(till)
	count_drawer(till, "154.80")
	till.get_by_text("Matches").wait_for()
	close(till)
	((opened,),) = rows(demo, "agent", "SELECT id FROM entry WHERE kind = 'shift_open'")
	assert {body["shift"] for body in (*bodies(demo, "sale"), *bodies(demo, "shift_close"))} == {opened}


def test_alone_a_shift_opens_moves_money_and_closes_and_all_of_it_arrives_later(till, demo):
	choose_cashier(till)
	until(lambda: till.get_by_text("All sent").count())
	wait_until_ready_for_offline(till)
	demo.kill()
	open_shift(till)
	till.get_by_text("Open the drawer with the key").first.wait_for()
	sell(till)
	show_shift(till)
	button(till, "Safe drop").click()
	till.get_by_label("Amount").fill("50")
	till.keyboard.press("Enter")
	till.get_by_role("dialog").get_by_text("Open the drawer with the key").wait_for()
	button(till, "X report").click()
	till.locator(".paper").get_by_text("X REPORT").wait_for()
	till.keyboard.press("Escape")
	count_drawer(till, "102.40")
	till.get_by_text("3 entries have not reached the company yet. Closing is fine").wait_for()
	till.get_by_text("Matches").wait_for()
	close(till)
	till.get_by_text("Closed and kept on this till").wait_for()
	till.get_by_text("this till's agent is away").wait_for()
	till.get_by_test_id("shift-done").click()
	demo.start()
	until(lambda: list(demo.entry_states().values()) == ["posted"] * 4)
	till.get_by_text("All sent").first.wait_for()


def test_another_cashier_takes_over_and_closes(till, demo):
	choose_cashier(till)
	open_shift(till)
	sell(till)
	till.get_by_role("button", name="Change cashier").click()
	till.get_by_role("button", name="Noor").click()
	sell(till)
	show_shift(till)
	till.get_by_text("opened by Ada").wait_for()
	count_drawer(till, "154.80")
	close(till)
	paper = till.locator(".paper").inner_text()
	assert "Ada" in paper
	assert "Noor" in paper
	cashiers = rows(demo, "agent", "SELECT kind, text FROM entry ORDER BY sequence")
	assert [json.loads(text)["cashier"] for _, text in cashiers] == ["Ada", "Ada", "Noor", "Noor"]


def test_nothing_is_recorded_from_a_half_finished_form_and_a_second_count_is_told(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Open shift").click()
	till.get_by_test_id("count-done").click()
	till.get_by_text("Type what lies in the drawer").wait_for()
	till.get_by_label("Total in Cash").fill("1.000,00")
	assert till.get_by_test_id("counted").inner_text() == "€1,000.00"
	till.get_by_label("Total in Cash").fill("-5")
	till.get_by_text("Check the amount of Cash").wait_for()
	till.get_by_label("Total in Cash").fill("100")
	till.get_by_test_id("count-done").click()
	till.get_by_role("dialog").wait_for(state="detached")
	show_shift(till)
	button(till, "Petty cash").click()
	till.get_by_test_id("move-done").click()
	till.get_by_text("Type an amount above 0").wait_for()
	till.get_by_label("Amount").fill("5")
	till.get_by_text("Say what it is for").wait_for()
	till.keyboard.press("Escape")
	count_drawer(till, "90")
	till.get_by_text("€10.00 short").wait_for()
	button(till, "Count again").click()
	till.get_by_label("Total in Cash").fill("99")
	till.get_by_test_id("count-done").click()
	till.get_by_text("€1.00 short").wait_for()
	close(till)
	assert [kind for kind, _ in entries(demo)] == ["shift_open", "shift_close"]
	assert bodies(demo, "shift_close")[0]["note"] == "Counted before: Cash 90.00."


def test_a_customer_in_the_middle_of_a_count_is_served_and_the_count_is_kept(till, demo):
	choose_cashier(till)
	open_shift(till)
	show_shift(till)
	button(till, "Close shift").click()
	till.get_by_label("€50: how many").fill("3")
	till.keyboard.press("Escape")
	till.get_by_text("Open since").wait_for()
	till.keyboard.press("Escape")
	sell(till)
	show_shift(till)
	button(till, "Close shift").click()
	assert till.get_by_label("€50: how many").input_value() == "3"
	till.get_by_test_id("count-done").click()
	till.get_by_text("Money moved since you began to count").wait_for()


def test_without_a_shift_the_till_sells_and_asks_no_more_that_day(till, demo):
	choose_cashier(till)
	till.get_by_text("No shift is open").wait_for()
	sell(till)
	button(till, "Not today").click()
	till.reload()
	sell(till)
	assert not till.get_by_text("No shift is open").count()
	assert all("shift" not in body for body in until(lambda: bodies(demo, "sale")))
	show_shift(till)
