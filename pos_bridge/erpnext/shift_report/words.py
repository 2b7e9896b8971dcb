"""The words of X and Z in the reader's language. It never lays anything out."""

from frappe import _


def labels() -> dict[str, str]:
	"""`REPORT_LABELS` in the language of the session; of the desk's own words none is taken over."""
	return {**_turnover(), **_drawer(), **_owed(), **_happened(), **_order()}


def _turnover() -> dict[str, str]:
	return {
		"x": _("X Report"),
		"z": _("Z Report"),
		"number": _("Z Number"),
		"till": _("Till"),
		"day": _("Business Date"),
		"opened": _("Opened At"),
		"not_opened": _("Its opening has not arrived: the float is not known"),
		"closed": _("Closed At"),
		"amended": _("Times Amended"),
		"note": _("Note of the Count"),
		"turnover": _("Turnover"),
		"sales": _("Sales at the Till"),
		"returns": _("Returns at the Till"),
		"together": _("Sales Less Returns"),
		"count": _("How Many"),
		"net": _("Net Sum"),
		"tax": _("Tax Sum"),
		"gross": _("Gross Sum"),
		"round_off": _("Round Off Sum"),
		"adjustment": _("Rounding of Totals"),
		"total": _("Sum Total"),
		"taxes": _("Taxes by Rate"),
		"untaxed": _("Without Tax"),
	}


def _drawer() -> dict[str, str]:
	return {
		"tenders": _("Tenders"),
		"float": _("Cash Float"),
		"received": _("Money Taken"),
		"change": _("Change Given"),
		"refunded": _("Given Back"),
		"in": _("Put In"),
		"out": _("Taken Out"),
		"expected": _("Expected in the Drawer"),
		"counted": _("Counted in the Drawer"),
		"difference": _("Counted Less Expected"),
		"pieces": _("Pieces"),
		"amount": _("Comes To"),
		"movements": _("Cash Movements"),
		"cash_in": _("Cash in"),
		"cash_out": _("Cash out"),
		"safe": _("safe"),
		"deposit": _("bank deposit"),
		"petty_cash": _("petty cash"),
		"other": _("other purpose"),
		"signature": _("Signature of the Cashier"),
	}


def _owed() -> dict[str, str]:
	return {
		"owed": _("Paid Without Money"),
		"gift_card": _("Gift Card"),
		"store_credit": _("Store Credit"),
		"points": _("Loyalty Points"),
		"on_account": _("On Account"),
		"exchange": _("Exchange of Goods"),
		"issued": _("Issued Credit"),
		"groups": _("Item Groups Sold"),
		"no_group": _("Without Group"),
		"lines": _("Lines Sold"),
		"cashiers": _("Cashiers"),
		"nobody": _("Nobody Signed In"),
		"discounts": _("Discounts"),
		"line": _("By Hand"),
		"rule": _("By Promotion"),
		"ticket": _("Whole Ticket"),
	}


def _happened() -> dict[str, str]:
	return {
		"happened": _("What Else Happened"),
		"tips": _("Tips"),
		"write_offs": _("Written Off"),
		"with_receipt": _("Returns With Receipt"),
		"without_receipt": _("Returns Without Receipt"),
		"voids": _("Voids"),
		"no_sales": _("Drawer Opened Without Sale"),
		"reprints": _("Reprints"),
		"approvals": _("Approvals"),
		"training": _("Training Entries"),
		"clock": _("Notes on the Clock"),
		"late": _("Arrived After Closing"),
		"unread": _("NOT INCLUDED, Unreadable"),
	}


def _order() -> dict[str, str]:
	return {
		"numbers": _("Receipt Numbers"),
		"first": _("First Number"),
		"last": _("Last Number"),
		"missing": _("Not Arrived"),
		"chains": _("Daybook"),
		"hash": _("Hash of the Last Entry"),
	}
