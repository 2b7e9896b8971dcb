"""A recorded WooCommerce 11.0.1: its orders end in the same books, read at each step or once at the end."""

import frappe
import pytest
from channels.replay import LAST, Replay
from online_shop import OnlineShop, account, open_online_shop

from pos_bridge.channels import registry
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.woocommerce import WooCommerce
from pos_bridge.erpnext.online.items import map_item

STEPS = {"placed": 16, "edited": 22, "removed": 24, "refunded": 29, "goodwill": 31, "completed": 34}


@pytest.fixture
def woo(site, monkeypatch):
	"""A channel whose shop has come to a line of the recording: `woo(channel, order, line)` reads there."""
	at = {}

	def connect(settings):
		return WooCommerce(settings, Replay(at["line"]), Bucket(Budget(10_000, 10_000)))

	monkeypatch.setitem(registry.KINDS, "woocommerce", connect)

	def read(web, order, line):
		at["line"] = line
		return web.read(order)

	return read


def a_channel() -> OnlineShop:
	web = open_online_shop(stock=100)
	channel = frappe.get_doc("Sales Channel", web.channel)
	channel.update({"kind": "woocommerce", "url": "https://shop.example"})
	clearing = account("Online Card Clearing", "Asset")
	for gateway in ("cod", "bacs", "manual"):
		channel.append("payments", {"gateway": gateway, "account": clearing})
	channel.save()
	for remote, item in zip(("18", "19:20"), web.items, strict=True):
		map_item(web.channel, remote, remote, item)
	frappe.db.commit()
	return web


def books(web, *orders):
	return {account: amount for account, amount in web.books(*orders).items() if "Stock" not in account}


def test_an_order_read_at_each_step_and_one_read_at_the_end_are_in_the_same_accounts(site, woo):
	stepwise, late = a_channel(), a_channel()
	for step, line in STEPS.items():
		row = woo(stepwise, "22", line)
		assert row.state == "posted", (step, row.attention, row.last_fault)
	row = woo(late, "22", STEPS["completed"])
	assert row.state == "posted", (row.attention, row.last_fault)
	assert books(stepwise, "22") == books(late, "22")
	billed = sum(
		doc.grand_total for doc in (frappe.get_doc("Sales Invoice", name) for name in _invoices(stepwise))
	)
	# 59.81 after the edits, less 17.99 and 1.00 that were refunded; the shop's own total stays.
	assert round(billed, 2) == 40.82


def _invoices(web):
	row = web.row("22").name
	return frappe.get_all("Sales Invoice", {"pos_bridge_channel_order": row, "docstatus": 1}, pluck="name")


@pytest.mark.parametrize("order", ["25", "26"])
def test_a_cancelled_and_a_refunded_order_leave_nothing_owed(site, woo, order):
	web = a_channel()
	row = woo(web, order, LAST)
	assert row.state == "posted", (row.attention, row.last_fault)
	assert web.books(order) == {}


def test_an_order_that_the_shop_has_thrown_away_says_so(site, woo):
	web = a_channel()
	row = woo(web, "28", LAST)
	assert (row.state, row.attention_code) == ("held", "channel_not_found")
