"""What a browser can lose or get wrong: all its storage, its IndexedDB, the time, the line to the agent."""

import json
from datetime import date, timedelta

import pytest

from tests.e2e.running import rows
from tests.e2e.test_sale import choose_cashier, pay_cash, until

pytestmark = pytest.mark.browser

DAY_MS = 86_400_000
HALF_A_MINUTE_LATER = """(() => {
	const running = performance.now.bind(performance);
	performance.now = () => running() + 31_000;
})()"""
SHIFTED = """(() => {
	const Real = Date;
	window.Date = class extends Real {
		constructor(...given) { super(...(given.length > 0 ? given : [Real.now() + SHIFT])); }
		static now() { return Real.now() + SHIFT; }
	};
})()"""


def clear(page, url, kinds="all"):
	"""As a person does in the browser's settings; the page is left first, as it holds its files."""
	page.goto("about:blank")
	session = page.context.new_cdp_session(page)
	session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": kinds})
	until(
		lambda: not any(stored(session, url, ("file_systems", "indexeddb") if kinds == "all" else (kinds,)))
	)


def stored(session, url, kinds):
	"""The bytes that the browser keeps for the page: what was in use goes a moment later."""
	breakdown = session.send("Storage.getUsageAndQuota", {"origin": url})["usageBreakdown"]
	return [each["usage"] for each in breakdown if each["storageType"] in kinds]


def sell(page, cash="10"):
	page.get_by_role("button", name="Espresso 2.40").click()
	pay_cash(page, cash)
	page.get_by_test_id("next").click()


def sales(demo):
	found = rows(demo, "company", "SELECT text FROM entry WHERE kind = 'sale' ORDER BY cursor")
	return [json.loads(text) for (text,) in found]


def posted(demo, count):
	states = rows(demo, "company", "SELECT state FROM entry WHERE kind = 'sale'")
	return states == [("posted",)] * count


def test_a_cleared_browser_gets_its_days_back_in_a_new_chain_that_names_the_last_head(till, demo):
	choose_cashier(till)
	for _ in range(2):
		sell(till)
	until(lambda: posted(demo, 2))
	clear(till, demo.url)
	till.goto(f"{demo.url}/till")
	choose_cashier(till)
	till.get_by_text("2 earlier entries of this till are here again").wait_for()
	sell(till)
	until(lambda: posted(demo, 3))
	_, last, first = sales(demo)
	assert (first["receipt_number"], first["sequence"]) == ("T1-101-000001", 1)
	assert first["continues"]["chain"] == last["chain"]
	assert first["continues"]["sequence"] == last["sequence"]
	till.reload()
	till.get_by_test_id("status").get_by_text("All sent").wait_for()
	assert not till.get_by_text("here again").is_visible()


def test_an_indexeddb_that_the_browser_lost_costs_no_code_and_no_sale(till, demo):
	choose_cashier(till)
	sell(till)
	until(lambda: posted(demo, 1))
	codes = rows(demo, "company", "SELECT count(*) FROM till_token")
	clear(till, demo.url, "indexeddb")
	till.goto(f"{demo.url}/till")
	sell(till)
	until(lambda: posted(demo, 2))
	assert [sale["receipt_number"] for sale in sales(demo)] == ["T1-1-000001", "T1-1-000002"]
	assert rows(demo, "company", "SELECT count(*) FROM till_token") == codes


def test_a_clock_that_is_three_days_behind_is_said_noted_and_costs_no_day(browser, demo):
	page = browser.new_page()
	page.add_init_script(SHIFTED.replace("SHIFT", str(-3 * DAY_MS)))
	page.goto(f"{demo.url}/till")
	choose_cashier(page)
	page.get_by_text("This computer's clock is wrong").wait_for()
	sell(page)
	until(lambda: posted(demo, 1))
	(sale,) = sales(demo)
	assert abs(sale["clock"]["ahead_ms"] + 3 * DAY_MS) < 60_000
	assert sale["clock"]["against"] == "company"
	said, booked = (date.fromisoformat(day) for day in (sale["occurred_at"][:10], sale["business_date"]))
	assert booked - said == timedelta(days=3)
	page.get_by_test_id("status").click()
	page.get_by_text("3 days behind").wait_for()


def test_a_clock_that_goes_back_over_a_restart_is_noted_without_a_network(browser, demo):
	page = browser.new_page()
	page.goto(f"{demo.url}/till")
	choose_cashier(page)
	sell(page)
	until(lambda: posted(demo, 1))
	page.close()
	later = browser.new_page()
	later.add_init_script(SHIFTED.replace("SHIFT", str(-DAY_MS)))
	later.route("**/api/method/**", lambda route: route.abort())
	later.route_web_socket("**/agent", lambda socket: socket.close())
	later.goto(f"{demo.url}/till")
	sell(later)
	later.unroute_all(behavior="ignoreErrors")
	until(lambda: posted(demo, 2))
	_, second = sales(demo)
	assert abs(second["clock"]["back_ms"] - DAY_MS) < 600_000
	assert second["sequence"] == 2


class LineToAgent:
	"""The page's line to its agent, which can be cut."""

	def __init__(self, page):
		self.cut = False
		self._open = []
		page.route_web_socket("**/agent", self._connect)

	def _connect(self, socket):
		if self.cut:
			socket.close()
			return
		socket.connect_to_server()
		self._open.append(socket)

	def go_away(self):
		self.cut = True
		for socket in self._open:
			socket.close()


def test_with_the_agent_away_entries_go_to_the_company_after_half_a_minute_and_back_again(browser, demo):
	direct = []
	page = browser.new_page()
	line = LineToAgent(page)
	page.on("request", lambda request: direct.append(request.url) if "api.push" in request.url else None)
	page.goto(f"{demo.url}/till")
	choose_cashier(page)
	sell(page)
	until(lambda: posted(demo, 1))
	assert direct == []
	line.go_away()
	page.get_by_test_id("status").get_by_text("No printer or drawer").wait_for()
	sell(page)
	page.wait_for_timeout(20_000)
	assert direct == []
	page.wait_for_timeout(20_000)
	assert len(direct) > 0
	assert posted(demo, 2)
	line.cut = False
	page.get_by_test_id("status").get_by_text("All sent").wait_for()
	until(lambda: not page.get_by_text("No printer or drawer").count())
	before = len(direct)
	sell(page)
	until(lambda: posted(demo, 3))
	assert len(direct) == before


def test_a_cleared_browser_is_let_in_by_the_agent_though_its_last_sales_passed_the_agent_by(browser, demo):
	page = browser.new_page()
	line = LineToAgent(page)
	page.goto(f"{demo.url}/till")
	choose_cashier(page)
	sell(page)
	until(lambda: posted(demo, 1))
	line.go_away()
	page.get_by_test_id("status").get_by_text("No printer or drawer").wait_for()
	page.evaluate(HALF_A_MINUTE_LATER)
	for _ in range(3):
		sell(page)
	until(lambda: posted(demo, 4))
	line.cut = False
	clear(page, demo.url)
	page.goto(f"{demo.url}/till")
	choose_cashier(page)
	page.get_by_text("4 earlier entries of this till are here again").wait_for()
	until(lambda: not page.get_by_text("No printer or drawer").count())
	sell(page)
	until(lambda: posted(demo, 5))
	assert len(rows(demo, "agent", "SELECT 1 FROM entry WHERE kind = 'sale'")) == 2
