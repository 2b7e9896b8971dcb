"""The shelf: one fsync for many, each write on its own, and the way from any older version."""

import asyncio
import resource
import sqlite3
import time
from contextlib import contextmanager

import pytest

from pos_bridge.agent import store as store_module
from pos_bridge.agent.schema import versions
from pos_bridge.agent.store import Store
from pos_bridge.core.errors import Rejected, Retryable


def note(text):
	return lambda db: db.execute("INSERT INTO note VALUES (?)", (text,)).rowcount


@pytest.fixture
def shelf(tmp_path):
	store = Store(tmp_path / "shelf.sqlite", "agent")
	store.write_now(lambda db: db.execute("CREATE TABLE note (text TEXT UNIQUE) STRICT").rowcount)
	yield store
	store.close()


def notes(store):
	return {row[0] for row in store.read(lambda db: db.execute("SELECT text FROM note").fetchall())}


async def test_what_was_answered_is_there_when_the_file_is_opened_again(shelf, tmp_path):
	await shelf.write(note("kept"))
	shelf.close()
	again = Store(tmp_path / "shelf.sqlite", "agent")
	assert notes(again) == {"kept"}
	again.close()


async def test_writes_that_wait_together_share_one_commit(shelf):
	statements = []
	shelf._writer.set_trace_callback(statements.append)
	started = asyncio.create_task(shelf.write(lambda _: time.sleep(0.2)))
	await asyncio.sleep(0.05)
	await asyncio.gather(started, *(shelf.write(note(str(number))) for number in range(100)))
	shelf._writer.set_trace_callback(None)
	assert len(notes(shelf)) == 100
	assert statements.count("COMMIT") <= 3


async def test_a_write_that_fails_undoes_itself_and_none_of_its_neighbours(shelf):
	def half(db):
		note("half")(db)
		raise Rejected("no")

	results = await asyncio.gather(
		shelf.write(note("before")), shelf.write(half), shelf.write(note("after")), return_exceptions=True
	)
	assert isinstance(results[1], Rejected)
	assert notes(shelf) == {"before", "after"}


async def test_a_full_disk_answers_everybody_with_retry_and_keeps_nothing(shelf):
	pages = shelf._writer.execute("PRAGMA page_count").fetchone()[0]
	shelf._writer.execute(f"PRAGMA max_page_count = {pages}")
	with pytest.raises(Retryable, match="disk"):
		await shelf.write(note("x" * 10_000_000))
	shelf._writer.execute("PRAGMA max_page_count = 1000000")
	await shelf.write(note("works again"))
	assert notes(shelf) == {"works again"}


@contextmanager
def no_file_grows_beyond(size):
	"""What a full disk does to a file, without filling one."""
	before = resource.getrlimit(resource.RLIMIT_FSIZE)
	resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
	try:
		yield
	finally:
		resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_disk_that_refuses_the_folding_of_the_log_does_not_end_the_shelf(shelf, monkeypatch, caplog):
	for number in range(40):
		await shelf.write(note(f"{number}" * 100_000))
	with no_file_grows_beyond(shelf.path.stat().st_size + 4_096):
		monkeypatch.setattr(store_module, "IDLE_SECONDS", 0.01)
		with pytest.raises(Retryable, match="disk"):
			await asyncio.wait_for(shelf.write(note("x" * 1_000_000)), 5)
		while "folded together" not in caplog.text:
			await asyncio.wait_for(shelf.write(lambda _: time.sleep(0.02)), 5)
			await asyncio.sleep(0.05)
	await asyncio.wait_for(shelf.write(note("works again")), 5)
	assert len(notes(shelf)) == 41


async def test_more_writes_than_may_wait_are_told_to_come_back(shelf, monkeypatch):
	gate = asyncio.Event()
	loop = asyncio.get_running_loop()
	first = asyncio.create_task(
		shelf.write(lambda db: asyncio.run_coroutine_threadsafe(gate.wait(), loop).result())
	)
	await asyncio.sleep(0.05)
	waiting = [asyncio.create_task(shelf.write(note(str(n)))) for n in range(store_module.MAX_WAITING_WRITES)]
	await asyncio.sleep(0.05)
	with pytest.raises(Retryable, match="waiting for the disk"):
		await shelf.write(note("one too many"))
	gate.set()
	await asyncio.gather(first, *waiting)
	assert len(notes(shelf)) == store_module.MAX_WAITING_WRITES


def test_the_reading_connection_can_not_write(shelf):
	with pytest.raises(sqlite3.OperationalError):
		shelf.read(note("never"))


def test_a_shelf_waits_for_the_disk_at_each_commit(shelf):
	assert shelf._writer.execute("PRAGMA synchronous").fetchone()[0] == 2
	assert shelf._writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
	assert shelf._writer.execute("PRAGMA foreign_keys").fetchone()[0] == 1


async def test_an_idle_shelf_folds_its_log_into_the_file(shelf, tmp_path, monkeypatch):
	monkeypatch.setattr(store_module, "IDLE_SECONDS", 0.05)
	await shelf.write(note("folded"))
	log = tmp_path / "shelf.sqlite-wal"
	for _ in range(200):
		if log.stat().st_size == 0:
			break
		await asyncio.sleep(0.02)
	assert log.stat().st_size == 0


def test_a_closed_shelf_says_so(shelf):
	shelf.close()
	with pytest.raises(Retryable, match="closed"):
		shelf.write_now(note("late"))


def test_a_shelf_has_one_owner_and_the_second_is_told_so(shelf, tmp_path):
	with pytest.raises(Rejected, match="Another POS Bridge"):
		Store(tmp_path / "shelf.sqlite", "agent")
	shelf.close()
	Store(tmp_path / "shelf.sqlite", "agent").close()


def test_a_place_that_can_not_hold_a_shelf_is_refused_in_words(tmp_path):
	(tmp_path / "file").write_text("no folder")
	(tmp_path / "text.sqlite").write_text("no database, but long enough to be looked at as one" * 20)
	for place in (tmp_path / "file" / "shelf.sqlite", tmp_path / "text.sqlite", tmp_path):
		with pytest.raises(Rejected, match="can't be opened"):
			Store(place, "agent")


def shape(path):
	with sqlite3.connect(path) as db:
		rows = db.execute(
			"SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
		).fetchall()
	db.close()
	return rows


@pytest.mark.parametrize("schema", ["agent", "company"])
def test_every_older_version_becomes_the_newest_one(tmp_path, schema):
	Store(tmp_path / "new.sqlite", schema).close()
	steps = versions(schema)
	assert len(steps) >= 2
	for version in range(len(steps)):
		path = tmp_path / f"old-{version}.sqlite"
		old = sqlite3.connect(path)
		for number, sql in enumerate(steps[:version], start=1):
			old.executescript(f"{sql}\nPRAGMA user_version = {number};")
		old.close()
		Store(path, schema).close()
		assert shape(path) == shape(tmp_path / "new.sqlite")


def test_a_shelf_of_a_newer_release_is_refused_in_words_and_left_alone(tmp_path):
	path = tmp_path / "newer.sqlite"
	Store(path, "agent").close()
	newer = sqlite3.connect(path)
	newer.execute("PRAGMA user_version = 999")
	newer.close()
	with pytest.raises(Rejected, match="newer POS Bridge"):
		Store(path, "agent")
	again = sqlite3.connect(path)
	assert again.execute("PRAGMA user_version").fetchone()[0] == 999
	again.close()


def test_both_shelves_keep_a_daybook_in_the_same_tables():
	company, agent = versions("company")[0], versions("agent")[0]
	assert agent.startswith(company)
