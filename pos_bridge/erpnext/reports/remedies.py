"""What to do about each flag: one sentence for the accountant. Nothing is repaired: the entry is booked."""

from collections.abc import Mapping

from frappe import _

SHORTAGES = (
	"points_overspent",
	"credit_overspent",
	"credit_unknown",
	"credit_expired",
	"credit_blocked",
)
"""Flags of entries that left something uncovered, which can be written off."""


def remedy_in(known: Mapping[str, str], flag: str) -> str:
	"""What to do about a flag, by `remedies()`: they are translated once for all rows of a report."""
	return known.get(flag) or _("Look at the entry, then mark it as reviewed.")


def remedies() -> dict[str, str]:
	"""Every flag that posting can set, with its sentence (docs/offline.md)."""
	return {**_of_sales(), **_of_money_owed(), **_of_goods(), **_of_shifts()}


def _of_sales() -> dict[str, str]:
	return {
		"item_disabled": _("Enable the item, or take it off the shelf."),
		"customer_gone": _("Merge or restore the customer, if it matters."),
		"customer_waiting": _(
			"Wait for the record, or correct it in POS New Customer; nothing is wrong in the books."
		),
		"posted_late": _("Show the auditor both dates; nothing else is to do."),
		"clock": _("Set the till's clock."),
		"without_receipt": _("Ask who approved it."),
		"sale_cancelled": _("Ask who paid out twice; the credit note stands alone."),
		"sale_amended": _("Compare the credit note with the amended invoice; correct what they differ by."),
		"over_returned": _("Ask who paid out twice; the credit note stands alone."),
		"exchange_differs": _(
			"Find out who got what, and book what is left on Exchange Clearing by a Journal Entry."
		),
	}


def _of_money_owed() -> dict[str, str]:
	return {
		"credit_limit": _("Talk to the customer, who owes it; raise the limit or ask for the money."),
		"points_overspent": _(
			"Ask the customer for what the points were short of, or write the shortage off."
		),
		"credit_overspent": _("Ask the bearer for what was not covered, or write the shortage off."),
		"credit_unknown": _(
			"Wait for the till that issued the number: its issue pays it. Was it never issued, ask the bearer"
			" or write the shortage off."
		),
		"credit_expired": _(
			"Ask the cashier why it was taken; ask the bearer for it, or write the shortage off."
		),
		"credit_blocked": _(
			"Ask why it was blocked and taken all the same; then ask the bearer, or write the shortage off."
		),
		"credit_made_up": _("An earlier shortage of this number is paid; review that remark, too."),
	}


def _of_goods() -> dict[str, str]:
	return {
		"negative_stock": _("Count the shelf, and receive what was not received."),
		"serial_missing": _("Find out which piece it was, and move it by a Stock Entry (Material Issue)."),
		"serial_sold_before": _(
			"Compare both receipts: which piece is still there? Move the one that left by a Stock Entry."
		),
		"serial_in_stock": _(
			"See which piece came back; its sale moved another one or none. Correct both by a Stock Entry."
		),
		"batch_missing": _("Find out which batch it was, and move it by a Stock Entry (Material Issue)."),
		"batch_short": _(
			"Count the batch, receive what was not received, and move what was sold by a Stock Entry."
		),
		"batch_expired": _("Take the rest of the batch off the shelf, and tell the customer if it matters."),
		"batch_differs": _("Correct the batch on the shelf's label, or the serial number's in the books."),
	}


def _of_shifts() -> dict[str, str]:
	return {
		"late_for_shift": _("The shift's count is amended by it: compare the drawer's difference."),
		"shift_incomplete": _(
			"Wait until the rest has arrived; book what is held. Each corrects the difference."
		),
		"opening_unknown": _(
			"Wait for the opening. Is it lost, ask what the float was, and book the difference by hand."
		),
		"closed_twice": _("Ask which count is right; if it is the second, book what it differs by."),
	}
