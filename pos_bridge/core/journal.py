"""What an entry does to the books, in double entry, and to quantities of stock.

Standalone this is the ledger; against ERPNext it is the oracle that the GL is compared with. It never
predicts the cost of goods: that depends on what stock cost when it came.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pos_bridge.core.entry import Entry
from pos_bridge.core.errors import Rejected
from pos_bridge.core.kinds.credit import CreditIssue, credit_effects, issue_of
from pos_bridge.core.kinds.shift import closing_of, movement_of, opening_of
from pos_bridge.core.kinds.shift_state import NOTHING_BOOKED, ShiftState, difference_change
from pos_bridge.core.kinds.standing import Settled, corrections
from pos_bridge.core.returns import check_return, return_from_body
from pos_bridge.core.sale import Sale, check_sale
from pos_bridge.core.sale_body import sale_from_body
from pos_bridge.core.tenders import MONEY_KINDS, Tender, change_tender

KINDS_WITHOUT_EFFECT = frozenset(
	("void", "no_sale", "reprint", "approval", "training_sale", "training_return", "clock_in", "clock_out")
)


@dataclass(frozen=True, slots=True)
class JournalLine:
	"""One side of a double entry; exactly one of the two amounts is above zero."""

	account: str
	debit_minor: int
	credit_minor: int


@dataclass(frozen=True, slots=True)
class StockMove:
	"""A change of stock: `quantity` is an integer of 10^-9 units, negative when goods leave."""

	item: str
	warehouse: str
	quantity: int


@dataclass(frozen=True, slots=True)
class Accounts:
	"""The accounts of a till's shop, by name: a tax's id and a tender's name lead to theirs."""

	receivable: str
	revenue: str
	round_off: str
	taxes: Mapping[str, str]
	tenders: Mapping[str, str]
	tips: str = ""
	write_off: str = ""
	"""Both empty where the shop has no account for it."""
	purposes: Mapping[str, str] = field(default_factory=dict)
	"""`safe`, `difference`, `points` …, where there is an account for it (docs/glossary.md)."""


@dataclass(frozen=True, slots=True)
class Effect:
	"""Journal lines whose debits equal their credits, and stock moves."""

	lines: tuple[JournalLine, ...] = ()
	moves: tuple[StockMove, ...] = ()


def effect_of(
	entry: Entry,
	accounts: Accounts,
	warehouse: str,
	settled: Sequence[Settled] = (),
	shift: ShiftState = NOTHING_BOOKED,
) -> Effect:
	"""What booking the entry does. `Rejected` says why the books can't take it; then it is held.

	`settled` says what its moves of credit came to; without it, all of them were covered. `shift` is what is
	booked of the entry's shift so far: its closing, and what comes later, changes the shift's difference.
	"""
	own = _own_effect(entry, accounts, warehouse)
	short = credit_corrections(entry, accounts, settled)
	return Effect((*own.lines, *short, *difference_lines(entry, accounts, shift)), own.moves)


def _own_effect(entry: Entry, accounts: Accounts, warehouse: str) -> Effect:
	if entry.kind in KINDS_WITHOUT_EFFECT:
		return Effect()
	if entry.kind in _DRAWER:
		return Effect(_DRAWER[entry.kind](entry, accounts))
	if entry.kind == "credit_issue":
		return Effect(_issue_lines(issue_of(entry), accounts))
	sale = checked_figures(entry)
	moves = (StockMove(line.item, warehouse, -line.stock_quantity) for line in sale.draft.lines)
	return Effect(_sale_lines(sale, accounts), tuple(moves))


def credit_corrections(
	entry: Entry, accounts: Accounts, settled: Sequence[Settled]
) -> tuple[JournalLine, ...]:
	"""From a credit's account to the shortages', what was not covered; back, what was made up for."""
	signed = [
		(_account(accounts.purposes, "purpose", purpose), amount)
		for purpose, amount in corrections(credit_effects(entry) if settled else (), settled)
	]
	return tuple(journal_line(account, amount) for account, amount in signed)


def _issue_lines(issue: CreditIssue, accounts: Accounts) -> tuple[JournalLine, ...]:
	"""Money for a promise: the company owes what it received."""
	signed = [(_account(accounts.purposes, "kind of credit", issue.kind), -issue.amount_minor)]
	signed += [(_account_of(tender, accounts), tender.amount_minor) for tender in issue.tenders]
	if issue.change_minor:
		account = _account(accounts.tenders, "tender", change_tender(issue.tenders))
		signed.append((account, -issue.change_minor))
	return tuple(journal_line(account, amount) for account, amount in signed)


def difference_lines(entry: Entry, accounts: Accounts, shift: ShiftState) -> tuple[JournalLine, ...]:
	"""What the entry makes different in the shift's difference: each tender's account against its account."""
	signed: list[tuple[str, int]] = []
	for tender, minor in difference_change(entry, shift).items():
		account = _account(accounts.tenders, "tender", tender)
		signed += [(account, minor), (_purpose(accounts, "difference"), -minor)]
	return tuple(journal_line(account, minor) for account, minor in signed)


def _movement_lines(entry: Entry, accounts: Accounts) -> tuple[JournalLine, ...]:
	movement = movement_of(entry)
	account = _account(accounts.tenders, "tender", movement.tender)
	other = _purpose(accounts, movement.account)
	return journal_line(account, movement.amount_minor), journal_line(other, -movement.amount_minor)


def _opening_lines(entry: Entry, accounts: Accounts) -> tuple[JournalLine, ...]:
	"""None: what lies in the drawer is on its account already."""
	opening_of(entry)
	return ()


def _closing_lines(entry: Entry, accounts: Accounts) -> tuple[JournalLine, ...]:
	"""None of its own: the difference is `difference_lines`."""
	closing_of(entry)
	return ()


_DRAWER: Mapping[str, Callable[[Entry, Accounts], tuple[JournalLine, ...]]] = {
	"cash_in": _movement_lines,
	"cash_out": _movement_lines,
	"shift_open": _opening_lines,
	"shift_close": _closing_lines,
}


def checked_figures(entry: Entry) -> Sale:
	"""The figures of a sale or a return (there zero or less), checked; `Rejected` for any other kind."""
	if entry.kind == "return":
		return_ = return_from_body(entry.body)
		check_return(return_)
		return return_.sale
	if entry.kind != "sale":
		raise Rejected(
			f"This release can't book entries of the kind {entry.kind} yet. Update it, then retry."
		)
	sale = sale_from_body(entry.body)
	check_sale(sale)
	return sale


def _sale_lines(sale: Sale, accounts: Accounts) -> tuple[JournalLine, ...]:
	"""A return's figures are below zero, so the same lines come out on their other sides."""
	totals = sale.totals
	signed = [(accounts.receivable, totals.total_minor), (accounts.revenue, -totals.net_minor)]
	for tax in totals.taxes:
		signed.append((_account(accounts.taxes, "tax", tax.tax.tax), -tax.amount_minor))
	rounding = totals.round_off_minor + totals.rounding_adjustment_minor
	signed.append((accounts.round_off, -rounding))
	for tender in sale.tenders:
		if tender.kind == "on_account":
			continue
		account = _account_of(tender, accounts)
		signed += [(account, tender.amount_minor), (accounts.receivable, -tender.amount_minor)]
	if sale.change_minor:
		account = _account(accounts.tenders, "tender", change_tender(sale.tenders, sale.change_from))
		signed += [(accounts.receivable, sale.change_minor), (account, -sale.change_minor)]
	tips = accounts.tips or accounts.purposes.get("tips", "")
	for what, account, amount in (
		("tips", tips, -sale.tip_minor),
		("what is written off", accounts.write_off, sale.write_off_minor),
	):
		if amount and not account:
			raise Rejected(f"This shop has no account for {what}. Set one, then retry.")
		signed += [(account, amount), (accounts.receivable, -amount)]
	return tuple(journal_line(account, amount) for account, amount in signed if amount)


def _account_of(tender: Tender, accounts: Accounts) -> str:
	"""Money goes to its tender's account, a credit to its purpose's; what is on account stays receivable."""
	if tender.kind == "on_account":
		return accounts.receivable
	if tender.kind in MONEY_KINDS:
		return _account(accounts.tenders, "tender", tender.tender)
	return _account(accounts.purposes, "kind of tender", tender.kind)


def journal_line(account: str, signed_minor: int) -> JournalLine:
	"""A debit for an amount above zero, a credit for one below."""
	return JournalLine(account, max(signed_minor, 0), max(-signed_minor, 0))


def _account(accounts: Mapping[str, str], what: str, name: str) -> str:
	if name not in accounts:
		raise Rejected(f"The {what} {name} has no account in this shop. Set one, then retry.")
	return accounts[name]


def _purpose(accounts: Accounts, purpose: str) -> str:
	if not accounts.purposes.get(purpose):
		raise Rejected(f"This shop has no account for {purpose!r}. Set one, then retry.")
	return accounts.purposes[purpose]


def balance_of(lines: tuple[JournalLine, ...]) -> int:
	"""Debits less credits: zero, or the journal is wrong (law 5)."""
	return sum(line.debit_minor - line.credit_minor for line in lines)
