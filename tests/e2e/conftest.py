"""The whole thing for a test: the demo, or the till on an ERPNext site, and a real Chromium before it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from benchmarks.browser import CHROMIUM, open_chromium
from tests.e2e.on_erpnext import ErpnextShop, OnErpnext, why_not
from tests.e2e.running import Standalone

PAGE = Path(__file__).parents[2] / "pos_bridge/public/till/index.html"


ERPNEXT = (pytest.mark.erpnext, pytest.mark.timeout(1200))
"""The first of them also makes the site."""
ON_BOTH = pytest.mark.parametrize(
	"demo", ["standalone", pytest.param("erpnext", marks=ERPNEXT)], indirect=True
)
"""Runs a test on the demo and on ERPNext; without it, it runs on the demo."""


@pytest.fixture(scope="session")
def erpnext_shop(tmp_path_factory):
	if reason := why_not():
		pytest.skip(reason)
	shop = ErpnextShop(tmp_path_factory.mktemp("erpnext"))
	try:
		shop.start()
		yield shop
	finally:
		shop.stop()


@pytest.fixture
def demo(request, tmp_path):
	assert PAGE.exists(), "The page is not built; `make page` builds it."
	if getattr(request, "param", "standalone") == "standalone":
		with Standalone(tmp_path / "demo") as running:
			yield running
	else:
		shop = request.getfixturevalue("erpnext_shop")
		shop.begin_again()
		running = OnErpnext(shop, tmp_path / "agent").start()
		yield running
		running.stop()


@pytest.fixture(scope="session")
def playwright():
	if not CHROMIUM:
		pytest.skip("not run: no Chromium on this machine (Debian: apt-get install chromium)")
	with sync_playwright() as running:
		yield running


@pytest.fixture
def browser(playwright, tmp_path):
	"""A browser with a profile on disk, as on a till: it can be closed or killed and opened again."""
	profile = tmp_path / "profile"
	context = open_chromium(playwright, profile)
	yield context
	context.close()
	shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def till(browser, demo):
	"""The till's page, enrolled, with its catalogue, ready for the first scan."""
	page = browser.new_page()
	faults: list[str] = []
	page.on("pageerror", lambda error: faults.append(str(error)))
	page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
	demo.open_till(page)
	yield page
	assert faults == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
	"""With a failure, what the pages showed: on a machine that nobody can look at it is all there is."""
	report = yield
	if report.when == "call" and report.failed and "browser" in item.funcargs:
		for page in item.funcargs["browser"].pages:
			report.sections.append((f"shown at {page.url}", page.inner_text("body", timeout=5_000)))
	return report


def is_fault(message):
	"""An error on the console, unless it says that a killed process or an offer of a code is not there."""
	dead = (
		"ERR_CONNECTION_REFUSED",
		"ERR_CONNECTION_RESET",
		"ERR_SOCKET_NOT_CONNECTED",
		# Chromium's, when it looks for a newer service worker there.
		"An unknown error occurred when fetching the script",
	)
	gone = any(words in message.text for words in dead)
	return message.type == "error" and not gone and not message.location["url"].endswith("enrolment.json")
