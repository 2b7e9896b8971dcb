"""The agent's own page at /status: who may speak to it, what is attached, what a person has to decide.

Host and origin are checked before anything gets here; what is done here is done by somebody at this computer.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from pos_bridge import __version__
from pos_bridge.agent.devices.attached.operations import device_fields
from pos_bridge.agent.devices.attached.scale import Weight, weight_of
from pos_bridge.agent.devices.attached.scales import VirtualScale
from pos_bridge.agent.devices.terminal.operations import card_fields
from pos_bridge.agent.devices.terminal.simulated import MODES, SimulatedTerminal
from pos_bridge.agent.guard import is_own_page
from pos_bridge.agent.pages import add_files
from pos_bridge.agent.process import TillProcess
from pos_bridge.core.errors import Malformed, Rejected, Retryable
from pos_bridge.core.sync import read_message

MAX_BODY_BYTES = 8 * 1024
MAX_HAPPENINGS = 30
_FILES = {"/status": "status.html", "/status/status.js": "status.js"}

Message = Mapping[str, Any]
Action = Callable[[Message], Awaitable[None]]


def add_status(app: web.Application, process: TillProcess) -> None:
	"""Serve /status."""
	page = StatusPage(process)
	add_files(app, _FILES)
	app.router.add_get("/status/state", page.state)
	app.router.add_post("/status/do", page.do)


class StatusPage:
	"""What the page shows, and what a hand does on it."""

	def __init__(self, process: TillProcess) -> None:
		self._process = process
		self._actions: Mapping[str, Action] = {
			"page": self._page,
			"scopes": self._scopes,
			"settle": self._settle,
			"weight": self._weight,
			"terminal": self._terminal,
		}

	async def state(self, _: web.Request) -> web.Response:
		process = self._process
		fields = {
			"agent": __version__,
			"till": process.pairing.till if process.pairing else "",
			"company": process.pairing.server if process.pairing else "",
			"unforwarded": process.forwarding.unforwarded(),
			"reason": process.last_error(),
			"pages": [asdict(page) for page in process.door.pages()],
			"devices": [
				{**fields, **await self._asked(fields)} for fields in device_fields(process.attached)
			],
			"cards": [card_fields(payment) for payment in process.cards.unsettled()],
			"happenings": process.door.happenings(MAX_HAPPENINGS),
		}
		return web.json_response(fields, headers={"Cache-Control": "no-store"})

	async def _asked(self, fields: Message) -> Message:
		if fields["role"] == "terminal":
			return asdict(await self._process.cards.status_lately(str(fields["device"])))
		if fields["role"] == "scale":
			try:
				weight = await self._process.attached.scale(str(fields["device"])).weigh()
			except Retryable as busy:
				return {"reason": busy.message}
			return {"online": weight.state != "offline", "reason": weight.reason, "weight": asdict(weight)}
		return {}

	async def do(self, request: web.Request) -> web.Response:
		"""One action; a page of this very process asks for it, as its origin says."""
		if not is_own_page(request) or request.content_type != "application/json":
			raise Rejected("That can be done on the agent's own page only.", code="forbidden_origin")
		message = read_message((await request.read())[: MAX_BODY_BYTES + 1])
		action = self._actions.get(str(message.get("op")))
		if action is None:
			raise Malformed("The page asked for something that is not known here: reload it.")
		await action(message)
		return await self.state(request)

	async def _page(self, message: Message) -> None:
		await self._process.door.decide(str(message.get("key")), str(message.get("state")))

	async def _scopes(self, message: Message) -> None:
		scopes = message.get("scopes")
		if not isinstance(scopes, list):
			raise Malformed("scopes is a list of names.")
		await self._process.door.limit(str(message.get("key")), tuple(map(str, scopes)))

	async def _settle(self, message: Message) -> None:
		await self._process.cards.settle(str(message.get("attempt")), message.get("charged") is True)

	async def _weight(self, message: Message) -> None:
		scales = self._process.attached.scales
		scale = scales["scale"].scale if "scale" in scales else None
		if not isinstance(scale, VirtualScale):
			raise Rejected("Only a virtual scale takes its weight from here.")
		state, value = str(message.get("state")), str(message.get("value"))
		scale.put(
			weight_of(value, "kg", state == "stable") if state in ("stable", "unstable") else Weight(state)
		)

	async def _terminal(self, message: Message) -> None:
		terminal = self._process.attached.terminals.get("terminal")
		mode = message.get("mode")
		if not isinstance(terminal, SimulatedTerminal) or mode not in MODES:
			raise Rejected(f"Only a simulated terminal has modes: {', '.join(MODES)}.")
		terminal.mode = mode
		await self._process.cards.status("terminal")
