"""The tests on a real ERPNext: one disposable site for the session, its own Redis, a till for each test."""

import os

import pytest
from disposable import SITES, Redis, Site

CASHIERS = ("Ada", "Noor")


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
	server = Redis(tmp_path_factory.mktemp("redis"))
	os.environ["FRAPPE_REDIS_QUEUE"] = os.environ["FRAPPE_REDIS_CACHE"] = server.url
	yield server
	server.stop()


@pytest.fixture(scope="session")
def disposable_site(redis_server):
	"""The site's name; nothing of this process is connected to it yet."""
	site = Site()
	site.create()
	yield site
	if not os.environ.get("POS_BRIDGE_KEEP_SITE"):
		site.drop()


@pytest.fixture(scope="session")
def connected(disposable_site):
	import frappe

	os.chdir(SITES)
	frappe.init(disposable_site.name, sites_path=str(SITES))
	frappe.connect()
	frappe.set_user("Administrator")
	yield disposable_site
	frappe.destroy()


@pytest.fixture
def site(connected):
	"""The site, connected as Administrator, with nothing open; what a test leaves open is rolled back."""
	import frappe

	frappe.set_user("Administrator")
	frappe.local.message_log = []
	frappe.db.rollback()
	yield connected
	frappe.db.rollback()
	frappe.set_user("Administrator")
	frappe.clear_cache()


@pytest.fixture
def changed_settings(site):
	"""Settings may be changed; they are read anew afterwards."""
	import frappe

	yield
	frappe.db.rollback()
	frappe.clear_cache()
	frappe.local.system_settings = None


@pytest.fixture(scope="session")
def shared_shop(connected):
	"""A shop with three items and plenty of stock, made once: making one takes seconds."""
	from books import open_shop

	return open_shop(stock=100_000)


@pytest.fixture
def shop(site, shared_shop):
	"""A till of its own in the shared shop: nobody else's entries, but everybody's stock."""
	from books import open_till

	return open_till(shared_shop)


@pytest.fixture
def own_shop(site):
	"""A shop of its own with three new items, 100 of each in stock."""
	from books import open_shop

	return open_shop()


@pytest.fixture(scope="session")
def server(connected):
	"""The site over HTTP."""
	from tills import Server

	running = Server(connected.name)
	yield running
	running.stop()
