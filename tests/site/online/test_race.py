"""Two tills and two channels sell the last pieces at once: all is booked, and what is oversold is said."""

import multiprocessing
import os

import frappe
import pytest
from books import TestShop, entry_of, on_hand, open_till, receive, record
from disposable import SITES
from online_shop import open_online_shop
from told_shop import switch

from pos_bridge import jobs, online, stock_out

ROUNDS = int(os.environ.get("POS_BRIDGE_RACES", "10"))
LAST, EACH = 5, 2


@pytest.fixture
def channels(own_shop):
	"""Two channels that send from the shop's own warehouse what the shop sells, and are told its stock."""
	found = []
	for _ in range(2):
		web = open_online_shop(stock=0)
		channel = frappe.get_doc("Sales Channel", web.channel)
		channel.update({"warehouse": own_shop.shop.warehouse, "stock_out": 1})
		channel.set("locations", [])
		channel.save()
		web.shop.products["1"].sku = own_shop.items[0]
		found.append(web)
	frappe.db.commit()
	yield found
	for web in found:
		switch(web, stock_out=0)


def at_once(site, works):
	"""Each in a process with a connection of its own, as workers are; their exit codes."""
	context = multiprocessing.get_context("fork")
	start = context.Barrier(len(works))

	def run(work):
		frappe.init(site.name, sites_path=str(SITES), force=True)
		frappe.connect()
		frappe.set_user("Administrator")
		start.wait(60)
		work()
		# No clean-up: what was inherited is the parent's.
		os._exit(0)

	workers = [context.Process(target=run, args=(work,)) for work in works]
	for worker in workers:
		worker.start()
	for worker in workers:
		worker.join(200)
	return [worker.exitcode for worker in workers]


@pytest.mark.slow
@pytest.mark.timeout(120 + 60 * ROUNDS)
def test_the_last_pieces_sold_at_tills_and_online_at_once_are_all_booked(site, own_shop, channels):
	item, place = own_shop.items[0], own_shop.shop.warehouse
	tills: list[TestShop] = [own_shop, open_till(own_shop)]
	before, sold, orders = on_hand(item, place), 0, []
	for _ in range(ROUNDS):
		receive([item], place, LAST)
		frappe.db.commit()
		wires = [till.sale(till.line(item, str(EACH))) for till in tills]
		for till, wire in zip(tills, wires, strict=True):
			record(till, wire)
		rows = []
		for web in channels:
			order = web.place(EACH)
			web.send(order)
			rows.append(online.orders.hear(web.channel, order))
			orders.append((web, order))
		frappe.db.commit()
		works = [jobs.post_waiting] * 2 + [lambda row=row: online.sync_order(row) for row in rows]
		works += [stock_out.flush] * 2
		assert at_once(site, works) == [0] * len(works)
		for row in rows:
			online.sync_order(row)
		jobs.post_waiting()
		frappe.db.rollback()
		assert [entry_of(wire).state for wire in wires] == ["posted", "posted"]
		sold += EACH * 4
	assert on_hand(item, place) == before + LAST * ROUNDS - sold
	stock_out.flush()
	told = frappe.get_all("Channel Stock", {"item": item}, ["pushed", "result"], as_list=True)
	assert told == ((max(0, on_hand(item, place)), "ok"),) * 2
	for web, order in orders:
		assert web.row(order).state == "posted", web.row(order).attention
		assert web.documents(order) == ["order", "payment", "delivery", "invoice"]


def test_an_oversold_order_says_so(site, channels):
	web = channels[0]
	order = web.place(500)
	web.send(order)
	assert "-" in web.posted(order).attention
