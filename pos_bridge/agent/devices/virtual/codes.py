"""The bars of a CODE128 and the modules of a QR code, as a printer's firmware draws them from its commands.

It never decides where a code goes or how large it is.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

_START = {"A": 103, "B": 104, "C": 105}
_SWITCH = {"A": 101, "B": 100, "C": 99}
_FUNCTIONS = {"1": 102, "2": 97, "3": 96}
_SHIFT = 98


def code128_values(data: bytes) -> list[int]:
	"""Symbol values with start and check character from the data of `GS k 73` (`{B` selects set B).

	Raises ValueError where a printer would refuse the data.
	"""
	if len(data) < 2 or data[:1] != b"{" or chr(data[1]) not in _START:
		raise ValueError("CODE128 data begins with {A, {B or {C.")
	first = chr(data[1])
	values = [_START[first], *_symbols(data[2:], first)]
	check = sum(max(1, place) * value for place, value in enumerate(values)) % 103
	return [*values, check]


def _symbols(data: bytes, code_set: str) -> Iterator[int]:
	position = 0
	while position < len(data):
		byte = data[position]
		if byte != ord("{"):
			yield _value(byte, code_set)
			position += 1
			continue
		selector = chr(data[position + 1]) if position + 1 < len(data) else ""
		code_set, value = _escape(selector, code_set)
		yield value
		position += 2


def _escape(selector: str, code_set: str) -> tuple[str, int]:
	if selector == "{" and code_set != "C":
		return code_set, _value(ord("{"), code_set)
	if selector in _SWITCH and selector != code_set:
		return selector, _SWITCH[selector]
	if selector in _FUNCTIONS:
		return code_set, _FUNCTIONS[selector]
	if selector == "S" and code_set != "C":
		return code_set, _SHIFT
	raise ValueError(f"CODE128 does not know {{{selector} in set {code_set}.")


def _value(byte: int, code_set: str) -> int:
	if code_set == "C" and byte <= 99:
		return byte
	if code_set == "B" and 0x20 <= byte <= 0x7F:
		return byte - 0x20
	if code_set == "A" and byte <= 0x5F:
		return byte - 0x20 if byte >= 0x20 else byte + 0x40
	raise ValueError(f"CODE128 set {code_set} has no character {byte}.")


def code128_modules(data: bytes) -> str:
	"""The bars as a text of 1 (black) and 0 (white), one digit per module, without the quiet zones."""
	from barcode.charsets.code128 import CODES, STOP  # type: ignore[import-untyped]

	modules: list[str] = [CODES[value] for value in code128_values(data)]
	return "".join(modules) + f"{STOP}11"


def code128_text(data: bytes) -> str:
	"""What is printed below the bars."""
	code_set, shown, position = "", "", 0
	while position < len(data):
		byte = data[position]
		position += 1
		if byte == ord("{"):
			selector = chr(data[position])
			position += 1
			code_set = selector if selector in _SWITCH else code_set
			shown += "{" if selector == "{" else ""
			continue
		shown += f"{byte:02d}" if code_set == "C" else chr(byte)
	return shown


@lru_cache(maxsize=64)
def qr_rows(text: str, level: str) -> Sequence[str]:
	"""The QR code's rows of 1 and 0 without a quiet zone; `level` is L, M, Q or H."""
	import qrcode  # type: ignore[import-untyped]
	from qrcode import constants

	levels = {name: getattr(constants, f"ERROR_CORRECT_{name}") for name in "LMQH"}
	code = qrcode.QRCode(error_correction=levels[level], border=0)
	code.add_data(text)
	code.make(fit=True)
	return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())
