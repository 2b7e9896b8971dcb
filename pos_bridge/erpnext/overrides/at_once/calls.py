"""What a transaction calls to open desks and tills goes to Redis in one message, not one by one.

It never changes, reorders or leaves out a call.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import frappe.realtime
import frappe.utils.background_jobs as background_jobs
import redis

from pos_bridge.erpnext.overrides.definitions import replaced


@contextmanager
def called_together() -> Iterator[None]:
	"""Within it, Frappe's calls after a commit, one for each saved document, share one trip to Redis."""
	if not hasattr(frappe.realtime, "flush_realtime_log"):
		yield
		return
	with replaced(frappe.realtime, "flush_realtime_log", _flush_realtime_log):
		yield


def _flush_realtime_log(own: Callable[[], None]) -> Callable[[], None]:
	def flush_realtime_log() -> None:
		pipe: Any = background_jobs.get_redis_connection_without_auth().pipeline(transaction=False)
		with replaced(background_jobs, "get_redis_connection_without_auth", lambda _: lambda: pipe):
			own()
		# As Frappe does: who is not called asks by itself.
		with suppress(redis.exceptions.ConnectionError):
			pipe.execute()

	return flush_realtime_log
