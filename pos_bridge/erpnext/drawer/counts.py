"""The rows of a POS Shift: core's state of a shift as amounts of ERPNext, and back.

It never decides what an entry does to a shift; `core.kinds.shift_state` does.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pos_bridge.core.entry import Entry
from pos_bridge.core.kinds.shift_state import Moved, ShiftState
from pos_bridge.erpnext.drawer.known import TALLIES
from pos_bridge.erpnext.shop import Shop, minor, tender_kinds


def state_in(shift: Any, shop: Shop) -> ShiftState:
	"""What the rows say; a shift whose opening has not come has no float."""
	decimals, rows = shop.currency_precision, shift.counts
	fields = ("received", "returned", "cash_in", "cash_out")
	return ShiftState(
		floats={row.tender: minor(row.float_amount, decimals) for row in rows} if shift.opened_at else None,
		moved={row.tender: Moved(*(minor(row.get(field), decimals) for field in fields)) for row in rows},
		counted={row.tender: minor(row.counted, decimals) for row in rows if row.is_counted}
		if shift.closing_entry
		else None,
	)


def write_state(shift: Any, state: ShiftState, shop: Shop) -> None:
	"""One row for each tender that lay there, moved or was counted, in the shop's order; not saved yet."""
	unit = 10**shop.currency_precision
	kinds = tender_kinds(shop)
	named = {**(state.floats or {}), **state.moved, **(state.counted or {})}
	shift.currency = shop.currency
	shift.set("counts", [])
	for tender in [
		*(each for each in kinds if each in named),
		*(each for each in named if each not in kinds),
	]:
		shift.append("counts", {"kind": kinds.get(tender, ""), **_row(tender, state, unit)})
	shift.difference = sum(state.differences.values()) / unit


def _row(tender: str, state: ShiftState, unit: int) -> dict[str, Any]:
	moved = state.moved.get(tender, Moved())
	counted = state.counted or {}
	amounts = {
		"float_amount": (state.floats or {}).get(tender, 0),
		"received": moved.received_minor,
		"returned": moved.returned_minor,
		"cash_in": moved.in_minor,
		"cash_out": moved.out_minor,
		"expected": state.expected(tender),
		"counted": counted.get(tender, 0),
		"difference": state.differences.get(tender, 0),
	}
	return {
		"tender": tender,
		"is_counted": int(tender in counted),
		**{field: minor / unit for field, minor in amounts.items()},
	}


def tallied(shift: Any, entries: Iterable[Entry]) -> None:
	"""Count these entries, beside those that are counted; not saved yet."""
	found: Mapping[str, int] = Counter(TALLIES[each.kind] for each in entries if each.kind in TALLIES)
	for field, number in found.items():
		shift.set(field, (shift.get(field) or 0) + number)
