"""Telephone numbers and e-mail addresses in one form each, so that the same one is the same text.

It never says whether somebody answers there, and never loses what was typed: the form is for comparing only.
"""

import re

MIN_DIGITS = 7
MAX_DIGITS = 15
"""E.164 has no longer numbers."""
_DIALLED = re.compile(r"[0-9+()./\s-]+")
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(?:\.{_WORD})*@{_NAME}(?:\.{_NAME})+")
"""What browsers and ERPNext both take: words joined by single dots, and a domain of two parts; no header."""


def normal_mobile(text: str, country: str) -> str:
	"""All digits with the country's, "491705550102"; "" if it is no number.

	`country` are the digits of the shop's country, "49"; "" where they are not known.
	"""
	text = text.strip()
	if not _DIALLED.fullmatch(text) or "+" in text[1:]:
		return ""
	digits = re.sub(r"[^0-9]", "", text.replace("(0)", ""))
	if not text.startswith("+"):
		digits = _international(digits, country)
	return digits if MIN_DIGITS <= len(digits) <= MAX_DIGITS else ""


def _international(digits: str, country: str) -> str:
	if digits.startswith("00"):
		return digits[2:]
	if digits.startswith("0"):
		return country + digits.lstrip("0")
	said_with_country = country and digits.startswith(country) and len(digits) >= 11
	return digits if said_with_country else country + digits


def is_address(text: str) -> bool:
	"""Whether it can be an e-mail address, as it stands."""
	return bool(_ADDRESS.fullmatch(text))


def normal_email(text: str) -> str:
	"""In small letters, without blanks around it; "" if it can be no address."""
	text = text.strip().lower()
	return text if len(text) <= 140 and is_address(text) else ""
