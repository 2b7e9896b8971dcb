"""What goes wrong at a till: hasty hands, a full disk, a strange agent, a company that forgot it."""

import json
import re

import pytest

from tests.e2e.running import rows
from tests.e2e.test_sale import choose_cashier, sell_coffee_and_bread, until

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
FULL_DISK = """
	const write = FileSystemSyncAccessHandle.prototype.write;
	FileSystemSyncAccessHandle.prototype.write = function (...args) {
		if (self.full) throw new DOMException("no room", "QuotaExceededError");
		return write.apply(this, args);
	};
	new BroadcastChannel("disk").onmessage = ({ data }) => { self.full = data; };
"""
FILE_IN_USE = """
	FileSystemFileHandle.prototype.createSyncAccessHandle = () => Promise.reject(new Error("it is in use"));
"""
DAMAGE = """async () => {
	const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("daybook");
	for await (const file of folder.values()) {
		if (!file.name.endsWith(".log")) continue;
		const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer());
		if (bytes.length === 0) continue;
		bytes[Math.floor(bytes.length / 2)] ^= 255;
		const out = await file.createWritable();
		await out.write(bytes);
		await out.close();
	}
}"""


def ring_up(page, name="Espresso 2.40"):
	page.get_by_role("button", name=name).click()


def lines_of(page):
	return page.locator("li.line .name").all_inner_texts()


def sales(demo):
	return rows(demo, "agent", "SELECT receipt_number FROM entry WHERE kind = 'sale' ORDER BY sequence")


def test_a_key_held_down_sells_nothing(till, demo):
	choose_cashier(till)
	ring_up(till)
	for _ in range(4):
		till.keyboard.down("F9")
		till.wait_for_timeout(60)
	till.keyboard.up("F9")
	assert till.get_by_test_id("due").inner_text() == "€2.40"
	till.keyboard.press("F9")
	till.get_by_test_id("next").wait_for()
	assert len(until(lambda: sales(demo))) == 1


def test_a_double_tap_on_pay_does_not_take_the_money_too(till, demo):
	till.set_viewport_size(PHONE)
	choose_cashier(till)
	ring_up(till)
	till.get_by_role("button", name="Show sale").click()
	till.get_by_test_id("pay").dblclick()
	till.wait_for_timeout(300)
	assert till.get_by_test_id("due").is_visible()
	assert sales(demo) == []


def test_money_already_taken_is_still_there_after_a_reload(till, demo):
	choose_cashier(till)
	sell_coffee_and_bread(till)
	till.get_by_test_id("pay").click()
	till.get_by_role("button", name="Card", exact=True).click()
	till.keyboard.type("5", delay=60)
	till.get_by_role("button", name="Card approved: €5.00").click()
	till.get_by_role("button", name="Take back Card €5.00").wait_for()
	till.reload()
	till.get_by_role("button", name="Take back Card €5.00").wait_for()
	assert till.get_by_test_id("due").inner_text() == "€3.96"
	till.keyboard.press("F9")
	till.get_by_test_id("next").wait_for()
	((text,),) = until(lambda: rows(demo, "agent", "SELECT text FROM entry WHERE kind = 'sale'"))
	assert [tender["amount_minor"] for tender in json.loads(text)["body"]["tenders"]] == [500, 396]


def test_a_weight_that_nobody_gave_is_not_sold(till):
	choose_cashier(till)
	till.keyboard.type("bananas", delay=130)
	till.keyboard.press("Enter")
	till.get_by_role("dialog", name="Bananas").wait_for()
	till.keyboard.press("Escape")
	till.get_by_text("Ready for the next customer").wait_for()
	assert lines_of(till) == []


def test_a_sale_that_costs_nothing_can_be_finished(till, demo):
	choose_cashier(till)
	ring_up(till)
	till.get_by_role("button", name="Edit Espresso").click()
	dialog = till.get_by_role("dialog", name="Espresso")
	dialog.get_by_role("button", name="Percent", exact=True).click()
	till.keyboard.type("100", delay=60)
	dialog.get_by_role("button", name="Save").click()
	till.get_by_test_id("pay").click()
	till.get_by_role("button", name="Finish sale").click()
	till.get_by_test_id("next").wait_for()
	until(lambda: rows(demo, "company", "SELECT 1 FROM entry WHERE kind = 'sale' AND state = 'posted'"))


def test_a_code_typed_as_an_amount_is_not_taken_for_cash(till):
	choose_cashier(till)
	ring_up(till)
	till.get_by_test_id("pay").click()
	till.keyboard.type("4006381333931", delay=130)
	till.get_by_text("That is no amount of cash").wait_for()
	assert till.get_by_test_id("confirm").is_disabled()


def test_paper_out_in_the_middle_of_a_sale_is_said_where_the_cashier_looks(till, demo):
	choose_cashier(till)
	until(lambda: till.get_by_text("All sent").count())
	devices = till.context.new_page()
	devices.goto(f"{demo.url}/devices")
	devices.get_by_role("switch", name="Paper out").click()
	till.get_by_test_id("status").get_by_text("Out of paper").wait_for()
	ring_up(till)
	till.get_by_test_id("pay").click()
	till.keyboard.press("F9")
	till.get_by_text("Not printed yet: Out of paper").wait_for()
	devices.get_by_role("switch", name="Paper out").click()
	till.get_by_text("Receipt printed").wait_for()


def test_an_agent_that_answers_nonsense_does_not_make_a_recorded_sale_look_lost(browser, demo):
	def answer_nonsense(route):
		server = route.connect_to_server()
		server.on_message(lambda text: route.send(re.sub(r'"results":\s*\[.*\]', '"results": 7', text)))

	till = browser.new_page()
	till.route_web_socket("**/agent", answer_nonsense)
	till.goto(f"{demo.url}/till")
	choose_cashier(till)
	ring_up(till)
	till.get_by_test_id("pay").click()
	till.keyboard.press("F9")
	till.get_by_test_id("next").wait_for()
	assert till.get_by_text("Receipt T1-1-000001").is_visible()


def test_keys_in_haste_behind_a_void_pay_for_nothing(browser, demo):
	def be_silent(route):
		server = route.connect_to_server()
		server.on_message(lambda text: None if '"recorded"' in text else route.send(text))

	till = browser.new_page()
	till.route_web_socket("**/agent", be_silent)
	till.goto(f"{demo.url}/till")
	choose_cashier(till)
	ring_up(till)
	till.keyboard.press("F10")
	dialog = till.get_by_role("dialog", name="Void this sale")
	dialog.get_by_role("button", name="Rung up by mistake").click()
	dialog.get_by_role("button", name="Void sale").click()
	till.keyboard.press("F9")
	till.keyboard.press("F9")
	till.get_by_text("Ready for the next customer").wait_for()
	ring_up(till, "Cappuccino 3.40")
	till.keyboard.press("F9")
	assert till.get_by_test_id("due").inner_text() == "€3.40"


def test_a_full_disk_is_said_and_the_sale_is_recorded_once_there_is_room(browser, demo):
	def with_a_disk(route):
		source = route.fetch().text()
		route.fulfill(status=200, headers={"content-type": "text/javascript"}, body=FULL_DISK + source)

	browser.route("**/worker-*.js", with_a_disk)
	page = browser.new_page()
	page.goto(f"{demo.url}/till")
	choose_cashier(page)
	ring_up(page)
	page.evaluate("new BroadcastChannel('disk').postMessage(true)")
	page.get_by_test_id("pay").click()
	page.keyboard.press("F9")
	page.get_by_text("The sale is NOT recorded").wait_for()
	assert sales(demo) == []
	page.evaluate("new BroadcastChannel('disk').postMessage(false)")
	page.get_by_role("button", name="Finish sale").click()
	page.get_by_test_id("next").wait_for()
	assert until(lambda: sales(demo)) == [("T1-1-000001",)]


def test_a_daybook_that_did_not_open_at_first_is_no_second_tab_to_the_next_try(browser, demo):
	def with_a_file_in_use(route):
		source = route.fetch().text()
		route.fulfill(status=200, headers={"content-type": "text/javascript"}, body=FILE_IN_USE + source)

	browser.route("**/worker-*.js", with_a_file_in_use, times=1)
	page = browser.new_page()
	page.goto(f"{demo.url}/till")
	page.get_by_text("The till can't start").wait_for()
	page.get_by_role("button", name="Try again").click()
	choose_cashier(page)
	ring_up(page)
	page.keyboard.press("F9")
	page.keyboard.press("F9")
	page.get_by_test_id("next").wait_for()
	assert until(lambda: sales(demo)) == [("T1-1-000001",)]


def test_a_company_that_forgot_the_till_is_connected_again_and_gets_everything(browser, demo):
	till = browser.new_page()
	till.goto(f"{demo.url}/till")
	choose_cashier(till)
	until(lambda: till.get_by_text("All sent").count())
	demo.stop()
	ring_up(till)
	till.get_by_test_id("pay").click()
	till.keyboard.press("F9")
	till.get_by_test_id("next").click()
	for file in demo.folder.glob("*.sqlite*"):
		file.unlink()
	demo.start()
	till.reload()
	till.get_by_test_id("status").get_by_text("Not connected to the company").click()
	till.get_by_role("dialog").get_by_text("Does not know this till any more").wait_for()
	till.get_by_role("dialog").get_by_role("button", name="Connect again").click()
	till.get_by_test_id("status").get_by_text("All sent").wait_for()
	assert "enrol" not in till.url
	until(lambda: rows(demo, "company", "SELECT 1 FROM entry WHERE kind = 'sale' AND state = 'posted'"))


def test_a_damaged_daybook_is_said_and_selling_goes_on_in_a_new_chain(till, demo):
	choose_cashier(till)
	ring_up(till)
	till.get_by_test_id("pay").click()
	till.keyboard.press("F9")
	till.get_by_test_id("next").wait_for()
	until(lambda: rows(demo, "company", "SELECT 1 FROM entry WHERE state = 'posted'"))
	till.goto(f"{demo.url}/devices")
	until(lambda: till.evaluate(DAMAGE) is None)
	till.goto(f"{demo.url}/till")
	till.get_by_text("bytes of the daybook were damaged").wait_for()
	ring_up(till)
	till.get_by_test_id("pay").click()
	till.keyboard.press("F9")
	till.get_by_text("Receipt T1-2-000001").wait_for()
	assert len(until(lambda: sales(demo)[1:])) == 1


def test_a_tab_that_only_reads_keeps_nothing_over_the_selling_one(till, demo):
	choose_cashier(till)
	ring_up(till)
	second = till.context.new_page()
	second.goto(f"{demo.url}/till")
	second.get_by_text("read only").first.wait_for()
	ring_up(till, "Cappuccino 3.40")
	till.wait_for_timeout(200)
	assert lines_of(second) == []
	second.close()
	till.reload()
	till.get_by_role("button", name="Edit Cappuccino").wait_for()
	assert lines_of(till) == ["Espresso", "Cappuccino"]


def test_the_back_button_goes_back_in_the_till_and_never_out_of_it(till, demo):
	choose_cashier(till)
	ring_up(till)
	till.get_by_test_id("pay").click()
	till.get_by_test_id("due").wait_for()
	till.go_back()
	till.get_by_test_id("pay").wait_for()
	till.go_back()
	assert till.url == f"{demo.url}/till"
	assert lines_of(till) == ["Espresso"]
