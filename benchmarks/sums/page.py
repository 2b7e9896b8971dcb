"""What the page's own engines answer, each in one Node process that is asked line by line."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

FRONTEND = Path(__file__).parents[2] / "frontend"
BUILD = FRONTEND / "tests/process/sums.mjs"


class PageProcess:
	"""The engine of that name ("sums", "pricing"): the sources as they are, built into `folder`."""

	def __init__(self, folder: Path, name: str) -> None:
		build = ["node", BUILD, folder, name]
		subprocess.run(build, cwd=FRONTEND, check=True, capture_output=True, text=True)
		self._process = subprocess.Popen(
			["node", folder / f"{name}.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
		)

	def __enter__(self) -> "PageProcess":
		return self

	def __exit__(
		self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
	) -> None:
		self._process.kill()
		self._process.communicate()

	def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
		assert self._process.stdin
		assert self._process.stdout
		self._process.stdin.write(json.dumps(asked) + "\n")
		self._process.stdin.flush()
		line = self._process.stdout.readline()
		if not line:
			raise RuntimeError("The page's engine ended; what it wrote on standard error says why.")
		answer: dict[str, Any] = json.loads(line)
		return answer
