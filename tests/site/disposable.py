"""A site that lives as long as the tests: a copy of a bench's ERPNext site with this app, and its own Redis.

It never writes to the site that it copies, and needs no Frappe: the bench's own Python runs what does.
"""

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

BENCH = Path(os.environ.get("POS_BRIDGE_BENCH") or Path.home() / "frappe-bench")
SITES = BENCH / "sites"
PYTHON = str(BENCH / "env/bin/python")
ROOT = Path(__file__).parents[2]
"""The checkout under test; the bench may have another one installed."""
NAME = os.environ.get("POS_BRIDGE_TEST_SITE", "pos-bridge-test.localhost")
ROOT_USER = os.environ.get("POS_BRIDGE_DB_ROOT_USER", "root")
ROOT_PASSWORD = os.environ.get("POS_BRIDGE_DB_ROOT_PASSWORD", "root")


def environment(*paths: Path, **more: str) -> dict[str, str]:
	"""What a process on the bench starts with: this checkout comes before what the bench has installed."""
	first = os.pathsep.join(map(str, (ROOT, *paths)))
	return {**os.environ, "PYTHONPATH": first, **more}


def common_config() -> dict:
	return json.loads((SITES / "common_site_config.json").read_text())


def source_site() -> str:
	"""The bench's site to copy: POS_BRIDGE_SITE, or the bench's default site; "" if there is none."""
	name = os.environ.get("POS_BRIDGE_SITE") or common_config().get("default_site") or ""
	return name if name and (SITES / name / "site_config.json").exists() else ""


def why_no_source() -> str:
	"""Why there is nothing to copy; "" if there is."""
	if source_site():
		return ""
	return f"no ERPNext site to copy at {BENCH}: set POS_BRIDGE_SITE or the bench's default site."


def database_answers() -> bool:
	"""Whether the bench's MariaDB is there at all, whoever may come in."""
	ping = [_program("mariadb-admin", "mysqladmin"), *_login(), "--connect-timeout=3", "ping"]
	return subprocess.run(ping, capture_output=True).returncode == 0


def check_root() -> None:
	"""Fail in MariaDB's words unless its root lets us make databases."""
	_root("SELECT 1")


def free_port() -> int:
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		return listener.getsockname()[1]


class Redis:
	"""A Redis of the tests' own: other sites' workers neither take our jobs nor see our keys."""

	def __init__(self, folder: Path) -> None:
		self.port = free_port()
		command = [
			"redis-server",
			"--port",
			str(self.port),
			"--bind",
			"127.0.0.1",
			"--save",
			"",
			"--dir",
			folder,
		]
		self._process = subprocess.Popen(
			list(map(str, command)),
			stdin=subprocess.DEVNULL,
			stdout=subprocess.DEVNULL,
			stderr=subprocess.STDOUT,
		)
		self.url = f"redis://127.0.0.1:{self.port}"
		wait_until(lambda: _answers(self.port), "Redis")

	def forget(self) -> None:
		"""Empty it, as where it was started again."""
		with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
			connection.sendall(b"FLUSHALL\r\n")
			connection.recv(16)

	def stop(self) -> None:
		self._process.terminate()
		self._process.wait(10)


def _answers(port: int) -> bool:
	try:
		with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
			connection.sendall(b"PING\r\n")
			return connection.recv(16).startswith(b"+PONG")
	except OSError:
		return False


def wait_until(happened, what: str, seconds: float = 30.0):
	"""What `happened` returns once it is true; fails in words after `seconds`."""
	deadline = time.monotonic() + seconds
	while not (value := happened()):
		assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
		time.sleep(0.02)
	return value


def start_worker(log: Path, queue: str = "default") -> "subprocess.Popen[bytes]":
	"""One of Frappe's own background workers, in a session of its own, as a bench runs it."""
	command = [PYTHON, "-m", "frappe.utils.bench_helper", "frappe", "worker", "--queue", queue]
	with log.open("ab") as said:
		return subprocess.Popen(
			command,
			cwd=SITES,
			env=environment(),
			stdin=subprocess.DEVNULL,
			stdout=said,
			stderr=subprocess.STDOUT,
			start_new_session=True,
		)


class Site:
	"""The disposable site: made by `create`, removed by `drop`."""

	def __init__(self, name: str = NAME) -> None:
		self.name = name
		self.folder = SITES / name
		self.database = "_" + hashlib.sha1(name.encode()).hexdigest()[:16]
		self.kept = f"{self.database}_kept"
		self.password = secrets.token_hex(8)

	def create(self) -> None:
		self.drop()
		for folder in ("public/files", "private/files", "private/backups", "logs", "locks"):
			(self.folder / folder).mkdir(parents=True)
		self._configure()
		self._copy_database(source_site())
		self._weigh_to_the_gram()
		self.bench("install-app", "pos_bridge") if not self._has_app() else self.bench("migrate")

	def query(self, sql: str) -> list[list[str]]:
		"""Rows of a question to the site's database, all values as text."""
		return [line.split("\t") for line in _root(f"USE `{self.database}`; {sql}").splitlines()]

	def keep(self) -> None:
		"""Keep the database as it is now; `restore` brings it back."""
		_root(f"DROP DATABASE IF EXISTS `{self.kept}`; CREATE DATABASE `{self.kept}`")
		((self.kept_at,),) = self.query("SELECT NOW()")
		_copy(self.database, self.kept)

	def restore(self) -> None:
		"""Every table that was written to since `keep` gets its old rows; sequences only go on."""
		changed = self.query(
			f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{self.database}'"
			f" AND table_type = 'BASE TABLE' AND update_time >= '{self.kept_at}'"
		)
		back = "DELETE FROM `{0}`.`{2}`; INSERT INTO `{0}`.`{2}` SELECT * FROM `{1}`.`{2}`"
		tables = [back.format(self.database, self.kept, *row) for row in changed]
		_root("; ".join(["SET foreign_key_checks = 0", "BEGIN", *tables, "COMMIT"]))

	def drop(self) -> None:
		users = "; ".join(
			f"DROP USER IF EXISTS '{self.database}'@'{host}'" for host in ("localhost", "127.0.0.1")
		)
		databases = "; ".join(f"DROP DATABASE IF EXISTS `{each}`" for each in (self.database, self.kept))
		_root(f"{databases}; {users}")
		shutil.rmtree(self.folder, ignore_errors=True)

	def bench(self, *arguments: str, check: bool = True, said: str = "") -> str:
		"""Run a command of Frappe's here, which reads `said`; what it said. `check`: it has to succeed."""
		command = [
			PYTHON,
			"-m",
			"frappe.utils.bench_helper",
			"frappe",
			"--site",
			self.name,
			*arguments,
		]
		done = subprocess.run(
			command,
			cwd=SITES,
			env=environment(),
			input=said,
			capture_output=True,
			text=True,
		)
		assert done.returncode == 0 or not check, f"{arguments}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
		return done.stdout + done.stderr

	def _configure(self) -> None:
		source = json.loads((SITES / source_site() / "site_config.json").read_text())
		config = {
			"db_name": self.database,
			"db_password": self.password,
			"db_type": "mariadb",
			"allow_tests": True,
			"developer_mode": 0,
			"server_script_enabled": 0,
			# 32 bytes in padded base64, as Fernet wants them.
			"encryption_key": source.get("encryption_key") or secrets.token_urlsafe(32) + "=",
		}
		(self.folder / "site_config.json").write_text(json.dumps(config, indent=1))

	def _copy_database(self, source: str) -> None:
		config = json.loads((SITES / source / "site_config.json").read_text())
		hosts = ("localhost", "127.0.0.1")
		_root(
			f"CREATE DATABASE `{self.database}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; "
			+ "; ".join(
				f"CREATE USER '{self.database}'@'{host}' IDENTIFIED BY '{self.password}'; "
				f"GRANT ALL ON `{self.database}`.* TO '{self.database}'@'{host}'"
				for host in hosts
			)
		)
		_copy(config["db_name"], self.database)

	def _weigh_to_the_gram(self) -> None:
		"""Decimals of quantities as ERPNext's set-up wizard leaves them; a site made by hand has none."""
		precision = "'__default', '__default', 'system_defaults', 'float_precision', '3'"
		_root(
			f"USE `{self.database}`; DELETE FROM tabDefaultValue WHERE defkey = 'float_precision';"
			" INSERT INTO tabDefaultValue (name, parent, parenttype, parentfield, defkey, defvalue)"
			f" VALUES ('float-precision', {precision})"
		)

	def _has_app(self) -> bool:
		query = f"SELECT 1 FROM `{self.database}`.`tabInstalled Application` WHERE app_name = 'pos_bridge'"
		return bool(_root(query).strip())


def _login() -> list[str]:
	"""Where the bench says that its database is, as its root."""
	config = common_config()
	places = {"db_host": "--host", "db_port": "--port", "db_socket": "--socket"}
	where = [f"{option}={config[key]}" for key, option in places.items() if config.get(key)]
	return [*where, f"-u{ROOT_USER}", f"--password={ROOT_PASSWORD}"]


def _program(*names: str) -> str:
	"""MariaDB's programs have new names since version 11; the first that is here."""
	return next(filter(None, map(shutil.which, names)), names[0])


def _copy(source: str, target: str) -> None:
	"""All tables of one database into another."""
	dump = [_program("mariadb-dump", "mysqldump"), *_login(), "--single-transaction", "--quick", source]
	load = [_program("mariadb", "mysql"), *_login(), target]
	with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumping:
		subprocess.run(load, stdin=dumping.stdout, check=True)
	assert dumping.returncode == 0, f"mysqldump of {source} failed"


def _root(sql: str) -> str:
	command = [_program("mariadb", "mysql"), *_login(), "-N", "-e", sql]
	done = subprocess.run(command, capture_output=True, text=True)
	assert done.returncode == 0, done.stderr
	return done.stdout
