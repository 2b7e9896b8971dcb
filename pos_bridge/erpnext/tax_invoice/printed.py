"""What a tax invoice prints: the receipt's figures, computed from its entry, in the print's language.

It never reads the Sales Invoice: the receipt and the tax invoice say the same, whatever the desk did since.
"""

from typing import Any

import frappe
from frappe import _
from frappe.utils import formatdate

from pos_bridge.core.entry import Entry, WireEntry, open_wire
from pos_bridge.core.journal import checked_figures
from pos_bridge.core.money import format_decimal, format_minor
from pos_bridge.core.receipt import tax_parts
from pos_bridge.core.sale import Sale


def entry_of(name: str) -> Entry:
	"""The recorded entry, its hash verified."""
	text, hash_ = frappe.db.get_value("POS Entry", name, ["text", "hash"])
	return open_wire(WireEntry(hash_, text))


def printed(document: Any) -> Any:
	"""Title, dates, lines, taxes, totals; of a correction that takes a sale back, with the signs turned."""
	entry = entry_of(document.entry)
	sale = checked_figures(entry)
	figures = _Figures(sale, turned=_is_turned(document, entry))
	totals = sale.totals
	rounding = totals.round_off_minor + totals.rounding_adjustment_minor
	return frappe._dict(
		words=_words(),
		title=_("Tax Invoice") if document.kind == "Invoice" else _("Correction of a Tax Invoice"),
		invoice_date=formatdate(document.invoice_date),
		date_of_supply=formatdate(document.date_of_supply),
		seller_address=_lines(document.seller_address),
		customer_address=_lines(document.customer_address),
		lines=[figures.line(number) for number in range(len(sale.draft.lines))],
		taxes=figures.taxes(),
		discount=figures.amount(-totals.discount_minor) if totals.discount_minor else "",
		net=figures.amount(totals.net_minor),
		tax=figures.amount(totals.tax_minor),
		rounding=figures.amount(rounding) if rounding else "",
		total=figures.amount(totals.total_minor),
		foot=_("This invoice was made for receipt {0}, which was paid; nothing more is to be paid.").format(
			document.receipt_number
		),
	)


def _is_turned(document: Any, entry: Entry) -> bool:
	"""A correction of the sale itself takes all of it back; one for a return has that one's signs."""
	return bool(document.kind == "Correction" and entry.kind == "sale")


def _lines(text: str | None) -> list[str]:
	return [line.strip() for line in (text or "").splitlines() if line.strip()]


class _Figures:
	def __init__(self, sale: Sale, turned: bool) -> None:
		self.sale, self.sign = sale, -1 if turned else 1
		self.decimals = sale.draft.currency_precision

	def amount(self, minor: int) -> str:
		return f"{format_minor(minor * self.sign, self.decimals)} {self.sale.draft.currency}"

	def line(self, index: int) -> Any:
		line, amounts = self.sale.draft.lines[index], self.sale.totals.lines[index]
		decimals = max(self.sale.draft.rate_decimals, self.decimals)
		rates = [f"{format_decimal(rate)} %" for rate in line.rates.values()]
		return frappe._dict(
			name=line.name,
			quantity=f"{format_decimal(line.quantity * self.sign)} {frappe._(line.unit)}",
			rate=format_minor(amounts.rate_minor, decimals),
			tax=" + ".join(rates),
			amount=self.amount(amounts.amount_minor),
		)

	def taxes(self) -> list[Any]:
		"""Net and tax for each rate; they add up to the totals."""
		return [
			frappe._dict(
				label=label,
				net="" if base_minor is None else self.amount(base_minor),
				amount=self.amount(amount_minor),
			)
			for tax in self.sale.totals.taxes
			for label, base_minor, amount_minor in tax_parts(tax, self.sale)
		]


def _words() -> dict[str, str]:
	return {
		"number": _("Number"),
		"date": _("Date"),
		"supply": _("Date of Supply"),
		"receipt": _("Receipt Number"),
		"corrects": _("Corrects"),
		"reason": _("Reason"),
		"seller": _("Seller"),
		"customer": _("Customer"),
		"tax_id": _("Tax ID"),
		"item": _("Item"),
		"quantity": _("Quantity"),
		"rate": _("Price"),
		"tax": _("Tax"),
		"amount": _("Amount"),
		"net": _("Net"),
		"discount": _("Discount"),
		"net_total": _("Net Total"),
		"rounding": _("Rounding"),
		"total": _("Total"),
	}
