"""What customers scan to pay, as the shop's Modes of Payment name the accounts. It moves no money."""

from collections.abc import Iterable

import frappe

from pos_bridge.core.tenders.codes import PaymentCode

FORMATS = {"EPC (SEPA)": "epc", "Pix": "pix", "UPI": "upi", "EMVCo": "emv", "BIP 21": "bip21"}
_FIELDS = ("account", "name", "city", "country", "scheme")


def payment_codes(modes: Iterable[str]) -> dict[str, PaymentCode]:
	"""Mode of Payment to its code; without those that have none or no account."""
	found = {mode: _code(mode) for mode in modes}
	return {mode: code for mode, code in found.items() if code}


def _code(mode: str) -> PaymentCode | None:
	kept = frappe.get_cached_doc("Mode of Payment", mode)
	format = FORMATS.get(kept.get("pos_bridge_code_format") or "")
	said = {name: (kept.get(f"pos_bridge_code_{name}") or "").strip() for name in _FIELDS}
	if not format or not said["account"]:
		return None
	return PaymentCode(format=format, **said)


def code_fields(code: PaymentCode) -> dict[str, str]:
	"""The fields of a Mode of Payment that name this code."""
	(format,) = (named for named, each in FORMATS.items() if each == code.format)
	return {"pos_bridge_code_format": format} | {
		f"pos_bridge_code_{name}": getattr(code, name) for name in _FIELDS
	}
