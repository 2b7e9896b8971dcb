"""New customers at the standalone company, and on their way through the agent."""

import asyncio
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
from pos_bridge.core.customers import MAX_RECORDS_BYTES
from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.errors import Malformed, Retryable
from pos_bridge.core.sync import read_message

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
	"""Away until `company` is set; `faults` are raised first, one in each call."""

	company: Customers | None = None

	def __init__(self, *faults):
		self.faults = list(faults)

	async def ask(self, path, body, token):
		if self.faults:
			raise self.faults.pop(0)
		if self.company is None:
			raise Retryable("The company is away.", code="away")
		return await self.company.take(read_message(body[: MAX_RECORDS_BYTES + 1]))


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


@pytest.fixture
async def at_work(tmp_path, company_shelf):
	"""`await at_work(company, *records)`: the company's answers for each of them, in their order."""
	shelf = open_shelf(tmp_path)
	started = []

	async def answers_for(company, *records):
		company.company = Customers(company_shelf)
		kept = NewCustomers(shelf)
		started.append(kept)
		await kept.keep({"customers": list(records)})
		kept.start(company, PAIRING)
		for _ in range(2_000):
			found = {each["customer"]: each for each in await kept.keep({"customers": list(records)})}
			if len(found) == len(records):
				return [found[record["customer"]] for record in records]
			await asyncio.sleep(0.01)
		raise AssertionError("the company never answered for all of them")

	yield answers_for
	for kept in started:
		await kept.stop()
	shelf.close()


async def test_a_fault_that_nobody_thought_of_does_not_end_the_sending(at_work):
	(answer,) = await at_work(FakeCompany(ValueError("a bug")), a_record())
	assert answer["outcome"] == "created"


@pytest.mark.parametrize("name", ["N" * 600_000, "\x01" * 600_000, "Mira \ud83d"])
async def test_a_record_that_is_too_large_or_broken_holds_up_nobody(at_work, name):
	spoilt, good = [a_record(name=name) for _ in range(20)], a_record()
	answers = await at_work(FakeCompany(), *spoilt, good)
	assert [answer["outcome"] for answer in answers] == [*[answers[0]["outcome"]] * 20, "created"]
