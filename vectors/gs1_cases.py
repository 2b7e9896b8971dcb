"""Codes on goods and what they say."""

from typing import Any

from pos_bridge.core.codes.gs1 import is_gtin, normalise_code, parse_in_store_code
from pos_bridge.core.codes.gs1_elements import parse_elements
from pos_bridge.core.money import format_decimal


def gs1_cases() -> list[dict[str, Any]]:
	patterns = ["21IIIIIWWWWWC", "22IIIIIPPPPPC"]
	codes = [
		"4006381333931",
		"4006381333930",
		"96385074",
		"012345678905",
		"]E04006381333931",
		" 4006381333931\n",
	]
	codes += ["2112345003459", "2254321012999", "2112345003450", "04006381333931", "abc", "", "12345"]
	cases = []
	for code in codes:
		normal = normalise_code(code)
		found = parse_in_store_code(normal, patterns)
		case: dict[str, Any] = {
			"code": code,
			"patterns": patterns,
			"is_gtin": is_gtin(code),
			"normal": normal,
		}
		if found:
			case["item_code"] = found.item_code
			case |= {"quantity": format_decimal(found.quantity)} if found.quantity is not None else {}
			case |= {"price_minor": found.price_minor} if found.price_minor is not None else {}
		cases.append(case)
	return cases


GS1_CODES = (
	"]C10104006381333931",
	"]C10104006381333931310300050010A-1\x1d2199",
	"]d20104006381333931172612313922499\x1d10LOT/7\x1d21S#1\x1d",
	"]e0019900000000000331010012",
	"]Q3010400638133393130012\x1d9912345678",
	"010400638133393131030005",
	"0104006381333931310300050010A-1",
	"\x1d0104006381333931\x1d10A",
	"]C100123456789012345675",
	"]C10104006381333932",
	"]C1010400638133393117261",
	"]C101040063813339313103",
	"]C1ABC",
	"]C101040063813339318008261231120000\x1d10B",
	"]C104123456789012345601040063813339314101234567890128",
	"4006381333931",
	"https://id.example.com/01/4006381333931/10/A-1/21/9?17=261231&3103=000500",
	"]Q3https://shop.example/de/01/04006381333931?3922=499&30=6;x",
	"http://id.example.com/01/04006381333931/10/%2FA",
	"https://id.example.com/414/4006381333931",
	"https://id.example.com",
	" ]C10104006381333931 \r\n",
	"010400638133393",
	"",
)


def gs1_element_cases() -> list[dict[str, Any]]:
	cases = []
	for code in GS1_CODES:
		found = parse_elements(code)
		case: dict[str, Any] = {"code": code}
		if found:
			decimals = {"quantity": found.quantity, "price": found.price}
			said: dict[str, Any] = {
				"gtin": found.gtin,
				**{name: format_decimal(value) for name, value in decimals.items() if value is not None},
				**({"count": found.count} if found.count is not None else {}),
				"batch": found.batch,
				"serial": found.serial,
				"expires_on": found.expires_on,
			}
			case["elements"] = {name: value for name, value in said.items() if value != ""}
		cases.append(case)
	return cases
