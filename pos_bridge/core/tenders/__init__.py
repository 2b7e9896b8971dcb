"""What a sale is paid with and a return gives back: the kinds of tenders, their checks, and the tip's part.

It never looks at lines, and never knows an account or what a customer has left to spend.
"""

from pos_bridge.core.tenders.checks import check_change, check_kinds
from pos_bridge.core.tenders.settling import Settled, Share, change_tender, exchanged_minor, settle
from pos_bridge.core.tenders.tender import (
	CREDIT_KINDS,
	MAX_TENDERS,
	MONEY_KINDS,
	NOBODY,
	TENDER_KINDS,
	Foreign,
	Payer,
	Tender,
)

__all__ = [
	"CREDIT_KINDS",
	"MAX_TENDERS",
	"MONEY_KINDS",
	"NOBODY",
	"TENDER_KINDS",
	"Foreign",
	"Payer",
	"Settled",
	"Share",
	"Tender",
	"change_tender",
	"check_change",
	"check_kinds",
	"exchanged_minor",
	"settle",
]
