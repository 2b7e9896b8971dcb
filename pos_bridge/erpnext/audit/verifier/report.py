"""The whole verification in its order, and what it says. It reads the file for its hashes, then once more."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

from pos_bridge.erpnext.audit.verifier.chains import NUMBERED, Chains, Receipts
from pos_bridge.erpnext.audit.verifier.form import (
	Fault,
	check_manifest,
	check_seal,
	digest_of,
	lines_of,
	open_entry,
)
from pos_bridge.erpnext.audit.verifier.ledger import Ledger
from pos_bridge.erpnext.audit.verifier.sums import Sums, paid_fault
from pos_bridge.erpnext.audit.verifier.tables import HEADS, SOLD, Totals, money, rows_of

Fields = dict[str, Any]
UNREADABLE = (
	*(KeyError, TypeError, ValueError, AttributeError, IndexError, RuntimeError, ArithmeticError),
	*(zipfile.BadZipFile, zlib.error, EOFError, OSError),
)
"""What reading an export that was not made by POS Bridge raises."""


class Verification:
	"""What is gathered while an export is read."""

	def __init__(self, archive: zipfile.ZipFile, manifest: Fields) -> None:
		self.archive, self.manifest = archive, manifest
		self.chains, self.receipts = Chains(manifest["chains"]), Receipts()
		self.ledger, self.totals = Ledger(manifest), Totals()
		self.states = Counter[str]()
		self.held_wrong: list[str] = []
		self.tables = {name: self.table(name) for name in HEADS}

	def run(self) -> None:
		told = [row for _, row in lines_of(self.archive, "chains.jsonl")]
		if told != self.manifest["chains"]:
			raise Fault("Chains are told in two ways", "chains.jsonl", "manifest.json has others")
		for _, row in lines_of(self.archive, "documents.jsonl"):
			self.ledger.document(row)
		for where, row in lines_of(self.archive, "postings.jsonl"):
			self.ledger.posting(row, where)
		for where, row in lines_of(self.archive, "entries.jsonl"):
			self.entry(row, where)
		self.chains.finish()
		self.receipts.check(self.manifest)
		self.end_of_tables()
		for _, row in lines_of(self.archive, "gl_entries.jsonl"):
			self.ledger.row(row)
		self.ledger.check()
		self.quarantine()
		if dict(self.states) != self.manifest["counts"]:
			raise Fault("Other counts than told", "manifest.json, counts", f"found {dict(self.states)}")

	def entry(self, row: Fields, where: str) -> None:
		fields = open_entry(row, where)
		where = f"{where} (till {fields['till']}, {fields.get('receipt_number') or fields['kind']})"
		self.chains.add(fields, row["hash"], where)
		self.receipts.add(fields, where)
		self.states[row["state"]] += 1
		if wrong := figures_fault(fields):
			if row["state"] == "posted":
				raise Fault("Figures are not what the lines come to", where, wrong)
			self.held_wrong.append(where)
			return
		if row["in_days"]:
			self.totals.add(fields)
			for table, cells in rows_of(fields):
				self.expect(table, cells)
		if row["state"] == "posted":
			self.ledger.entry(fields, where)

	def table(self, name: str) -> Generator[tuple[int, list[str]], None, None]:
		with self.archive.open(name) as file:
			reader = csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
			if next(reader) != HEADS[name].split():
				raise Fault("A table has other columns", name, "line 1")
			yield from enumerate(reader, start=2)

	def expect(self, name: str, cells: list[str]) -> None:
		number, found = next(self.tables[name], (0, []))
		if found != cells:
			what = f"{found or 'nothing'} instead of {cells}"
			raise Fault(
				"A table differs from the entries", f"{name}, row {number or 'behind the last'}", what
			)

	def end_of_tables(self) -> None:
		for cells in self.totals.rows():
			self.expect("totals.csv", cells)
		for name, rows in self.tables.items():
			if (more := next(rows, None)) is not None:
				raise Fault("A table differs from the entries", f"{name}, row {more[0]}", "it is of no entry")

	def quarantine(self) -> None:
		for where, row in lines_of(self.archive, "quarantine.jsonl"):
			if digest_of(row) != row["digest"]:
				raise Fault("What was put aside was changed", where, row["digest"])

	@property
	def lacks(self) -> list[str]:
		"""What the export itself says is missing or double."""
		gaps = [(each, gap) for each in self.manifest["chains"] for gap in each["gaps"]]
		gaps += [(each, each["lost_end"]) for each in self.manifest["chains"] if each["lost_end"]]
		lacks = [f"till {each['till']}, chain {each['chain']}: numbers {a} to {b}" for each, (a, b) in gaps]
		numbers = self.manifest["missing_receipts"]
		lacks += [f"receipt numbers {prefix}-{a:06d} to {b:06d}" for prefix, a, b in numbers]
		return lacks + [f"used twice: {prefix}-{n:06d}" for prefix, n in self.manifest["double_receipts"]]


def figures_fault(fields: Fields) -> str:
	"""What is wrong with an entry's figures; "" if nothing is, or if its kind has none."""
	body, kind = fields["body"], fields["kind"]
	try:
		faults = Sums(body).faults() if kind in SOLD else []
		if not faults and kind in NUMBERED:
			faults = [paid_fault(kind, body)]
			list(rows_of(fields))
	except UNREADABLE as error:
		return f"its body is not as the protocol says: {error!r}"
	return "; ".join(faults[:3])


def told_of(done: Verification) -> Iterator[str]:
	"""The report, line by line."""
	manifest, ledger = done.manifest, done.ledger
	days = f"{manifest['from']} to {manifest['to']}, {manifest['till'] or 'all tills'}"
	yield f"{manifest['company']}, {days}; made at {manifest['made_at']}"
	states = ", ".join(f"{number} {state}" for state, number in sorted(done.states.items()))
	yield f"{sum(done.states.values())} entries in {len(manifest['chains'])} chains: {states or 'none'}."
	for each in manifest["chains"]:
		ends = f"numbers {each['first_sequence']} to {each['last_sequence']}"
		head = f"head {each['head_sequence']} {each['head_hash']}"
		yield f"  till {each['till']}, epoch {each['epoch']}: {ends}, {head}"
	for prefix, first, last in manifest["receipt_numbers"]:
		yield f"  receipts {prefix}-{first:06d} to {prefix}-{last:06d}"
	yield "Totals by day:"
	for day, till, currency, sales, returns, net, tax, rounding, total in done.totals.rows():
		amounts = f"net {net}, tax {tax}, rounding {rounding}, total {total} {currency}"
		yield f"  {day}, till {till}: {sales} sales, {returns} returns, {amounts}"
	yield "Taxes by day and rate:"
	for (day, label, rates, currency, places), (base, amount) in sorted(done.totals.taxes.items()):
		amounts = f"{money(amount, places)} on {money(base, places)} {currency}"
		yield f"  {day}, {label} ({rates or '-'}): {amounts}"
	yield f"General ledger: {ledger.compared} entries equal it in net, every tax and money."
	for why, number in sorted(ledger.left_out.items()):
		yield f"  not compared: {number}, {why}"
	for where in done.held_wrong:
		yield f"  not booked, its figures are wrong: {where}"
	for lack in done.lacks:
		yield f"MISSING: {lack}"


def verify(path: str) -> Verification:
	"""Read and check it all; `Fault` is the first that is found."""
	try:
		check_seal(path)
		with zipfile.ZipFile(path) as archive:
			done = Verification(archive, check_manifest(archive))
			try:
				done.run()
			finally:
				for rows in done.tables.values():
					rows.close()
			return done
	except UNREADABLE as error:
		raise Fault("The export can't be read", path, f"{type(error).__name__}: {error}") from error


def main(arguments: list[str]) -> int:
	if len(arguments) != 1:
		print("Usage: python3 verify_pos_export.py EXPORT.zip", file=sys.stderr)
		return 1
	try:
		done = verify(arguments[0])
	except Fault as fault:
		print(f"FAULT: {fault}")
		return 1
	for line in told_of(done):
		print(line)
	print("Everything holds." if not done.lacks else "Nothing was changed, but the above is missing.")
	return 2 if done.lacks else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
