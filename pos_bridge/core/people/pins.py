"""A cashier's PIN and badge as they are kept: what a till can compare with, and nobody can read back.

It draws no salt itself, and never holds a PIN longer than the call. What this protects from, and what not,
stands in docs/people.md.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from pos_bridge.core.errors import Rejected

ITERATIONS = 210_000
"""PBKDF2 with HMAC-SHA-256: a fifth of a second on a slow till, an hour or so for all PINs of four digits."""
SALT_BYTES = 16
BADGE_PREFIX = "ID-"
"""What every badge that we draw begins with: no item and no receipt does."""
BADGE_BYTES = 10
MAX_BADGE = 64
_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)
_RUNS = ("0123456789012345", "9876543210987654")


@dataclass(frozen=True, slots=True)
class PinVerifier:
	"""What is kept of a PIN: salt and hash in hex, and how often it was hashed."""

	salt: str
	iterations: int
	hash: str

	@property
	def text(self) -> str:
		"""In one field, as ERPNext keeps it."""
		return f"pbkdf2-sha256${self.iterations}${self.salt}${self.hash}"

	@staticmethod
	def read(text: str) -> "PinVerifier | None":
		"""The other way; None for an empty or foreign text."""
		kind, _, rest = text.partition("$")
		iterations, _, secrets = rest.partition("$")
		salt, _, hashed = secrets.partition("$")
		if kind != "pbkdf2-sha256" or not iterations.isdecimal() or not (salt and hashed):
			return None
		return PinVerifier(salt, int(iterations), hashed)


def check_pin(pin: str) -> None:
	"""`Rejected` unless it has 4 to 8 digits and is none of those that everybody tries first."""
	if not _PIN.fullmatch(pin):
		raise Rejected("A PIN has 4 to 8 digits, 0 to 9, and nothing else.", code="bad_pin")
	if len(set(pin)) == 1 or any(pin in run for run in _RUNS):
		raise Rejected("This PIN is among the first that anybody would try. Take another.", code="easy_pin")


def verifier_of(pin: str, salt: bytes, iterations: int = ITERATIONS) -> PinVerifier:
	"""What is kept of a PIN that was checked; `salt` is fresh and random for each."""
	return PinVerifier(salt.hex(), iterations, _derived(pin, salt, iterations))


def is_pin_of(pin: str, verifier: PinVerifier) -> bool:
	derived = _derived(pin, bytes.fromhex(verifier.salt), verifier.iterations)
	return hmac.compare_digest(derived, verifier.hash)


def _derived(pin: str, salt: bytes, iterations: int) -> str:
	return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, iterations).hex()


def badge_of(drawn: bytes) -> str:
	"""A badge's code out of ten random bytes: `ID-` and 16 letters and digits (base 32)."""
	return BADGE_PREFIX + base64.b32encode(drawn[:BADGE_BYTES]).decode()


def badge_digest(code: str) -> str:
	"""What a till compares a scanned code with; `Rejected` for one that no scanner would read as one code."""
	plain = code.strip()
	if not (4 <= len(plain) <= MAX_BADGE and plain.isascii() and plain.isprintable()):
		raise Rejected(f"A badge's code has 4 to {MAX_BADGE} letters and digits.", code="bad_badge")
	return hashlib.sha256(f"pos-bridge-badge:{plain}".encode()).hexdigest()
