"""Who stands at the till: PINs, wrong ones, badges, approvals, the lock, training and hours."""

import json
import re

import pytest

from tests.e2e.conftest import ON_BOTH
from tests.e2e.on_erpnext import OnErpnext
from tests.e2e.running import Standalone
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_sale import pay_cash, scan, tile, until
from tests.e2e.till.at_the_till import button, open_shift
from tests.e2e.till.staff import BADGES, PINS, approvals, approve, choose, enter_pin, hire, sign_in
from tests.e2e.till.taps import Taps
from tests.e2e.till.test_returns import entries, printed

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(request, tmp_path):
	"""As everywhere, and with a staff."""
	if getattr(request, "param", "standalone") == "standalone":
		with Standalone(tmp_path / "demo", arguments=("--staff",)) as running:
			yield running
		return
	shop = request.getfixturevalue("erpnext_shop")
	shop.begin_again()
	hire(shop)
	running = OnErpnext(shop, tmp_path / "agent").start()
	yield running
	running.stop()


def menu(page, item):
	page.get_by_role("button", name="Menu").click()
	page.get_by_role("button", name=item, exact=True).click()


def discount(page, percent):
	page.get_by_role("button", name="Edit Espresso").click()
	dialog = page.get_by_role("dialog", name="Espresso")
	dialog.get_by_role("button", name=f"{percent} %").click()
	dialog.get_by_role("button", name="Save").click()


@ON_BOTH
def test_a_cashier_signs_in_by_pin_and_a_manager_approves_what_his_role_does_not_allow(till, demo):
	sign_in(till, "Ada")
	tile(till, "Espresso", "2.40").click()
	discount(till, 10)
	discount(till, 20)
	dialog = till.get_by_role("dialog", name="Approval needed")
	assert "Discount on an item · 20 % · Espresso" in dialog.inner_text()
	taps = Taps()
	enter_pin(till, PINS["Mira"][:4])
	till.get_by_text("Wrong PIN").wait_for()
	till.get_by_test_id("pin").press_sequentially(PINS["Mira"], delay=60)
	taps(till.get_by_test_id("pin-go"))
	taps.end("Approve")
	dialog.wait_for(state="detached")
	assert till.get_by_test_id("total").inner_text() == "€1.92"
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	(approval,) = entries(demo, "approval")
	assert (sale["cashier"], sale["body"]["lines"][0]["discount_percent"]) == ("Ada", "20")
	assert approval["cashier"] == "Ada"
	assert approval["body"] == {
		"action": "line_discount",
		"about": "Espresso",
		"for": "Ada",
		"approver": "Mira",
		"of": sale["id"],
		"percent": "20",
	}
	assert approval["sequence"] < sale["sequence"]
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	until(lambda: demo.entry_states().get(approval["id"]) == "posted")
	assert not demo.booked(approval["id"])


def test_switching_takes_three_taps_and_leaves_the_open_sale(till, demo):
	sign_in(till, "Noor")
	tile(till, "Espresso", "2.40").click()
	taps = Taps()
	taps(till.get_by_role("button", name="Change cashier"))
	taps(till.get_by_role("dialog").get_by_role("button", name="Ada"))
	till.get_by_test_id("pin").press_sequentially(PINS["Ada"], delay=60)
	taps(till.get_by_test_id("pin-go"))
	taps.end("Switch cashier by PIN")
	till.get_by_role("button", name="Change cashier: Ada").wait_for()
	assert till.get_by_test_id("total").inner_text() == "€2.40"
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	assert sale["cashier"] == "Ada"


def test_five_wrong_pins_make_a_cashier_wait_also_offline_and_after_a_reload(till, demo):
	sign_in(till, "Noor")
	wait_until_ready_for_offline(till)
	demo.kill()
	till.get_by_role("button", name="Change cashier").click()
	choose(till, "Ada")
	for wrong in ("1234", "1235", "1236", "1237"):
		enter_pin(till, wrong)
		till.get_by_text("Wrong PIN").wait_for()
	enter_pin(till, "1238")
	till.get_by_text("Too many wrong PINs").wait_for()
	assert till.get_by_test_id("pin").is_disabled()
	till.reload()
	till.get_by_role("button", name="Change cashier").click()
	choose(till, "Ada")
	till.get_by_text("Too many wrong PINs").wait_for()
	till.get_by_role("button", name="Unlock by a manager").click()
	approve(till)
	till.get_by_text("Unlocked").wait_for()
	enter_pin(till, PINS["Ada"])
	till.get_by_role("button", name="Change cashier: Ada").wait_for()
	demo.start()
	(unlocked,) = until(lambda: approvals(demo))
	assert (unlocked["action"], unlocked["for"], unlocked["approver"]) == ("unlock", "Ada", "Mira")


def test_whoever_has_a_pin_enters_it_again_after_a_reload(till, demo):
	sign_in(till, "Ada")
	tile(till, "Espresso", "2.40").click()
	till.reload()
	till.get_by_label("PIN of Ada").wait_for()
	enter_pin(till, PINS["Ada"])
	till.get_by_role("button", name="Change cashier: Ada").wait_for()
	assert till.get_by_test_id("total").inner_text() == "€2.40"


def test_what_is_no_digit_never_gets_into_a_pin(till):
	choose(till, "Ada")
	field = till.get_by_test_id("pin")
	field.fill("🔑12")
	assert field.input_value() == "12"
	till.get_by_text("A PIN is 4 to 8 digits").wait_for()
	field.fill(" 25-80 and more 999999 ")
	assert field.input_value() == "25809999"
	field.fill("٤٥٦٧")
	assert field.input_value() == ""
	field.fill("25")
	till.keyboard.press("Enter")
	till.get_by_text("A PIN is 4 to 8 digits").wait_for()
	assert field.input_value() == "25"
	scan(till, "4006381333931")
	assert field.input_value() == "25"
	assert till.get_by_role("button", name="Change cashier: Ada").count() == 0


def test_the_pin_is_typed_by_touch_with_a_zero_in_front_too(till):
	choose(till, "Ada")
	pad = till.get_by_role("group", name="Keypad")
	for digit in "0258":
		pad.get_by_role("button", name=digit, exact=True).click()
	assert till.get_by_test_id("pin").input_value() == "0258"
	pad.get_by_role("button", name=re.compile("Delete|Erase")).click()
	assert till.get_by_test_id("pin").input_value() == "025"
	assert pad.get_by_role("button", name="00", exact=True).count() == 0


def test_a_badge_signs_in_from_wherever_it_is_scanned_but_approves_nothing(till, demo):
	sign_in(till, "Ada")
	tile(till, "Espresso", "2.40").click()
	scan(till, "ID-NOBODYHASTHIS234")
	till.get_by_text("Nobody here has this badge.").wait_for()
	discount(till, 20)
	till.get_by_role("dialog", name="Approval needed").wait_for()
	scan(till, BADGES["Mira"])
	till.get_by_text("A badge approves nothing").first.wait_for()
	till.get_by_role("dialog", name="Approval needed").get_by_role("button", name="Close").click()
	till.keyboard.press("Escape")
	scan(till, BADGES["Mira"])
	till.get_by_role("button", name="Change cashier: Mira").wait_for()
	discount(till, 20)
	assert till.get_by_test_id("total").inner_text() == "€1.92"
	assert not approvals(demo)


def test_a_refused_approval_changes_nothing(till, demo):
	sign_in(till, "Noor")
	tile(till, "Espresso", "2.40").click()
	discount(till, 20)
	till.get_by_role("dialog", name="Approval needed").get_by_role("button", name="Close").click()
	till.get_by_role("dialog", name="Espresso").get_by_role("button", name="Close").click()
	assert till.get_by_test_id("total").inner_text() == "€2.40"
	assert not approvals(demo)


def test_opening_the_drawer_voiding_and_taking_goods_out_after_payment_began_are_asked_for(till, demo):
	sign_in(till, "Noor")
	till.keyboard.press("F8")
	button(till, "Give change").click()
	button(till, "Record and open").click()
	approve(till)
	until(lambda: entries(demo, "no_sale"))
	tile(till, "Espresso", "2.40").click()
	tile(till, "Cappuccino", "3.40").click()
	till.get_by_role("button", name="Remove Espresso").click()
	assert till.get_by_test_id("total").inner_text() == "€3.40"
	till.get_by_test_id("pay").click()
	till.keyboard.press("Escape")
	till.get_by_role("button", name="Remove Cappuccino").click()
	approve(till)
	opened, removed = approvals(demo)
	assert (opened["action"], opened["of"]) == ("no_sale", entries(demo, "no_sale")[0]["id"])
	assert removed["action"] == "remove_line"


def test_more_cash_out_than_the_role_allows_is_approved_and_counted_on_the_x(till, demo):
	sign_in(till, "Noor")
	open_shift(till)
	till.keyboard.press("F7")
	till.get_by_role("button", name="Petty cash").click()
	till.get_by_role("button", name=re.compile("Postage")).click()
	till.locator("#move-amount").fill("5")
	till.get_by_test_id("move-done").click()
	approve(till)
	(moved,) = until(lambda: entries(demo, "cash_out"))
	(approval,) = approvals(demo)
	assert (approval["action"], approval["amount_minor"], approval["of"]) == ("cash_out", 500, moved["id"])
	assert approval["shift"] == moved["body"]["shift"]


def test_a_return_without_receipt_is_approved(till, demo):
	sign_in(till, "Noor")
	till.keyboard.press("F3")
	till.get_by_role("button", name="Without receipt").click()
	till.locator("#back-search").fill("Espresso")
	till.keyboard.press("Enter")
	till.get_by_test_id("take-back").click()
	approve(till)
	till.get_by_test_id("pay").click()
	till.get_by_test_id("confirm").click()
	till.get_by_test_id("next").wait_for()
	(back,) = entries(demo, "return")
	(approval,) = approvals(demo)
	assert (approval["action"], approval["of"]) == ("return_without_receipt", back["id"])


def test_an_idle_till_locks_itself_and_keeps_the_sale(browser, demo):
	page = browser.new_page()
	page.clock.install()
	demo.open_till(page)
	sign_in(page, "Ada")
	tile(page, "Espresso", "2.40").click()
	page.get_by_test_id("pay").click()
	page.clock.run_for(6 * 60_000)
	page.get_by_label("PIN of Ada").wait_for()
	page.keyboard.press("F9")
	assert not entries(demo, "sale")
	page.get_by_role("button", name="Somebody else").click()
	choose(page, "Noor")
	page.get_by_role("button", name="Change cashier: Noor").wait_for()
	page.keyboard.press("F9")
	page.get_by_test_id("next").wait_for()
	(sale,) = entries(demo, "sale")
	assert sale["cashier"] == "Noor"


@ON_BOTH
def test_training_sells_nothing_and_says_so_on_the_customers_paper(till, demo):
	sign_in(till, "Noor")
	taps = Taps()
	taps(till.get_by_role("button", name="Menu"))
	taps(till.get_by_role("button", name="Training", exact=True))
	taps.end("Begin training")
	till.get_by_text("TRAINING", exact=True).wait_for()
	tile(till, "Espresso", "2.40").click()
	pay_cash(till, "5")
	till.get_by_text("Receipt T1-TRAINING-000001").wait_for()
	(training,) = entries(demo, "training_sale")
	assert "receipt_number" not in training
	until(lambda: demo.entry_states().get(training["id"]) == "posted")
	assert not demo.booked(training["id"])
	until(lambda: printed(demo) == 1)
	paper = demo.paper()
	assert paper.count("TRAINING") >= 3
	assert "Not a receipt: nothing was sold" in paper
	assert not demo.printed_with_drawer()
	till.get_by_test_id("next").click()
	tile(till, "Cappuccino", "3.40").click()
	till.reload()
	till.get_by_text("TRAINING", exact=True).wait_for()
	assert till.get_by_test_id("total").inner_text() == "€3.40"
	taps(till.get_by_test_id("leave-training"))
	taps.end("Leave training")
	till.get_by_text("TRAINING", exact=True).wait_for(state="detached")
	tile(till, "Espresso", "2.40").click()
	assert till.get_by_test_id("total").inner_text() == "€2.40"
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	assert sale["receipt_number"] == "T1-1-000001"


def test_training_can_not_begin_over_an_open_sale(till, demo):
	sign_in(till, "Noor")
	tile(till, "Espresso", "2.40").click()
	menu(till, "Training")
	till.get_by_text("Finish or void the open sale first").wait_for()
	assert till.get_by_test_id("leave-training").count() == 0


def test_people_clock_in_and_out_by_pin(till, demo):
	sign_in(till, "Noor")
	taps = Taps()
	taps(till.get_by_role("button", name="Menu"))
	taps(till.get_by_role("button", name="Clock in or out"))
	taps(till.get_by_role("dialog").get_by_role("button", name="Ada"))
	till.get_by_test_id("pin").press_sequentially(PINS["Ada"], delay=60)
	taps(till.get_by_test_id("pin-go"))
	taps(till.get_by_test_id("clock-in"))
	taps.end("Clock in")
	till.get_by_text("Ada is in since").wait_for()
	menu(till, "Clock in or out")
	choose(till, "Ada")
	enter_pin(till, PINS["Ada"])
	till.get_by_text(re.compile("^In since")).wait_for()
	till.get_by_test_id("clock-out").click()
	found = until(
		lambda: (
			[*entries(demo, "clock_in"), *entries(demo, "clock_out")][1:]
			and entries(demo, "clock_in", "clock_out")
		)
	)
	assert [(entry["kind"], entry["cashier"]) for entry in found] == [
		("clock_in", "Ada"),
		("clock_out", "Ada"),
	]
	until(lambda: all(demo.entry_states().get(entry["id"]) == "posted" for entry in found))


def test_no_pin_is_in_an_entry_or_in_a_log(till, demo):
	sign_in(till, "Mira")
	tile(till, "Espresso", "2.40").click()
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	assert PINS["Mira"] not in json.dumps(sale)
	assert PINS["Mira"] not in (demo.folder / "demo.log").read_text(encoding="utf-8").replace(
		f"PIN {PINS['Mira']}", ""
	)
	kept = till.evaluate("JSON.stringify({...localStorage})")
	assert PINS["Mira"] not in kept
