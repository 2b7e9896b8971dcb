"""Gift cards and store credit: the entry that issues one, and what every entry does to the credits it names.

It never knows a balance; `standing` says what comes of a move. Body: docs/protocol.md, "Gift cards".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Malformed, Rejected
from pos_bridge.core.kinds.credit_number import normal_number
from pos_bridge.core.money import MAX_MINOR
from pos_bridge.core.sale_body import read_tender, readable, tender_fields, text, whole
from pos_bridge.core.tenders import CREDIT_KINDS, MAX_TENDERS, MONEY_KINDS, Tender, check_change

PAYS_FOR_CREDIT = MONEY_KINDS | CREDIT_KINDS | {"on_account"}
What = Literal["issue", "redeem", "refund"]
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)


@dataclass(frozen=True, slots=True)
class CreditIssue:
	"""A credit sold: what was paid for it is what it is worth. `expires_on` and `customer` may be ""."""

	currency: str
	currency_precision: int
	credit: str
	kind: str
	amount_minor: int
	tenders: tuple[Tender, ...]
	change_minor: int = 0
	expires_on: str = ""
	customer: str = ""
	shift: str = ""


@dataclass(frozen=True, slots=True)
class CreditMove:
	"""What an entry does to one credit; `part` tells its moves apart, `amount_minor` is above zero.

	`kind` is what the entry takes the number for; the credit's own may be the other one.
	"""

	part: str
	credit: str
	kind: str
	what: What
	amount_minor: int
	expires_on: str = ""
	customer: str = ""
	tender: str = ""
	"""The Mode of Payment that the sale or return names for it."""


def make_issue(
	currency: tuple[str, int],
	credit: str,
	kind: str,
	amount_minor: int,
	tenders: Sequence[Tender],
	expires_on: str = "",
	customer: str = "",
	shift: str = "",
) -> CreditIssue:
	"""The issue that these tenders pay for; `currency` with its decimals. Change is what is left of them."""
	change = sum(tender.amount_minor for tender in tenders) - amount_minor
	issue = CreditIssue(
		*currency, credit, kind, amount_minor, tuple(tenders), change, expires_on, customer, shift
	)
	check_issue(issue)
	return issue


def issue_body(issue: CreditIssue) -> dict[str, Any]:
	"""The body of a `credit_issue`."""
	optional = {"expires_on": issue.expires_on, "customer": issue.customer, "shift": issue.shift}
	return {
		"currency": issue.currency,
		"currency_precision": issue.currency_precision,
		"credit": issue.credit,
		"credit_kind": issue.kind,
		"amount_minor": issue.amount_minor,
		"tenders": [tender_fields(tender) for tender in issue.tenders],
		"change_minor": issue.change_minor,
		**{name: value for name, value in optional.items() if value},
	}


def issue_of(entry: Entry) -> CreditIssue:
	"""Read and check a `credit_issue`; `Malformed` where a field is missing or wrong, else `Rejected`."""
	issue = readable(lambda: _read_issue(entry.body))
	check_issue(issue)
	return issue


def _read_issue(body: Mapping[str, Any]) -> CreditIssue:
	return CreditIssue(
		currency=text(body["currency"]),
		currency_precision=whole(body["currency_precision"]),
		credit=_number(body["credit"]),
		kind=text(body["credit_kind"]),
		amount_minor=whole(body["amount_minor"]),
		tenders=tuple(read_tender(fields) for fields in body["tenders"]),
		change_minor=whole(body.get("change_minor", 0)),
		expires_on=text(body.get("expires_on", "")),
		customer=text(body.get("customer", "")),
		shift=text(body.get("shift", "")),
	)


def _number(given: object) -> str:
	number = normal_number(text(given))
	if not number:
		raise Malformed("A credit's number has 4 to 40 letters, digits and hyphens; this one has not.")
	return number


def check_issue(issue: CreditIssue) -> None:
	"""`Rejected` unless the tenders pay exactly what the credit is worth."""
	if issue.kind not in CREDIT_KINDS:
		raise Rejected(f"The kind of credit {issue.kind!r} is not known. Update, then retry.")
	if not 0 < issue.amount_minor <= MAX_MINOR:
		raise Rejected("A credit is issued over an amount above zero.")
	if issue.expires_on and not _DATE.fullmatch(issue.expires_on):
		raise Rejected(f"{issue.expires_on!r} is not a day on which a credit could expire.")
	_check_paid(issue)


def _check_paid(issue: CreditIssue) -> None:
	if not 1 <= len(issue.tenders) <= MAX_TENDERS:
		raise Rejected(f"A credit is paid with 1 to {MAX_TENDERS} tenders, not {len(issue.tenders)}.")
	for tender in issue.tenders:
		if tender.kind not in PAYS_FOR_CREDIT:
			raise Rejected(f"A credit can't be paid with {tender.tender} ({tender.kind}).")
		if not 0 < tender.amount_minor <= MAX_MINOR:
			raise Rejected("A tender's amount is not above zero.")
		if tender.kind == "on_account" and not issue.customer:
			raise Rejected("Who owes a credit that was sold on account is not named.")
	received = sum(tender.amount_minor for tender in issue.tenders)
	if received - issue.change_minor != issue.amount_minor:
		raise Rejected(
			f"Received {received} less change {issue.change_minor} is not the {issue.amount_minor}"
			" that the credit is worth."
		)
	check_change(issue.tenders, issue.change_minor, "")


def part_of(number: int) -> str:
	"""The part of an entry's tender, by its place from 1."""
	return f"tender-{number}"


def credit_effects(entry: Entry) -> tuple[CreditMove, ...]:
	"""What the entry does to credits, in the order in which it happens; `Malformed` without a number."""
	if entry.kind not in ("sale", "return", "credit_issue"):
		return ()
	moves = readable(lambda: tuple(_tender_moves(entry.body)))
	if entry.kind != "credit_issue":
		return moves
	issue = issue_of(entry)
	own = CreditMove(
		"issue", issue.credit, issue.kind, "issue", issue.amount_minor, issue.expires_on, issue.customer
	)
	return (*moves, own)


def _tender_moves(body: Mapping[str, Any]) -> list[CreditMove]:
	moves = []
	for number, fields in enumerate(body["tenders"], start=1):
		if fields.get("kind") not in CREDIT_KINDS:
			continue
		tender = read_tender(fields)
		what: What = "redeem" if tender.amount_minor > 0 else "refund"
		customer = text(body.get("customer", ""))
		moves.append(
			CreditMove(
				part_of(number),
				_number(tender.credit),
				tender.kind,
				what,
				abs(tender.amount_minor),
				customer=customer if what == "refund" else "",
				tender=tender.tender,
			)
		)
	return moves
