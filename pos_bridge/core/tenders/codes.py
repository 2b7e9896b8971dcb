"""What a customer's telephone scans to pay: the payloads of the public QR standards, amount included.

Pure text; it never draws a code, and never says that anything was paid: the cashier does who sees the money.
Sources: EPC069-12 (SEPA credit transfer), EMVCo QR Code Specification for Payment Systems, Merchant-Presented
Mode 1.1, Banco Central do Brasil "Manual do BR Code" (Pix), NPCI UPI Linking Specifications, BIP 21.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import format_minor

ONLY_IN: Mapping[str, str] = {"epc": "EUR", "pix": "BRL", "upi": "INR", "bip21": "BTC"}
MAX_EPC_BYTES = 331
PIX = "br.gov.bcb.pix"
CURRENCY_NUMBERS: Mapping[str, str] = {
	**{"AED": "784", "ARS": "032", "BDT": "050", "BRL": "986", "CLP": "152", "CNY": "156", "COP": "170"},
	**{"EUR": "978", "HKD": "344", "IDR": "360", "INR": "356", "KHR": "116", "KZT": "398", "LAK": "418"},
	**{"LKR": "144", "MXN": "484", "MYR": "458", "NPR": "524", "PEN": "604", "PHP": "608", "PKR": "586"},
	**{"SGD": "702", "THB": "764", "TWD": "901", "USD": "840", "VND": "704"},
}
"""ISO 4217 numbers of the currencies that have such codes."""


@dataclass(frozen=True, slots=True)
class PaymentCode:
	"""Where the money goes: `account` is an IBAN, a Pix key, a UPI id, a merchant's number or an address."""

	format: str
	account: str
	name: str
	city: str = ""
	country: str = ""
	scheme: str = ""
	"""The globally unique id of an EMV code's scheme, such as `sg.paynow`."""


def payload(code: PaymentCode, amount_minor: int, precision: int, currency: str, reference: str = "") -> str:
	"""The text of the QR code; `Rejected` where the standard has no such currency or amount."""
	if amount_minor <= 0:
		raise Rejected("A code asks for an amount above zero.", code="no_code")
	if ONLY_IN.get(code.format, currency) != currency:
		raise Rejected(f"A code of the kind {code.format} can't ask for {currency}.", code="no_code")
	amount = format_minor(amount_minor, precision)
	if code.format == "epc":
		return _epc(code, amount, reference)
	if code.format == "upi":
		return _upi(code, amount, reference)
	if code.format == "bip21":
		return _bip21(code, amount)
	return _emv(code, amount, currency, reference)


def _epc(code: PaymentCode, amount: str, reference: str) -> str:
	iban = "".join(code.account.split()).upper()
	lines = ["BCD", "002", "1", "SCT", "", _one_line(code.name, 70), iban, f"EUR{amount}", "", ""]
	text = "\n".join([*lines, _one_line(reference, 140)]).rstrip("\n")
	if len(text.encode()) > MAX_EPC_BYTES:
		raise Rejected("The name of the account is too long for a code.", code="no_code")
	return text


def _upi(code: PaymentCode, amount: str, reference: str) -> str:
	note = {"tr": reference[:35], "tn": reference[:80]} if reference else {}
	fields = {"pa": code.account, "pn": code.name, **note, "am": amount, "cu": "INR"}
	return "upi://pay?" + "&".join(f"{name}={quote(value, safe=_AS_IS)}" for name, value in fields.items())


_AS_IS = "@!'()*"
"""What a link needs not write as %: UPI ids are written plainly."""


def _bip21(code: PaymentCode, amount: str) -> str:
	short = amount.rstrip("0").rstrip(".") if "." in amount else amount
	return f"bitcoin:{code.account}?amount={short}&label={quote(code.name, safe=_AS_IS)}"


def _emv(code: PaymentCode, amount: str, currency: str, reference: str) -> str:
	is_pix = code.format == "pix"
	number = CURRENCY_NUMBERS.get(currency)
	if number is None:
		raise Rejected(f"A code of this kind can't ask for {currency}.", code="no_code")
	txid = _letters(reference)[-25:] or "***"
	fields = (
		("00", "01"),
		("26", _tlv(("00", PIX if is_pix else code.scheme), ("01", code.account))),
		("52", "0000"),
		("53", number),
		("54", amount),
		("58", "BR" if is_pix else code.country.upper()),
		("59", _ascii(code.name, 25)),
		("60", _ascii(code.city, 15)),
		("62", _tlv(("05", txid))),
	)
	text = f"{_tlv(*fields)}6304"
	return f"{text}{crc16(text):04X}"


def _tlv(*fields: tuple[str, str]) -> str:
	for id, value in fields:
		if not 0 < len(value) < 100:
			raise Rejected(f"Field {id} of the code is empty or too long: {value!r}.", code="no_code")
	return "".join(f"{id}{len(value):02d}{value}" for id, value in fields)


def crc16(text: str) -> int:
	"""CRC-16/CCITT-FALSE of the text's UTF-8 bytes (EMVCo, data object 63)."""
	crc = 0xFFFF
	for byte in text.encode():
		crc ^= byte << 8
		for _ in range(8):
			crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
		crc &= 0xFFFF
	return crc


def _one_line(text: str, most: int) -> str:
	return " ".join(text.split())[:most]


def _ascii(text: str, most: int) -> str:
	apart = unicodedata.normalize("NFD", text)
	return "".join(each for each in apart if " " <= each <= "~").strip()[:most]


def _letters(text: str) -> str:
	return "".join(each for each in text if each.isascii() and each.isalnum())


def code_fields(tender: str, code: PaymentCode) -> dict[str, Any]:
	"""As a manifest says it."""
	names = ("format", "account", "name", "city", "country", "scheme")
	fields = {name: getattr(code, name) for name in names}
	return {"tender": tender, **{name: value for name, value in fields.items() if value}}
