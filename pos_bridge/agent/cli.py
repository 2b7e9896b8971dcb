"""The command `pos-bridge`: parse, call, say what happened. It decides nothing about sales.

What a command needs is imported by that command: the agent's start waits for no catalogue and no demo.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from pos_bridge import __version__
from pos_bridge.agent.door.redact import Redacting
from pos_bridge.agent.life.commands import add_life
from pos_bridge.core.errors import PosBridgeError, Rejected

DEFAULT_PORT = 8686
AGENT_DIR = Path.home() / ".pos-bridge"


def main(arguments: Sequence[str] | None = None) -> int:
	"""Run the command; 0 if it did what was asked, 1 with words on standard error if not."""
	logging.basicConfig(level=logging.WARNING)
	for handler in logging.getLogger().handlers:
		handler.setFormatter(Redacting("%(asctime)s %(name)s: %(message)s"))
	options = _parser().parse_args(arguments)
	try:
		status: int = asyncio.run(options.run(options))
		return status
	except PosBridgeError as error:
		print(f"pos-bridge: {error.message}", file=sys.stderr)
		return 1
	except KeyboardInterrupt:
		return 130


def _parser() -> argparse.ArgumentParser:
	parser = argparse.ArgumentParser(prog="pos-bridge", description="The till's process of POS Bridge.")
	parser.add_argument("--version", action="version", version=f"pos-bridge {__version__}")
	commands = parser.add_subparsers(required=True, metavar="demo | agent")
	_add_demo(commands.add_parser("demo", help="till, agent, company and ledger on this machine, to try out"))
	agent = commands.add_parser("agent", help="the process of one till")
	actions = agent.add_subparsers(required=True, metavar="enrol | run | doctor | devices | …")
	_add_enrol(actions.add_parser("enrol", help="make this machine a till of a company"))
	_add_run(actions.add_parser("run", help="serve the till's page and forward its entries"))
	add_life(actions, _add_place)
	return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
	_add_port(parser)
	_add_agent_dir(parser)


def _add_demo(demo: argparse.ArgumentParser) -> None:
	demo.add_argument("--once", action="store_true", help="sell one cart, tell what came of it, and end")
	demo.add_argument("--json", action="store_true", help="tell it as JSON")
	demo.add_argument("--items", type=int, default=0, metavar="N", help="size of the catalogue, up to 100000")
	demo.add_argument("--staff", action="store_true", help="cashiers with roles and PINs")
	_add_port(demo)
	demo.add_argument(
		"--agent-url",
		default="",
		metavar="URL",
		help="the till's agent is a process of its own, such as ws://127.0.0.1:8687/agent",
	)
	demo.add_argument(
		"--data-dir",
		type=Path,
		metavar="DIR",
		help="default: .demo; with --once a folder that is removed again",
	)
	demo.set_defaults(run=_demo)


def _add_enrol(enrol: argparse.ArgumentParser) -> None:
	enrol.add_argument("url", metavar="URL", help="the company's address, such as https://erp.example.com")
	enrol.add_argument("code", metavar="CODE", help="the code that the company shows, valid for ten minutes")
	_add_agent_dir(enrol)
	enrol.set_defaults(run=_enrol)


def _add_run(run: argparse.ArgumentParser) -> None:
	run.add_argument(
		"--printer",
		metavar="ADDRESS",
		default="",
		help="virtual, network:HOST[:PORT], serial:DEVICE[:BAUD], usb:VENDOR:PRODUCT[:SERIAL], cups:QUEUE or"
		" file:PATH; without it, what was chosen at /devices",
	)
	_add_port(run)
	_add_agent_dir(run)
	run.set_defaults(run=_run_agent)


def _add_port(parser: argparse.ArgumentParser) -> None:
	parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default: {DEFAULT_PORT}")


def _add_agent_dir(parser: argparse.ArgumentParser) -> None:
	parser.add_argument(
		"--data-dir", type=Path, default=AGENT_DIR, metavar="DIR", help="default: ~/.pos-bridge"
	)


async def _demo(options: argparse.Namespace) -> int:
	from pos_bridge.agent.standalone import demo

	if options.once:
		return await demo.serve_once(options.data_dir, options.items, options.json)
	where = (options.data_dir, options.port, options.items, options.json, options.agent_url)
	return await demo.serve(*where, staff=options.staff)


async def _enrol(options: argparse.Namespace) -> int:
	from pos_bridge.agent.company import Company, pairing_of, save_pairing, server_origin
	from pos_bridge.agent.process import open_shelf

	server = server_origin(options.url)
	store = open_shelf(options.data_dir)
	company = Company(server)
	try:
		found = pairing_of(server, await company.enrol(options.code))
		await store.write(lambda db: save_pairing(db, found))
	finally:
		await company.close()
		store.close()
	print(f"This machine is now till {found.till} of {found.shop} ({found.company}).")
	print("Start it with: pos-bridge agent run")
	return 0


async def _run_agent(options: argparse.Namespace) -> int:
	from pos_bridge.agent import server
	from pos_bridge.agent.devices.attached.address import load_settings
	from pos_bridge.agent.devices.attached.attached import attach
	from pos_bridge.agent.devices.floor.shop_floor import ShopFloor
	from pos_bridge.agent.devices.page import add_devices
	from pos_bridge.agent.door.page import add_status
	from pos_bridge.agent.process import TillProcess, open_shelf
	from pos_bridge.agent.spool import PrintSpool

	floor = ShopFloor(options.data_dir, options.printer)
	attached = attach(load_settings(options.data_dir))
	store = open_shelf(options.data_dir)
	spool = PrintSpool(store, floor.equipment, options.data_dir / "printer_cache")
	process = TillProcess(store, spool, attached)
	if process.pairing is None:
		store.close()
		raise Rejected("This machine is no till yet. Enrol it first: pos-bridge agent enrol URL CODE")
	listener = server.listen(options.port)
	port = listener.getsockname()[1]
	app = server.agent_app(process, port)
	add_devices(app, spool, floor.virtual, process.scanned, floor=floor, days=process.days)
	add_status(app, process)
	async with server.serving(app, listener):
		till = process.pairing
		print(f"Till {till.till} on port {port}, forwarding to {till.server}.", flush=True)
		print(f"Its devices: http://{server.HOST}:{port}/devices", flush=True)
		print(f"Its status: http://{server.HOST}:{port}/status", flush=True)
		await server.until_told_to_stop()
	return 0


if __name__ == "__main__":
	sys.exit(main())
