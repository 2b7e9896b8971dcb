"""The demo's company and the till's page without an agent.

`python -m benchmarks.agent.company_alone PORT FOLDER ITEMS`; on the demo's folder and port it is what a
page finds whose agent has gone for good.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from benchmarks.processes import ended, wait_until_it_answers
from pos_bridge.agent import pages
from pos_bridge.agent.guard import Guard
from pos_bridge.agent.server import build_app, listen, serving, until_told_to_stop
from pos_bridge.agent.standalone.api import Api
from pos_bridge.agent.standalone.company import StandaloneCompany


@contextmanager
def alone(port: int, folder: Path, items: int) -> "Iterator[subprocess.Popen[bytes]]":
	"""Runs it in a process of its own."""
	command = (sys.executable, "-m", "benchmarks.agent.company_alone", str(port), str(folder), str(items))
	process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
	try:
		wait_until_it_answers(f"http://127.0.0.1:{port}/till", process)
		yield process
	finally:
		ended(process)


async def serve(port: int, folder: Path, items: int) -> None:
	company = StandaloneCompany(folder, items)
	app = build_app(Guard(port))
	Api(company).add_to(app)
	pages.add_till(app)

	async def start(_: web.Application) -> None:
		await company.start()

	async def stop(_: web.Application) -> None:
		await company.stop()

	app.on_startup.append(start)
	app.on_cleanup.append(stop)
	async with serving(app, listen(port)):
		await until_told_to_stop()


if __name__ == "__main__":
	asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
