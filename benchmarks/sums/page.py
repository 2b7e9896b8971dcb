"""A cart computed by the page's own engine, in one Node process that is asked line by line."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from pos_bridge.core.sale import Direction, SaleDraft
from pos_bridge.core.sale_body import draft_fields

FRONTEND = Path(__file__).parents[2] / "frontend"
BUILD = FRONTEND / "tests/process/sums.mjs"


class PageEngine:
	"""The sources as they are, built into `folder`."""

	def __init__(self, folder: Path) -> None:
		subprocess.run(["node", BUILD, folder], cwd=FRONTEND, check=True, capture_output=True, text=True)
		self._process = subprocess.Popen(
			["node", folder / "sums.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
		)

	def __enter__(self) -> "PageEngine":
		return self

	def __exit__(
		self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
	) -> None:
		self._process.kill()
		self._process.communicate()

	def compute(self, draft: SaleDraft, direction: Direction = "sale") -> dict[str, Any]:
		"""The page's `Totals`, as it names them."""
		assert self._process.stdin
		assert self._process.stdout
		self._process.stdin.write(json.dumps({"draft": draft_fields(draft), "direction": direction}) + "\n")
		self._process.stdin.flush()
		line = self._process.stdout.readline()
		if not line:
			raise RuntimeError("The page's engine ended; what it wrote on standard error says why.")
		totals: dict[str, Any] = json.loads(line)
		return totals
