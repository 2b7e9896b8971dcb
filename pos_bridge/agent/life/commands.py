"""The commands around the agent's life: doctor, devices, unpair, install-service, browser-policy.

They print what they did and what is left to do; each imports what it needs when it runs.
"""

import argparse
from pathlib import Path
from typing import Any

from pos_bridge.core.errors import Rejected


def add_life(actions: Any, add_common: Any) -> None:  # noqa: ANN401 - argparse gives its action no public type
	"""Add the commands; `add_common(parser)` adds --data-dir and --port."""
	doctor = actions.add_parser("doctor", help="look at everything that this till needs of this computer")
	devices = actions.add_parser("devices", help="list, add, remove and try scanner, scale and card terminal")
	devices.add_argument("action", nargs="?", choices=("list", "add", "remove", "try"), default="list")
	devices.add_argument("role", nargs="?", choices=("scanner", "scale", "terminal"))
	devices.add_argument("address", nargs="?", default="")
	unpair = actions.add_parser("unpair", help="put a page out, while the agent is stopped")
	unpair.add_argument("digits", nargs="?", default="", help="the page's six digits; without them, all")
	service = actions.add_parser(
		"install-service", help="run the agent whenever this user is logged in (systemd)"
	)
	policy = actions.add_parser(
		"browser-policy", help="let the till's page reach the agent without a question"
	)
	policy.add_argument("--write", action="store_true", help="write the files (needs root); else show them")
	policy.add_argument("--url", default="", help="the company's address, if this till is not enrolled here")
	runs = {doctor: _doctor, devices: _devices, unpair: _unpair, service: _install, policy: _policy}
	for parser, run in runs.items():
		add_common(parser)
		parser.set_defaults(run=run)


async def _doctor(options: argparse.Namespace) -> int:
	from pos_bridge.agent.life.doctor import examine

	grave = 0
	async for finding in examine(options.data_dir, options.port):
		mark = "ok  " if finding.well else "!!  " if finding.grave else "--  "
		print(f"{mark}{finding.about}: {finding.words}")
		grave += finding.grave and not finding.well
	return 1 if grave else 0


async def _devices(options: argparse.Namespace) -> int:
	if options.action == "list":
		return _list_devices(options.data_dir)
	if options.role is None:
		raise Rejected("Say which: scanner, scale or terminal.")
	if options.action == "try":
		return await _try_device(options.data_dir, options.role)
	return _change_device(options)


def _change_device(options: argparse.Namespace) -> int:
	from pos_bridge.agent.devices.attached.address import EXAMPLES, save_setting
	from pos_bridge.agent.devices.attached.attached import attach

	if options.action == "add":
		if not options.address:
			raise Rejected(f"Say where it is: {EXAMPLES[options.role]}.")
		attach({options.role: options.address})
	save_setting(options.data_dir, options.role, options.address if options.action == "add" else "")
	print("Done. It counts from the agent's next start on.")
	return 0


def _list_devices(data_dir: Path) -> int:
	from pos_bridge.agent.devices.attached.address import load_settings, parse_address
	from pos_bridge.agent.life.found import keyboards, serial_ports

	settings = load_settings(data_dir)
	for role, text in settings.items():
		print(f"{role}: {parse_address(role, text)}")
	if not settings:
		print("No scanner, scale or card terminal is set up.")
	print("\nPlugged in:")
	for found in (*serial_ports(), *keyboards()):
		print(f"  {found.place}  {found.name}{'' if found.usable else '  (this user may not use it)'}")
	return 0


async def _try_device(data_dir: Path, role: str) -> int:
	from pos_bridge.agent.devices.attached.address import load_settings
	from pos_bridge.agent.devices.attached.attached import attach

	attached = attach({name: text for name, text in load_settings(data_dir).items() if name == role})
	try:
		if role == "scale":
			print(await attached.scale("scale").weigh())
		elif role == "terminal" and "terminal" in attached.terminals:
			print(await attached.terminals["terminal"].status())
		else:
			print("Start the agent, open /status on it, and scan: what is read shows there.")
	finally:
		await attached.stop()
		for terminal in attached.terminals.values():
			await terminal.close()
	return 0


async def _unpair(options: argparse.Namespace) -> int:
	from pos_bridge.agent.door.pairing import Door
	from pos_bridge.agent.process import open_shelf

	store = open_shelf(options.data_dir)
	try:
		door = Door(store)
		chosen = [page for page in door.pages() if options.digits in ("", page.digits)]
		for page in chosen:
			await door.decide(page.key, "revoked")
			print(f"Page {page.digits} of till {page.till} is put out.")
	finally:
		store.close()
	if not chosen:
		raise Rejected("No such page is paired here.")
	return 0


async def _install(options: argparse.Namespace) -> int:
	from pos_bridge.agent.life.service import GROUPS, UNIT, install

	print(f"Written: {install(options.data_dir, options.port)}")
	start = f"systemctl --user daemon-reload && systemctl --user enable --now {UNIT}"
	print(f"Start it now and at each login:  {start}")
	print("Start it before anybody logs in:  loginctl enable-linger")
	print(f"For devices, once, then log in anew:  sudo usermod -aG {','.join(GROUPS)} $USER")
	return 0


async def _policy(options: argparse.Namespace) -> int:
	from pos_bridge.agent.company import server_origin
	from pos_bridge.agent.life.policy import policy_files, write_policies
	from pos_bridge.agent.process import pairing_in

	origin = server_origin(options.url) if options.url else ""
	if not origin:
		pairing = pairing_in(options.data_dir)
		if pairing is None:
			raise Rejected("This machine is no till yet: say --url https://erp.example.com")
		origin = pairing.server
	files = policy_files(origin)
	if not options.write:
		for file in files:
			print(
				f"# {file.path}{'  (there is one already: merge it)' if file.foreign else ''}\n{file.content}"
			)
		return 0
	try:
		written = write_policies(files)
	except OSError as error:
		raise Rejected(f"{error.filename} can't be written ({error.strerror}): run this as root.") from error
	print("\n".join(f"Written: {path}" for path in written))
	return 0
