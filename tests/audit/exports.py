"""Exports of random days, with the books that the journal says they make. They need no site."""

import json
import tempfile
from pathlib import Path

from pos_bridge.core.entry import GENESIS, Entry, open_wire, receipt_number, seal, uuid7
from pos_bridge.core.journal import Accounts, effect_of
from pos_bridge.core.returns import return_body
from pos_bridge.core.sale_body import sale_body
from pos_bridge.erpnext.audit.package import Package

ACCOUNTS = Accounts(
	receivable="Debtors",
	revenue="Sales",
	round_off="Round Off",
	taxes={name: name for name in ("IN-19", "IN-7", "ON-6")},
	tenders={"Cash": "Cash Drawer", "Card": "Card Clearing"},
)
CHAIN = uuid7(1_795_000_000_000, bytes(10))
ABOUT = {
	**{
		"company": "Lindenhof",
		"company_currency": "EUR",
		"from": "2026-11-22",
		"to": "2026-11-22",
		"till": "",
	},
	**{"made_at": "2026-11-23T08:00:00Z", "shops": {"T1": {"tenders": ACCOUNTS.tenders}}},
}


def chained(bodies):
	"""Sealed entries of one chain from (kind, body)."""
	wires, receipts, head = [], 0, GENESIS
	for sequence, (kind, body) in enumerate(bodies, start=1):
		numbered = kind in ("sale", "return")
		receipts += numbered
		entry = Entry(
			id=uuid7(1_795_000_000_000 + sequence, b"T100000001"),
			kind=kind,
			till="T1",
			writer="page",
			chain=CHAIN,
			epoch=1,
			sequence=sequence,
			previous=head,
			occurred_at="2026-11-22T12:00:00.000+01:00",
			business_date="2026-11-22",
			cashier="Ada",
			body=body,
			receipt_number=receipt_number("T1", 1, receipts) if numbered else "",
		)
		wires.append(seal(entry))
		head = wires[-1].hash
	return wires


def bodies_of(pairs):
	"""What a day of sales, each with a return of some of it, and opened drawers says."""
	for sale, return_ in pairs:
		yield "sale", sale_body(sale)
		yield "no_sale", {"reason": "=1+1"}
		yield "return", return_body(return_)


def export(wires, path, states=None, change=None):
	"""The export of these entries at `path`; all posted unless `states` says otherwise, by sequence.

	`change` gets each line before it is written: (file, row) -> row.
	"""
	change = change or (lambda name, row: row)
	with tempfile.TemporaryDirectory() as folder, Package(Path(folder)) as package:
		for wire in wires:
			entry = open_wire(wire)
			state = (states or {}).get(entry.sequence, "posted")
			_entry(package, wire, entry, state, change)
		for chain in package.chains.values():
			chain |= {"head_sequence": entry.sequence, "head_hash": wires[-1].hash}
		package.write(path, ABOUT)
	return path


def _entry(package, wire, entry, state, change):
	row = {"hash": wire.hash, "text": wire.text, "state": state, "in_days": True}
	names = ("till", "chain", "epoch", "sequence", "previous")
	package.entry(change("entries", row), {name: getattr(entry, name) for name in names})
	if state != "posted" or entry.kind not in ("sale", "return"):
		return
	name = {"document_type": "Sales Invoice", "name": entry.receipt_number}
	modes = [[tender["tender"], ACCOUNTS.tenders[tender["tender"]]] for tender in entry.body["tenders"]]
	document = {"docstatus": 1, "entries": 1, "net_accounts": ["Sales"], "payments": modes}
	package.line("documents", change("documents", {**name, **document}))
	posting = {
		"entry": entry.id,
		"part": entry.kind,
		"document_type": "Sales Invoice",
		"document_name": entry.receipt_number,
	}
	package.line("postings", change("postings", posting))
	unit = 10 ** entry.body["currency_precision"]
	for line in effect_of(entry, ACCOUNTS, "Shop").lines:
		gl = {"voucher_type": "Sales Invoice", "voucher_no": entry.receipt_number, "account": line.account}
		sides = {"debit": _text(line.debit_minor, unit), "credit": _text(line.credit_minor, unit)}
		rest = {"is_cancelled": 0, "transaction_currency": "EUR"}
		package.line("gl_entries", change("gl_entries", {**gl, **sides, **rest}))


def _text(minor, unit):
	return f"{minor // unit}.{minor % unit * (10**9 // unit):09d}"


def again(path, name, change, to):
	"""The same export with one file changed and every hash made anew, as a clever forger would."""
	import hashlib
	import zipfile

	from pos_bridge.erpnext.audit.package import seal as seal_file

	with zipfile.ZipFile(path) as old:
		texts = {each: old.read(each) for each in old.namelist()}
	texts[name] = change(texts[name].decode()).encode()
	manifest = json.loads(texts["manifest.json"])
	for each in manifest["files"]:
		data = texts[each]
		manifest["files"][each] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
	if name != "manifest.json":
		texts["manifest.json"] = json.dumps(manifest).encode()
	with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
		new.comment = b"0" * 64
		for each, data in texts.items():
			new.writestr(each, data)
	seal_file(to)
	return to
