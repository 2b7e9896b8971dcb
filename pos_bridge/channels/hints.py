"""What our own plugins for shops send: `{"topic", "order"}`, signed with HMAC-SHA256 over the raw body.

It never raises: what can't be understood is a ping or a refusal.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence

from pos_bridge.channels.base import MAX_WEBHOOK_BYTES, Hint, Ping, Refusal
from pos_bridge.channels.reading import delivery_key, header, identity, is_signed, words


def refusal_of(signature: str, raw: bytes, secrets: Sequence[str]) -> Refusal | None:
	"""Why a delivery is not taken: too large, or its signature (base64) is wrong. None if it is."""
	if len(raw) > MAX_WEBHOOK_BYTES:
		return Refusal("larger than any message of this shop", 413)
	try:
		said = base64.b64decode(signature, validate=True)
	except (binascii.Error, ValueError):
		return Refusal("the signature is none")
	return None if is_signed(said, raw, secrets) else Refusal("not signed by this shop")


def plugin_hint(
	headers: Mapping[str, str], raw: bytes, signature_header: str, secrets: Sequence[str]
) -> Hint | Ping | Refusal:
	"""What a delivery of one of our plugins means."""
	if refusal := refusal_of(header(headers, signature_header), raw, secrets):
		return refusal
	try:
		said = json.loads(raw)
		return Hint(words(said["topic"]), "order", identity(said["order"]), delivery_key(raw))
	except (ValueError, KeyError, TypeError, RecursionError):
		return Ping("signed, and about nothing")
