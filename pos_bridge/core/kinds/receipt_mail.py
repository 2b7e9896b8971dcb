"""A receipt by e-mail: what a till asks its company for, and the letter.

An address is personal, so it is in no entry and in no chain; it lies beside the daybook and can be erased.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pos_bridge.core.daybook import Stored
from pos_bridge.core.errors import Malformed, Rejected, Retryable
from pos_bridge.core.sale_body import readable, text

MAIL_PATH = "/api/method/pos_bridge.api.mail_receipt"
MAX_MAIL_BYTES = 1_024
MAX_ADDRESS = 254
MAX_MAILS_OF_ENTRY = 5
"""Letters that one receipt may become: nobody sends spam through a till."""
MAILED_KINDS = frozenset({"sale", "return"})

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(
	r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
	r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)
"""As browsers check it (HTML, "valid e-mail address"), with a domain of two parts: one address, no header."""


@dataclass(frozen=True, slots=True)
class MailAsk:
	"""Send the receipt of `entry` to `to`; the same `id` again changes nothing."""

	id: str
	entry: str
	to: str


def read_mail(body: Mapping[str, Any]) -> MailAsk:
	"""Read the body of `mail_receipt`; `Rejected` if `to` is no address."""
	ask = readable(lambda: MailAsk(text(body["id"]), text(body["entry"]), text(body["to"]).strip()))
	if not _ID.fullmatch(ask.id) or not _ID.fullmatch(ask.entry):
		raise Malformed("A mail has an id and names its entry by one.")
	if len(ask.to) > MAX_ADDRESS or not _ADDRESS.fullmatch(ask.to):
		raise Rejected(f"{ask.to!r} is no e-mail address. Ask the customer again.", code="no_address")
	return ask


def check_mail(found: Stored | None, till: str, mails: int) -> Stored:
	"""The entry to send, which `mails` letters were asked for already; raises why it is not sent.

	An entry that is not there yet is `Retryable`: the till sends it beside this, or its agent does.
	"""
	if found is None:
		raise Retryable("The receipt has not arrived yet. It is asked for again.", code="entry_unknown")
	if found.entry.kind not in MAILED_KINDS or found.entry.till != till:
		raise Rejected("That is no receipt of this till.", code="no_receipt")
	if mails >= MAX_MAILS_OF_ENTRY:
		raise Rejected(f"This receipt was sent {MAX_MAILS_OF_ENTRY} times already.", code="too_many_mails")
	return found
