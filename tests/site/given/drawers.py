"""Shifts and drawers for the tests: their entries, and what the books say of them."""

from dataclasses import replace

import frappe
from books import book, entry_of, returned

from pos_bridge.core.entry import open_wire, seal
from pos_bridge.core.sale import Tender, compute


def money(shop):
	return {"currency": shop.shop.currency, "currency_precision": shop.shop.currency_precision}


def cash_of(shop) -> str:
	"""The shop's cash tender."""
	return next(iter(shop.shop.tenders))


def open_shift(shop, float_minor, currency=None, **more):
	"""The till's next entry: a shift with this float in cash."""
	counted = [{"tender": cash_of(shop), "counted_minor": float_minor}]
	body = {**money(shop), **({"currency": currency} if currency else {}), "float": counted}
	return shop.seal("shift_open", body, **more)


def close(shop, opened, counted, note="", currency=None, **more):
	"""The closing of a shift: `counted` in cash, or by tender."""
	amounts = counted if isinstance(counted, dict) else {cash_of(shop): counted}
	body = {
		**money(shop),
		**({"currency": currency} if currency else {}),
		"shift": open_wire(opened).id,
		"counted": [{"tender": tender, "counted_minor": minor} for tender, minor in amounts.items()],
		**({"note": note} if note else {}),
	}
	return shop.seal("shift_close", body, **more)


def _movement(shop, kind, opened, minor, purpose, currency=None, **more):
	body = {
		**money(shop),
		**({"currency": currency} if currency else {}),
		"tender": cash_of(shop),
		"amount_minor": minor,
		"purpose": purpose,
		**({"shift": open_wire(opened).id} if opened else {}),
		**more.pop("body", {}),
	}
	return shop.seal(kind, body, **more)


def cash_in(shop, opened, minor, purpose="safe", **more):
	return _movement(shop, "cash_in", opened, minor, purpose, **more)


def cash_out(shop, opened, minor, purpose="safe", **more):
	return _movement(shop, "cash_out", opened, minor, purpose, **more)


def sell(shop, opened, tenders="", body=None, **more):
	"""A sale of one item in a shift, in cash or on the shop's card tender."""
	line = shop.line(shop.items[0])
	if tenders:
		total = compute(shop.draft(line)).total_minor
		more["tenders"] = [Tender(list(shop.shop.tenders)[1], "card", total)]
	return shop.sale(line, body={"shift": open_wire(opened).id, **(body or {})}, **more)


def take_back(shop, opened, sold):
	"""The return of one piece of the sale's first line, in a shift."""
	entry = open_wire(returned(shop, sold, {1: 1}))
	wire = seal(replace(entry, body={**entry.body, "shift": open_wire(opened).id}))
	shop.head = wire.hash
	return wire


def posted(shop, *wires):
	"""Book them; all of them have to be in the books."""
	entries = book(shop, *wires)
	for entry in entries:
		assert entry.state == "posted", (entry.kind, entry.state, entry.reason, entry.last_fault)
	return entries


def shift_of(opened):
	"""The POS Shift of an opening."""
	return frappe.get_doc("POS Shift", {"opening_entry": open_wire(opened).id})


def counts_of(shift) -> dict[str, dict[str, int]]:
	"""The shift's rows by tender, in minor units."""
	fields = (
		"float_amount",
		"received",
		"returned",
		"cash_in",
		"cash_out",
		"expected",
		"counted",
		"difference",
	)
	return {
		row.tender: {**{name: round(row.get(name) * 100) for name in fields}, "is_counted": row.is_counted}
		for row in shift.counts
	}


def voucher_of(wire, part):
	"""The Journal Entry that a part of an entry became."""
	row = next(row for row in entry_of(wire).postings if row.part == part)
	return frappe.get_doc(row.document_type, row.document_name)


def difference_account(shop) -> str:
	return shop.shop.accounts["difference"]
