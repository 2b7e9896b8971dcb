"""Whether each tender says what its kind needs (docs/protocol.md). It never adds tenders up to a total."""

from collections.abc import Callable, Sequence

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import MAX_MINOR, SCALE
from pos_bridge.core.tenders.tender import CREDIT_KINDS, TENDER_KINDS, Foreign, Payer, Tender

MAX_POINTS = 10**9


def check_kinds(tenders: Sequence[Tender], payer: Payer, currency: str, precision: int) -> None:
	"""`Rejected` unless each tender says what its kind needs, and nothing that it can't have."""
	for number, tender in enumerate(tenders, start=1):
		for fault in _FAULTS:
			if words := fault(tender, payer):
				raise Rejected(f"Tender {number} ({tender.tender}): {words}")
		if tender.foreign and (words := _foreign_fault(tender, tender.foreign, currency, precision)):
			raise Rejected(f"Tender {number} ({tender.tender}): {words}")
	if sum(tender.kind == "exchange" for tender in tenders) > 1:
		raise Rejected("An exchange pays with one tender of the kind exchange, not with several.")


def _kind_fault(tender: Tender, payer: Payer) -> str:
	return "" if tender.kind in TENDER_KINDS else f"its kind {tender.kind!r} is not known."


def _credit_fault(tender: Tender, payer: Payer) -> str:
	if tender.kind in CREDIT_KINDS:
		return "" if tender.credit else f"a {tender.kind} needs its number."
	return "only gift cards and store credit have a number." if tender.credit else ""


def _points_fault(tender: Tender, payer: Payer) -> str:
	if tender.kind != "points":
		return "only loyalty points have points." if tender.points else ""
	sign = 1 if tender.amount_minor > 0 else -1
	counted = 0 < tender.points * sign <= MAX_POINTS
	return "" if counted else "it does not say how many points, with the amount's sign."


def _payer_fault(tender: Tender, payer: Payer) -> str:
	if tender.kind in ("points", "on_account") and not payer.customer:
		return f"{tender.kind} needs a customer."
	if tender.kind == "exchange" and not payer.exchange:
		return "it does not say which entry is the other half of the exchange."
	return "only cash has a foreign amount." if tender.foreign and tender.kind != "cash" else ""


_FAULTS: tuple[Callable[[Tender, Payer], str], ...] = (
	_kind_fault,
	_credit_fault,
	_points_fault,
	_payer_fault,
)


def _foreign_fault(tender: Tender, foreign: Foreign, currency: str, precision: int) -> str:
	if foreign.currency in ("", currency):
		return f"cash in {foreign.currency or 'no currency'} is not foreign here."
	if not 0 <= foreign.currency_precision <= 4:
		return f"{foreign.currency} can't have {foreign.currency_precision} decimals."
	if not 0 < foreign.rate <= 10**9 * SCALE or abs(foreign.amount_minor) > MAX_MINOR:
		return "its rate or amount is not above zero, or too large."
	worth_minor = foreign.worth_minor(precision)
	if worth_minor != tender.amount_minor:
		return f"at its rate it is worth {worth_minor}, not {tender.amount_minor}."
	return ""


def check_change(tenders: Sequence[Tender], change_minor: int, change_from: str) -> None:
	"""`Rejected` unless change is given out of cash, never more than was received in cash."""
	cash_minor = sum(tender.amount_minor for tender in tenders if tender.kind == "cash")
	if not 0 <= change_minor <= cash_minor:
		raise Rejected("Change is given out of cash, and never more than was received in cash.")
	if change_from and not change_minor:
		raise Rejected(f"It says that change was given out of {change_from}, but there is none.")
