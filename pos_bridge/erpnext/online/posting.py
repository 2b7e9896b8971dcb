"""Makes the documents that an order still needs, in the caller's transaction, and joins each to its fact.

It never commits, and never catches a refusal: all of an order's steps are booked, or none.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _

from pos_bridge.core.errors import Rejected
from pos_bridge.core.money import format_minor
from pos_bridge.core.online import (
	Contact,
	Folded,
	Made,
	Order,
	Step,
	StepKind,
	check_order,
	due_minor,
	figures_fields,
	fold,
	plan,
	read_figures,
	with_contact,
)
from pos_bridge.erpnext.online import billing, money, moving, orders, parties, selling
from pos_bridge.erpnext.online.as_sold import accounts_asked_without_a_role, as_the_shop_sold_it
from pos_bridge.erpnext.online.channel import Channel
from pos_bridge.erpnext.online.context import Context, Document
from pos_bridge.erpnext.online.recording import facts_of
from pos_bridge.erpnext.overrides.trouble import what_happened_is_booked
from pos_bridge.erpnext.posting import fate
from pos_bridge.erpnext.posting.booking import Booking

MAKERS: Mapping[StepKind, Callable[[Step, Context], Document]] = {
	"order": selling.make,
	"change": selling.change,
	"reopen": selling.reopen,
	"close": selling.close,
	"payment": money.receive,
	"payout": money.pay,
	"delivery": moving.deliver,
	"return": moving.take_back,
	"invoice": billing.bill,
	"correction": billing.credit,
	"credit": billing.credit,
}


def post(row: Any, channel: Channel) -> None:
	"""Book what is recorded of a Channel Order and is not in the books.

	The caller has locked the row. `Rejected`, or one of Frappe's refusals, says why the books can't take it.
	"""
	folded = fold(facts_of(row.name))
	order = folded.order
	if order is None:
		return
	_check(order)
	made, documents = _made_of(row.name)
	context = Context(row.name, channel, order, row.customer, made, documents)
	with _booked_as_it_was() as tolerated:
		for step in plan(folded, made):
			_make(step, context)
			context.flags += [(step.entry, flag, details) for flag, details in tolerated]
			tolerated.clear()
	_check_due(folded, context.made)
	_settle(context)


@contextmanager
def _booked_as_it_was() -> Iterator[list[tuple[str, str]]]:
	"""Within it, what happened is booked in spite of trouble; yields what came up."""
	with accounts_asked_without_a_role(), as_the_shop_sold_it(), what_happened_is_booked() as tolerated:
		yield tolerated


def _check(order: Order) -> None:
	"""Before anything is booked: both figures of what does not add up."""
	differences = check_order(order)
	if differences:
		told = "; ".join(each.words(order.currency_precision) for each in differences)
		words = _("Order {0} does not add up: {1}. Nothing of it is booked.")
		raise Rejected(words.format(order.number, told), code="order_totals_differ")


def _check_due(folded: Folded, made: Mapping[str, Made]) -> None:
	due, order = due_minor(folded, made), folded.order
	if due and order and due[0] != due[1]:
		shop, books = (format_minor(figure, order.currency_precision) for figure in due)
		words = _(
			"Order {0} came to {1} in the shop; what is billed less credits is {2}. Nothing was booked."
		)
		raise Rejected(words.format(order.number, shop, books), code="order_totals_differ")


def find_customer(row: Any, channel: Channel) -> None:
	"""Say whose order it is, if it is to be booked and nobody said so yet.

	In a transaction of its own: it locks out all other new customers of the company.
	"""
	folded = fold(facts_of(row.name))
	order = folded.order
	if row.customer or order is None or not plan(folded, _made_of(row.name)[0]):
		return
	contact = with_contact(order, json.loads(row.contact)).contact if row.contact else Contact()
	customer = parties.customer_of(channel, order, contact)
	frappe.db.set_value(orders.DOCTYPE, row.name, "customer", customer, update_modified=False)


def _make(step: Step, context: Context) -> None:
	document = MAKERS[step.kind](step, context)
	_keep(step, document, context)
	context.made[step.key] = step.made
	context.documents[step.key] = document


def _keep(step: Step, document: Document, context: Context) -> None:
	"""The database knows a key once: nobody else makes this document."""
	amount = step.payment.amount_minor if step.payment else step.figures.total_minor
	row = frappe.get_doc(
		{
			"doctype": "Channel Order Document",
			"parent": context.row,
			"parenttype": orders.DOCTYPE,
			"parentfield": "documents",
			"idx": len(context.made) + 1,
			"document_key": step.key,
			"kind": step.kind,
			"document_type": document[0],
			"document_name": document[1],
			"amount": context.amount(amount),
			"currency": frappe.get_cached_value("Currency", context.order.currency, "name"),
			"entry": step.entry,
			"against": step.against,
			"figures": json.dumps(figures_fields(step.figures), ensure_ascii=False),
		}
	)
	row.db_insert()
	part = step.key.removeprefix(f"{context.channel.name}:").replace(f":{context.order.id}/", ":", 1)
	fate.join(step.entry, part, document)


def _made_of(row: str) -> tuple[dict[str, Made], dict[str, Document]]:
	"""What was made of an order so far, by key, in its order."""
	rows = frappe.get_all(
		"Channel Order Document",
		{"parent": row, "parenttype": orders.DOCTYPE},
		["document_key", "kind", "document_type", "document_name", "against", "figures"],
		order_by="idx",
	)
	made = {
		each.document_key: Made(each.kind, read_figures(json.loads(each.figures)), each.against or "")
		for each in rows
	}
	return made, {each.document_key: (each.document_type, each.document_name) for each in rows}


def _settle(context: Context) -> None:
	"""All that is recorded of the order is in the books as far as it is due."""
	open_entries = {"channel_order": context.row, "state": ("!=", "posted")}
	names = frappe.get_all("POS Entry", open_entries, pluck="name")
	if names:
		fate.keep({name: Booking() for name in names})
	for entry, flag, details in context.flags:
		fate.flag(entry, flag, details)


def remarks_of(row: str) -> list[str]:
	"""What came up when an order was booked and nobody has reviewed yet."""
	return frappe.db.sql_list(
		"SELECT flag.details FROM `tabPOS Entry Flag` flag JOIN `tabPOS Entry` entry"
		" ON entry.name = flag.parent AND entry.channel_order = %s WHERE COALESCE(flag.reviewed, 0) = 0"
		" ORDER BY flag.creation, flag.idx",
		row,
	)


def hold_entries(row: str, refusal: Any) -> None:
	"""What the books refused shows on the entries that are not booked, too."""
	for name in frappe.get_all("POS Entry", {"channel_order": row, "state": "waiting"}, pluck="name"):
		fate.hold(name, refusal, 1)
