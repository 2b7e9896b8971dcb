"""The pages that may speak for a till: the first that comes with a key is taken; another one if it knows
the till's daybook, for it was enrolled then, or by a person.

It decides by keys on the shelf alone, so that it works with the company away for months.
"""

import hashlib
import hmac
import sqlite3
from dataclasses import dataclass
from functools import cached_property

from pos_bridge.agent.door.keys import AgentKey, digits_of, read_key
from pos_bridge.agent.door.scopes import SCOPES
from pos_bridge.agent.life.clock import utc_now
from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Rejected, Unauthenticated

MAX_PROOFS = 20
MAX_WAITING = 20
"""Keys that may wait for a person; beyond this the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class PairedPage:
	"""A page's key and what it may do. `digits` are what a person compares."""

	key: str
	till: str
	origin: str
	scopes: tuple[str, ...]
	state: str
	first_seen_at: str
	digits: str


class Door:
	"""The pages of one agent."""

	def __init__(self, store: Store) -> None:
		self._store = store

	@cached_property
	def key(self) -> AgentKey:
		"""Made and read when the first page brings a key: an agent without one needs none."""
		return AgentKey(self._store.path.parent)

	def pages(self) -> list[PairedPage]:
		return self._store.read(lambda db: [_page(row) for row in db.execute(_ALL)])

	def wants_keys(self, till: str) -> bool:
		"""True once a page of this till is paired: then a page without a key is not let in any more.

		Until then an older page, which has none, works on.
		"""
		return any(page.till == till and page.state == "paired" for page in self.pages())

	async def knock(
		self, till: str, key: str, origin: str, nonce: str = "", knows: object = ()
	) -> PairedPage:
		"""A page shows its key. The till's first is paired at once, if a browser sent it; another one waits.

		One whose browser lost its key, or was cleared and enrolled again, shows with `knows` that it has the
		hash of
		an entry of this till (docs/protocol.md, "Pairing"): nobody waits at noon for somebody to let it in.

		`Unauthenticated` where it has to wait for a person, or was put out.
		"""
		read_key(key)
		page = await self._store.write(
			lambda db: _knock(db, till, key, origin, _knows_daybook(db, till, key, nonce, knows))
		)
		if page.state == "paired":
			return page
		if page.state == "revoked":
			raise Unauthenticated("This browser was put out by a person at the agent.", code="not_paired")
		raise Unauthenticated(
			"This browser is not paired with the agent. Open the agent's page on this computer, compare the"
			f" number {page.digits} and let it in.",
			code="not_paired",
		)

	async def decide(self, key: str, state: str) -> None:
		"""A person lets a page in ("paired") or puts it out ("revoked")."""
		if state not in ("paired", "revoked"):
			raise Rejected("A page is let in or put out.")
		await self._store.write(lambda db: _decide(db, key, state))

	async def limit(self, key: str, scopes: tuple[str, ...]) -> None:
		"""What a page may do from its next connection on."""
		kept = " ".join(scope for scope in SCOPES if scope in scopes)
		await self._store.write(
			lambda db: db.execute("UPDATE paired_page SET scopes = ? WHERE key = ?", (kept, key))
		)

	async def note(self, kind: str, words: str) -> None:
		"""Keep that something happened to the agent."""
		await self._store.write(lambda db: note(db, kind, words))

	def happenings(self, limit: int) -> list[dict[str, str]]:
		"""The newest first."""
		query = "SELECT kind, words, at FROM happening ORDER BY position DESC LIMIT ?"
		return self._store.read(lambda db: [dict(row) for row in db.execute(query, (limit,))])


_ALL = "SELECT * FROM paired_page ORDER BY first_seen_at, key"


def knowledge(entry_hash: str, key: str, nonce: str) -> str:
	"""What shows that somebody has an entry's hash, for this key and connection only."""
	said = "\n".join(("posbridge.v1 knows", entry_hash, key, nonce))
	return hashlib.sha256(said.encode("ascii")).hexdigest()


def _knows_daybook(db: sqlite3.Connection, till: str, key: str, nonce: str, knows: object) -> bool:
	"""Whether one of the proofs is of an entry of this till that lies here."""
	for each in knows[:MAX_PROOFS] if isinstance(knows, list) else ():
		if not isinstance(each, dict):
			continue
		chain, sequence, proof = (each.get(name) for name in ("chain", "sequence", "proof"))
		if not isinstance(chain, str) or type(sequence) is not int or not 0 < sequence < 2**53:
			continue
		row = db.execute(
			"SELECT hash FROM entry WHERE till = ? AND chain = ? AND sequence = ?", (till, chain, sequence)
		).fetchone()
		if row and hmac.compare_digest(knowledge(row["hash"], key, nonce).encode(), str(proof).encode()):
			return True
	return False


def _knock(db: sqlite3.Connection, till: str, key: str, origin: str, knows: bool) -> PairedPage:
	row = db.execute("SELECT * FROM paired_page WHERE key = ? AND till = ?", (key, till)).fetchone()
	if row and row["state"] == "waiting" and knows:
		_decide(db, key, "paired", "for it knows the till's daybook")
		row = db.execute("SELECT * FROM paired_page WHERE key = ?", (key,)).fetchone()
	if row:
		return _page(row)
	others = db.execute("SELECT count(*) FROM paired_page WHERE till = ?", (till,)).fetchone()[0]
	state = "paired" if origin and (knows or not others) else "waiting"
	now = utc_now()
	db.execute(
		"INSERT OR REPLACE INTO paired_page VALUES (?, ?, ?, ?, ?, ?, ?)",
		(key, till, origin[:200], " ".join(SCOPES), state, now, now),
	)
	db.execute(
		"DELETE FROM paired_page WHERE state = 'waiting' AND key NOT IN"
		" (SELECT key FROM paired_page WHERE state = 'waiting' ORDER BY first_seen_at DESC, rowid DESC"
		" LIMIT ?)",
		(MAX_WAITING,),
	)
	note(db, "page", f"Page {digits_of(key)} of till {till}: {state}.")
	return _page(db.execute("SELECT * FROM paired_page WHERE key = ?", (key,)).fetchone())


def _decide(db: sqlite3.Connection, key: str, state: str, why: str = "by a person at the agent") -> None:
	changed = db.execute(
		"UPDATE paired_page SET state = ?, changed_at = ? WHERE key = ?", (state, utc_now(), key)
	).rowcount
	if not changed:
		raise Rejected("That page is not known any more: reload.", code="unknown_page")
	note(db, "page", f"Page {digits_of(key)}: {state} {why}.")


def note(db: sqlite3.Connection, kind: str, words: str) -> None:
	db.execute("INSERT INTO happening (kind, words, at) VALUES (?, ?, ?)", (kind, words, utc_now()))


def _page(row: sqlite3.Row) -> PairedPage:
	scopes = tuple(row["scopes"].split())
	return PairedPage(
		row["key"],
		row["till"],
		row["origin"],
		scopes,
		row["state"],
		row["first_seen_at"],
		digits_of(row["key"]),
	)
