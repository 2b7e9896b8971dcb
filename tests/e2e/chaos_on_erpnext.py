"""ERPNext behind the till of benchmarks/chaos_browser.py: a disposable site whose server can be killed."""

import os
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.chaos.shop import Kept
from tests.e2e.on_erpnext import TILL, ErpnextShop, why_not

# Behind on_erpnext, which says where this lies.
from disposable import PYTHON, SITES, environment  # isort: skip

SITE = os.environ.get("POS_BRIDGE_CHAOS_SITE", "pos-bridge-chaos.localhost")
ENTRIES = (
	"SELECT name, kind, IFNULL(receipt_number, ''), chain, sequence, HEX(text), state FROM `tabPOS Entry`"
)
SWEEP = """
import sys
import frappe
frappe.init(site=sys.argv[1])
frappe.connect()
from pos_bridge.jobs import sweep
sweep()
frappe.db.commit()
"""
RECEIVED = """SELECT posting.parent, IF(ledger.account LIKE 'Cash - %', 'Cash', 'Card'),
	CAST(ROUND(SUM(ledger.debit - ledger.credit) * 100) AS INTEGER)
	FROM `tabPOS Entry Posting` posting
	JOIN `tabGL Entry` ledger ON ledger.voucher_no = posting.document_name AND ledger.is_cancelled = 0
	WHERE ledger.account LIKE 'Cash - %' OR ledger.account LIKE 'Card Clearing - %' GROUP BY 1, 2"""


class SiteShop:
	"""The company in ERPNext: gunicorn, which is killed, and a worker, which posts."""

	name = "erpnext"

	def __init__(self, folder: Path) -> None:
		if reason := why_not():
			raise RuntimeError(reason)
		self.shop = ErpnextShop(folder, SITE)
		self.url = self.shop.url

	def start(self, agent_url: str) -> None:
		self.shop.start()
		self.shop.site.query(f"UPDATE `tabPOS Till` SET agent_url = '{agent_url}' WHERE name = '{TILL}'")
		self.shop.cache.forget()

	def start_company(self) -> None:
		"""Serve again, and do at once what the scheduler does every minute: look for what nobody posts."""
		if self.shop.server:
			return
		self.shop.serve()
		self._sweep()

	def _sweep(self) -> None:
		"""As the scheduler does; not `bench execute`, which hides a fault behind one of its own."""
		command = [PYTHON, "-c", SWEEP, SITE]
		subprocess.run(command, cwd=SITES, env=environment(), stdin=subprocess.DEVNULL, check=True)

	def kill_company(self) -> None:
		if self.shop.server:
			self.shop.server.kill()
			self.shop.server = None

	def stop(self) -> None:
		self.kill_company()
		self.shop.stop()

	def code(self) -> str:
		return self.shop.code()

	def entries(self) -> Sequence[Kept]:
		return [
			Kept(id, kind, number, chain, int(sequence), bytes.fromhex(text).decode(), state)
			for id, kind, number, chain, sequence, text, state in self.shop.site.query(ENTRIES)
		]

	def quarantined(self) -> Sequence[str]:
		return [reason for (reason,) in self.shop.site.query("SELECT reason FROM `tabPOS Quarantine`")]

	def received(self) -> Mapping[str, Mapping[str, int]]:
		booked: defaultdict[str, dict[str, int]] = defaultdict(dict)
		for entry, tender, minor in self.shop.site.query(RECEIVED):
			booked[entry][tender] = int(minor)
		return booked
