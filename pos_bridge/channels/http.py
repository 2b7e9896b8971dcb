"""Asking a shop over HTTP, and what its answers mean: data, a passing fault, or something for a person.

It never follows a redirect, never retries, and never shows a key in a message.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import requests

from pos_bridge.channels.limit import Bucket
from pos_bridge.core.errors import PosBridgeError, Rejected, Retryable, TooLarge, Unauthenticated

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 60
MAX_ANSWER_BYTES = 32 * 1024 * 1024
MAX_RETRY_AFTER_SECONDS = 3600
MAX_WORDS = 300
"""Characters of a shop's own words that are shown."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
	method: str
	url: str
	headers: Mapping[str, str] = field(repr=False)
	body: bytes = b""


@dataclass(frozen=True, slots=True)
class HttpResponse:
	"""`headers` by their names in small letters."""

	status: int
	headers: Mapping[str, str]
	body: bytes


class Transport(Protocol):
	"""Whatever carries a request. It raises `Retryable` if no answer came."""

	def send(self, request: HttpRequest) -> HttpResponse: ...


class RequestsTransport:
	"""The network, by `requests`."""

	def __init__(self) -> None:
		self._session = requests.Session()
		# Without it a .netrc of whoever runs this would replace the shop's own key.
		self._session.auth = _as_it_is

	def send(self, request: HttpRequest) -> HttpResponse:
		host = urlsplit(request.url).netloc
		try:
			with self._session.request(
				request.method,
				request.url,
				headers=dict(request.headers),
				data=request.body or None,
				timeout=(CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
				allow_redirects=False,
				stream=True,
			) as response:
				headers = {name.lower(): value for name, value in response.headers.items()}
				return HttpResponse(response.status_code, headers, _limited(response))
		except requests.RequestException as error:
			cause = type(error).__name__
			message = f"The shop at {host} did not answer ({cause}). It will be asked again."
			raise Retryable(message, code="channel_away") from error


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
	return request


def _limited(response: requests.Response) -> bytes:
	raw = bytearray()
	for part in response.iter_content(64 * 1024):
		raw += part
		if len(raw) > MAX_ANSWER_BYTES:
			raise TooLarge(f"The shop's answer is larger than {MAX_ANSWER_BYTES // 1024**2} MiB.")
	return bytes(raw)


def shop_origin(url: str) -> str:
	"""A shop's address without a slash at its end; plain http shows the key, so on this machine only."""
	parts = urlsplit(url if "://" in url else f"https://{url}")
	here = parts.hostname in ("127.0.0.1", "localhost", "::1")
	if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.username:
		raise Rejected(f"{url!r} is not the address of a shop. Say for example https://shop.example.com")
	if parts.scheme == "http" and not here:
		raise Rejected(f"{url} is not encrypted, and its key would be readable. Use https://")
	return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


@dataclass(frozen=True, slots=True)
class Answer:
	data: Any
	headers: Mapping[str, str]


class Http:
	"""JSON calls to one shop, within its budget."""

	def __init__(self, url: str, transport: Transport, bucket: Bucket, headers: Mapping[str, str]) -> None:
		self.origin = shop_origin(url)
		self.bucket = bucket
		self._transport = transport
		self._headers = {"Accept": "application/json", **headers}

	def call(
		self,
		method: str,
		path: str,
		params: Mapping[str, str] | None = None,
		body: object = None,
		headers: Mapping[str, str] | None = None,
		cost: int = 1,
	) -> Answer:
		"""The JSON that the shop answers; errors as `base` says. `body` is sent as JSON."""
		self.bucket.take(cost)
		query = f"?{urlencode(params)}" if params else ""
		sent = {**self._headers, **(headers or {})}
		raw = b""
		if body is not None:
			raw = json.dumps(body, ensure_ascii=False).encode()
			sent["Content-Type"] = "application/json"
		request = HttpRequest(method, f"{self.origin}{path}{query}", sent, raw)
		response = self._transport.send(request)
		if response.status not in (200, 201):
			raise refusal_of(response)
		return Answer(read_json(response.body), response.headers)


def read_json(raw: bytes) -> object:
	"""JSON with exact figures; `Retryable` for what is none: a page of words is a shop in maintenance."""
	try:
		return json.loads(raw, parse_float=Decimal, parse_constant=_no_number)
	except (ValueError, RecursionError) as error:
		what = "nothing" if not raw.strip() else "a page" if raw.lstrip()[:1] == b"<" else "something else"
		message = f"The shop answered with {what} instead of data. If it stays so: is the address right?"
		raise Retryable(message, code="channel_answer") from error


def _no_number(word: str) -> None:
	raise ValueError(f"{word} is no number")


def refusal_of(response: HttpResponse) -> PosBridgeError:
	"""What a status that is not 200 or 201 means."""
	status, said = response.status, shown_words(response.body)
	if status == 429:
		return Retryable(
			"The shop wants to be asked less often. It goes on by itself.",
			code="channel_busy",
			retry_after_seconds=_retry_after(response.headers) or 60,
		)
	if status >= 500 or status == 408:
		message = f"The shop has a fault (HTTP {status}{said}). It will be asked again."
		return Retryable(message, code="channel_fault", retry_after_seconds=_retry_after(response.headers))
	if status in (401, 403):
		message = f"The shop does not accept the key, or the key may not do this{said}. Enter another one."
		return Unauthenticated(message, code="channel_unauthenticated")
	if status in (404, 410):
		return Rejected(f"The shop does not have this{said}.", code="channel_not_found")
	if 300 <= status < 400:
		where = response.headers.get("location", "elsewhere")[:MAX_WORDS]
		message = f"The shop sends us on to {where}. Enter that address if it is right."
		return Rejected(message, code="channel_moved")
	return Rejected(f"The shop refused this (HTTP {status}{said}).", code="channel_refused")


def _retry_after(headers: Mapping[str, str]) -> int:
	said = headers.get("retry-after", "")
	# The header may be a date as well; then our own wait is as good.
	return min(int(said), MAX_RETRY_AFTER_SECONDS) if said.isascii() and said.isdigit() else 0


def shown_words(body: bytes) -> str:
	"""`: what the shop said`, for people; "" where it said nothing that is for them."""
	try:
		said = json.loads(body)
	except (ValueError, RecursionError):
		return ""
	message = said.get("message") if isinstance(said, dict) else None
	if not isinstance(message, str):
		return ""
	return ": " + "".join(sign if sign.isprintable() else " " for sign in message)[:MAX_WORDS]
