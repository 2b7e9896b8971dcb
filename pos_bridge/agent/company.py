"""The company as the till's process knows it: which till this is, where the company is, and its endpoints.

It never decides what to send or when to try again, and never shows or logs the token.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Malformed, PosBridgeError, Rejected, Retryable, TooLarge, Unauthenticated
from pos_bridge.core.sync import BODY_TYPE, ENROL_PATH, PUSH_PATH, read_message, whole_words

ANSWER_TIMEOUT_SECONDS = 30
CONNECT_TIMEOUT_SECONDS = 5
MAX_ANSWER_BYTES = 4 * 1024 * 1024
AWAY = "away"
"""Code of the error that says: nobody answered, so no entry is to blame."""

_REFUSALS: Mapping[int, type[Rejected]] = {
	400: Malformed,
	401: Unauthenticated,
	403: Unauthenticated,
	413: TooLarge,
}
_TILL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Pairing:
	"""This till's enrolment at a company; `server` is an origin such as https://erp.example.com."""

	server: str
	till: str
	token: str = field(repr=False)
	company: str
	shop: str


def pairing_of(server: str, answer: Mapping[str, Any]) -> Pairing:
	"""The pairing that an enrolment's answer means; `Retryable` if it is not one."""
	values = [answer.get(name) for name in ("till", "token", "company", "shop")]
	if not all(isinstance(value, str) and value for value in values) or not _TILL.fullmatch(str(values[0])):
		raise Retryable("The company's answer to the code is not an enrolment.", code="bad_answer")
	return Pairing(server, *map(str, values))


def server_origin(url: str) -> str:
	"""The origin of a company's address; plain http only on this machine, else the token could be read."""
	parts = urlsplit(url if "://" in url else f"https://{url}")
	here = parts.hostname in ("127.0.0.1", "localhost", "::1")
	if parts.scheme not in ("https", "http") or not parts.hostname:
		raise Rejected(f"{url!r} is not the address of a server. Say for example https://erp.example.com")
	if parts.scheme == "http" and not here:
		raise Rejected(f"{url} is not encrypted, and the till's token would be readable. Use https://")
	return f"{parts.scheme}://{parts.netloc}"


def load_pairing(store: Store) -> Pairing | None:
	"""The pairing on the shelf, if this process was enrolled."""
	row = store.read(lambda db: db.execute("SELECT * FROM enrolment").fetchone())
	return Pairing(row["server"], row["till"], row["token"], row["company"], row["shop"]) if row else None


def save_pairing(db: sqlite3.Connection, pairing: Pairing) -> None:
	"""Keep a pairing; a shelf that holds another till's entries is `Rejected`."""
	other = db.execute("SELECT till FROM entry WHERE till <> ? LIMIT 1", (pairing.till,)).fetchone()
	if other:
		raise Rejected(
			f"This shelf holds entries of till {other['till']}, but the code is for till {pairing.till}."
			" Use another --data-dir for another till."
		)
	db.execute(
		"INSERT OR REPLACE INTO enrolment VALUES (1, ?, ?, ?, ?, ?)",
		(pairing.server, pairing.till, pairing.token, pairing.company, pairing.shop),
	)


class Company:
	"""One company's endpoints. Close it when done."""

	def __init__(self, server: str) -> None:
		self.server = server.rstrip("/")
		timeout = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
		# No cookies: Frappe would take the token's holder for a browser and ask for its CSRF token.
		self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())

	async def close(self) -> None:
		await self._session.close()

	async def enrol(self, code: str) -> Mapping[str, Any]:
		"""Exchange a code for a till's name and token."""
		return await self._post(ENROL_PATH, json.dumps({"code": code, "holder": "agent"}).encode(), {})

	async def push(self, body: bytes, token: str) -> Mapping[str, Any]:
		"""Send a push; the answer as `sync.push_answer` builds it. Raises Retryable or Rejected."""
		return await self._post(PUSH_PATH, body, {"Authorization": f"Till {token}"})

	async def ask(self, path: str, body: bytes, token: str) -> Mapping[str, Any]:
		"""Send a till's other call. Raises Retryable or Rejected."""
		return await self._post(path, body, {"Authorization": f"Till {token}"})

	async def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
		headers = {"Content-Type": BODY_TYPE, **headers}
		try:
			async with self._session.post(
				self.server + path, data=body, headers=headers, allow_redirects=False
			) as response:
				return _read(response.status, await _limited(response))
		except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
			cause = str(error) or type(error).__name__
			message = f"The company at {self.server} did not answer ({cause}). It will be tried again."
			# Reached, but not done in time: then it may be this batch that it can't cope with.
			slow = isinstance(error, asyncio.TimeoutError) and not isinstance(error, aiohttp.ClientError)
			raise Retryable(message, code="slow" if slow else AWAY) from error


async def _limited(response: aiohttp.ClientResponse) -> bytes:
	raw = b""
	async for part in response.content.iter_chunked(64 * 1024):
		raw += part
		if len(raw) > MAX_ANSWER_BYTES:
			raise Retryable(
				f"The company's answer is larger than {MAX_ANSWER_BYTES} bytes.", code="bad_answer"
			)
	return raw


def _read(status: int, raw: bytes) -> Mapping[str, Any]:
	try:
		body = read_message(raw)
	except Malformed:
		body = {}
	if status != 200:
		raise _refusal(status, body)
	message = body.get("message")
	if not isinstance(message, dict):
		raise Retryable(
			"The company's answer is not one of POS Bridge: is the address right?", code="bad_answer"
		)
	return message


def _refusal(status: int, body: Mapping[str, Any]) -> PosBridgeError:
	"""What the company said; where something between answered instead of it, the status decides."""
	said = body.get("error")
	error = said if isinstance(said, dict) else {}
	text = whole_words(error.get("message") or f"The company answered with HTTP status {status}.")
	kind = _REFUSALS.get(status)
	if kind is Malformed and not error:
		kind = None  # a proxy's 400 says nothing about our entries
	if kind is None or error.get("retryable") is True:
		return Retryable(text, code=str(error.get("code") or "company_fault"))
	return kind(text, code=str(error.get("code") or kind.code))
