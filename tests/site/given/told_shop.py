"""A fake shop that is told its stock, and what it and its Sales Channel say."""

from dataclasses import replace
from datetime import timedelta

import frappe
from books import receive

from pos_bridge.channels.fake.connector import Fake


def switch(web, **fields):
	channel = frappe.get_doc("Sales Channel", web.channel)
	channel.update(fields)
	channel.save()
	frappe.db.commit()


def come(web, item, quantity, place=None):
	receive([item], place or web.warehouse, quantity)
	frappe.db.commit()


def in_shop(web, number=1, location="dc"):
	return web.shop.products[str(number)].on_hand[location]


def level(web, number=1, location="dc"):
	where = {"channel": web.channel, "remote_id": str(number), "location": location}
	return frappe.get_doc("Channel Stock", where)


def channel(web):
	return frappe.db.get_value("Sales Channel", web.channel, "*", as_dict=True)


def let_try_again(web):
	"""The time until which the shop is left alone is over."""
	past = frappe.utils.now_datetime() - timedelta(seconds=1)
	frappe.db.set_value("Sales Channel", web.channel, "stock_next_try_at", past, update_modified=False)
	frappe.db.set_value("Channel Stock", {"channel": web.channel}, "next_try_at", past)
	frappe.db.commit()


def net(monkeypatch):
	"""The fake as a shop with one number at one place, from which it takes each order."""
	can = replace(Fake.capabilities, stock_field="net", multi_location=False, compare_and_set=False)
	monkeypatch.setattr(Fake, "capabilities", can)
