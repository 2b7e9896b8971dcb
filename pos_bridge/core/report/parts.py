"""What one entry adds to the figures of its shift: parts, each a key and the amounts that go there.

It reads bodies as they are said and checks no sums: posting does, and what is unreadable is counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pos_bridge.core.entry import Entry
from pos_bridge.core.kinds.shift import NO_MONEY, change_given, movement_of
from pos_bridge.core.money import SCALE, Rounding, format_decimal, parse_decimal, round_ratio
from pos_bridge.core.sale_body import readable
from pos_bridge.core.tax import HUNDRED_PERCENT, split_by_rate

Key = tuple[str, ...]
Part = tuple[Key, tuple[int, ...]]
Sums = dict[Key, list[int]]

MONEY_KINDS = frozenset({"sale", "return", "credit_issue", "cash_in", "cash_out"})
COUNTED_KINDS: Mapping[str, str] = {
	"no_sale": "no_sales",
	"reprint": "reprints",
	"approval": "approvals",
	"training_sale": "training",
	"training_return": "training",
}
"""Kinds of which it is only said how many there were."""


def parts_of(entry: Entry, groups: Mapping[str, str], currency: tuple[str, int]) -> list[Part]:
	"""The entry's parts; `Malformed` or `Rejected` where it can't be read, or is in another currency."""
	parts = readable(lambda: _parts(entry, groups, currency))
	for key, amounts in parts:
		for amount in amounts:
			if type(amount) is not int:
				raise TypeError("an amount is not a whole number")
		for word in key:
			if type(word) is not str:
				raise TypeError("a name is not a text")
	return parts


def add(sums: Sums, parts: Iterable[Part]) -> None:
	for key, amounts in parts:
		known = sums.get(key)
		sums[key] = [*map(int.__add__, known, amounts)] if known else list(amounts)


def _parts(entry: Entry, groups: Mapping[str, str], currency: tuple[str, int]) -> list[Part]:
	kind, body = entry.kind, entry.body
	if kind in MONEY_KINDS and (body["currency"], body["currency_precision"]) != currency:
		raise ValueError(f"it is in {body['currency']}")
	if kind in ("sale", "return"):
		return _ticket(entry, groups)
	if kind == "credit_issue":
		issued: Part = (("issued", body["credit_kind"]), (1, body["amount_minor"]))
		return [issued, *_tenders(body, "sale")]
	if kind in ("cash_in", "cash_out"):
		return _movement(entry)
	if kind == "void":
		return [(("voids",), (1, body.get("total_minor", 0)))]
	return [((COUNTED_KINDS[kind],), (1,))] if kind in COUNTED_KINDS else []


def _movement(entry: Entry) -> list[Part]:
	moved = movement_of(entry)
	amount = moved.amount_minor
	in_out = (amount, 0) if entry.kind == "cash_in" else (0, amount)
	return [
		(("movement", entry.kind, moved.purpose, moved.tender, moved.reason), (1, amount)),
		(("tender", moved.tender), (0, 0, 0, *in_out)),
	]


def _ticket(entry: Entry, groups: Mapping[str, str]) -> list[Part]:
	kind, body = entry.kind, entry.body
	total = body["total_minor"]
	adjustment = body["total_rounding"]["adjustment_minor"] if "total_rounding" in body else 0
	figures = (1, body["net_minor"], body["tax_minor"], body["round_off_minor"], adjustment, total)
	parts: list[Part] = [((kind,), figures), *_tenders(body, kind), *_taxes(body)]
	sold = kind == "sale"
	parts.append((("cashier", entry.cashier), (1, total, 0, 0) if sold else (0, 0, 1, total)))
	if not sold:
		parts.append((("with_receipt" if "against" in body else "without_receipt",), (1, total)))
	for name, field in (("tips", "tip_minor"), ("write_offs", "write_off_minor")):
		if field in body:
			parts.append(((name,), (1, body[field])))
	for line in body["lines"]:
		parts += _line(line, body, groups)
	if "discount" in body:
		off = body["discount"]
		parts.append((("discount", "ticket", off.get("reason", "")), (1, off["amount_minor"])))
	return parts


def _tenders(body: Mapping[str, Any], kind: str) -> list[Part]:
	"""As `kinds.shift.drawer_effect` has it."""
	parts: list[Part] = []
	for tender in body["tenders"]:
		name, of, amount = tender["tender"], tender["kind"], tender["amount_minor"]
		came = (amount, 0) if kind == "sale" else (0, amount)
		if of in NO_MONEY:
			parts.append((("owed", of, name), (1, *came, tender.get("points", 0))))
			continue
		parts += [(("kind", name, of), ()), (("tender", name), (came[0], 0, came[1], 0, 0))]
	giver, change = change_given(body)
	if change:
		parts.append((("tender", giver), (0, -change, 0, 0, 0)))
	return parts


def _taxes(body: Mapping[str, Any]) -> list[Part]:
	parts: list[Part] = []
	for row in body["taxes"]:
		if row.get("charge", "on_net_total") != "on_net_total":
			parts.append((("tax", row["label"], ""), (0, row["amount_minor"])))
			continue
		parts += _by_rate(row, body["lines"])
	return parts


def _by_rate(row: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> list[Part]:
	tax, label, amount = row["tax"], row["label"], row["amount_minor"]
	nets: dict[str, int] = {}
	for line in lines:
		if tax in line["rates"]:
			rate = line["rates"][tax]
			nets[rate] = nets.get(rate, 0) + line["net_minor"]
	if len(nets) == 1:
		return [(("tax", label, next(iter(nets))), (row["base_minor"], amount))]
	split = split_by_rate(amount, {parse_decimal(rate): net for rate, net in nets.items()})
	if not split:
		return [(("tax", label, ""), (row["base_minor"], amount))]
	return [(("tax", label, format_decimal(rate)), (net, part)) for rate, net, part in split]


def _line(line: Mapping[str, Any], body: Mapping[str, Any], groups: Mapping[str, str]) -> list[Part]:
	amount, net = line["amount_minor"], line["net_minor"]
	parts: list[Part] = [(("group", groups.get(line["item"], "")), (1, amount, net))]
	if not line["rates"]:
		parts.append((("untaxed",), (net,)))
	if "discount_percent" in line or "unit_discount_minor" in line:
		rules = line.get("rules")
		reason = line.get("discount_reason") or ", ".join(rules or ())
		off = at_full_price(line, body) - amount
		parts.append((("discount", "rule" if rules else "line", reason), (1, off)))
	return parts


def at_full_price(line: Mapping[str, Any], body: Mapping[str, Any]) -> int:
	"""The line's amount without its discount; a margin is part of the price."""
	price = (line["price_minor"] + line.get("unit_margin_minor", 0)) * HUNDRED_PERCENT
	price += line["price_minor"] * parse_decimal(line.get("margin_percent", "0"))
	finer = 10 ** max(body.get("rate_decimals", 0) - body["currency_precision"], 0)
	whole = HUNDRED_PERCENT * SCALE * finer
	return round_ratio(price * parse_decimal(line["quantity"]), whole, Rounding.COMMERCIAL)
