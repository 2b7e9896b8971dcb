"""The challenge that both sides answer before a page may ask for anything: each signs what the other made up.

Nothing in it can be sent again later, and no secret crosses the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pos_bridge.agent.door.keys import NONCE_BYTES, bytes_of, new_nonce, signed_by
from pos_bridge.agent.door.pairing import Door
from pos_bridge.core.errors import Rejected, Unauthenticated

AGENT_SAYS, PAGE_SAYS = "posbridge.v1 agent", "posbridge.v1 page"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proven:
	"""A page that has shown that it holds its key."""

	till: str
	scopes: frozenset[str]


class Handshake:
	"""One connection's: `challenge` once, then `prove` once."""

	def __init__(self, door: Door, origin: str) -> None:
		self._door = door
		self._origin = origin
		self._open: tuple[str, str, str, str, tuple[str, ...]] | None = None

	async def challenge(self, till: str, hello: Mapping[str, Any]) -> Answer:
		"""Answer a hello with a key: our own proof, and what the page has to sign."""
		key, theirs = hello.get("key"), hello.get("nonce")
		bytes_of(theirs, NONCE_BYTES)
		page = await self._door.knock(till, str(key), self._origin, str(theirs), hello.get("knows"))
		ours = new_nonce()
		self._open = (till, page.key, str(theirs), ours, page.scopes)
		agent = self._door.key
		signature = agent.sign(spoken(AGENT_SAYS, till, page.key, str(theirs), ours))
		return {"op": "challenge", "key": agent.public, "nonce": ours, "signature": signature}

	def prove(self, message: Mapping[str, Any]) -> Proven:
		"""`Unauthenticated` unless the page signed this connection's own challenge; it has one try."""
		opened, self._open = self._open, None
		if opened is None:
			raise Rejected('Say {"op":"hello"} with your key first.', code="not_greeted")
		till, key, theirs, ours, scopes = opened
		said = spoken(PAGE_SAYS, till, self._door.key.public, theirs, ours)
		if not signed_by(key, said, str(message.get("signature"))):
			raise Unauthenticated("The page did not show that it holds its key.", code="not_paired")
		return Proven(till, frozenset(scopes))


def spoken(who: str, till: str, key: str, page_nonce: str, agent_nonce: str) -> bytes:
	"""What is signed: who speaks, for which till, to which key, with both nonces."""
	return "\n".join((who, till, key, page_nonce, agent_nonce)).encode("utf-8")
