"""Another app on the site, which hooks into every event of some documents and writes down what it sees.

It never changes a document.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import frappe

WATCHED = {
	"Sales Invoice": (
		"status docstatus grand_total net_total total_taxes_and_charges outstanding_amount paid_amount"
		" change_amount base_paid_amount due_date debit_to posting_date customer_name update_stock"
	).split(),
	"Sales Invoice Item": (),
	"GL Entry": "account debit credit against voucher_no cost_center is_opening docstatus".split(),
	"Stock Ledger Entry": "item_code actual_qty warehouse voucher_no docstatus is_cancelled".split(),
	"Payment Ledger Entry": "account amount against_voucher_no docstatus delinked".split(),
	"Serial and Batch Bundle": "item_code total_qty voucher_no docstatus".split(),
}
EVENTS = (
	"before_insert autoname before_naming before_validate validate before_save before_submit after_insert"
	" on_update on_submit on_change before_cancel on_cancel on_trash before_rename after_rename"
).split()


@dataclass
class Seen:
	"""How often each event came, and the values that the last of them showed, by document's kind."""

	counts: Counter = field(default_factory=Counter)
	last: dict = field(default_factory=dict)


_seen: list[Seen] = []


def saw(doc, method=None):
	"""The hook itself."""
	values = {name: _plain(doc.get(name)) for name in WATCHED[doc.doctype]}
	if doc.doctype == "Sales Invoice":
		values["rows"] = [(row.item_code, row.qty, row.net_amount, row.income_account) for row in doc.items]
		key = (doc.doctype, method, "")
	else:
		values.pop("outstanding_amount", None)
		key = (doc.doctype, method, "")
	_seen[-1].counts[key] += 1
	# Of documents that a posting has many of, all count, in any order; of the invoice the last state.
	if doc.doctype == "Sales Invoice":
		_seen[-1].last[key] = values
	else:
		_seen[-1].last.setdefault(key, Counter())[tuple(values.items())] += 1


def _plain(value):
	return value if isinstance(value, int | float) else str(value)


@contextmanager
def watching(monkeypatch) -> Iterator[Seen]:
	"""Within it, the app is installed; yields what its hooks saw."""
	theirs = frappe.get_doc_hooks()
	ours = {
		doctype: {
			**theirs.get(doctype, {}),
			**{
				event: [*theirs.get(doctype, {}).get(event, []), "foreign_app.saw"] for event in EVENTS
			},
		}
		for doctype in WATCHED
	}
	installed = frappe.get_installed_apps
	with monkeypatch.context() as patch:
		patch.setattr(frappe, "get_doc_hooks", lambda: {**theirs, **ours})
		patch.setattr(frappe, "get_installed_apps", lambda *a, **k: [*installed(*a, **k), "foreign_app"])
		_seen.append(Seen())
		try:
			yield _seen[-1]
		finally:
			_seen.pop()
