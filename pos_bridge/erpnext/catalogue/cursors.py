"""Where a till has read up to, as an opaque text that it keeps for us.

It never is trusted for more than what to send: a wrong one leads to a new snapshot.
"""

import base64
import json
from dataclasses import astuple, dataclass

VERSION = 2
MAX_LENGTH = 4_000


@dataclass(frozen=True, slots=True)
class Cursor:
	"""`stock`, `customers`: the last name sent of the list, "" before the first, None behind the last."""

	at: float
	"""When the company last looked for this till, in seconds since 1970."""
	today: str
	snapshot: str
	grounds: str
	settings: str
	seen: str
	"""Names the rows inside the overlap that the till has been told of (`window.py`)."""
	stock: str | None = ""
	customers: str | None = ""


def write(cursor: Cursor) -> str:
	text = json.dumps([VERSION, *astuple(cursor)], separators=(",", ":"), ensure_ascii=False)
	return base64.urlsafe_b64encode(text.encode()).decode()


def read(text: str) -> Cursor | None:
	"""The cursor, or None if it is none of ours: then the till loads a snapshot."""
	if len(text) > MAX_LENGTH:
		return None
	try:
		version, *fields = json.loads(base64.urlsafe_b64decode(text.encode()))
		cursor = Cursor(*fields)
	except (ValueError, TypeError):
		return None
	texts = (cursor.today, cursor.snapshot, cursor.grounds, cursor.settings, cursor.seen)
	places = (cursor.stock, cursor.customers)
	whole = (
		version == VERSION
		and isinstance(cursor.at, float)
		and all(isinstance(text, str) for text in texts)
		and all(place is None or isinstance(place, str) for place in places)
	)
	return cursor if whole else None
