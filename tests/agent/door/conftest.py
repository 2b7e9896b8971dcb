"""A page with a key of its own, as the browser's WebCrypto makes it, talking to a running demo."""

from contextlib import asynccontextmanager

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

from pos_bridge.agent.door.handshake import AGENT_SAYS, PAGE_SAYS, spoken
from pos_bridge.agent.door.keys import new_nonce, signed_by, text_of
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL


class KeyedPage:
	"""One browser: its key, and the agent's once that has shown it."""

	def __init__(self, till):
		self.till = till
		self.private = ec.generate_private_key(ec.SECP256R1())
		point = self.private.public_key().public_bytes(
			serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
		)
		self.key = text_of(point)

	def sign(self, message):
		r, s = utils.decode_dss_signature(self.private.sign(message, ec.ECDSA(hashes.SHA256())))
		return text_of(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

	@asynccontextmanager
	async def line(self, origin=None):
		origin = self.till.demo.url if origin is None else origin
		headers = {"Origin": origin} if origin else {}
		async with self.till.http.ws_connect(
			AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,), headers=headers
		) as socket:
			yield Line(self, socket)


class Line:
	"""One connection of it."""

	def __init__(self, page, socket):
		self.page, self.socket = page, socket
		self.nonce = new_nonce()
		self.challenge = None

	async def ask(self, **message):
		await self.socket.send_json(message)
		while True:
			news = await self.socket.receive_json(timeout=20)
			if news["op"] not in ("printer", "job", "card", "device", "acknowledged", "scan"):
				return news

	async def hello(self, **more):
		said = {
			"protocol": 1,
			"till": "T1",
			"page": "test",
			"key": self.page.key,
			"nonce": self.nonce,
			**more,
		}
		self.challenge = await self.ask(op="hello", **said)
		return self.challenge

	def agent_is_real(self):
		challenge = self.challenge
		said = spoken(AGENT_SAYS, "T1", self.page.key, self.nonce, challenge["nonce"])
		return signed_by(challenge["key"], said, challenge["signature"])

	def proof(self):
		challenge = self.challenge
		return self.page.sign(spoken(PAGE_SAYS, "T1", challenge["key"], self.nonce, challenge["nonce"]))

	async def greet(self, **more):
		await self.hello(**more)
		return await self.ask(op="prove", signature=self.proof())


@pytest.fixture
def browser(till):
	return lambda: KeyedPage(till)
