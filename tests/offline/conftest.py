"""The till's process, built once, and the clock that everything beside it goes by."""

import asyncio
from types import SimpleNamespace
from unittest import mock

import pytest

from pos_bridge.agent import forwarder
from tests.offline.company import make_template
from tests.offline.standing import StandingLoop
from tests.offline.till import TillProcess, built


def pytest_collection_modifyitems(items):
	"""Before the tests in a browser: from the first of them on, Playwright's loop runs in this thread."""
	items.sort(key=lambda item: "offline" not in item.path.parts)


@pytest.fixture(scope="session")
def till(tmp_path_factory):
	process = TillProcess(built(tmp_path_factory.mktemp("till")))
	yield process
	process.end()


@pytest.fixture
def loop():
	loop = StandingLoop()
	with mock.patch.object(forwarder, "time", SimpleNamespace(monotonic=loop.time)):
		yield loop
	loop.run_until_complete(loop.shutdown_default_executor())
	loop.close()


@pytest.fixture
def template(loop, tmp_path):
	asyncio.set_event_loop(None)
	folder = tmp_path / "template"
	folder.mkdir()
	return make_template(loop, folder)
