"""The release before and this one together: a till and a company are never updated in the same minute."""

import asyncio
import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from playwright.sync_api import Error as PlaywrightError

from benchmarks.page.offline import promise_storage
from benchmarks.till import AgentLine, ScriptedTill
from pos_bridge.core.entry import WireEntry, seal
from tests.e2e.releases import BEFORE, NOW, AgentOf, DemoOf, Release, unpacked
from tests.e2e.running import rows
from tests.e2e.test_offline_start import be_ready
from tests.e2e.test_sale import pay_cash, until

pytestmark = pytest.mark.browser

CLOCK = {"ahead_ms": -9_000_000, "against": "company", "back_ms": 60_000}
AS_VERSION_1 = """async () => {
	const opened = (request) => new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
	const stores = ["kept", "catalogue"];
	const now = await opened(indexedDB.open("posbridge"));
	const kept = {};
	for (const name of stores) {
		const store = now.transaction(name).objectStore(name);
		const [keys, values] = [await opened(store.getAllKeys()), await opened(store.getAll())];
		kept[name] = keys.map((key, index) => [key, values[index]]);
	}
	now.close();
	await opened(indexedDB.deleteDatabase("posbridge"));
	const request = indexedDB.open("posbridge", 1);
	request.onupgradeneeded = () => stores.forEach((name) => request.result.createObjectStore(name));
	const old = await opened(request);
	for (const name of stores) {
		const store = old.transaction(name, "readwrite").objectStore(name);
		for (const [key, value] of kept[name]) await opened(store.put(value, key));
	}
	old.close();
	return kept.kept.length;
}"""


@pytest.fixture(scope="module")
def before(tmp_path_factory):
	return Release(unpacked(BEFORE, tmp_path_factory.mktemp("before")))


@pytest.fixture(scope="module")
def now():
	return Release(NOW)


def sell(page):
	page.get_by_role("button", name="Espresso 2.40").click()
	pay_cash(page, "10")
	page.get_by_test_id("next").click()


def sales(demo):
	found = rows(demo, "company", "SELECT text, state FROM entry WHERE kind = 'sale' ORDER BY cursor")
	return [(json.loads(text)["receipt_number"], state) for text, state in found]


def all_posted(demo, count):
	expected = [(f"T1-1-{number:06d}", "posted") for number in range(1, count + 1)]
	in_books = "SELECT count(DISTINCT booking) FROM journal_line JOIN entry ON entry.id = booking"
	booked = rows(demo, "company", in_books)
	return sorted(sales(demo)) == expected and booked == [(count,)]


def sees_the_new_version(page):
	"""The page looks for another version when its panel is opened, and every 15 minutes."""
	page.get_by_test_id("status").click()
	page.get_by_text("A new version is here").wait_for()
	page.keyboard.press("Escape")
	runs_the_new_version(page)


def runs_the_new_version(page):
	page.get_by_text("The till runs its new version").wait_for(timeout=60_000)


def build_of(page):
	"""The file that the page started with: each build names it anew. Nothing while it starts again."""
	try:
		return page.evaluate("document.querySelector('script[type=module]')?.src")
	except PlaywrightError:
		return None


def sell_without_a_network(page, demo, count):
	page.goto("about:blank")
	promise_storage(page, demo.url)
	page.goto(f"{demo.url}/till")
	for _ in range(count):
		sell(page)


def test_a_till_sells_without_a_network_while_its_company_is_updated(browser, tmp_path, before, now):
	with DemoOf(before, tmp_path / "demo") as demo:
		page = browser.new_page()
		be_ready(page, demo.url)
		sell(page)
		until(lambda: all_posted(demo, 1))
		demo.kill()
		sell_without_a_network(page, demo, 3)
		page.get_by_role("button", name="Espresso 2.40").click()

		demo.updated_to(now)
		until(lambda: all_posted(demo, 4))
		assert page.get_by_role("button", name="Edit Espresso").is_visible()
		pay_cash(page, "10")
		page.get_by_test_id("next").click()
		sees_the_new_version(page)
		sell(page)
		until(lambda: all_posted(demo, 6))
		page.get_by_test_id("status").get_by_text("All sent").wait_for()
		assert rows(demo, "company", "SELECT reason FROM quarantine") == []


def test_a_till_that_was_updated_sells_on_when_its_company_is_set_back_to_the_backup_of_before(
	browser, tmp_path, before, now
):
	with DemoOf(before, tmp_path / "demo") as demo:
		page = browser.new_page()
		be_ready(page, demo.url)
		older = build_of(page)
		sell(page)
		until(lambda: all_posted(demo, 1))
		demo.stop()
		backup = {path: path.read_bytes() for path in demo.folder.glob("*.sqlite*")}
		demo.updated_to(now)
		page.reload()
		runs_the_new_version(page)
		assert build_of(page) != older
		demo.kill()
		sell_without_a_network(page, demo, 3)

		with pytest.raises(RuntimeError):
			demo.updated_to(before)
		said = (demo.folder / "demo.log").read_text()
		assert "written by a newer POS Bridge" in said
		assert "nothing was changed" in said

		for path in demo.folder.glob("*.sqlite*"):
			path.unlink()
		for path, kept in backup.items():
			path.write_bytes(kept)
		demo.updated_to(before)
		until(lambda: all_posted(demo, 4))
		# It may have found the other version already.
		page.reload()
		until(lambda: build_of(page) == older)
		sell(page)
		until(lambda: all_posted(demo, 5))
		page.get_by_test_id("status").get_by_text("All sent").wait_for()
		assert rows(demo, "company", "SELECT reason FROM quarantine") == []


def test_storage_of_an_older_page_is_taken_over_with_its_unsent_entries(browser, tmp_path, now):
	with DemoOf(now, tmp_path / "demo") as demo:
		page = browser.new_page()
		be_ready(page, demo.url)
		demo.kill()
		for _ in range(2):
			sell(page)
		demo.start()
		# A page of the same origin that is no till: it holds no connection to the database.
		page.goto(f"{demo.url}/ledger")
		until(lambda: sales(demo) == [] or all_posted(demo, 2))
		assert page.evaluate(AS_VERSION_1) > 0
		page.goto(f"{demo.url}/till")
		sell(page)
		until(lambda: all_posted(demo, 3))


@pytest.mark.parametrize(("agents", "companys"), [("before", "now"), ("now", "before")])
def test_an_agent_of_one_release_forwards_to_a_company_of_the_other(tmp_path, request, agents, companys):
	"""The entries are this release's: what the older one does not know stays in their text."""
	till = ScriptedTill(epoch=1, seed=7)
	wires = [till.sell()[1] for _ in range(20)]
	wires.append(with_a_clock(till))
	with DemoOf(request.getfixturevalue(companys), tmp_path / "company") as demo:
		with urllib.request.urlopen(f"{demo.url}/till/enrolment.json") as answer:
			code = json.load(answer)["code"]
		with AgentOf(request.getfixturevalue(agents), tmp_path / "agent", demo.url, code) as agent:
			# Playwright keeps a loop running in this thread.
			with ThreadPoolExecutor(1) as apart:
				results, latest = apart.submit(asyncio.run, recorded(agent.url, wires)).result()
			assert {result["outcome"] for result in results} == {"created"}
			until(lambda: len(sales(demo)) == 21 and {state for _, state in sales(demo)} == {"posted"})
		kept = rows(demo, "company", "SELECT hash, text FROM entry ORDER BY cursor")
		assert [WireEntry(*row) for row in kept] == wires
		assert rows(demo, "company", "SELECT reason FROM quarantine") == []
	expected = "unknown_op" if agents == "before" else None
	assert latest.get("code") == expected, latest


def with_a_clock(till):
	entry, _ = till.sell()
	return seal(replace(entry, clock=CLOCK))


async def recorded(url, wires):
	async with AgentLine(url) as line:
		return await line.record(wires), await line.ask({"op": "latest"})
