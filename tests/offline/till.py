"""The till's page in a Node process: its own daybook, pusher and connection, spoken to in lines of JSON."""

import json
import subprocess
from pathlib import Path

FRONTEND = Path(__file__).parents[2] / "frontend"
BUILD = FRONTEND / "tests/process/build.mjs"
START_MS = 1_795_000_000_000
"""What the till's clock says at the beginning: 2026-11-18."""


def built(folder):
	"""The till's process, built from the sources as they are."""
	subprocess.run(["node", BUILD, folder], cwd=FRONTEND, check=True, capture_output=True, text=True)
	return folder


class TillProcess:
	"""One Node process for many tills, one after the other."""

	def __init__(self, folder):
		command = ["node", folder / "till.mjs", folder / "page.js", folder / "worker.js"]
		self._process = subprocess.Popen(
			command, cwd=FRONTEND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
		)
		self.until_next = None

	def tell(self, op, **more):
		"""Say what happens to the till; what it then says, until it is quiet again."""
		self._process.stdin.write(json.dumps({"op": op, **more}) + "\n")
		self._process.stdin.flush()
		line = self._process.stdout.readline()
		assert line, "The till's process ended; what it wrote on standard error says why."
		answer = json.loads(line)
		self.until_next = answer.get("until_next")
		return answer["said"]

	def end(self):
		self._process.stdin.close()
		self._process.stdout.close()
		self._process.wait(timeout=10)
