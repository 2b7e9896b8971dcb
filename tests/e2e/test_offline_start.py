"""A till that starts where there is no network, and a new version that waits for the end of a sale."""

import json
import re
import shutil
import subprocess
import sys

import pytest

from benchmarks.browser import kill_chromium, open_chromium
from benchmarks.processes import wait_until_it_answers
from tests.e2e.conftest import PAGE, is_fault
from tests.e2e.running import Standalone, rows
from tests.e2e.test_sale import choose_cashier, pay_cash, sell_coffee_and_bread, until

pytestmark = pytest.mark.browser

SERVE_ANOTHER_BUILD = """
import sys
from pathlib import Path
from pos_bridge.agent import pages
from pos_bridge.agent.cli import main
pages.add_till.__defaults__ = (Path(sys.argv.pop(1)),)
sys.exit(main())
"""
OUR_CACHES = "async () => (await caches.keys()).filter((name) => name.startsWith('pos-bridge-'))"
SPOIL = """async () => {
	for (const name of await caches.keys()) {
		const cache = await caches.open(name);
		const scripts = (await cache.keys()).filter(({ url }) => url.endsWith(".js"));
		for (const request of scripts) await cache.delete(request);
	}
}"""
LOOK_FOR_A_NEW_VERSION = """async () => {
	const registration = await navigator.serviceWorker.getRegistration("/till");
	await registration.update();
	return Boolean(registration.installing ?? registration.waiting);
}"""


def offline_row(page):
	"""What the panel says about starting without a network."""
	return page.locator("dl > div").filter(has_text="Without a network").locator("dd")


def open_panel(page):
	page.get_by_test_id("status").click()
	return offline_row(page)


def wait_until_ready_for_offline(page):
	"""All files and all items are kept; before that, a dead network takes the parts not loaded yet."""
	open_panel(page).filter(has_text=re.compile(r"^\s*Ready for offline")).wait_for()
	page.keyboard.press("Escape")


def be_ready(page, url):
	"""Enrolled, a cashier chosen, the storage promised, and the page's word that all of it is kept."""
	promise_storage(page, url)
	page.goto(f"{url}/till")
	choose_cashier(page)
	wait_until_ready_for_offline(page)


def promise_storage(page, url):
	"""An installed page has this promise for good, an automated browser gets it at each start."""
	session = page.context.new_cdp_session(page)
	session.send("Browser.grantPermissions", {"permissions": ["durableStorage"], "origin": url})


def forget_http_cache(page):
	"""What the service worker keeps must be enough without what the browser happens to remember."""
	page.context.new_cdp_session(page).send("Network.clearBrowserCache")


def test_the_page_starts_and_sells_without_any_network_and_everything_arrives_later(
	playwright, tmp_path, demo
):
	profile = tmp_path / "profile"
	first = open_chromium(playwright, profile)
	be_ready(first.new_page(), demo.url)
	first.close()
	demo.kill()

	second = open_chromium(playwright, profile)
	page = second.new_page()
	faults = []
	page.on("pageerror", lambda error: faults.append(str(error)))
	page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
	forget_http_cache(page)
	promise_storage(page, demo.url)
	page.goto(f"{demo.url}/till")
	sell_coffee_and_bread(page)
	pay_cash(page, "10")
	assert page.get_by_text("Receipt T1-1-000001").is_visible()
	page.get_by_test_id("status").get_by_text("1 entry on this till").wait_for()
	open_panel(page).get_by_text("Ready for offline", exact=True).wait_for()
	assert page.get_by_text("on this till only").is_visible()

	demo.start()
	until(lambda: rows(demo, "company", "SELECT 1 FROM entry WHERE kind = 'sale' AND state = 'posted'"))
	page.get_by_text("All sent").first.wait_for()
	assert faults == []
	second.close()


def test_a_browser_that_lost_its_whole_indexeddb_goes_on_without_a_network(playwright, tmp_path, demo):
	"""Chromium drops a database that it finds damaged after a kill (google/leveldb#1287)."""
	profile = tmp_path / "profile"
	page = open_chromium(playwright, profile).new_page()
	be_ready(page, demo.url)
	sell_coffee_and_bread(page)
	page.get_by_test_id("pay").click()
	page.get_by_role("button", name="Card", exact=True).click()
	page.keyboard.type("5", delay=60)
	page.get_by_role("button", name="Card approved: €5.00").click()
	page.get_by_text("€3.96").first.wait_for()
	page.wait_for_timeout(300)
	demo.kill()
	kill_chromium(profile)
	shutil.rmtree(profile / "Default/IndexedDB")

	second = open_chromium(playwright, profile)
	page = second.new_page()
	promise_storage(page, demo.url)
	page.goto(f"{demo.url}/till")
	page.get_by_text("€3.96").first.wait_for()
	page.keyboard.type("5", delay=60)
	page.keyboard.press("Enter")
	page.get_by_text("Receipt T1-1-000001").wait_for()
	open_panel(page).get_by_text("Ready for offline", exact=True).wait_for()
	demo.start()
	posted = "SELECT text FROM entry WHERE kind = 'sale' AND state = 'posted'"
	((text,),) = until(lambda: rows(demo, "company", posted))
	assert [tender["amount_minor"] for tender in json.loads(text)["body"]["tenders"]] == [500, 500]
	second.close()


def test_files_that_another_app_deleted_are_fetched_again_and_missed_truthfully(browser, demo):
	page = browser.new_page()
	be_ready(page, demo.url)
	page.evaluate(SPOIL)
	open_panel(page).get_by_text("Ready for offline", exact=True).wait_for()
	page.keyboard.press("Escape")
	demo.kill()
	page.evaluate(SPOIL)
	forget_http_cache(page)
	open_panel(page).get_by_text("files of the page are missing").wait_for()
	demo.start()


def test_caches_of_other_apps_stay_as_they_are(browser, demo):
	page = browser.new_page()
	page.goto(f"{demo.url}/ledger")
	page.evaluate("async () => (await caches.open('workbox-other')).put('/x', new Response('theirs'))")
	be_ready(page, demo.url)
	assert len(page.evaluate(OUR_CACHES)) == 1
	assert page.evaluate("async () => (await (await caches.match('/x')).text())") == "theirs"


class DemoOfACopy(Standalone):
	"""The demo with a copy of the built page, so that a new build can come out while it runs."""

	def __init__(self, folder):
		super().__init__(folder / "demo")
		self.public = folder / "public"
		shutil.copytree(PAGE.parent, self.public / "till")

	def start(self):
		command = [sys.executable, "-c", SERVE_ANOTHER_BUILD, str(self.public), "demo"]
		command += ["--port", str(self.port), "--data-dir", str(self.folder)]
		self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		wait_until_it_answers(f"{self.url}/agent/status", self.process)
		return self

	def build_again(self):
		page, worker = self.public / "till" / "index.html", self.public / "till" / "pos-bridge-worker.js"
		page.write_text(page.read_text().replace("<title>", '<meta name="build" content="2"><title>'))
		changed, count = re.subn(r"(revision:.)[0-9a-f]{16}", r"\g<1>" + "2" * 16, worker.read_text())
		assert count == 1
		worker.write_text(changed)


def test_a_new_build_waits_for_the_end_of_the_sale_and_says_so(browser, tmp_path):
	with DemoOfACopy(tmp_path) as demo:
		be_ready(browser.new_page(), demo.url)
		page = browser.pages[-1]
		page.reload()
		page.get_by_role("button", name="Espresso 2.40").click()
		page.evaluate("window.beforeTheBuild = true")
		demo.build_again()
		assert page.evaluate(LOOK_FOR_A_NEW_VERSION)
		open_panel(page).get_by_text("It starts by itself when no sale is open").wait_for()
		page.keyboard.press("Escape")
		page.wait_for_timeout(15_000)
		assert page.evaluate("window.beforeTheBuild")
		assert page.get_by_role("button", name="Edit Espresso").is_visible()
		pay_cash(page, "10")
		page.get_by_test_id("next").click()
		page.get_by_text("the till starts again").wait_for()
		page.get_by_text("The till runs its new version").wait_for()
		assert page.locator("meta[name=build]").count() == 1
		assert not page.evaluate("window.beforeTheBuild")


def test_a_part_that_the_network_did_not_bring_is_said_and_comes_by_itself(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Cappuccino 3.40").click()
	files = re.compile(r"/NotePanel-[^/]*\.js$")
	till.context.route(files, lambda route: route.abort("connectionrefused"))
	till.get_by_role("button", name="Note", exact=True).click()
	waiting = till.get_by_role("dialog", name="This part isn't loaded yet")
	waiting.get_by_text("Selling goes on").wait_for()
	waiting.get_by_role("button", name="Close").last.click()
	pay_cash(till, "5")
	till.get_by_test_id("next").click()
	till.get_by_role("button", name="Cappuccino 3.40").click()
	till.get_by_role("button", name="Note", exact=True).click()
	waiting.wait_for()
	till.context.unroute(files)
	till.get_by_label("Stands on the receipt").fill("for Mrs Klein")
	assert not waiting.count()
