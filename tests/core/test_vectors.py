"""The vectors that the page's engine reads too: both compute the same, case by case (law 8)."""

import json
from pathlib import Path

import pytest

from pos_bridge.core import money, people, receipt, report, returns, sale, sale_body, sync
from pos_bridge.core.daybook import Arrival, MemoryDaybook
from pos_bridge.core.entry import GENESIS, WireEntry, canonical, chain_hash, open_wire
from pos_bridge.core.errors import Malformed
from pos_bridge.core.gs1 import InStoreCode, is_gtin, normalise_code, parse_in_store_code
from pos_bridge.core.gs1_elements import Elements, parse_elements
from pos_bridge.core.money import Rounding, format_decimal, parse_decimal
from pos_bridge.core.pricing import loyalty
from pos_bridge.core.pricing.price_list import Asked, Price, rate_of

FIGURES = (
	"net_minor",
	"tax_minor",
	"round_off_minor",
	"total_minor",
	"discount_minor",
	"rounding_adjustment_minor",
)
FOLDER = Path(__file__).parents[2] / "vectors"


def cases(name):
	loaded = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
	assert loaded, f"{name}.json holds no case"
	return [pytest.param(case, id=case.get("why", str(number))) for number, case in enumerate(loaded)]


@pytest.mark.parametrize("case", cases("money"))
def test_money(case):
	if case["do"] == "round_ratio":
		numerator, denominator = int(case["numerator"]), int(case["denominator"])
		rounding = Rounding(case["rounding"])
		rounded = money.round_ratio(numerator, denominator, rounding, case["precision"])
		assert rounded == int(case["expected"])
	elif case["do"] == "allocate":
		assert list(money.allocate(case["total"], case["weights"])) == case["expected"]
	elif case["do"] == "decimal":
		assert parse_decimal(case["text"]) == int(case["expected"])
	elif case["do"] == "no_decimal":
		with pytest.raises(Malformed):
			parse_decimal(case["text"])
	else:
		assert case["do"] == "format"
		shown = money.format_minor(case["amount_minor"], case["precision"], ",", ".")
		assert shown == case["expected"]


@pytest.mark.parametrize("case", cases("people"))
def test_people(case):
	if case["do"] == "pin":
		assert people.is_pin_of(case["typed"], people.PinVerifier(**case["verifier"])) is case["expected"]
	elif case["do"] == "badge":
		assert people.badge_digest(case["code"]) == case["digest"]
	else:
		role = role_of(case["role"]) if "role" in case else None
		how_much = parse_decimal(case["percent"]) if "percent" in case else case.get("amount_minor", 0)
		assert people.verdict(role, case["action"], how_much) == case["expected"]


def role_of(fields):
	rights = {
		action: people.Right(
			right["may"],
			parse_decimal(right["percent"]) if "percent" in right else right.get("amount_minor", 0),
		)
		for action, right in fields["rights"].items()
	}
	return people.Role(fields["role"], rights=rights)


@pytest.mark.parametrize("case", cases("totals"))
def test_totals(case):
	totals = sale.compute(sale_body.draft_from_fields(case["draft"]))
	expected = case["expected"]
	assert [vars_of(line) for line in totals.lines] == expected["lines"]
	assert [(tax.tax.tax, tax.base_minor, tax.amount_minor) for tax in totals.taxes] == [
		(tax["tax"], tax["base_minor"], tax["amount_minor"]) for tax in expected["taxes"]
	]
	for name in FIGURES:
		assert getattr(totals, name) == expected[name]


@pytest.mark.parametrize("case", cases("erpnext"))
def test_a_cart_comes_to_what_erpnext_computed(case):
	draft = sale_body.draft_from_fields(case["draft"])
	assert sale_body.totals_fields(sale.compute(draft, case["direction"])) == case["expected"]


@pytest.mark.parametrize("case", cases("scenarios"))
def test_a_scenario_of_erpnexts_own_tests_comes_to_what_they_expect(case):
	totals = sale.compute(sale_body.draft_from_fields(case["draft"]))
	found = {
		**sale_body.totals_fields(totals),
		"taxes": [tax.amount_minor for tax in totals.taxes],
		"nets": [line.net_minor for line in totals.lines],
	}
	assert {name: found[name] for name in case["expected"]} == case["expected"]


@pytest.mark.parametrize("case", cases("loyalty"))
def test_loyalty_points(case):
	tiers = [
		loyalty.Tier(row["tier"], row["min_spent_minor"], parse_decimal(row["collection_factor"]))
		for row in case["tiers"]
	]
	points = loyalty.points_earned(case["total_minor"], tiers, case["precision"], case["spent_before_minor"])
	assert points == case["expected"]


@pytest.mark.parametrize("case", cases("prices"))
def test_a_price_is_picked(case):
	rows = [Price(*row[:5], parse_decimal(row[5]), parse_decimal(row[6]), row[7]) for row in case["rows"]]
	ask = case["ask"]
	decimals = {name: parse_decimal(ask[name]) for name in ("factor", "quantity")}
	rate = rate_of(rows, Asked(**{**ask, **decimals}))
	assert (None if rate is None else format_decimal(rate)) == case["expected"]


def vars_of(line):
	return {name: getattr(line, name) for name in line.__slots__}


@pytest.mark.parametrize("case", cases("returns"))
def test_returns(case):
	return_ = returns.return_from_body(case["body"])
	returns.check_return(return_)
	assert returns.return_body(return_) == case["body"]
	if "sold" not in case:
		return
	sold = sale_body.sale_from_body(case["sold"])
	asked = returns.quantities_returned([return_])
	lines = returns.draft_of_return(sold, asked).lines
	assert lines == return_.sale.draft.lines
	already = {int(number): parse_decimal(quantity) for number, quantity in case["already"].items()}
	over = [vars_of(each) for each in returns.over_returned(return_, sold, already)]
	assert [{"line": each.pop("line"), **decimals(each)} for each in over] == case["over"]


def decimals(quantities):
	return {name: format_decimal(quantity) for name, quantity in quantities.items()}


@pytest.mark.parametrize("case", cases("canonical"))
def test_canonical(case):
	assert canonical(case["value"]) == case["text"]
	assert chain_hash(GENESIS, case["text"]) == case["hash"]


@pytest.mark.parametrize("case", cases("receipt"))
def test_receipt(case):
	fields = case["header"]
	header = receipt.ReceiptHeader(**fields | {name: tuple(fields[name]) for name in ("address", "footer")})
	entry = open_wire(WireEntry(case["hash"], case["text"]))
	document = receipt.receipt_of_sale(entry, case["hash"], header, case["labels"], case["copy"])
	assert receipt.document_fields(document) == case["document"]
	assert receipt.layout_lines(document) == case["lines"]


@pytest.mark.parametrize("case", cases("shift_report"))
def test_shift_report(case):
	told = {}
	for at, fields in enumerate(case["entries"]):
		wire = WireEntry(fields["hash"], fields["text"])
		told[wire.hash] = report.Told(open_wire(wire), wire.hash, at in case["late"])
	settings = report.ReportSettings(**case["settings"])
	closing = told[case["closing"]] if "closing" in case else None
	opening = told[case["opening"]] if "opening" in case else None
	made = report.shift_report(opening, told.values(), closing, settings)
	# As JSON: there a tuple is a list.
	assert json.loads(json.dumps(report.report_fields(made))) == case["report"]
	document = report.document_of_report(made, receipt.ReceiptHeader(**case["header"]), case["labels"])
	assert receipt.document_fields(document) == case["document"]
	assert receipt.layout_lines(document) == case["lines"]


@pytest.mark.parametrize("case", cases("gs1"))
def test_gs1(case):
	assert is_gtin(case["code"]) is case["is_gtin"]
	assert normalise_code(case["code"]) == case["normal"]
	found = parse_in_store_code(case["normal"], case["patterns"])
	if "item_code" not in case:
		assert found is None
		return
	quantity = parse_decimal(case["quantity"]) if "quantity" in case else None
	assert found == InStoreCode(case["item_code"], quantity, case.get("price_minor"))


@pytest.mark.parametrize("case", cases("gs1_elements"))
def test_gs1_elements(case):
	said = case.get("elements")
	decimals = {name: parse_decimal(said[name]) for name in ("quantity", "price") if said and name in said}
	assert parse_elements(case["code"]) == (Elements(**{**said, **decimals}) if said else None)


@pytest.mark.parametrize("case", cases("push"))
def test_push(case):
	push = sync.read_push(json.dumps(case["push"]).encode())
	assert all(isinstance(item, WireEntry) for item in push.items)
	results = MemoryDaybook().record_all(push.items, Arrival(push.till, "page", "2026-11-22T11:00:01.000Z"))
	assert [sync.recorded_fields(result) for result in results] == case["answer"]["results"]
	assert [sync.read_recorded(fields) for fields in case["answer"]["results"]] == results
