"""The prices of a Medusa variant with one of them changed, and all others as they are.

It never drops a price that it does not understand: then the product is refused.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pos_bridge.channels.base import PriceTarget
from pos_bridge.channels.reading import mapping
from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import currency_decimals, format_minor


def prices_with(now: Sequence[Mapping[str, Any]], target: PriceTarget) -> list[dict[str, Any]]:
	"""All prices of a variant with one changed: a price that is left out, Medusa deletes.

	`Rejected` where a price has a rule that this call can't say again.
	"""
	currency = target.currency.lower()
	amount = json.loads(format_minor(target.amount_minor, currency_decimals(target.currency)))
	wanted = {"currency_code": currency, "amount": amount}
	kept: list[dict[str, Any]] = []
	for row in now:
		rules = _rules(row)
		plain = not rules and row["min_quantity"] is None and row["max_quantity"] is None
		if plain and row["currency_code"] == currency:
			wanted["id"] = row["id"]
		else:
			kept.append(_as_it_is(row, rules))
	return [*kept, wanted]


def _as_it_is(row: Mapping[str, Any], rules: Mapping[str, str]) -> dict[str, Any]:
	names = ("amount", "min_quantity", "max_quantity")
	figures = {name: json.loads(str(row[name])) for name in names if row[name] is not None}
	price = {"id": row["id"], "currency_code": row["currency_code"], **figures}
	return price | ({"rules": rules} if rules else {})


def _rules(price: Mapping[str, Any]) -> Mapping[str, str]:
	rules = mapping(price["rules"])
	if not all(isinstance(value, str) for value in rules.values()):
		raise Rejected(
			"This product has a price with a rule of Medusa's that can't be kept: set its price there.",
			code="channel_refused",
		)
	return rules
