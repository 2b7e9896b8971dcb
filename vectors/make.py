"""Writes the cases of `vectors/*.json` from their inputs: `python vectors/make.py`, then read the diff.

The expected figures come from `pos_bridge.core`; the tests check them against an exact computation in
fractions, and the page's engine against them.
"""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from gs1_cases import gs1_cases, gs1_element_cases
from inputs import (
	AGAINST,
	SEED,
	TakenBack,
	a_return,
	a_return_onto_credit,
	a_sale,
	a_sale_by_gift_card,
	a_sale_with_added_tax,
	a_sale_with_everything,
	a_tipped_sale,
	an_entry,
	named_drafts,
	named_returns,
	random_draft,
	random_return,
)
from people_cases import people_cases
from price_rows import price_cases
from pricing_cases import OUR_CASES, bad_rules, context
from pricing_erpnext import ERPNEXT_CASES
from scenarios import scenarios
from shift_days import ShiftDay, shift_days

from pos_bridge.core import money, receipt, report, returns, sale, sale_body, sync
from pos_bridge.core.daybook import Arrival, Gap, MemoryDaybook
from pos_bridge.core.entry import GENESIS, Entry, canonical, chain_hash, open_wire, seal
from pos_bridge.core.money import Rounding, format_decimal, parse_decimal
from pos_bridge.core.pricing import loyalty
from pos_bridge.core.pricing.wire import price_of, wire_of

FOLDER = Path(__file__).parent


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


def totals_cases() -> list[dict[str, Any]]:
	random_ = random.Random(SEED)
	drafts = named_drafts() + [(f"random cart {number}", random_draft(random_)) for number in range(120)]
	return [
		{
			"why": why,
			"draft": sale_body.draft_fields(each),
			"expected": sale_body.totals_fields(sale.compute(each)),
		}
		for why, each in drafts
	]


def returns_cases() -> list[dict[str, Any]]:
	random_ = random.Random(SEED + 1)
	taken = named_returns() + [random_return(random_, number) for number in range(60)]
	return [*(_return_case(each) for each in taken), _without_receipt()]


def _return_case(taken: TakenBack) -> dict[str, Any]:
	over = returns.over_returned(taken.return_, taken.sold, taken.already)
	return {
		"why": taken.why,
		"sold": sale_body.sale_body(taken.sold),
		"already": {str(number): format_decimal(quantity) for number, quantity in taken.already.items()},
		"body": returns.return_body(taken.return_),
		"over": [
			{
				"line": each.line,
				"sold": format_decimal(each.sold),
				"already": format_decimal(each.already),
				"asked": format_decimal(each.asked),
			}
			for each in over
		],
	}


def _without_receipt() -> dict[str, Any]:
	return {"why": "without receipt", "body": returns.return_body(a_return())}


def pricing_cases() -> list[dict[str, Any]]:
	cases: list[dict[str, Any]] = []
	for each in [*ERPNEXT_CASES, *OUR_CASES]:
		asked = {"rules": each.rules, "lines": each.lines, "context": context(**each.context)}
		expected = wire_of(price_of(asked))
		for place, value in each.says.items():
			found: Any = expected
			for step in place.split("."):
				found = found[int(step)] if step.isdigit() else found[step]
			assert found == value, (each.why, place, found, value)
		test = {"test": each.test} if each.test else {}
		cases.append({"why": each.why, **test, "asked": asked, "says": each.says, "expected": expected})
	return [*cases, *({"why": why, "bad": rule} for why, rule in bad_rules())]


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


def receipt_cases() -> list[dict[str, Any]]:
	headers = [
		receipt.ReceiptHeader(
			"Corner Shop", ("1 High Street", "10115 Berlin"), "VAT ID DE123456789", ("Thank you!",)
		),
		receipt.ReceiptHeader("Ein Laden mit einem recht langen Namen", point=",", group=".", columns=32),
	]
	sales = [
		(header, _entry_of_sale(sold))
		for header, sold in zip(headers, (a_sale(), a_sale_with_added_tax()), strict=True)
	]
	sales.append((headers[1], _entry_of_sale(a_sale_with_everything())))
	cases = [_receipt_case(header, entry, copy) for header, entry in sales for copy in (0, 2)]
	tipped = zip(headers, (a_tipped_sale(), a_tipped_sale(5)), strict=True)
	cases += [_receipt_case(header, _entry_of_sale(sold), 0) for header, sold in tipped]
	against, without = (_entry_of_return(a_return(**more)) for more in (AGAINST, {}))
	by_card, onto_credit = _entry_of_sale(a_sale_by_gift_card()), _entry_of_return(a_return_onto_credit())
	noted = _with_notes(_entry_of_sale(a_sale()))
	return [
		*cases,
		_receipt_case(headers[0], noted, 0),
		_receipt_case(headers[0], against, 0),
		_receipt_case(headers[1], without, 1),
		_receipt_case(headers[0], by_card, 0),
		_receipt_case(headers[1], onto_credit, 0),
		*(_receipt_case(headers[0], _training(entry), 0) for entry in (by_card, against)),
	]


def _training(entry: Entry) -> Entry:
	body = {**entry.body, "training_number": "T1-TRAINING-000007"}
	return replace(entry, kind=f"training_{entry.kind}", receipt_number="", body=body)


def _entry_of_sale(sold: sale.Sale) -> Entry:
	return an_entry(body=sale_body.sale_body(sold))


def _with_notes(entry: Entry) -> Entry:
	first, *others = entry.body["lines"]
	serials = [f"SN-{number}" for number in range(int(first["quantity"]))]
	lines = [{**first, "note": "gift wrapped, no price", "serials": serials}, *others]
	dollars = {"currency": "USD", "currency_precision": 2, "amount_minor": 4_000, "rate": "1.5"}
	tenders = [{"tender": "Cash", "kind": "cash", "amount_minor": 6_000, "foreign": dollars}]
	more = {"lines": lines, "tenders": tenders, "note": "Collected by Mrs Klein 😀" * 12}
	return replace(entry, body={**entry.body, **more})


def _entry_of_return(made: returns.Return) -> Entry:
	previous = seal(_entry_of_sale(a_sale())).hash
	return an_entry(2, previous, "return", body=returns.return_body(made))


def _receipt_case(header: receipt.ReceiptHeader, entry: Entry, copy: int) -> dict[str, Any]:
	wire = seal(entry)
	document = receipt.receipt_of_sale(entry, wire.hash, header, copy=copy)
	return {
		"header": {name: getattr(header, name) for name in header.__slots__},
		"labels": dict(receipt.LABELS),
		"copy": copy,
		"text": wire.text,
		"hash": wire.hash,
		"document": receipt.document_fields(document),
		"lines": receipt.layout_lines(document),
	}


def shift_report_cases() -> list[dict[str, Any]]:
	headers = (
		receipt.ReceiptHeader("Corner Shop"),
		receipt.ReceiptHeader("Ein Laden mit langem Namen", point=",", group=".", columns=32),
	)
	return [_shift_case(day, headers[number % 2]) for number, day in enumerate(shift_days())]


def _shift_case(day: ShiftDay, header: receipt.ReceiptHeader) -> dict[str, Any]:
	told = [report.Told(open_wire(wire), wire.hash, at in day.late) for at, wire in enumerate(day.entries)]
	places = {each.hash: each for each in told}
	closing = places[day.closing.hash] if day.closing else None
	opening = places[day.opening.hash] if day.opening else None
	made = report.shift_report(opening, told, closing, day.settings)
	document = report.document_of_report(made, header)
	return {
		"why": day.why,
		**({"opening": day.opening.hash} if day.opening else {}),
		**({"closing": day.closing.hash} if day.closing else {}),
		"late": list(day.late),
		"entries": [{"hash": wire.hash, "text": wire.text} for wire in day.entries],
		"settings": {name: getattr(day.settings, name) for name in ("number", "amended", "groups")},
		"header": {name: getattr(header, name) for name in ("shop", "point", "group", "columns")},
		"labels": dict(report.REPORT_LABELS),
		"report": report.report_fields(made),
		"document": receipt.document_fields(document),
		"lines": receipt.layout_lines(document),
	}


def loyalty_cases() -> list[dict[str, Any]]:
	single = (loyalty.Tier("Bronze", 0, 1000 * money.SCALE),)
	free = (loyalty.Tier("All", 0, 0),)
	three = (
		loyalty.Tier("Silver", 10_000, 500 * 10**6),
		loyalty.Tier("Bronze", 1_000, money.SCALE),
		loyalty.Tier("Gold", 19_000_00, 330 * 10**6),
	)
	tried = [
		("ERPNext's test: 10,000 at 1,000 a point", 1_000_000, single, 2, 0),
		("a rule without a factor earns a point for each unit", 1_999, free, 2, 0),
		("less than a point is none", 99_999, single, 2, 0),
		("a return takes whole points back", -1_000_001, single, 2, 0),
		("up to the lowest tier's amount", 1_000, three, 2, 0),
		("a minor unit more is the next tier's", 1_001, three, 2, 0),
		("what was spent before counts", 500, three, 2, 1_890_000),
		("beyond the second highest tier's amount it is the highest", 500, three, 2, 1_950_000),
		("a currency without minor units", 1_999, free, 0, 0),
		("a currency with three decimals", 1_999, free, 3, 0),
	]
	return [
		{
			"why": why,
			"total_minor": total,
			"tiers": [
				{
					"tier": tier.tier,
					"min_spent_minor": tier.min_spent_minor,
					"collection_factor": format_decimal(tier.collection_factor),
				}
				for tier in tiers
			],
			"precision": precision,
			"spent_before_minor": before,
			"expected": loyalty.points_earned(total, tiers, precision, before),
		}
		for why, total, tiers, precision, before in tried
	]


def push_cases() -> list[dict[str, Any]]:
	first = seal(an_entry())
	second = seal(
		an_entry(2, first.hash, "no_sale", body={"reason": "change for the meter"}, receipt_number="")
	)
	other_body = seal(an_entry(1, body=sale_body.sale_body(a_sale()) | {"note": "another body"}))
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
	write("returns", returns_cases())
	write("canonical", canonical_cases())
	write("receipt", receipt_cases())
	write("shift_report", shift_report_cases())
	write("gs1", gs1_cases())
	write("gs1_elements", gs1_element_cases())
	write("push", push_cases())
	write("scenarios", scenarios())
	write("loyalty", loyalty_cases())
	write("prices", price_cases())
	write("pricing", pricing_cases())
	write("people", people_cases())
