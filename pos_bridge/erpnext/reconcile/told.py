"""A reconciliation as text for a terminal, and as JSON for a program.

It never leaves a difference out; where there are more than a screen holds, JSON and the desk have them all.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict

from pos_bridge.erpnext.reconcile.difference import Difference, Reconciliation, amount
from pos_bridge.erpnext.reconcile.scope import Scope

MAX_EXPLAINED = 50
"""Explained differences that the terminal shows; all that are not explained are shown."""


def as_json(scope: Scope, result: Reconciliation) -> str:
	"""Everything; amounts are minor units, and in a difference text as people read it."""
	return json.dumps(
		{
			"company": scope.company,
			"from": scope.first.isoformat(),
			"to": scope.last.isoformat(),
			"till": scope.till,
			"entries": result.entries,
			"states": dict(result.states),
			"totals": [{**asdict(each), "difference_minor": each.difference_minor} for each in result.totals],
			"unexplained": len(result.unexplained),
			"differences": [{**asdict(each), "kind": each.kind.value} for each in result.differences],
		},
		ensure_ascii=False,
		indent="\t",
	)


def as_text(scope: Scope, result: Reconciliation) -> Iterator[str]:
	"""Line by line: what was compared, the totals, and the differences, unexplained ones first."""
	days = f"{scope.first}" if scope.first == scope.last else f"{scope.first} to {scope.last}"
	yield f"{scope.company}, {days}, {scope.till or 'all tills'}"
	states = ", ".join(f"{number} {state}" for state, number in sorted(result.states.items()))
	yield f"{result.entries} entries" + (f": {states}" if states else "")
	for total in result.totals:
		tills, books, difference = (
			amount(minor, total.decimals)
			for minor in (total.tills_minor, total.books_minor, total.difference_minor)
		)
		yield f"{total.currency}: tills {tills}, books {books}, difference {difference}"
	explained = [each for each in result.differences if each.explained]
	for each in (*result.unexplained, *explained[:MAX_EXPLAINED]):
		yield from _lines(each)
	if len(explained) > MAX_EXPLAINED:
		yield f"… and {len(explained) - MAX_EXPLAINED} more that are explained: see --json."
	yield f"{len(result.unexplained)} unexplained, {len(explained)} explained differences."


def _lines(each: Difference) -> Iterator[str]:
	who = each.receipt_number or each.entry or each.till or each.document
	what = f" {each.account_or_item}" if each.account_or_item else ""
	figures = f": {each.expected or '-'} / {each.found or '-'}" if each.expected or each.found else ""
	yield f"{'explained' if each.explained else 'UNEXPLAINED'} {each.kind.value}, {who}{what}{figures}"
	yield f"    {each.cause}"
	if each.remedy:
		yield f"    {each.remedy}"
