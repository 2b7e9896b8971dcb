"""Which sales are plain: of whoever walks in, paid at once with money, and nothing said of them beyond that.

It knows what a plain sale may say and takes everything else for special, also what a later release adds.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pos_bridge.core.sale import Sale, SaleDraft
from pos_bridge.core.tax import Charge, Tax
from pos_bridge.core.tenders import MONEY_KINDS

_TERMS = frozenset(
	("currency", "currency_precision", "rounding", "total_rounding", "row_wise_tax", "rate_decimals")
)
_FIGURES = frozenset(("net_minor", "tax_minor", "round_off_minor", "total_minor", "change_minor"))
_SALE = _TERMS | _FIGURES | {"taxes", "lines", "tenders", "customer", "shift"}
_GOODS = frozenset(("item", "name", "quantity", "unit", "conversion", "rates", "gtin"))
_PRICE = frozenset(("price_minor", "margin_percent", "unit_margin_minor", "discount_percent"))
_OFF = frozenset(("unit_discount_minor", "discount_reason"))
_LINE = _GOODS | _PRICE | _OFF | {"rate_minor", "amount_minor", "net_minor"}
_TENDER = frozenset(("tender", "kind", "amount_minor"))
# What a terminal said of a card stays in the entry; no invoice has it.
_CARD = frozenset(("attempt", "scheme", "last_four", "auth_code", "trace", "terminal_id", "receipt_number"))


def is_plain(body: Mapping[str, Any], sale: Sale, walk_in: str) -> bool:
	"""Whether a sale that `check_sale` accepts can be part of a batch; `sale` is read from `body`.

	`walk_in` is the customer that stands for whoever walks in.
	"""
	return (
		body.keys() <= _SALE
		and all(line.keys() <= _LINE for line in body["lines"])
		and all(_is_plain_money(row) for row in body["tenders"])
		and body.get("customer", "") in ("", walk_in)
		and sale.totals.total_minor > 0
		and all(tender.kind in MONEY_KINDS for tender in sale.tenders)
		and _change_is_of_the_first_cash(sale)
	)


def _is_plain_money(row: Mapping[str, Any]) -> bool:
	if row.keys() <= _TENDER:
		return True
	return row["kind"] == "card" and row.keys() == _TENDER | {"card"} and row["card"].keys() <= _CARD


def _change_is_of_the_first_cash(sale: Sale) -> bool:
	"""The journal books change there; more than that tender brought would be money out of the drawer."""
	first = next((tender.amount_minor for tender in sale.tenders if tender.kind == "cash"), 0)
	return sale.change_minor <= first


def same_terms(sold: SaleDraft, now: SaleDraft) -> bool:
	"""Whether a sale was computed under a shop's present terms, so that the books come to the same figures.

	`now` has no lines. A tax's label may differ: it is words. A tax on the net total that no line is charged
	is not in a sale; all others are in every one.
	"""
	taxes = {tax.tax: tax for tax in now.taxes}
	told = {tax.tax for tax in sold.taxes}
	return (
		sold.discount is None
		and replace(sold, lines=(), taxes=()) == replace(now, lines=(), taxes=())
		and all(tax.tax in taxes and _same(tax, taxes[tax.tax]) for tax in sold.taxes)
		and all(tax.charge is Charge.NET_TOTAL or tax.tax in told for tax in now.taxes)
	)


def _same(one: Tax, other: Tax) -> bool:
	return replace(one, label="") == replace(other, label="")
