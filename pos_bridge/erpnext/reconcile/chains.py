"""Whether all has arrived that tills made: chains without gaps, receipt numbers without gaps and once each.

It never looks at a document, and never waits for what is missing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import frappe
from frappe import _

from pos_bridge.core.entry import receipt_number
from pos_bridge.erpnext.reconcile.difference import Difference, Kind
from pos_bridge.erpnext.reconcile.scope import Row, Scope

MAX_NAMED = 100
"""Missing receipt numbers of one gap that are named one by one; the rest of the gap is named as one."""


def _send() -> str:
	return _(
		"Start the till with its network, so that it sends what it has."
		" What it has lost, its paper journal says."
	)


def compare_chains(rows: Sequence[Row], scope: Scope) -> Iterator[Difference]:
	"""Gaps in the chains that these entries are of, and in their receipt numbers."""
	yield from _gaps(rows, scope)
	yield from _lost_ends(rows, scope)
	here = {row.receipt_number for row in rows if row.receipt_number}
	for till, epoch in sorted({(row.till, row.epoch) for row in rows if row.receipt_number}):
		yield from _numbers(till, epoch, here)


def _gaps(rows: Sequence[Row], scope: Scope) -> Iterator[Difference]:
	"""Places of a chain before or behind one of these entries that no entry has."""
	chains = {row.chain for row in rows}
	if not chains:
		return
	broken = frappe.db.sql(
		"SELECT chain FROM `tabPOS Entry` WHERE chain IN %s GROUP BY chain HAVING COUNT(*) < MAX(sequence)",
		(tuple(chains),),
		pluck=True,
	)
	if not broken:
		return
	gaps = frappe.db.sql(
		"SELECT till, chain, before_it + 1, sequence - 1 FROM ("
		" SELECT till, chain, sequence, business_date,"
		"  COALESCE(LAG(sequence) OVER places, 0) AS before_it, LAG(business_date) OVER places AS day_before"
		" FROM `tabPOS Entry` WHERE chain IN %(chains)s"
		" WINDOW places AS (PARTITION BY chain ORDER BY sequence)"
		") numbered WHERE sequence > before_it + 1 AND"
		" (business_date BETWEEN %(first)s AND %(last)s OR day_before BETWEEN %(first)s AND %(last)s)"
		" ORDER BY chain, sequence",
		{**scope.values, "chains": tuple(broken)},
	)
	for till, chain, first, last in gaps:
		yield _missing(till, chain, first, last, _("Numbers {0} of chain {1} have not arrived."))


def _missing(till: str, chain: str, first: int, last: int, words: str) -> Difference:
	numbers = f"{first}" if first == last else f"{first} - {last}"
	cause = words.format(numbers, chain)
	return Difference(
		Kind.MISSING_ENTRIES,
		cause,
		explained=False,
		till=till,
		expected=str(last - first + 1),
		found="0",
		remedy=_send(),
	)


def _lost_ends(rows: Sequence[Row], scope: Scope) -> Iterator[Difference]:
	"""Chains whose last recorded entries are not there any more: someone took rows out of the database."""
	chains = tuple({row.chain for row in rows}) or ("",)
	ends = frappe.db.sql(
		"SELECT till, name, last_here + 1, head_sequence FROM ("
		" SELECT chain.till, chain.name, chain.head_sequence, COALESCE("
		"  (SELECT MAX(sequence) FROM `tabPOS Entry` entry WHERE entry.chain = chain.name), 0) AS last_here"
		" FROM `tabPOS Chain` chain JOIN `tabPOS Till` place ON place.name = chain.till"
		" WHERE place.company = %(company)s AND (%(till)s = '' OR chain.till = %(till)s)"
		") ends WHERE head_sequence > last_here AND (last_here = 0 OR name IN %(chains)s)",
		{**scope.values, "chains": chains},
	)
	gone = _("Numbers {0} of chain {1} were recorded and are gone from the database.")
	for till, chain, first, last in ends:
		yield _missing(till, chain, first, last, gone)


@dataclass(frozen=True, slots=True)
class _Jump:
	"""Two neighbours among a till's receipt numbers that don't follow each other."""

	before: int
	number: int


def _numbers(till: str, epoch: int, here: set[str]) -> Iterator[Difference]:
	"""Gaps and doubles of an epoch's receipt numbers beside one of the numbers that are `here`."""
	for jump in _jumps(till, epoch):
		if not here & {receipt_number(till, epoch, n) for n in (jump.before, jump.number)}:
			continue
		if jump.before == jump.number:
			yield _double(till, receipt_number(till, epoch, jump.number))
		else:
			yield from _missing_numbers(till, epoch, jump)


def _jumps(till: str, epoch: int) -> list[_Jump]:
	"""Read from the index of receipt numbers alone, which holds no texts."""
	prefix = f"{till}-{epoch}-"
	found = frappe.db.sql(
		"SELECT before_it, number FROM ("
		" SELECT number, COALESCE(LAG(number) OVER (ORDER BY number), 0) AS before_it FROM ("
		"  SELECT CAST(SUBSTRING(receipt_number, %(behind)s) AS UNSIGNED) AS number FROM `tabPOS Entry`"
		"  WHERE receipt_number LIKE %(like)s AND receipt_number REGEXP %(form)s"
		" ) numbers) pairs WHERE number <> before_it + 1 ORDER BY number",
		{
			"behind": len(prefix) + 1,
			"like": re.sub(r"([\\%_])", r"\\\1", prefix) + "%",
			"form": f"^{re.escape(prefix)}[0-9]+$",
		},
	)
	return [_Jump(int(before), int(number)) for before, number in found]


def _double(till: str, number: str) -> Difference:
	return Difference(
		Kind.DOUBLE_RECEIPT,
		_("More than one entry carries {0}: two pages sold as this till at once, or one was copied.").format(
			number
		),
		explained=False,
		till=till,
		receipt_number=number,
		expected="1",
		found=str(frappe.db.count("POS Entry", {"receipt_number": number})),
		remedy=_("Enrol each page as a till of its own. Both sales are kept; compare both with the paper."),
	)


def _missing_numbers(till: str, epoch: int, jump: _Jump) -> Iterator[Difference]:
	voided, named = _voided(till), range(jump.before + 1, min(jump.number, jump.before + 1 + MAX_NAMED))
	for number in named:
		missing = receipt_number(till, epoch, number)
		if missing not in voided:
			yield _missing_number(till, missing, _quarantined(missing))
	if named and named[-1] < jump.number - 1:
		first, last = (receipt_number(till, epoch, number) for number in (named[-1] + 1, jump.number - 1))
		rest = f"{first} - {last}"
		yield _missing_number(till, rest, "")


def _voided(till: str) -> set[str]:
	"""Receipt numbers that were reserved and given up: a void closes them."""
	return set(
		frappe.db.sql(
			"SELECT JSON_VALUE(text, '$.body.receipt_number') FROM `tabPOS Entry`"
			" WHERE till = %s AND kind = 'void' AND text LIKE '%%\"receipt_number\"%%'",
			till,
			pluck=True,
		)
	)


def _quarantined(number: str) -> str:
	found = frappe.db.sql(
		"SELECT reason FROM `tabPOS Quarantine` WHERE raw LIKE %s LIMIT 1", f"%{number}%", pluck=True
	)
	return _("What carries it is in quarantine ({0}).").format(found[0]) if found else ""


def _missing_number(till: str, number: str, known: str) -> Difference:
	return Difference(
		Kind.MISSING_RECEIPT,
		known or _("No sale or return with {0} has arrived, and no void gives the number up.").format(number),
		explained=False,
		till=till,
		receipt_number=number,
		expected="1",
		found="0",
		remedy=_("Review it in POS Quarantine.") if known else _send(),
	)
