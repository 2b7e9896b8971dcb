"""Writes the cases of `vectors/*.json` from their inputs: `python vectors/make.py`, then read the diff.

The expected figures come from `pos_bridge.core`; the tests check them against an exact computation in
fractions, and the page's engine against them.
"""

import json
import random
from pathlib import Path
from typing import Any

from pos_bridge.core import money, receipt, sale, sync
from pos_bridge.core.daybook import Arrival, Gap, MemoryDaybook
from pos_bridge.core.entry import GENESIS, Entry, canonical, chain_hash, seal, uuid7
from pos_bridge.core.gs1 import is_gtin, normalise_code, parse_in_store_code
from pos_bridge.core.money import Rounding, format_decimal, parse_decimal
from pos_bridge.core.tax import Tax

FOLDER = Path(__file__).parent
SEED = 20261122

VAT = (Tax("VAT-19", "VAT 19 %", True), Tax("VAT-7", "VAT 7 %", True))
SALES_TAX = (Tax("STATE", "State tax", False), Tax("CITY", "City tax", False))


def write(name: str, cases: list[dict[str, Any]]) -> None:
	text = json.dumps({"cases": cases}, ensure_ascii=False, indent="\t")
	(FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def money_cases() -> list[dict[str, Any]]:
	ratios = [(5, 2), (-5, 2), (7, 2), (-7, 2), (1, 3), (-1, 3), (2, 3), (0, 7), (10**15 + 1, 2), (9, -2)]
	cases: list[dict[str, Any]] = []
	for rounding in Rounding:
		for precision in (0, 2):
			for numerator, denominator in ratios:
				expected = money.round_ratio(numerator, denominator, rounding, precision)
				cases.append(
					{
						"do": "round_ratio",
						"numerator": str(numerator),
						"denominator": str(denominator),
						"rounding": rounding.value,
						"precision": precision,
						"expected": str(expected),
					}
				)
	for total, weights in [(100, [1, 1, 1]), (-100, [1, 1, 1]), (1, [5, 5]), (0, [3]), (1999, [7, 0, 13])]:
		parts = list(money.allocate(total, weights))
		cases.append({"do": "allocate", "total": total, "weights": weights, "expected": parts})
	for text in ["0", "1", "-2.5", "0.000000001", "123456789012.123456789"]:
		cases.append({"do": "decimal", "text": text, "expected": str(parse_decimal(text))})
	for text in ["", "-0", "1.0", "01", ".5", "1,5", "1e3", "٣", "1234567890123", "0.0000000001"]:
		cases.append({"do": "no_decimal", "text": text})
	for amount, precision in [(123456, 2), (-5, 2), (0, 2), (7, 0), (-1234567, 3), (99, 3)]:
		expected = money.format_minor(amount, precision, ",", ".")
		cases.append({"do": "format", "amount_minor": amount, "precision": precision, "expected": expected})
	return cases


def line(price_minor: int, quantity: str, rates: dict[str, str], **more: Any) -> sale.DraftLine:  # noqa: ANN401
	if "discount_percent" in more:
		more["discount_percent"] = parse_decimal(more["discount_percent"])
	scaled = {tax: parse_decimal(rate) for tax, rate in rates.items()}
	name = more.pop("name", "Tea")
	return sale.DraftLine("TEA", name, parse_decimal(quantity), "Nos", price_minor, scaled, **more)


def draft(taxes: tuple[Tax, ...], *lines: sale.DraftLine, **more: Any) -> sale.SaleDraft:  # noqa: ANN401
	rounding = more.get("rounding", Rounding.COMMERCIAL)
	return sale.SaleDraft("EUR", more.get("precision", 2), rounding, taxes, lines)


def named_drafts() -> list[tuple[str, sale.SaleDraft]]:
	vat19, vat7 = {"VAT-19": "19"}, {"VAT-7": "7"}
	both = {"STATE": "6.25", "CITY": "2.125"}
	return [
		("one line, price includes the tax", draft(VAT, line(1999, "1", vat19))),
		("two inclusive rates in one sale", draft(VAT, line(1999, "2", vat19), line(349, "3", vat7))),
		(
			"a percent discount rounds the unit price first",
			draft(VAT, line(1999, "3", vat19, discount_percent="12.5")),
		),
		("an amount off each unit", draft(VAT, line(1999, "2", vat19, unit_discount_minor=250))),
		("a weighed quantity with three decimals", draft(VAT, line(1290, "0.345", vat7))),
		("two taxes on top of one line", draft(SALES_TAX, line(1000, "3", both))),
		("a tax rate with three decimals rounds once per tax", draft(SALES_TAX, *[line(333, "1", both)] * 7)),
		(
			"inclusive and exclusive tax on the same line",
			draft((VAT[0], SALES_TAX[1]), line(1190, "1", {"VAT-19": "19", "CITY": "2"})),
		),
		("a zero rate is shown as a tax of nothing", draft(VAT, line(500, "1", {"VAT-7": "0"}))),
		("no tax at all", draft(VAT, line(500, "2", {}))),
		("nets of many small inclusive lines leave a round off", draft(VAT, *[line(10, "1", vat19)] * 3)),
		(
			"a difference over five minor units stays in the total, as in ERPNext",
			draft(VAT, *[line(3, "1", vat19)] * 60),
		),
		(
			"a currency without minor units",
			draft(VAT, line(150, "1.5", vat19), rounding=Rounding.BANKERS_LEGACY, precision=0),
		),
		("a currency with three decimals", draft(VAT, line(1255, "1.5", vat19), precision=3)),
		("everything off", draft(VAT, line(1999, "1", vat19, discount_percent="100"))),
		("the smallest quantity", draft(VAT, line(1999, "0.000000001", vat19))),
		(
			"an emoji and a control character in a name",
			draft(VAT, line(250, "1", vat7, name="Té 🍵 \u001bp\u0000")),
		),
	]


def random_draft(random_: random.Random) -> sale.SaleDraft:
	taxes = random_.choice([VAT, SALES_TAX, (VAT[0], SALES_TAX[1])])
	rates = {"VAT-19": "19", "VAT-7": "7", "STATE": "6.25", "CITY": "2.125"}
	lines = []
	for _ in range(random_.randint(1, 6)):
		used = {tax.tax: rates[tax.tax] for tax in taxes if random_.random() < 0.7}
		quantity = format_decimal(
			random_.choice([random_.randint(1, 9) * money.SCALE, random_.randint(1, 5000) * 10**6])
		)
		more = random_.choice(
			[{}, {}, {"discount_percent": format_decimal(random_.randint(1, 400) * 250_000_000)}]
		)
		lines.append(line(random_.randint(1, 9999), quantity, used, **more))
	return draft(
		taxes, *lines, rounding=random_.choice(list(Rounding)), precision=random_.choice([0, 2, 2, 3])
	)


def totals_cases() -> list[dict[str, Any]]:
	random_ = random.Random(SEED)
	drafts = named_drafts() + [(f"random cart {number}", random_draft(random_)) for number in range(120)]
	return [
		{"why": why, "draft": draft_fields(each), "expected": totals_fields(each)} for why, each in drafts
	]


def draft_fields(each: sale.SaleDraft) -> dict[str, Any]:
	body = sale.sale_body(sale.Sale(each, sale.compute(each), (), 0))
	computed = {"rate_minor", "amount_minor", "net_minor"}
	return {
		"currency": each.currency,
		"currency_precision": each.currency_precision,
		"rounding": each.rounding.value,
		"taxes": [{"tax": tax.tax, "label": tax.label, "inclusive": tax.inclusive} for tax in each.taxes],
		"lines": [
			{name: value for name, value in fields.items() if name not in computed}
			for fields in body["lines"]
		],
	}


def totals_fields(each: sale.SaleDraft) -> dict[str, Any]:
	body = sale.sale_body(sale.Sale(each, sale.compute(each), (), 0))
	names = ("rate_minor", "amount_minor", "net_minor")
	return {
		"lines": [{name: fields[name] for name in names} for fields in body["lines"]],
		**{
			name: body[name] for name in ("taxes", "net_minor", "tax_minor", "round_off_minor", "total_minor")
		},
	}


def canonical_cases() -> list[dict[str, Any]]:
	values: list[Any] = [
		{},
		{"b": 1, "a": [True, False, -0, 9007199254740991]},
		{
			"€": "Euro",
			"\r": "return",
			"1": "one",
			"דּ": "hebrew",
			"😀": "smiley",
			"ö": "latin",
			"\x80": "control",
		},
		{"text": '\u0000\u0008\t\n\u000b\f\r\u001f"\\/\u007f\u2028é€🍵'},
		[[], {"": ""}],
	]
	return [
		{"value": value, "text": canonical(value), "hash": chain_hash(GENESIS, canonical(value))}
		for value in values
	]


def a_sale() -> sale.Sale:
	cart = draft(
		VAT,
		line(
			1999, "2", {"VAT-19": "19"}, discount_percent="10", name="Coffee beans 1 kg", gtin="4006381333931"
		),
		line(
			1290,
			"0.345",
			{"VAT-7": "7"},
			name="Mountain cheese, a very long name that has to wrap on the paper",
		),
		line(349, "1", {"VAT-7": "7"}, name="Milk"),
	)
	return sale.make_sale(cart, (sale.Tender("Card", "card", 1000), sale.Tender("Cash", "cash", 5000)))


def a_sale_with_added_tax() -> sale.Sale:
	rates = {"STATE": "6.25", "CITY": "2.125"}
	cart = draft(
		SALES_TAX, line(123456, "3", rates, name="Tea"), line(999, "1", rates, unit_discount_minor=99)
	)
	return sale.make_sale(cart, (sale.Tender("Card", "card", sale.compute(cart).total_minor),))


def an_entry(sequence: int = 1, previous: str = GENESIS, kind: str = "sale", **more: Any) -> Entry:  # noqa: ANN401
	fields: dict[str, Any] = {
		"id": uuid7(1_795_000_000_000 + sequence, bytes(range(10))),
		"kind": kind,
		"till": "T1",
		"writer": "page",
		"chain": uuid7(1_795_000_000_000, bytes(10)),
		"epoch": 1,
		"sequence": sequence,
		"previous": previous,
		"occurred_at": "2026-11-22T12:00:00.000+01:00",
		"business_date": "2026-11-22",
		"cashier": "Ada",
		"body": sale.sale_body(a_sale()),
		"receipt_number": f"T1-1-{sequence:06d}",
	}
	return Entry(**fields | more)


def receipt_cases() -> list[dict[str, Any]]:
	headers = [
		receipt.ReceiptHeader(
			"Corner Shop", ("1 High Street", "10115 Berlin"), "VAT ID DE123456789", ("Thank you!",)
		),
		receipt.ReceiptHeader("Ein Laden mit einem recht langen Namen", point=",", group=".", columns=32),
	]
	cases = []
	for header, sold in zip(headers, (a_sale(), a_sale_with_added_tax()), strict=True):
		for copy in (0, 2):
			entry = an_entry(body=sale.sale_body(sold))
			wire = seal(entry)
			document = receipt.receipt_of_sale(entry, wire.hash, header, copy=copy)
			fields = {name: getattr(header, name) for name in header.__slots__}
			cases.append(
				{
					"header": fields,
					"labels": dict(receipt.LABELS),
					"copy": copy,
					"text": wire.text,
					"hash": wire.hash,
					"document": receipt.document_fields(document),
					"lines": receipt.layout_lines(document),
				}
			)
	return cases


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


def push_cases() -> list[dict[str, Any]]:
	first = seal(an_entry())
	second = seal(
		an_entry(2, first.hash, "no_sale", body={"reason": "change for the meter"}, receipt_number="")
	)
	other_body = seal(an_entry(1, body=sale.sale_body(a_sale()) | {"note": "another body"}))
	broken = type(first)(first.hash, second.text)
	wires = [first, second, first, other_body, broken]
	daybook = MemoryDaybook()
	results = daybook.record_all(wires, Arrival("T1", "page", "2026-11-22T11:00:01.000Z"))
	answer = sync.push_answer("T1", results, [Gap("a-chain", 3, 4)])
	return [
		{
			"why": "created, created, exists, conflict, quarantined",
			"push": sync.push_body("T1", wires),
			"answer": answer,
		}
	]


if __name__ == "__main__":
	write("money", money_cases())
	write("totals", totals_cases())
	write("canonical", canonical_cases())
	write("receipt", receipt_cases())
	write("gs1", gs1_cases())
	write("push", push_cases())
