"""The export's tables as they follow from entries: written by the export, made again by the verifier."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Fields = dict[str, Any]

HEADS = {
	"sales_lines.csv": "entry receipt_number kind business_date till cashier line item name quantity unit"
	" rate amount net currency",
	"tenders.csv": "entry receipt_number kind business_date till cashier tender tender_kind amount currency",
	"taxes.csv": "entry receipt_number kind business_date till tax label rates base amount currency",
	"totals.csv": "business_date till currency sales returns net tax rounding total",
}
"""The tables that are made of entries, and their columns."""
SOLD = ("sale", "return")


def money(minor: int, places: int) -> str:
	"""1234 with two places is 12.34."""
	digits = str(abs(minor)).rjust(places + 1, "0")
	point = len(digits) - places
	sign = "-" if minor < 0 else ""
	return sign + (f"{digits[:point]}.{digits[point:]}" if places else digits)


def plain(text: str) -> str:
	"""A text that no spreadsheet takes for a formula."""
	return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def rows_of(fields: Fields) -> Iterator[tuple[str, list[str]]]:
	"""The tables' rows that an entry makes: (table, row)."""
	body, kind = fields["body"], fields["kind"]
	if kind not in (*SOLD, "credit_issue"):
		return
	places, currency = body["currency_precision"], body["currency"]
	who = [fields["id"], fields.get("receipt_number", ""), kind, fields["business_date"], fields["till"]]
	cashier = plain(fields["cashier"])
	for tender in body["tenders"]:
		amount = money(tender["amount_minor"], places)
		yield "tenders.csv", [*who, cashier, plain(tender["tender"]), tender["kind"], amount, currency]
	if body["change_minor"]:
		change = money(-body["change_minor"], places)
		yield "tenders.csv", [*who, cashier, plain(body.get("change_from", "")), "change", change, currency]
	if kind not in SOLD:
		return
	for tax in body["taxes"]:
		figures = [money(tax["base_minor"], places), money(tax["amount_minor"], places)]
		named = [plain(tax["tax"]), plain(tax["label"]), rates_of(tax, body)]
		yield "taxes.csv", [*who, *named, *figures, currency]
	fine = max(body.get("rate_decimals", 0), places)
	for number, line in enumerate(body["lines"], start=1):
		texts = [plain(line["item"]), plain(line["name"]), line["quantity"], plain(line["unit"])]
		figures = [money(line["amount_minor"], places), money(line["net_minor"], places)]
		figures = [money(line["rate_minor"], fine), *figures]
		yield "sales_lines.csv", [*who, cashier, str(number), *texts, *figures, currency]


def rates_of(tax: Fields, body: Fields) -> str:
	"""The rates of a tax that a ticket's lines have, as one text: usually one."""
	rates = {line["rates"].get(tax["tax"], "") for line in body["lines"]} - {""}
	return " ".join(sorted(rates, key=lambda rate: (len(rate), rate)))


class Totals:
	"""What sales and returns come to, by business date, till and currency; and by day, tax and rates."""

	def __init__(self) -> None:
		self.days: dict[tuple[str, str, str, int], list[int]] = {}
		self.taxes: dict[tuple[str, str, str, str, int], list[int]] = {}

	def add(self, fields: Fields) -> None:
		body, kind = fields["body"], fields["kind"]
		if kind not in SOLD:
			return
		day, currency, places = fields["business_date"], body["currency"], body["currency_precision"]
		adjustment = body.get("total_rounding", {}).get("adjustment_minor", 0)
		figures = [
			*(int(kind == "sale"), int(kind == "return"), body["net_minor"], body["tax_minor"]),
			*(body["round_off_minor"] + adjustment, body["total_minor"]),
		]
		_add(self.days.setdefault((day, fields["till"], currency, places), [0] * 6), figures)
		for tax in body["taxes"]:
			key = (day, tax["label"], rates_of(tax, body), currency, places)
			_add(self.taxes.setdefault(key, [0, 0]), [tax["base_minor"], tax["amount_minor"]])

	def rows(self) -> Iterator[list[str]]:
		"""The rows of totals.csv."""
		for (day, till, currency, places), (sales, returns, *amounts) in sorted(self.days.items()):
			told = [money(amount, places) for amount in amounts]
			yield [day, till, currency, str(sales), str(returns), *told]


def _add(sums: list[int], more: list[int]) -> None:
	for index, value in enumerate(more):
		sums[index] += value
