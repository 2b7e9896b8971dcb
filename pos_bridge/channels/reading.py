"""Values out of a shop's JSON: amounts, quantities, times, ids and texts, each in the one form that we keep.

It never makes a float, and never lets through a text that could steer anything.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from pos_bridge.core.errors import Malformed
from pos_bridge.core.money import MAX_MINOR, SCALE, Rounding, allocate, round_ratio
from pos_bridge.core.online import OrderTax

MAX_TEXT = 140
MAX_ID = 140
MAX_NOTE = 1_000
MAX_DIGITS = 40
MAX_MARKED = 80
"""Characters before a key: shops cut long texts off, and the key with them."""

_CONTROLS = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ID = re.compile(r"[!-~]{1,140}")

P = ParamSpec("P")
T = TypeVar("T")


def payload(read: Callable[[], T], what: str) -> T:
	"""What `read` comes to; `Malformed` where the shop's JSON has another form than it should."""
	try:
		return read()
	except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
		detail = f"{error} is missing" if isinstance(error, KeyError) else str(error)
		raise Malformed(
			f"{what} is not as this kind of shop says it: {detail}.", code="channel_payload"
		) from error


def shaped(what: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
	"""A call whose answer is `what`: `Malformed` where the shop's JSON has another form than it should."""

	def around(call: Callable[P, T]) -> Callable[P, T]:
		@wraps(call)
		def read(*args: P.args, **kwargs: P.kwargs) -> T:
			return payload(lambda: call(*args, **kwargs), what)

		return read

	return around


def exact(value: object) -> Decimal:
	"""A figure as text, whole number or `Decimal`; `ValueError` for any other, for NaN and for giants."""
	if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
		raise ValueError(f"{value!r} is no figure")
	if isinstance(value, str) and len(value) > MAX_DIGITS:
		raise ValueError("a figure has too many digits")
	try:
		figure = Decimal(value)
	except InvalidOperation as error:
		raise ValueError(f"{value!r} is no figure") from error
	if not figure.is_finite() or abs(figure.adjusted()) > MAX_DIGITS:
		raise ValueError(f"{value!r} is no figure")
	return figure


def minor(value: object, precision: int) -> int:
	"""An amount in the currency's units as minor ones; halves away from zero."""
	return _scaled(value, 10**precision)


def scaled(value: object) -> int:
	"""A quantity or a percent as an integer of 10^-9."""
	return _scaled(value, SCALE)


def _scaled(value: object, scale: int) -> int:
	numerator, denominator = exact(value).as_integer_ratio()
	result = round_ratio(numerator * scale, denominator, Rounding.COMMERCIAL)
	if abs(result) > MAX_MINOR:
		raise ValueError(f"{value!r} is larger than books can hold")
	return result


def pieces(value: object) -> int | None:
	"""A stock level as whole pieces, rounded down; None where the shop does not count."""
	return None if value is None else int(exact(value).to_integral_value(rounding="ROUND_FLOOR"))


def words(value: object, longest: int = MAX_TEXT) -> str:
	"""A text for people, in one line and no longer than that; "" for None."""
	if value is None:
		return ""
	if not isinstance(value, str):
		raise TypeError(f"{value!r} is not a text")
	return _CONTROLS.sub(" ", value).strip()[:longest]


def identity(value: object) -> str:
	"""An id as text; raises `ValueError` for what can be none. 0 and "" are none."""
	if isinstance(value, int) and not isinstance(value, bool) and value > 0:
		return str(value)
	if isinstance(value, str) and _ID.fullmatch(value):
		return value
	raise ValueError(f"{value!r} is no id")


def identity_or_none(value: object) -> str:
	"""As `identity`, and "" for what says that there is none."""
	return "" if value in (None, "", 0, "0") else identity(value)


def instant(value: object) -> str:
	"""An ISO 8601 time as `2026-11-22T12:00:00.000Z`; without a zone it is taken for UTC."""
	if not isinstance(value, str) or len(value) > 40:
		raise TypeError(f"{value!r} is not a time")
	# Python 3.10 reads no Z.
	at = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", value))
	at = at.replace(tzinfo=timezone.utc) if at.tzinfo is None else at.astimezone(timezone.utc)
	return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def mapping(value: object) -> Mapping[str, Any]:
	"""A JSON object."""
	if not isinstance(value, dict):
		raise TypeError("an object is something else")
	return value


def currency_code(value: object) -> str:
	"""An ISO 4217 code."""
	if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
		raise ValueError(f"{value!r} is no currency")
	return value


def rows(value: object) -> Sequence[Mapping[str, Any]]:
	"""A list of objects."""
	if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
		raise TypeError("a list of objects is something else")
	return value


def shared_taxes(tax_minor: int, named: Sequence[tuple[str, int]]) -> tuple[OrderTax, ...]:
	"""Several rates on one line share its tax by their percents: title and percent of each, 10^-9."""
	rates = [rate for _, rate in named]
	if not sum(rates):
		return ()
	sign = -1 if tax_minor < 0 else 1
	parts = allocate(abs(tax_minor), rates)
	return tuple(OrderTax(title, sign * part, rate) for (title, rate), part in zip(named, parts, strict=True))


def digest(raw: Mapping[str, Any]) -> str:
	"""SHA-256 in hex of what a shop said; the order of names does not matter."""
	text = json.dumps(raw, sort_keys=True, separators=(",", ":"), default=str)
	return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def is_signed(signature: bytes, raw: bytes, secrets: Iterable[str]) -> bool:
	"""Whether it is HMAC-SHA256 of the raw bytes under one of the secrets, compared in constant time."""
	tried = [
		hmac.compare_digest(hmac.new(secret.encode(), raw, hashlib.sha256).digest(), signature)
		for secret in secrets
		if secret
	]
	return any(tried)


def marked(said: str, key: str) -> str:
	"""A text for people that ends with our key, by which what was made under it is found again."""
	return f"{words(said, MAX_MARKED)} ({key})".strip()


def is_marked(said: object, key: str) -> bool:
	"""Whether a shop's text was made by `marked` under this key."""
	return isinstance(said, str) and said.rstrip().endswith(f"({key})")


def header(headers: Mapping[str, str], name: str) -> str:
	"""A header whatever the case of its name; "" if it is not there."""
	for each, value in headers.items():
		if each.lower() == name.lower():
			return value
	return ""


def delivery_key(*parts: str | bytes) -> str:
	"""A key of what a delivery says, for shops whose own delivery ids are not unique."""
	hasher = hashlib.sha256()
	for part in parts:
		data = part.encode() if isinstance(part, str) else part
		hasher.update(len(data).to_bytes(8, "big") + data)
	return hasher.hexdigest()
