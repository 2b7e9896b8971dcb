"""The company's endpoints, on the same paths that Frappe serves; docs/protocol.md lists them.

Parse, call, shape: what they mean is decided in core and in the rooms beside this one.
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from pos_bridge.agent.daybook import SqliteShelf, arrival_now, recording
from pos_bridge.agent.standalone.company import StandaloneCompany
from pos_bridge.agent.standalone.enrolment import Sender
from pos_bridge.agent.standalone.kinds import mails
from pos_bridge.core.customers import (
	CUSTOMER_PATH,
	MAX_RECORDS_BYTES,
	NEW_CUSTOMERS_PATH,
	read_asked_customer,
)
from pos_bridge.core.daybook import set_aside
from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.kinds.lease import CREDIT_PATH, LEASE_PATH, MAX_ASK_BYTES, Ask, read_ask
from pos_bridge.core.receipt_mail import MAIL_PATH, MAX_MAIL_BYTES, read_mail
from pos_bridge.core.sync import (
	AGENT_PATH,
	CHUNK_PATH,
	ENROL_PATH,
	LATEST_PATH,
	MAX_LATEST_ENTRIES,
	PUSH_PATH,
	RECEIPT_PATH,
	SNAPSHOT_PATH,
	head_fields,
	latest_answer,
	next_epoch,
	push_answer,
	read_before,
	read_message,
	read_push,
	read_receipt_number,
	receipt_answer,
)

CHANGES_PATH = "/api/method/pos_bridge.api.changes"
ENROLMENT_PATH = "/till/enrolment.json"
MAX_ENROL_BYTES = 1_024


class Api:
	"""The endpoints of one company; `agent_url` is where the till's agent answers, if not on this port."""

	def __init__(self, company: StandaloneCompany, agent_url: str = "") -> None:
		self._company = company
		self._agent_url = agent_url

	def add_to(self, app: web.Application) -> None:
		app.router.add_post(ENROL_PATH, self.enrol)
		app.router.add_get(SNAPSHOT_PATH, self.snapshot)
		app.router.add_get(CHUNK_PATH, self.chunk)
		app.router.add_get(CHANGES_PATH, self.changes)
		app.router.add_post(PUSH_PATH, self.push)
		app.router.add_get(LATEST_PATH, self.latest)
		app.router.add_get(RECEIPT_PATH, self.receipt)
		app.router.add_post(CREDIT_PATH, self.credit)
		app.router.add_post(LEASE_PATH, self.lease_credit)
		app.router.add_post(NEW_CUSTOMERS_PATH, self.new_customers)
		app.router.add_post(CUSTOMER_PATH, self.customer)
		app.router.add_post(MAIL_PATH, self.mail_receipt)
		app.router.add_get(ENROLMENT_PATH, self.offer_code)

	async def offer_code(self, _: web.Request) -> web.Response:
		"""The demo enrols itself: whoever sits at this machine gets a code. ERPNext never serves this."""
		code = await self._company.enrolment.make_code(self._company.till)
		return web.json_response({"code": code}, headers={"Cache-Control": "no-store"})

	async def enrol(self, request: web.Request) -> web.Response:
		code = (await _message(request, MAX_ENROL_BYTES)).get("code")
		if not isinstance(code, str):
			raise Malformed("Enrolling takes a code.")
		enrolled = await self._company.enrolment.enrol(code)
		profile = (await self._company.shop.goods()).catalogue.profile
		return answer(
			{
				"till": enrolled.till,
				"token": enrolled.token,
				"company": profile.company,
				"shop": profile.shop,
				"next_epoch": enrolled.next_epoch,
				"agent_urls": [self._agent_url or f"ws://{request.host}{AGENT_PATH}"],
			}
		)

	async def snapshot(self, request: web.Request) -> web.Response:
		till = self._sender(request).till
		catalogue = (await self._company.shop.goods()).catalogue
		heads = self._company.daybook.heads(till)
		# By what was recorded: the epoch that enrolling handed out is still this page's own.
		epoch = next_epoch(heads)
		return answer(
			{
				**catalogue.snapshot(),
				"cursor": catalogue.digest,
				"next_epoch": epoch,
				"heads": [head_fields(head) for head in heads],
			}
		)

	async def changes(self, request: web.Request) -> web.Response:
		"""The customers, all of them again when one is new: the shop's file is read at start only."""
		self._sender(request)
		digest = (await self._company.shop.goods()).catalogue.digest
		told = f"{digest}{_TOLD}{self._company.customers.told()}"
		cursor = request.query.get("cursor")
		if cursor == told:
			return answer({"cursor": told, "snapshot": digest})
		if cursor == digest or (cursor or "").startswith(f"{digest}{_TOLD}"):
			columns = self._company.customers.columns()
			return answer({"cursor": told, "snapshot": digest, "customers": columns})
		return answer({"cursor": digest, "reload": True})

	async def chunk(self, request: web.Request) -> web.Response:
		self._sender(request)
		number = request.query.get("chunk", "")
		if not (number.isascii() and number.isdigit() and len(number) < 10):
			raise Rejected("chunk is the number of a chunk, from 0 on.", code="malformed")
		encoded = await self._company.shop.chunk(request.query.get("snapshot", ""), int(number))
		headers = {
			"Content-Type": "application/json; charset=utf-8",
			"Cache-Control": _FOREVER,
			"Vary": _VARY,
		}
		if "gzip" not in request.headers.get("Accept-Encoding", ""):
			return web.Response(body=encoded.plain, headers=headers)
		return web.Response(body=encoded.gzipped, headers={**headers, "Content-Encoding": "gzip"})

	async def push(self, request: web.Request) -> web.Response:
		sender = self._sender(request)
		raw = await request.read()
		try:
			push = read_push(raw)
		except Malformed as error:
			await self._keep(raw, sender, error.message)
			raise
		arrival = arrival_now(sender.till, sender.holder)
		results = await self._company.store.write(recording(push.items, arrival))
		self._company.poster.wake()
		return answer(push_answer(sender.till, results, self._company.daybook.gaps(sender.till)))

	async def latest(self, request: web.Request) -> web.Response:
		"""What this till recorded last, for one that lost its own daybook."""
		till = self._sender(request).till
		before = read_before(request.query.get("before", ""))
		return answer(latest_answer(self._company.daybook.latest(till, before, MAX_LATEST_ENTRIES)))

	async def receipt(self, request: web.Request) -> web.Response:
		"""A receipt of any till, and what came back of it."""
		self._sender(request)
		number = read_receipt_number(request.query.get("receipt_number"))
		return answer(receipt_answer(self._company.daybook.of_receipt(number)))

	async def credit(self, request: web.Request) -> web.Response:
		"""What is on a gift card or store credit."""
		till = self._sender(request).till
		return answer(self._company.credits.ask(till, await _asked(request)))

	async def lease_credit(self, request: web.Request) -> web.Response:
		"""Keep a part of a credit for this till."""
		till = self._sender(request).till
		return answer(await self._company.credits.lease(till, await _asked(request)))

	async def new_customers(self, request: web.Request) -> web.Response:
		"""Take records of customers who are new at a till."""
		self._sender(request)
		return answer(await self._company.customers.take(await _message(request, MAX_RECORDS_BYTES)))

	async def customer(self, request: web.Request) -> web.Response:
		"""What a customer bought, and what he owes."""
		self._sender(request)
		asked = read_asked_customer(await _message(request, MAX_ASK_BYTES))
		return answer(self._company.customers.ask(asked))

	async def mail_receipt(self, request: web.Request) -> web.Response:
		"""A receipt that its customer wants by e-mail."""
		till = self._sender(request).till
		ask = read_mail(await _message(request, MAX_MAIL_BYTES))
		return answer(await self._company.store.write(lambda db: mails.take(db, till, ask)))

	async def _keep(self, raw: bytes, sender: Sender, reason: str) -> None:
		"""Any authenticated bytes are kept, for a person."""
		arrival = arrival_now(sender.till, sender.holder)
		await self._company.store.write(lambda db: set_aside(SqliteShelf(db), raw, "", arrival, reason))

	def _sender(self, request: web.Request) -> Sender:
		return self._company.enrolment.sender(request.headers.get("Authorization"))


async def _asked(request: web.Request) -> Ask:
	return read_ask(await _message(request, MAX_ASK_BYTES))


async def _message(request: web.Request, limit: int) -> Mapping[str, Any]:
	"""The message in a body; of one that is too large no more than that is read."""
	return read_message((await request.read())[: limit + 1])


_TOLD = "+customers"
"""Behind the digest, before their number: the cursor of a till that has been told the customers."""


_FOREVER = "private, max-age=31536000, immutable"
_VARY = "Authorization, Accept-Encoding"


def answer(message: Mapping[str, Any]) -> web.Response:
	"""An answer as Frappe wraps it."""
	response = web.json_response({"message": message}, headers={"Cache-Control": "no-store"})
	response.enable_compression()
	return response
