"""A shop that is told its stock, and what it was told."""

import frappe
import pytest
from online_shop import open_online_shop
from told_shop import switch

from pos_bridge import stock_out
from pos_bridge.channels.fake.connector import Fake


@pytest.fixture
def web(site):
	"""A shop that is told its stock: 100 of each item at each of its two locations."""
	web = open_online_shop(stock_out=1)
	stock_out.flush()
	yield web
	frappe.db.rollback()
	switch(web, stock_out=0)


@pytest.fixture
def pushed(monkeypatch):
	"""The targets of each push, in their order."""
	told, push = [], Fake.push_stock

	def push_stock(self, targets, key):
		told.append(tuple(targets))
		return push(self, targets, key)

	monkeypatch.setattr(Fake, "push_stock", push_stock)
	return told
