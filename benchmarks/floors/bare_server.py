"""A bare aiohttp server: a WebSocket that commits each message to SQLite and echoes, and static files.

`python -m benchmarks.floors.bare_server PORT [--folder DIR] [--libraries]`; no check, no protocol, no spool.
"""

import argparse
from pathlib import Path

from aiohttp import WSMsgType, web


def bare_app(folder: Path | None) -> web.Application:
	"""`folder` holds the files to serve and takes the database."""
	app = web.Application()

	async def answer(_: web.Request) -> web.Response:
		return web.json_response({"here": True})

	async def echo(request: web.Request) -> web.WebSocketResponse:
		return await _commit_and_echo(request, folder or Path())

	app.router.add_get("/agent/status", answer)
	app.router.add_get("/echo", echo)
	if folder:
		app.router.add_static("/", folder)
	return app


async def _commit_and_echo(request: web.Request, folder: Path) -> web.WebSocketResponse:
	import sqlite3

	connection = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
	connection.execute("PRAGMA journal_mode = WAL")
	connection.execute("PRAGMA synchronous = FULL")
	connection.execute("CREATE TABLE IF NOT EXISTS kept (text TEXT)")
	socket = web.WebSocketResponse(compress=False)
	await socket.prepare(request)
	async for frame in socket:
		if frame.type is WSMsgType.TEXT:
			connection.execute("INSERT INTO kept VALUES (?)", (frame.data,))
			await socket.send_str("kept")
	connection.close()
	return socket


def load_libraries(folder: Path | None) -> object:
	"""What a printing agent can't do without: SQLite and python-escpos, which leaves files in `folder`."""
	import sqlite3
	import tempfile

	tempfile.tempdir = str(folder) if folder else None
	from escpos.printer import Dummy

	return sqlite3.connect(":memory:"), Dummy()


def main() -> None:
	parser = argparse.ArgumentParser()
	parser.add_argument("port", type=int)
	parser.add_argument("--folder", type=Path)
	parser.add_argument("--libraries", action="store_true")
	options = parser.parse_args()
	app = bare_app(options.folder)
	if options.libraries:
		app["libraries"] = load_libraries(options.folder)
	web.run_app(app, host="127.0.0.1", port=options.port, print=None, access_log=None)


if __name__ == "__main__":
	main()
