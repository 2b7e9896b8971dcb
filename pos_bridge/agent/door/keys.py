"""The agent's own key, and signatures as browsers make them: ECDSA on P-256 with SHA-256, 64 bytes.

The private key lies in a file that only the till's user can read, and never leaves it.
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pos_bridge.agent.life.whole_file import write_whole
from pos_bridge.core.errors import Malformed

if TYPE_CHECKING:
	from cryptography.hazmat.primitives.asymmetric import ec

# cryptography is imported where it is needed: an agent whose page has no key starts without it.

KEY_FILE = "agent_key.pem"
NONCE_BYTES = 32
_HALF = 32
_POINT_BYTES = 65


class AgentKey:
	"""The key of this agent; made the first time it is asked for."""

	def __init__(self, folder: Path) -> None:
		self._private = _load(folder / KEY_FILE)
		self.public = text_of(_point(self._private.public_key()))

	def sign(self, message: bytes) -> str:
		"""A signature as text."""
		from cryptography.hazmat.primitives.asymmetric import utils

		r, s = utils.decode_dss_signature(self._private.sign(message, _algorithm()))
		return text_of(r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big"))


def signed_by(key: str, message: bytes, signature: str) -> bool:
	"""Whether the holder of `key` signed the message. A key or signature that is none is `Malformed`."""
	from cryptography.exceptions import InvalidSignature
	from cryptography.hazmat.primitives.asymmetric import utils

	public = read_key(key)
	raw = bytes_of(signature, 2 * _HALF)
	r, s = int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big")
	try:
		public.verify(utils.encode_dss_signature(r, s), message, _algorithm())
	except InvalidSignature:
		return False
	return True


def _algorithm() -> "ec.ECDSA":
	from cryptography.hazmat.primitives import hashes
	from cryptography.hazmat.primitives.asymmetric import ec

	return ec.ECDSA(hashes.SHA256())


def read_key(key: str) -> "ec.EllipticCurvePublicKey":
	"""A public key as a page sends it; `Malformed` if it is no point of the curve."""
	from cryptography.hazmat.primitives.asymmetric import ec

	try:
		return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(key, _POINT_BYTES))
	except ValueError as error:
		raise Malformed("The page's key is no key.") from error


def digits_of(key: str) -> str:
	"""Six digits that a person compares: both sides compute them from the page's key."""
	number = int.from_bytes(hashlib.sha256(key.encode("ascii")).digest()[:8], "big")
	return f"{number % 1_000_000:06d}"


def new_nonce() -> str:
	return text_of(os.urandom(NONCE_BYTES))


def text_of(raw: bytes) -> str:
	"""Base64url without padding."""
	return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def bytes_of(text: object, size: int) -> bytes:
	"""The bytes of a text in base64url, `size` of them; `Malformed` otherwise."""
	try:
		padded = str(text) + "=" * (-len(str(text)) % 4)
		raw = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
	except (binascii.Error, UnicodeEncodeError):
		raw = b""
	if not isinstance(text, str) or len(raw) != size or text_of(raw) != text:
		raise Malformed("A key, nonce or signature is missing or broken.")
	return raw


def _load(path: Path) -> "ec.EllipticCurvePrivateKey":
	from cryptography.hazmat.primitives import serialization
	from cryptography.hazmat.primitives.asymmetric import ec

	if not path.exists():
		_make(path)
	loaded = serialization.load_pem_private_key(path.read_bytes(), None)
	if not isinstance(loaded, ec.EllipticCurvePrivateKey):
		raise Malformed(f"{path} is not the agent's key: remove it, and pair the page again.")
	return loaded


def _make(path: Path) -> None:
	from cryptography.hazmat.primitives import serialization
	from cryptography.hazmat.primitives.asymmetric import ec

	pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
		serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
	)
	write_whole(path, pem)


def _point(public: "ec.EllipticCurvePublicKey") -> bytes:
	from cryptography.hazmat.primitives import serialization

	return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
