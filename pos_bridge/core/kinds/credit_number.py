"""Numbers of gift cards and store credit: made from chance that the caller brings, read as people type them.

It never tells whether a number was issued; a shop may also sell cards with numbers of somebody else's.
"""

import re

from pos_bridge.core.errors import Rejected

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Thirty signs that are not taken for each other; 31 is prime, as ISO 7064 MOD n+1,n wants it."""
RANDOM_LETTERS = 13
"""63.8 bits: with a thousand numbers alive and a million tries a day, 30 million years to hit one."""
MIN_RANDOM_BYTES = 16
PREFIXES = {"gift_card": "GC", "store_credit": "SC"}
_GROUPS = (5, 5, 4)
_FORM = re.compile(r"[A-Z0-9][A-Z0-9-]{2,38}[A-Z0-9]", re.ASCII)


def make_number(kind: str, random_bytes: bytes) -> str:
	"""`GC-7XK2M-94TQA-BC3H`: prefix, 13 random letters, a check letter. Takes 16 random bytes or more."""
	if len(random_bytes) < MIN_RANDOM_BYTES:
		raise Rejected(f"A number takes {MIN_RANDOM_BYTES} random bytes, not {len(random_bytes)}.")
	rest, letters = int.from_bytes(random_bytes, "big"), ""
	for _ in range(RANDOM_LETTERS):
		rest, index = divmod(rest, len(LETTERS))
		letters += LETTERS[index]
	return _grouped(PREFIXES[kind], letters + check_letter(letters))


def check_letter(letters: str) -> str:
	"""ISO 7064, hybrid system MOD 31,30: finds every wrong letter, and nearly all that were exchanged."""
	size = len(LETTERS)
	return LETTERS[(size + 1 - _sum(letters)) % size]


def _sum(letters: str) -> int:
	size, product = len(LETTERS), len(LETTERS)
	for letter in letters:
		product = (product + LETTERS.index(letter)) % size or size
		product = product * 2 % (size + 1)
	return product


def read_number(typed: str) -> str:
	"""One of our numbers however it was typed or scanned, in its own form; "" if a letter of it is wrong."""
	letters = "".join(letter for letter in typed.upper() if letter.isalnum())
	prefix, rest = letters[:2], letters[2:]
	if prefix not in PREFIXES.values() or len(rest) != sum(_GROUPS) or not set(rest) <= set(LETTERS):
		return ""
	return _grouped(prefix, rest) if check_letter(rest[:-1]) == rest[-1] else ""


def normal_number(number: str) -> str:
	"""A number as ledgers know it, ours or somebody else's: 4 to 40 capitals, digits and hyphens; else ""."""
	if ours := read_number(number):
		return ours
	capitals = number.strip().upper()
	return capitals if _FORM.fullmatch(capitals) else ""


def _grouped(prefix: str, letters: str) -> str:
	parts, start = [prefix], 0
	for length in _GROUPS:
		parts.append(letters[start : start + length])
		start += length
	return "-".join(parts)


def masked(number: str) -> str:
	"""What somebody may see who must not spend it: the last four signs."""
	return f"…{number[-4:]}"
