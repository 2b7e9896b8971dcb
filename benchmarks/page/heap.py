"""JavaScript heaps of a page and its dedicated workers, garbage collected. It never changes the page."""

import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

from benchmarks.page.offline import devtools

COLLECTIONS = 3
"""What one collection frees can free more in the next."""
ANSWER_MS = 10_000
STEP_MS = 5


class Heaps:
	"""The heaps of one page, by DevTools; workers speak through their page's session."""

	def __init__(self, page: Page) -> None:
		self._page = page
		self._session = devtools(page)
		self._workers: dict[str, str] = {}
		self._answers: dict[int, Mapping[str, Any]] = {}
		self._calls = 0
		self._session.on("Target.attachedToTarget", self._attached)
		self._session.on("Target.receivedMessageFromTarget", self._received)
		options = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
		self._session.send("Target.setAutoAttach", options)

	def used_mb(self) -> dict[str, float]:
		"""Millions of bytes in use, by "page" and by the address of each worker's script."""
		for _ in range(COLLECTIONS):
			self._session.send("HeapProfiler.collectGarbage")
			for worker in self._workers:
				self._ask(worker, "HeapProfiler.collectGarbage")
		used = {"page": self._session.send("Runtime.getHeapUsage")}
		used |= {url: self._ask(worker, "Runtime.getHeapUsage") for worker, url in self._workers.items()}
		return {name: heap["usedSize"] / 1_000_000 for name, heap in used.items()}

	def _attached(self, event: Mapping[str, Any]) -> None:
		if event["targetInfo"]["type"] == "worker":
			self._workers[event["sessionId"]] = event["targetInfo"]["url"]

	def _received(self, event: Mapping[str, Any]) -> None:
		message = json.loads(event["message"])
		if "id" in message:
			self._answers[message["id"]] = message

	def _ask(self, worker: str, method: str) -> Mapping[str, Any]:
		self._calls += 1
		message = json.dumps({"id": self._calls, "method": method, "params": {}})
		self._session.send("Target.sendMessageToTarget", {"sessionId": worker, "message": message})
		for _ in range(ANSWER_MS // STEP_MS):
			if answer := self._answers.pop(self._calls, None):
				result: Mapping[str, Any] = answer["result"]
				return result
			self._page.wait_for_timeout(STEP_MS)
		raise RuntimeError(f"The worker {self._workers[worker]} did not answer {method}.")
