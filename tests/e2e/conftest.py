"""The whole thing for a test: `pos-bridge demo` in its own process, and a real Chromium before it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from benchmarks.browser import CHROMIUM, open_chromium
from benchmarks.processes import Demo

PAGE = Path(__file__).parents[2] / "pos_bridge/public/till/index.html"


@pytest.fixture
def demo(tmp_path):
	assert PAGE.exists(), "The page is not built; `make page` builds it."
	with Demo(tmp_path / "demo") as running:
		yield running


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
	page.goto(f"{demo.url}/till")
	yield page
	assert faults == []


def is_fault(message):
	"""An error on the console, unless it only says that a killed process does not answer."""
	return message.type == "error" and "ERR_CONNECTION_REFUSED" not in message.text
