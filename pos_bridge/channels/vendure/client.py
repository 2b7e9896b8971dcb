"""Vendure's GraphQL over HTTP: signed in once, errors in their three forms told apart.

It never keeps a password longer than the process lives, and never puts a value into a query's text.
"""

from collections.abc import Mapping
from typing import Any

from pos_bridge.channels.base import Settings
from pos_bridge.channels.http import Http, RequestsTransport, Transport
from pos_bridge.channels.limit import Bucket
from pos_bridge.channels.reading import mapping, rows, words
from pos_bridge.channels.vendure.documents import LOGIN
from pos_bridge.core.errors import PosBridgeError, Rejected, Retryable, Unauthenticated

API = "/admin-api"
_TOKEN = "vendure-auth-token"
_REFUSED = ("USER_INPUT_ERROR", "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST")


class VendureClient:
	"""Calls as the user that `settings.key` (name) and `settings.secret` (password) name."""

	def __init__(self, settings: Settings, transport: Transport | None, bucket: Bucket) -> None:
		self._settings = settings
		channel = settings.options.get("channel_token", "")
		headers = {"vendure-token": channel} if channel else {}
		self._http = Http(settings.url, transport or RequestsTransport(), bucket, headers)
		self._token = ""

	def ask(self, document: str, **variables: object) -> Mapping[str, Any]:
		"""The answer's `data`. A session that ended is begun again, once."""
		if not self._token:
			self._sign_in()
		try:
			return self._post(document, variables)
		except Unauthenticated:
			self._sign_in()
			return self._post(document, variables)

	def do(self, document: str, **variables: object) -> Mapping[str, Any]:
		"""The one result of a mutation; `Rejected` with the shop's words where it is an ErrorResult."""
		(result,) = self.ask(document, **variables).values()
		return accepted(mapping(result))

	def _sign_in(self) -> None:
		self._token = ""
		login = {"username": self._settings.key, "password": self._settings.secret}
		answer = self._http.call("POST", API, body={"query": LOGIN, "variables": login})
		data = data_of(mapping(answer.data))
		token = answer.headers.get(_TOKEN, "")
		if mapping(data["login"])["__typename"] != "CurrentUser" or not token:
			message = "The shop does not accept the user's name and password. Enter them anew."
			raise Unauthenticated(message, code="channel_unauthenticated")
		self._token = token

	def _post(self, document: str, variables: Mapping[str, object]) -> Mapping[str, Any]:
		headers = {"Authorization": f"Bearer {self._token}"}
		body = {"query": document, "variables": variables}
		return data_of(mapping(self._http.call("POST", API, body=body, headers=headers).data))


def data_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
	"""`data` of an answer without errors."""
	if errors := rows(answer.get("errors") or []):
		raise _error_of(errors[0])
	return mapping(answer["data"])


def _error_of(error: Mapping[str, Any]) -> PosBridgeError:
	said = words(error.get("message"))
	code = mapping(error.get("extensions") or {}).get("code")
	if code in ("FORBIDDEN", "UNAUTHORIZED"):
		message = (
			f"The shop does not let this user do that: {said}. Give its role the rights, or another user."
		)
		return Unauthenticated(message, code="channel_unauthenticated")
	if code == "ENTITY_NOT_FOUND":
		return Rejected(f"The shop does not have this: {said}.", code="channel_not_found")
	if code in _REFUSED:
		return Rejected(f"The shop refused this: {said}.", code="channel_refused")
	return Retryable(f"The shop has a fault: {said}. It will be asked again.", code="channel_fault")


def accepted(result: Mapping[str, Any]) -> Mapping[str, Any]:
	"""A mutation's result, unless it is one of Vendure's ErrorResults, which come with HTTP 200."""
	if "errorCode" in result:
		said = words(result.get("message"))
		raise Rejected(f"The shop refused this: {said}.", code="channel_refused")
	return result
