"""A receipt by e-mail: what a till asks its company for, and the letter.

An address is personal, so it is in no entry and in no chain; it lies beside the daybook and can be erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pos_bridge.core.customers import is_address
from pos_bridge.core.entry import UUID, Entry
from pos_bridge.core.errors import Malformed, Rejected, Retryable
from pos_bridge.core.sale_body import readable, text

MAIL_PATH = "/api/method/pos_bridge.api.mail_receipt"
MAX_MAIL_BYTES = 1_024
MAX_ADDRESS = 254
MAX_MAILS_OF_ENTRY = 5
"""Letters that one receipt may become: nobody sends spam through a till."""
MAILED_KINDS = frozenset({"sale", "return"})


@dataclass(frozen=True, slots=True)
class MailAsk:
	"""Send the receipt of `entry` to `to`; the same `id` again changes nothing."""

	id: str
	entry: str
	to: str


def read_mail(body: Mapping[str, Any]) -> MailAsk:
	"""Read the body of `mail_receipt`; `Rejected` if `to` is no address."""
	ask = readable(lambda: MailAsk(text(body["id"]), text(body["entry"]), text(body["to"]).strip()))
	if not UUID.fullmatch(ask.id) or not UUID.fullmatch(ask.entry):
		raise Malformed("A mail has an id and names its entry by one.")
	if len(ask.to) > MAX_ADDRESS or not is_address(ask.to):
		raise Rejected(f"{ask.to!r} is no e-mail address. Ask the customer again.", code="no_address")
	return ask


def check_mail(entry: Entry | None, till: str, mails: int) -> Entry:
	"""The entry to send, which `mails` letters were asked for already; raises why it is not sent.

	An entry that is not there yet is `Retryable`: the till sends it beside this, or its agent does.
	"""
	if entry is None:
		raise Retryable("The receipt has not arrived yet. It is asked for again.", code="entry_unknown")
	if entry.kind not in MAILED_KINDS or entry.till != till:
		raise Rejected("That is no receipt of this till.", code="no_receipt")
	if mails >= MAX_MAILS_OF_ENTRY:
		raise Rejected(f"This receipt was sent {MAX_MAILS_OF_ENTRY} times already.", code="too_many_mails")
	return entry
