"""Looks at everything that a till needs of this computer and says in words what is wrong and what to do.

It changes nothing.
"""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from pos_bridge.agent.devices.attached.address import Address, load_settings, parse_address
from pos_bridge.agent.devices.attached.attached import attach
from pos_bridge.agent.life.policy import policy_files
from pos_bridge.agent.process import pairing_in
from pos_bridge.core.errors import PosBridgeError

ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
	"""One thing that was looked at. `grave`: a till can't work so; else it is worth knowing."""

	about: str
	well: bool
	words: str
	grave: bool = True


async def examine(data_dir: Path, port: int, root: Path = Path("/")) -> AsyncIterator[Finding]:
	"""All findings, one after the other."""
	yield _folder(data_dir)
	running = await _running(port)
	words = (
		f"Running on port {port}." if running else f"Nothing answers on port {port}: pos-bridge agent run."
	)
	yield Finding("agent", running is not None, words)
	server = _enrolled_at(data_dir, running)
	yield Finding("enrolment", bool(server) or running is not None, _enrolment_words(server, running))
	if server:
		yield await _company(server)
		yield _policies(server, root)
	for finding in _devices(data_dir):
		yield finding


def _folder(data_dir: Path) -> Finding:
	if not data_dir.is_dir():
		return Finding("folder", False, f"{data_dir} is not there: enrol this till first.")
	mode = stat.S_IMODE(data_dir.stat().st_mode)
	if mode & 0o077:
		return Finding("folder", False, f"{data_dir} can be read by others: chmod 700 {data_dir}")
	return Finding("folder", True, f"{data_dir} is private.")


async def _running(port: int) -> dict[str, Any] | None:
	timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
	try:
		async with (
			aiohttp.ClientSession(timeout=timeout) as session,
			session.get(f"http://127.0.0.1:{port}/agent/status") as answer,
		):
			said = await answer.json()
	except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
		return None
	return said if isinstance(said, dict) and "agent" in said else None


def _enrolled_at(data_dir: Path, running: dict[str, Any] | None) -> str:
	"""The company's address; "" if there is none, or the running agent has its shelf to itself."""
	if running is not None or not data_dir.is_dir():
		return ""
	try:
		pairing = pairing_in(data_dir)
	except PosBridgeError:
		return ""
	return pairing.server if pairing else ""


def _enrolment_words(server: str, running: dict[str, Any] | None) -> str:
	if running is not None:
		till, unsent, reason = (running.get(name) for name in ("till", "unforwarded", "reason"))
		return f"Till {till}, {unsent} entries to send. {reason}".strip()
	return f"Enrolled at {server}." if server else "Not enrolled: pos-bridge agent enrol URL CODE."


async def _company(server: str) -> Finding:
	timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
	try:
		async with (
			aiohttp.ClientSession(timeout=timeout) as session,
			session.get(server, allow_redirects=False),
		):
			return Finding("company", True, f"{server} answers.")
	except (aiohttp.ClientError, asyncio.TimeoutError) as error:
		cause = str(error) or type(error).__name__
		return Finding(
			"company", False, f"{server} does not answer ({cause}). Selling goes on without it.", False
		)


def _policies(server: str, root: Path) -> Finding:
	there = [file for file in policy_files(server, root) if file.path.exists()]
	words = "Set." if there else "None: a browser may ask once. pos-bridge agent browser-policy"
	return Finding("browser policy", bool(there), words, False)


def _devices(data_dir: Path) -> list[Finding]:
	try:
		settings = load_settings(data_dir)
		attach(settings)
	except PosBridgeError as error:
		return [Finding("devices", False, error.message)]
	return [_device(role, parse_address(role, text)) for role, text in settings.items()]


def _device(role: str, address: Address) -> Finding:
	place = address.place
	if not place.startswith("/dev/"):
		return Finding(role, True, str(address))
	if not os.path.exists(place):
		return Finding(role, False, f"{place} is not there: is it plugged in?")
	if not os.access(place, os.R_OK):
		return Finding(role, False, f"{place} may not be used by this user: add him to dialout, lp or input.")
	return Finding(role, True, str(address))
