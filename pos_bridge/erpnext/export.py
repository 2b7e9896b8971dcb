"""The daybook as a file that needs no program of ours: one entry a line, in the order of recording.

It never leaves an entry out, and never changes one.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe
from frappe.utils import now_datetime

PAGE = 1_000
_COLUMNS = "position, hash, text, sent_by, hop, recorded_at, state, reason"


def write_daybook() -> Path:
	"""Write entries and quarantine as gzipped JSON Lines into the site's private backups; the path."""
	folder = Path(frappe.get_site_path("private", "backups"))
	folder.mkdir(parents=True, exist_ok=True)
	path = folder / f"pos_bridge_daybook_{now_datetime():%Y%m%d_%H%M%S}.jsonl.gz"
	with gzip.open(path, "wt", encoding="utf-8") as file:
		for table, columns in (
			("POS Entry", _COLUMNS),
			("POS Quarantine", "position, name, raw, encoding, reason"),
		):
			for row in _rows(table, columns):
				file.write(json.dumps({"table": table, **row}, ensure_ascii=False, default=str) + "\n")
	return path


def _rows(table: str, columns: str) -> Iterator[dict[str, Any]]:
	cursor = 0
	while page := frappe.db.sql(
		f"SELECT {columns} FROM `tab{table}` WHERE position > %s ORDER BY position LIMIT {PAGE}",
		cursor,
		as_dict=True,
	):
		yield from page
		cursor = page[-1]["position"]
