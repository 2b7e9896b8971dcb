"""ERPNext's Pricing Rules as a till gets them, read and checked.

It never applies one, and never lets a figure through that is negative, absurd or no figure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pos_bridge.core.errors import Malformed, PosBridgeError
from pos_bridge.core.money import MAX_MINOR, SCALE, parse_decimal

MAX_RULES = 2_000
MAX_NAMES = 20_000
"""Names of all rows of a rule: a group is sent with every group below it."""
MAX_PRIORITY = 20
MOST = 10**9 * SCALE
"""The largest quantity and percentage that a rule may name."""

ON = ("item", "group", "brand", "ticket")
GIVES = ("", "rate", "percent", "amount", "product")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class RuleRow:
	"""A row that the rule applies on; `names` are its own name and, of a group, those below it.

	`factor` is what one `unit` holds in stock units, an integer of 10^-9.
	"""

	own: str
	names: frozenset[str]
	unit: str
	factor: int


@dataclass(frozen=True, slots=True)
class Coupon:
	"""A Coupon Code of a rule; `code` is what the customer shows."""

	coupon: str
	code: str
	valid_from: str
	valid_upto: str


@dataclass(frozen=True, slots=True)
class Free:
	"""What a rule gives; `item` "" is the line's own. Quantities are integers of 10^-9."""

	item: str
	group: str
	brand: str
	quantity: int
	unit: str
	factor: int
	rate_minor: int
	recursive: bool
	recurse_for: int
	recurse_over: int
	whole: bool


@dataclass(frozen=True, slots=True)
class Rule:
	"""A Pricing Rule. `on` and `gives` say which of the fields count; "" and empty tuples restrict nothing.

	`other_on`, `other`: the price is for those goods instead, where goods of `rows` are bought.
	"""

	rule: str
	title: str
	on: str
	rows: tuple[RuleRow, ...]
	other_on: str
	other: str
	customer: str
	customer_groups: frozenset[str]
	territories: frozenset[str]
	price_list: str
	currency: str
	valid_from: str
	valid_upto: str
	min_quantity: int
	max_quantity: int
	min_minor: int
	max_minor: int
	priority: int
	has_priority: bool
	multiple: bool
	mixed: bool
	on_discounted: bool
	by_percent: bool
	"""ERPNext prefers those of its own price list among rules of which all are by percent; gifts can be."""
	gives: str
	rate_minor: int
	percent: int
	amount_minor: int
	margin_percent: int
	margin_minor: int
	discount_on: str
	free: Free | None
	coupon_based: bool
	coupons: tuple[Coupon, ...]


def rules_from_wire(rows: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
	"""The manifest's `rules` (docs/protocol.md, "Pricing rules"); `Malformed` names a rule that is wrong."""
	if len(rows) > MAX_RULES:
		raise Malformed(f"A till takes up to {MAX_RULES} pricing rules, not {len(rows)}.")
	rules = tuple(_named(row) for row in rows)
	if len({rule.rule for rule in rules}) != len(rules):
		raise Malformed("Two pricing rules have the same name.")
	return rules


def _named(row: Mapping[str, Any]) -> Rule:
	try:
		return _checked(_rule(row))
	except (KeyError, TypeError, ValueError, AttributeError, PosBridgeError) as error:
		name = row.get("rule") if isinstance(row, Mapping) else row
		raise Malformed(f"The pricing rule {name!r} is not as the protocol says: {error}") from error


def _rule(row: Mapping[str, Any]) -> Rule:
	other = row.get("other", {})
	return Rule(
		rule=_text(row["rule"], "rule"),
		title=_text(row.get("title", ""), "title"),
		on=_one_of(ON, row["on"], "on"),
		rows=tuple(_row(each) for each in row.get("rows", ())),
		other_on=_one_of(("", *ON[:3]), other.get("on", ""), "other"),
		other=_text(other.get("name", ""), "other"),
		customer=_text(row.get("customer", ""), "customer"),
		customer_groups=_names(row, "customer_groups"),
		territories=_names(row, "territories"),
		price_list=_text(row.get("price_list", ""), "price_list"),
		currency=_text(row["currency"], "currency"),
		valid_from=_date(row, "valid_from"),
		valid_upto=_date(row, "valid_upto"),
		min_quantity=_decimal(row, "min_quantity"),
		max_quantity=_decimal(row, "max_quantity"),
		min_minor=_minor(row, "min_minor"),
		max_minor=_minor(row, "max_minor"),
		priority=_minor(row, "priority", MAX_PRIORITY),
		has_priority=_flag(row, "has_priority"),
		multiple=_flag(row, "multiple"),
		mixed=_flag(row, "mixed"),
		on_discounted=_flag(row, "on_discounted"),
		by_percent=row["gives"] == "percent" or _flag(row, "by_percent"),
		gives=_one_of(GIVES, row["gives"], "gives"),
		rate_minor=_minor(row, "rate_minor"),
		percent=_decimal(row, "percent"),
		amount_minor=_minor(row, "amount_minor"),
		margin_percent=_decimal(row, "margin_percent"),
		margin_minor=_minor(row, "margin_minor"),
		discount_on=_one_of(("", "net", "grand"), row.get("discount_on", ""), "discount_on"),
		free=_free(row["free"]) if "free" in row else None,
		coupon_based="coupons" in row,
		coupons=tuple(_coupon(each) for each in row.get("coupons", ())),
	)


def _checked(rule: Rule) -> Rule:
	if (rule.gives == "product") != (rule.free is not None):
		raise ValueError("it gives a product and names none, or the other way round.")
	if (rule.on == "ticket") != (not rule.rows):
		raise ValueError("only a rule on the ticket has no rows.")
	if rule.free and rule.on == "ticket" and (rule.free.recursive or not rule.free.item):
		raise ValueError("what is given with a ticket has a name, and is given once.")
	if bool(rule.other_on) != bool(rule.other):
		raise ValueError("the other goods have no name or no kind.")
	if sum(len(row.names) for row in rule.rows) > MAX_NAMES:
		raise ValueError(f"its rows have more than {MAX_NAMES} names.")
	return rule


def _row(fields: Mapping[str, Any]) -> RuleRow:
	own = _text(fields["name"], "rows")
	factor = _decimal(fields, "factor", "1")
	if not own or not factor:
		raise ValueError("a row has no name, or its unit holds nothing.")
	names = frozenset({own, *_names(fields, "below")})
	return RuleRow(own, names, _text(fields.get("unit", ""), "unit"), factor)


def _free(fields: Mapping[str, Any]) -> Free:
	free = Free(
		item=_text(fields.get("item", ""), "free"),
		group=_text(fields.get("group", ""), "free"),
		brand=_text(fields.get("brand", ""), "free"),
		quantity=_decimal(fields, "quantity"),
		unit=_text(fields.get("unit", ""), "free"),
		factor=_decimal(fields, "factor", "1"),
		rate_minor=_minor(fields, "rate_minor"),
		recursive=_flag(fields, "recursive"),
		recurse_for=_decimal(fields, "recurse_for", "1"),
		recurse_over=_decimal(fields, "recurse_over"),
		whole=_flag(fields, "whole"),
	)
	if not free.recurse_for or not free.factor:
		raise ValueError("what is given recurs for 0, or its unit holds nothing.")
	return free


def _coupon(fields: Mapping[str, Any]) -> Coupon:
	name, code = _text(fields["coupon"], "coupon"), _text(fields["code"], "code")
	return Coupon(name, code, _date(fields, "valid_from"), _date(fields, "valid_upto"))


def _text(value: object, field: str) -> str:
	if not isinstance(value, str):
		raise TypeError(f"{field} is not a text.")
	return value


def _one_of(known: Sequence[str], value: object, field: str) -> str:
	if not isinstance(value, str) or value not in known:
		raise ValueError(f"{field} can't be {value!r}.")
	return value


def _names(fields: Mapping[str, Any], field: str) -> frozenset[str]:
	names = fields.get(field, ())
	if not isinstance(names, list | tuple):
		raise TypeError(f"{field} is not a list.")
	return frozenset(_text(name, field) for name in names)


def _flag(fields: Mapping[str, Any], field: str) -> bool:
	value = fields.get(field, False)
	if not isinstance(value, bool):
		raise TypeError(f"{field} is neither true nor false.")
	return value


def _date(fields: Mapping[str, Any], field: str) -> str:
	value = _text(fields.get(field, ""), field)
	if value and not _DATE.fullmatch(value):
		raise ValueError(f"{field} is not a date like 2026-11-26.")
	return value


def _decimal(fields: Mapping[str, Any], field: str, default: str = "0") -> int:
	value = parse_decimal(fields.get(field, default))
	if not 0 <= value <= MOST:
		raise ValueError(f"{field} is negative or too large.")
	return value


def _minor(fields: Mapping[str, Any], field: str, most: int = MAX_MINOR) -> int:
	value = fields.get(field, 0)
	if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
		raise ValueError(f"{field} is no whole number from 0 to {most}.")
	return value
