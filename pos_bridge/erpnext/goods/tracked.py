"""Batch and serial numbers of an invoice's rows: those that the entry names, else those that ERPNext picks.

What can't be moved by the books' numbers is sold all the same: its row stays, names no warehouse, and so
moves no stock; a flag tells the accountant which goods to move. It never lets a batch go below zero, for
ERPNext then takes no move of that batch any more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import frappe
from frappe.utils import getdate

from pos_bridge.core.money import SCALE
from pos_bridge.core.sale import DraftLine
from pos_bridge.erpnext.goods import back, trouble
from pos_bridge.erpnext.goods.trouble import Trouble
from pos_bridge.erpnext.goods.whereabouts import (
	batches_in,
	last_delivery_of,
	later_move_of,
	pickable_serials,
	serials_of,
)


@dataclass(slots=True)
class Goods:
	"""The rows of one invoice: what they take, which of them move nothing, and the flags of both."""

	invoice: Any
	moment: datetime
	flags: list[tuple[str, str]] = field(default_factory=list)
	unmoved: list[Any] = field(default_factory=list)
	batches: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
	"""Taken by the rows so far, by item and batch."""
	serials: set[str] = field(default_factory=set)
	left_to_erpnext: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
	"""By item, what ERPNext will pick by itself, row by row, when it moves them."""

	def note(self, row: Any, troubles: Iterable[Trouble]) -> bool:
		"""Keep what is wrong with a row; whether it can move."""
		troubles = list(troubles)
		self.flags += [(each.flag, each.details) for each in troubles]
		moves = all(each.noted for each in troubles)
		if not moves:
			self.unmoved.append(row)
		return moves


def named(invoice: Any, lines: Sequence[DraftLine], moment: datetime) -> Goods:
	"""Write the batches and serial numbers that the lines name into the unsaved invoice's rows."""
	goods = Goods(invoice, moment)
	for row, line in zip(invoice.items, lines, strict=True):
		has_serials, has_batches = _kind(row.item_code)
		serials = line.serials if has_serials else ()
		batch = line.batch if has_batches else ""
		if not (serials or batch):
			continue
		if invoice.is_return:
			fine = goods.note(row, back.troubles(row, invoice.customer, serials, batch))
		elif serials:
			fine = goods.note(row, _serial_troubles(goods, row, serials, batch))
		else:
			fine = goods.note(row, _batch_troubles(goods, row, batch, line.stock_quantity / SCALE))
		if fine:
			_write(goods, row, serials, "" if serials else batch, line.stock_quantity / SCALE)
	return goods


def complete(goods: Goods) -> None:
	"""Rows of the validated invoice, and of its bundles, for which nobody named any: picked, if possible."""
	rows = [*goods.invoice.items, *(goods.invoice.get("packed_items") or [])]
	tracked = [row for row in rows if any(_kind(row.item_code))]
	explicitly = _items_to_pick_explicitly(tracked)
	for row in tracked:
		if row in goods.unmoved or row.serial_no or row.batch_no:
			continue
		if goods.invoice.is_return:
			goods.note(row, back.same_again(row, goods.invoice))
		else:
			goods.note(row, _pick(goods, row, row.item_code in explicitly))


def _items_to_pick_explicitly(rows: Sequence[Any]) -> set[str]:
	"""Where ERPNext could pick for a row what another one has: it doesn't look at what is not moved yet."""
	often = {item for item, count in Counter(row.item_code for row in rows).items() if count > 1}
	taken = {row.item_code for row in rows if row.serial_no or row.batch_no or row.doctype == "Packed Item"}
	return often & taken


def leave_where_they_are(goods: Goods) -> None:
	"""Rows that move nothing lose their warehouse: ERPNext makes stock moves of those that have one."""
	for row in goods.unmoved:
		row.warehouse = None
		row.use_serial_batch_fields = 1
		row.serial_no = row.batch_no = None
		if row.doctype == "Packed Item":
			for bundle in goods.invoice.items:
				if bundle.name == row.parent_detail_docname:
					bundle.warehouse = None


def _kind(item: str) -> tuple[bool, bool]:
	found = frappe.get_cached_value("Item", item, ["has_serial_no", "has_batch_no", "is_stock_item"])
	serials, batches, stocked = found or (0, 0, 0)
	return bool(serials and stocked), bool(batches and stocked)


def _write(goods: Goods, row: Any, serials: Sequence[str], batch: str, quantity: float) -> None:
	row.use_serial_batch_fields = 1
	row.serial_no = "\n".join(serials) or None
	row.batch_no = batch or None
	goods.serials.update(serials)
	if batch and not goods.invoice.is_return:
		goods.batches[row.item_code, batch] += quantity


def _serial_troubles(goods: Goods, row: Any, serials: Sequence[str], batch: str) -> Iterable[Trouble]:
	known = serials_of(row.item_code, serials)
	for serial in serials:
		if (there := known.get(serial)) is None:
			yield trouble.not_known("serial_missing", serial, row.item_code)
		elif not there.warehouse:
			yield _gone(serial, row.item_code)
		elif there.warehouse != row.warehouse:
			yield trouble.elsewhere(serial, row.item_code, there.warehouse)
		elif batch and there.batch_no and there.batch_no != batch:
			yield trouble.differs(serial, there.batch_no, batch)
	if later := later_move_of([each for each in serials if each in known], goods.moment):
		yield trouble.moved_later(later[0], row.item_code, later[1])


def _gone(serial: str, item: str) -> Trouble:
	voucher = last_delivery_of(serial)
	return trouble.sold_before(serial, item, voucher) if voucher else trouble.not_here(serial, item)


def _batch_troubles(goods: Goods, row: Any, batch: str, wanted: float) -> Iterable[Trouble]:
	item = row.item_code
	found = frappe.db.get_value("Batch", {"name": batch, "item": item}, ["name", "expiry_date"], as_dict=True)
	if not found:
		yield trouble.not_known("batch_missing", batch, item)
		return
	there: float = batches_in(item, row.warehouse, goods.moment, batch, expired_too=True).get(batch, 0.0)
	there -= goods.batches[item, batch]
	if _kind(item)[0]:
		there = min(there, len(pickable_serials(item, row.warehouse, sorted(goods.serials), batch)))
	if round(there - wanted, 9) < 0:
		yield trouble.short(batch, item, there, wanted)
	if found.expiry_date and found.expiry_date < getdate(goods.moment):
		yield trouble.expired(batch, item, found.expiry_date)
		# It is sold: ERPNext's check, which is in time at its own counters, would come too late.
		goods.invoice.validate_serialized_batch = lambda: None


def _pick(goods: Goods, row: Any, explicitly: bool) -> Iterable[Trouble]:
	has_serials, _has_batches = _kind(row.item_code)
	flag = "serial_missing" if has_serials else "batch_missing"
	wanted = float(row.get("stock_qty") or row.qty)
	if not trouble.picks_by_itself():
		return [trouble.nobody_said(row.item_code, flag)]
	if has_serials:
		return _pick_serials(goods, row, round(wanted), explicitly)
	return _pick_batch(goods, row, wanted, explicitly)


def _pick_serials(goods: Goods, row: Any, wanted: int, explicitly: bool) -> list[Trouble]:
	first = round(goods.left_to_erpnext[row.item_code])
	there = pickable_serials(row.item_code, row.warehouse, sorted(goods.serials))
	picked = there[first : first + wanted]
	if len(picked) < wanted:
		return [trouble.nobody_said(row.item_code, "serial_missing")]
	if later := later_move_of(picked, goods.moment):
		return [trouble.moved_later(later[0], row.item_code, later[1])]
	if explicitly:
		_write(goods, row, picked, "", wanted)
	else:
		goods.left_to_erpnext[row.item_code] += wanted
	return []


def _pick_batch(goods: Goods, row: Any, wanted: float, explicitly: bool) -> list[Trouble]:
	item = row.item_code
	left = {
		batch: there - goods.batches[item, batch]
		for batch, there in batches_in(item, row.warehouse, goods.moment).items()
	}
	if sum(max(there, 0.0) for there in left.values()) <= 0:
		return [trouble.nobody_said(item, "batch_missing")]
	if not explicitly:
		there = sum(left.values()) - goods.left_to_erpnext[item]
		if round(there - wanted, 9) < 0:
			return [trouble.short(", ".join(left), item, there, wanted)]
		goods.left_to_erpnext[item] += wanted
		return []
	for batch, there in left.items():
		if round(there - wanted, 9) >= 0:
			_write(goods, row, (), batch, wanted)
			return []
	return [trouble.short(", ".join(left), item, max(left.values()), wanted)]
