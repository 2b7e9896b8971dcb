"""Keeps out of the log what must not be in it: card numbers, tokens, passwords, keys.

It changes lines of the log only, as late as possible, so that tracebacks are covered as well.
"""

import logging
import re

from pos_bridge.core.codes.card_numbers import without_card_numbers

HIDDEN = "[removed]"
_SECRETS = re.compile(
	r"(?P<name>\bTill |\bBearer |\b(?:token|password|signature)[\"']?\s*[=:]\s*[\"']?)"
	r"(?P<secret>[A-Za-z0-9._~+/=-]{6,})",
	re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def redact(text: str) -> str:
	"""Without secrets, and without control characters that could write over a terminal's lines."""
	return without_card_numbers(_CONTROLS.sub("", _SECRETS.sub(rf"\g<name>{HIDDEN}", text)))


class Redacting(logging.Formatter):
	"""A formatter whose lines are redacted, tracebacks and all."""

	def format(self, record: logging.LogRecord) -> str:
		return redact(super().format(record))
