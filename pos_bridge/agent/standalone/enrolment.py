"""Who a till is to the company: codes that enrol it, tokens that it shows. Neither is kept in the clear.

It never tells a wrong code from one that is used up.
"""

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Rejected, Unauthenticated
from pos_bridge.core.sync import enrolment_epoch

CODE_SECONDS = 600
CODE_TRIES = 5
MAX_LIVE_CODES = 20
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_CODE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Enrolled:
	"""A new token, shown this once, and the epoch that the till's next chain has to itself."""

	till: str
	token: str = field(repr=False)
	next_epoch: int


@dataclass(frozen=True, slots=True)
class Sender:
	"""Whom a token belongs to: the till, and what holds it (`page` or `agent`)."""

	till: str
	holder: str


class Enrolment:
	"""The company's tills. `clock` gives Unix seconds."""

	def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
		self._store = store
		self._clock = clock

	async def make_code(self, till: str) -> str:
		"""A code that enrols `till` once, within ten minutes."""
		code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
		now = int(self._clock())
		await self._store.write(lambda db: _keep_code(db, code, till, now))
		return code

	async def enrol(self, code: str) -> Enrolled:
		"""Use a code up. `Rejected` for one that is wrong, used, too old or tried too often."""
		token, now = secrets.token_urlsafe(32), int(self._clock())
		enrolled = await self._store.write(lambda db: _use_code(db, _normal(code), token, now))
		if enrolled is None:
			raise Rejected(
				f"This code is not valid (any more): a code works once, for {CODE_SECONDS // 60} minutes and"
				f" {CODE_TRIES} tries. Make a new one and enter it.",
				code="invalid_code",
			)
		return enrolled

	async def token_for(self, till: str, holder: str) -> str:
		"""A token without a code, for a part of this very process."""
		token, now = secrets.token_urlsafe(32), int(self._clock())
		await self._store.write(lambda db: _keep_token(db, till, token, holder, now))
		return token

	def sender(self, authorization: str | None) -> Sender:
		"""Whom `Authorization: Till <token>` belongs to, else `Unauthenticated`."""
		scheme, _, token = (authorization or "").partition(" ")
		sql = "SELECT till, holder FROM till_token WHERE token_hash = ?"
		row = self._store.read(lambda db: db.execute(sql, (_hash(token),)).fetchone())
		if scheme != "Till" or row is None:
			raise Unauthenticated(
				"The till's token is missing or not known (any more). Enrol this till again; nothing is lost."
			)
		return Sender(row["till"], row["holder"])


def _normal(code: str) -> str:
	return "".join(letter for letter in code.upper() if letter.isalnum())


def _hash(secret: str) -> str:
	return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _keep_code(db: sqlite3.Connection, code: str, till: str, now: int) -> None:
	db.execute("INSERT INTO till (till) VALUES (?) ON CONFLICT DO NOTHING", (till,))
	db.execute("DELETE FROM enrolment_code WHERE made_at <= ?", (now - CODE_SECONDS,))
	db.execute(
		"DELETE FROM enrolment_code WHERE code_hash NOT IN"
		" (SELECT code_hash FROM enrolment_code ORDER BY made_at DESC, rowid DESC LIMIT ?)",
		(MAX_LIVE_CODES - 1,),
	)
	db.execute("INSERT INTO enrolment_code VALUES (?, ?, ?, 0)", (_hash(code), till, now))


def _use_code(db: sqlite3.Connection, code: str, token: str, now: int) -> Enrolled | None:
	live = "made_at > ? AND tries < ?"
	values = (now - CODE_SECONDS, CODE_TRIES)
	row = db.execute(
		f"DELETE FROM enrolment_code WHERE code_hash = ? AND {live} RETURNING till", (_hash(code), *values)
	).fetchone()
	if row is None:
		# Nobody can say which code was meant: a wrong one counts against all that are alive.
		db.execute(f"UPDATE enrolment_code SET tries = tries + 1 WHERE {live}", values)
		return None
	till = str(row["till"])
	epoch = enrolment_epoch(_next_epoch(db, till))
	_keep_token(db, till, token, "page", now)
	db.execute("UPDATE till SET next_epoch = ? WHERE till = ?", (epoch + 1, till))
	return Enrolled(till, token, epoch)


def _keep_token(db: sqlite3.Connection, till: str, token: str, holder: str, now: int) -> None:
	db.execute("INSERT INTO till (till) VALUES (?) ON CONFLICT DO NOTHING", (till,))
	db.execute("INSERT INTO till_token VALUES (?, ?, ?, ?)", (_hash(token), till, holder, now))


def _next_epoch(db: sqlite3.Connection, till: str) -> int:
	row = db.execute(
		"SELECT max(coalesce((SELECT next_epoch FROM till WHERE till = ?1), 1),"
		" coalesce((SELECT max(epoch) + 1 FROM chain WHERE till = ?1), 1))",
		(till,),
	).fetchone()
	return int(row[0])
