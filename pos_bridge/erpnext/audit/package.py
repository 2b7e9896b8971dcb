"""An export's files, its manifest and its seal: a ZIP of JSON Lines, tables and what verifies them.

It writes each row as it comes and holds none; it never asks the site for anything.
"""

import csv
import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from pos_bridge.erpnext.audit.verifier import one_file
from pos_bridge.erpnext.audit.verifier.chains import Receipts
from pos_bridge.erpnext.audit.verifier.form import FORMAT, SEAL, Fault
from pos_bridge.erpnext.audit.verifier.report import UNREADABLE, figures_fault
from pos_bridge.erpnext.audit.verifier.tables import HEADS, Totals, rows_of

VERIFIER = "verify_pos_export.py"
LINES = ("entries", "quarantine", "chains", "postings", "documents", "gl_entries", "stock_ledger_entries")
"""The files of JSON Lines."""
_README = """What tills recorded and what became of it in the books, word for word.
To verify it, with Python 3.9 or newer:

    python3 verify_pos_export.py {name}

Take verify_pos_export.py from POS Bridge's own release if you don't trust the one in here; both are the same.
manifest.json names every file with its SHA-256. In entries amounts are minor units (cents), in the ledgers
decimals as text. The *.csv are for reading and are made of the entries.
"""


class Package:
	"""The files of one export in a folder, open within `with`, then one ZIP."""

	def __init__(self, folder: Path) -> None:
		self.folder = folder
		self.counts, self.totals, self.receipts = Counter[str](), Totals(), Receipts()
		self.chains: dict[str, dict[str, Any]] = {}
		self._files: dict[str, IO[str]] = {}
		self._tables: dict[str, Any] = {}
		for name in LINES:
			self._open(f"{name}.jsonl")
		for name, columns in HEADS.items():
			self.table(name, columns.split())

	def __enter__(self) -> "Package":
		return self

	def __exit__(self, *_unused: object) -> None:
		for file in self._files.values():
			file.close()

	def _open(self, name: str) -> IO[str]:
		self._files[name] = (self.folder / name).open("w", encoding="utf-8", newline="")
		return self._files[name]

	def line(self, name: str, row: Mapping[str, Any]) -> None:
		"""A line of `name`.jsonl."""
		text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
		self._files[f"{name}.jsonl"].write(text + "\n")

	def table(self, name: str, columns: Sequence[str]) -> None:
		"""Begin a table."""
		self._tables[name] = csv.writer(self._open(name), lineterminator="\n")
		self._tables[name].writerow(columns)

	def cells(self, name: str, row: Sequence[str]) -> None:
		"""A row of a table."""
		self._tables[name].writerow(row)

	def entry(self, row: Mapping[str, Any], place: Mapping[str, Any]) -> None:
		"""The next entry in its chain's order; `place`: its till, chain, epoch, sequence and previous."""
		self.line("entries", row)
		self.counts[row["state"]] += 1
		self._note_place(place)
		try:
			fields = json.loads(row["text"])
			self.receipts.add(fields, row["hash"])
			if row["in_days"] and not figures_fault(fields):
				self.totals.add(fields)
				for table, cells in rows_of(fields):
					self.cells(table, cells)
		except (Fault, *UNREADABLE):
			return  # damaged in the database: it goes out as it is, and the verifier says where

	def _note_place(self, place: Mapping[str, Any]) -> None:
		sequence = place["sequence"]
		chain = self.chains.setdefault(
			place["chain"],
			{
				**{name: place[name] for name in ("till", "chain", "epoch", "previous")},
				**{"first_sequence": sequence, "last_sequence": sequence - 1, "gaps": []},
				**{"head_sequence": 0, "head_hash": "", "lost_end": []},
			},
		)
		if sequence > chain["last_sequence"] + 1:
			chain["gaps"].append([chain["last_sequence"] + 1, sequence - 1])
		chain["last_sequence"] = sequence

	def write(self, path: Path, about: Mapping[str, Any]) -> str:
		"""Close the files and put them into the ZIP at `path`; its seal, a SHA-256 in hex."""
		for cells in self.totals.rows():
			self.cells("totals.csv", cells)
		for chain in self.chains.values():
			self.line("chains", chain)
		for file in self._files.values():
			file.close()
		texts = {VERIFIER: one_file(), "README.txt": _README.format(name=path.name)}
		for name, text in texts.items():
			(self.folder / name).write_text(text, encoding="utf-8")
		names = [*texts, *self._files]
		manifest = {
			**{"format": FORMAT, "version": 1},
			**about,
			**{"counts": self.counts, "chains": list(self.chains.values())},
			"receipt_numbers": self.receipts.ranges(),
			"missing_receipts": self.receipts.missing(),
			"double_receipts": self.receipts.doubles(),
			"files": {name: _told(self.folder / name) for name in names},
		}
		text = json.dumps(manifest, ensure_ascii=False, indent="\t", sort_keys=True)
		(self.folder / "manifest.json").write_text(text, encoding="utf-8")
		with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
			archive.comment = b"0" * SEAL
			for name in (*names, "manifest.json"):
				archive.write(self.folder / name, name)
		return seal(path)


def _told(path: Path) -> dict[str, Any]:
	size = path.stat().st_size
	return {"sha256": _digest(path, size), "bytes": size}


def _digest(path: Path, size: int) -> str:
	"""SHA-256 of a file's first `size` bytes."""
	digest = hashlib.sha256()
	with path.open("rb") as file:
		while size > 0:
			piece = file.read(min(size, 1 << 20))
			digest.update(piece)
			size -= len(piece)
	return digest.hexdigest()


def seal(path: Path) -> str:
	"""Put the SHA-256 of all before it into the ZIP's comment, which is the file's end."""
	found = _digest(path, path.stat().st_size - SEAL)
	with path.open("r+b") as file:
		file.seek(-SEAL, 2)
		file.write(found.encode())
	return found
