"""What a test in a browser asks of whatever runs behind the page: here the demo, on_erpnext.py the other."""

import base64
import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

from benchmarks.processes import Demo
from pos_bridge.core.entry import WireEntry


def rows(demo, shelf, query, *values):
	"""Rows of one of the SQLite files in a folder of the demo's or of an agent's."""
	with closing(sqlite3.connect(demo.folder / f"{shelf}.sqlite")) as connection:
		return connection.execute(query, values).fetchall()


class AgentFolder:
	"""What a till's own process keeps in `folder`: entries, print jobs, and the virtual printer's paper."""

	folder: Path

	def sales(self) -> list[WireEntry]:
		"""The agent's sales, as they were written."""
		found = rows(self, "agent", "SELECT hash, text FROM entry WHERE kind = 'sale' ORDER BY sequence")
		return [WireEntry(*row) for row in found]

	def receipt_numbers(self) -> list[str]:
		return [json.loads(wire.text)["receipt_number"] for wire in self.sales()]

	def printed_with_drawer(self) -> bool:
		"""Whether a receipt is printed that also opened the drawer."""
		return bool(rows(self, "agent", "SELECT 1 FROM print_job WHERE state = 'printed' AND kick = 1"))

	def paper(self) -> str:
		"""What the virtual printer received, as the /devices page gets it."""
		lines = (self.folder / "receipt_printer.jsonl").read_text(encoding="utf-8").splitlines()
		received = (json.loads(line).get("received", "") for line in lines)
		return b"".join(map(base64.b64decode, received)).decode("cp437", errors="replace")


class Standalone(AgentFolder, Demo):
	"""`pos-bridge demo`: agent and company in one process, on one port."""

	@property
	def devices_url(self) -> str:
		return f"{self.url}/devices"

	def open_till(self, page) -> None:
		"""The till's page, which enrols itself."""
		page.goto(f"{self.url}/till")

	def entry_states(self) -> dict[str, str]:
		"""The company's entries by id: waiting, posted or held."""
		return dict(rows(self, "company", "SELECT id, state FROM entry"))

	def booked(self, id) -> dict[str, int]:
		"""Debits less credits of an entry in minor units, by account."""
		lines = "SELECT account, sum(debit_minor) - sum(credit_minor) FROM journal_line"
		return dict(rows(self, "company", f"{lines} WHERE booking = ? GROUP BY 1", id))

	def known_as(self, id: str) -> str:
		"""Whom the company knows a till's new customer as, "" until it does."""
		found = rows(self, "company", "SELECT customer FROM new_customer WHERE id = ?", id)
		return found[0][0] if found else ""

	def shown_to_accountants(self) -> str:
		"""The list of entries as the office sees it."""
		with urllib.request.urlopen(f"{self.url}/api/ledger/entries") as answer:
			return json.dumps(json.load(answer)["message"])
