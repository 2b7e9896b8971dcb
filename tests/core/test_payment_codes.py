"""Codes that are scanned to pay: as the specifications' own examples say, and as the page makes them."""

import json
from pathlib import Path

import pytest

from pos_bridge.core.errors import Rejected
from pos_bridge.core.tenders.codes import PaymentCode, crc16, payload

LOADED = json.loads((Path(__file__).parents[2] / "vectors/payment_codes.json").read_text(encoding="utf-8"))


def made(case):
	code = PaymentCode(**case["code"])
	return payload(code, case["amount_minor"], case["precision"], case["currency"], case["reference"])


@pytest.mark.parametrize("case", LOADED["cases"], ids=lambda case: case["why"])
def test_a_payload_is_as_the_vectors_say(case):
	if case.get("refused"):
		with pytest.raises(Rejected):
			made(case)
	else:
		assert made(case) == case["expected"]


@pytest.mark.parametrize("check", LOADED["checks"], ids=lambda check: check["why"])
def test_the_checksum_is_that_of_the_specifications_examples(check):
	assert f"{crc16(check['text']):04X}" == check["crc"]


def test_without_its_amount_a_pix_code_is_the_manuals_own():
	(manual, _) = LOADED["checks"]
	case = next(case for case in LOADED["cases"] if case["why"] == "Pix: with an amount")
	assert made(case)[:-4].replace("540512.34", "") == manual["text"]
