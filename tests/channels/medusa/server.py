"""A real Medusa on a PostgreSQL of its own, both on loopback and gone afterwards."""

import os
import pwd
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path

from channels.peers import ROOT, SECRET, Inbox, NotInstalled, Process, free_port, install

HERE = Path(__file__).parent
PLUGIN = ROOT / "pos_bridge" / "channels" / "medusa" / "webhooks.js"
EMAIL, PASSWORD = "admin@shop.example", "correct horse"
STEP_SECONDS = 180


def _postgres_folder():
	"""Where PostgreSQL's programs are: on the path, or where Debian puts them."""
	found = shutil.which("initdb")
	versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
	if not found and not versions:
		raise NotInstalled("PostgreSQL was not found; on Debian: apt-get install postgresql")
	return Path(found or versions[-1]).resolve().parent


class Database:
	"""An empty database. PostgreSQL refuses to run as root; then it runs as `postgres`."""

	def __init__(self, folder):
		programs = _postgres_folder()
		user = "postgres" if os.getuid() == 0 else None
		home = folder / "postgres"
		home.mkdir()
		if user:
			os.chown(home, pwd.getpwnam(user).pw_uid, -1)
			for parent in (folder, *folder.parents[:2]):
				parent.chmod(parent.stat().st_mode | 0o011)
		port = free_port()
		self.url = f"postgres://postgres@127.0.0.1:{port}/postgres"
		data = str(home / "data")
		made = subprocess.run(
			[programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
			cwd=home,
			user=user,
			capture_output=True,
			timeout=STEP_SECONDS,
			check=False,
		)
		assert made.returncode == 0, made.stderr.decode(errors="replace")[-500:]
		options = ("-p", str(port), "-k", str(home), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off")
		command = [str(programs / "postgres"), "-D", data, *options]
		log, ready = folder / "postgres.log", "ready to accept connections"
		self._process = Process(command, home, log, {}, ready, user)

	def stop(self):
		self._process.stop()


class Server:
	"""The shop, its database and the inbox of its webhooks. `stop` ends all three."""

	def __init__(self, folder):
		self._home = install(HERE)
		shutil.copy(HERE / "medusa-config.js", self._home)
		subscribers = self._home / "src" / "subscribers"
		subscribers.mkdir(parents=True, exist_ok=True)
		shutil.copy(PLUGIN, subscribers / "pos-bridge.js")
		(self._home / "tsconfig.json").write_text('{ "compilerOptions": { "allowJs": true } }\n')
		with ExitStack() as started:
			database = Database(folder)
			started.callback(database.stop)
			self.inbox = Inbox()
			started.callback(self.inbox.close)
			self._start(folder, database.url)
			started.callback(self._process.stop)
			self._ends = started.pop_all()

	def _start(self, folder, database):
		environment = {
			"DATABASE_URL": database,
			"MEDUSA_DISABLE_TELEMETRY": "true",
			"NODE_ENV": "production",
			"POS_BRIDGE_URL": self.inbox.url,
			"POS_BRIDGE_SECRET": SECRET,
		}
		self._medusa(environment, "db:migrate", "--skip-scripts")
		self._medusa(environment, "user", "-e", EMAIL, "-p", PASSWORD)
		port = free_port()
		self.url = f"http://127.0.0.1:{port}"
		command = [*self._command(), "start", "--host", "127.0.0.1", "--port", str(port)]
		self._process = Process(command, self._home, folder / "medusa.log", environment, "Server is ready")

	def _command(self):
		return ["node", str(self._home / "node_modules" / "@medusajs" / "cli" / "cli.js")]

	def _medusa(self, environment, *arguments):
		done = subprocess.run(
			["nice", *self._command(), *arguments],
			cwd=self._home,
			env={**os.environ, **environment},
			capture_output=True,
			timeout=STEP_SECONDS,
			check=False,
		)
		assert done.returncode == 0, done.stdout.decode(errors="replace")[-1000:]

	def stop(self):
		self._ends.close()
