"""Where a till has read up to, as an opaque text that it keeps for us: a time, and what it was told last.

It never is trusted for more than what to send: a wrong one leads to a new snapshot.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from frappe.utils import now_datetime

DONE = "\uffff"
"""Behind the last name: all of it was sent."""


@dataclass(frozen=True, slots=True)
class Cursor:
	"""`since` and `day` by this site's clock; `stock` and `customers`: last names sent of the whole lists."""

	since: str
	day: str
	snapshot: str
	settings: str
	stock: str = ""
	customers: str = ""
	told: str = ""
	"""Digest of the last answer's content: changes inside the overlap are found twice and sent once."""


def now() -> str:
	return now_datetime().isoformat()


def first(began: str, snapshot: str, settings: Mapping[str, Any]) -> str:
	"""The cursor behind a snapshot: nothing but its items was sent yet."""
	return write(Cursor(since=began, day=began[:10], snapshot=snapshot, settings=digest(settings)))


def digest(value: object) -> str:
	text = json.dumps(value, sort_keys=True, default=str)
	return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(cursor: Cursor) -> str:
	return base64.urlsafe_b64encode(json.dumps(asdict(cursor)).encode()).decode()


def read(text: str) -> Cursor | None:
	"""The cursor, or None if it is none of ours: then the till loads a snapshot."""
	try:
		fields = json.loads(base64.urlsafe_b64decode(text.encode()))
		cursor = Cursor(**fields)
	except (ValueError, TypeError):
		return None
	return cursor if all(isinstance(value, str) for value in asdict(cursor).values()) else None
