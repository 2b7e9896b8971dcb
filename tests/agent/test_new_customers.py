"""New customers at the standalone company, and on their way through the agent."""

import asyncio
import json
from dataclasses import replace

import pytest
from carts import till_day
from contract.new_customers import *  # noqa: F403 - the contract's tests
from contract.new_customers import a_record

from pos_bridge.agent.company import Pairing
from pos_bridge.agent.daybook import arrival_now, recording
from pos_bridge.agent.new_customers import NewCustomers
from pos_bridge.agent.process import open_shelf
from pos_bridge.agent.standalone.kinds.customers import Customers
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.errors import Malformed, Retryable

PAIRING = Pairing("http://127.0.0.1:1", "T1", "token", "Company", "Shop")


class Standalone:
	def __init__(self, shelf):
		self.company = Customers(shelf)

	def send(self, *records):
		return asyncio.run(self.company.take({"customers": list(records)}))["results"]

	def ask(self, customer):
		return self.company.ask(customer)


@pytest.fixture
def customers(company_shelf):
	return Standalone(company_shelf)


def test_somebody_of_the_shop_is_not_made_again(customers):
	(result,) = customers.send(a_record(mobile="0170 5550102"))
	assert (result["outcome"], result["known_as"]) == ("same_as", "CUST-0002")


@pytest.mark.parametrize("record_first", [True, False])
def test_what_he_bought_is_his_whichever_came_first(company_shelf, customers, record_first):
	record = a_record()
	first, second = till_day(2)
	entry = open_wire(second)
	sold = seal(replace(entry, body={**entry.body, "customer": record["customer"]}))
	if record_first:
		customers.send(record)
	company_shelf.write_now(recording([first, sold], arrival_now("T1", "page")))
	if not record_first:
		customers.send(record)
	(bought,) = customers.ask(record["customer"])["purchases"]
	assert (bought["receipt_number"], bought["total_minor"]) == (
		entry.receipt_number,
		entry.body["total_minor"],
	)


def test_all_tills_hear_of_a_new_customer(customers):
	before = customers.company.told()
	record = a_record()
	(result,) = customers.send(record)
	columns = customers.company.columns()
	at = columns["customer"].index(result["known_as"])
	assert (customers.company.told(), columns["name"][at]) == (before + 1, record["name"])


class FakeCompany:
	"""Away until `company` is set."""

	company: Customers | None = None

	async def ask(self, path, body, token):
		if self.company is None:
			raise Retryable("The company is away.", code="away")
		return await self.company.take(json.loads(body))


async def test_the_agent_keeps_a_record_over_a_restart_until_the_company_answered(tmp_path, company_shelf):
	record, fake = a_record(), FakeCompany()
	shelf = open_shelf(tmp_path)
	first = NewCustomers(shelf)
	first.start(fake, PAIRING)
	assert await first.keep({"customers": [record]}) == []
	await first.stop()
	shelf.close()
	fake.company = Customers(company_shelf)
	shelf = open_shelf(tmp_path)
	second = NewCustomers(shelf)
	second.start(fake, PAIRING)
	while not (answers := await second.keep({"customers": [record]})):
		await asyncio.sleep(0.01)
	await second.stop()
	assert [answer["outcome"] for answer in answers] == ["created"]
	left = shelf.read(lambda db: db.execute("SELECT record FROM new_customer").fetchall())
	shelf.close()
	assert [row[0] for row in left] == [""]


async def test_the_agent_refuses_what_is_no_record(tmp_path):
	shelf = open_shelf(tmp_path)
	with pytest.raises(Malformed):
		await NewCustomers(shelf).keep({"customers": [{"name": "Jana"}]})
	shelf.close()
