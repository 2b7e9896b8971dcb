"""Fixtures: an encoder, a shelf, a spool with a virtual printer, and words about what is on paper."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from pos_bridge.agent.devices.escpos import Encoder
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.spool import PrintSpool
from pos_bridge.agent.store import Store

PATIENCE_SECONDS = 20


@pytest.fixture(scope="session")
def encoder(tmp_path_factory):
	return Encoder(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
	return tmp_path_factory.mktemp("spool-models")


@pytest.fixture
def store(tmp_path):
	store = Store(tmp_path / "agent.sqlite", "agent")
	yield store
	store.close()


@pytest.fixture
def running(store, cache):
	"""`async with running(printer) as (spool, changes)`: a spool at work and the changes that it told."""

	@asynccontextmanager
	async def run(printer=None, **printers):
		spool = PrintSpool(store, printers or {"receipt": printer or VirtualPrinter()}, cache)
		changes = Changes()
		await spool.start(changes.jobs.append, changes.printers.append)
		try:
			yield spool, changes
		finally:
			await spool.stop()

	return run


class Changes:
	"""What a spool told its listeners."""

	def __init__(self):
		self.jobs = []
		self.printers = []

	def states(self, job):
		return [change.state for change in self.jobs if change.job == job]

	async def reaches(self, job, state):
		await until(lambda: state in self.states(job))

	async def printer_is(self, state):
		await until(lambda: self.printers and self.printers[-1].state == state)


async def until(holds):
	"""Wait for something that another thread brings about; fails when it doesn't come."""
	deadline = time.monotonic() + PATIENCE_SECONDS
	while not holds():
		assert time.monotonic() < deadline, "it did not come about"
		await asyncio.sleep(0.01)


@pytest.fixture
def receipt():
	"""A receipt document with one line of text that tells it from others."""

	def make(text):
		return {"columns": 42, "elements": [{"type": "text", "text": text}, {"type": "cut"}]}

	return make


@pytest.fixture
def eventually():
	"""Wait for something that another thread brings about."""
	return until
