"""Background jobs: post what waits, sweep every minute. It claims, calls, and writes down what came of it.

It never holds more than one transaction open, and never gives an entry up.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import frappe
from frappe.utils import cint, now_datetime

from pos_bridge.erpnext import receipt_mail
from pos_bridge.erpnext.audit import deliver
from pos_bridge.erpnext.audit.export import export
from pos_bridge.erpnext.batches.gather import Gathered, gather
from pos_bridge.erpnext.batches.post import post_together
from pos_bridge.erpnext.catalogue import poke
from pos_bridge.erpnext.credit import expiry, leases
from pos_bridge.erpnext.isolation import begin, is_clash, is_database_away, wait_seconds
from pos_bridge.erpnext.online import orders
from pos_bridge.erpnext.overrides.at_once.calls import called_together
from pos_bridge.erpnext.overrides.at_once.written_together import written_together
from pos_bridge.erpnext.overrides.company_sales import bring_up_to_date, company_sales_later
from pos_bridge.erpnext.overrides.definitions import definitions_remembered
from pos_bridge.erpnext.overrides.ledgers import ledgers_trusted, nothing_left_as_being_saved
from pos_bridge.erpnext.overrides.masters import masters_remembered
from pos_bridge.erpnext.overrides.proxies import proxies_resolved
from pos_bridge.erpnext.posting import fate, refusals
from pos_bridge.erpnext.posting.post import as_till, post
from pos_bridge.erpnext.reconcile import scope
from pos_bridge.erpnext.shift_report import mail

DRAIN_SECONDS = 20.0
"""How long one job posts before it lets other jobs have the worker; another one goes on."""
BACKLOG_PER_WORKER = 20
"""More waiting entries than this call another worker to help."""
WAKE_SECONDS = 30
"""How long a call for a worker counts as heard; a lost one is made up for by the next push or the sweep."""
MAX_WAIT_SECONDS = 300
MAX_UNEXPLAINED = 5
"""Tries after which a fault that nobody foresaw is shown as held; passing faults are tried for ever."""
OBJECTS_UNTIL_COLLECTED = 100_000
"""Python looks for garbage after so many new objects; a sale makes tens of thousands, soon gone again."""
QUEUE = "default"
_WAKE = "pos_bridge:poster_called"


def wake_poster() -> None:
	"""Call a worker, unless one is called already that has not begun yet. Call it after the commit."""
	cache = frappe.cache
	if cache.set(cache.make_key(_WAKE), 1, ex=WAKE_SECONDS, nx=True):
		frappe.enqueue("pos_bridge.jobs.post_waiting", queue=QUEUE, timeout=300)


def sweep() -> None:
	"""Every minute: call a worker for whatever waits, because a call can be lost with Redis or a worker."""
	if fate.count_due():
		frappe.cache.delete_value(_WAKE)
		wake_poster()


def post_waiting() -> int:
	"""Post until nothing is due or the time is up; how many entries were posted or held."""
	# Gone before the first look: whoever records from now on calls again.
	frappe.cache.delete_value(_WAKE)
	if cint(frappe.db.get_single_value("POS Bridge Settings", "posting_paused")):
		return 0
	with as_till():
		with nothing_asked_twice() as companies, _collected_less_often():
			done = _drain(time.monotonic() + DRAIN_SECONDS)
		_add_up(companies)
	return done


@contextmanager
def nothing_asked_twice() -> Iterator[set[str]]:
	"""Within it, all of docs/adr/0011 is in force; yields the companies whose sales are to be added up."""
	with (
		company_sales_later() as companies,
		written_together(),
		called_together(),
		definitions_remembered(),
		masters_remembered(),
		ledgers_trusted(),
		proxies_resolved(),
	):
		yield companies


@contextmanager
def _collected_less_often() -> Iterator[None]:
	first, *later = gc.get_threshold()
	gc.set_threshold(max(first, OBJECTS_UNTIL_COLLECTED), *later)
	try:
		yield
	finally:
		gc.set_threshold(first, *later)


def _drain(until: float) -> int:
	done, called = 0, False
	while time.monotonic() < until:
		if done and not called and fate.count_due() > BACKLOG_PER_WORKER:
			called = True
			wake_poster()
		posted = _post_next()
		if posted is None:
			return done
		done += posted
	wake_poster()
	return done


def _add_up(companies: set[str]) -> None:
	"""Bring the companies' figures up to date; one that met another worker is left to the next job."""
	if not companies:
		return
	begin()
	try:
		bring_up_to_date(companies)
		frappe.db.commit()
	except Exception as error:  # BLE001 - anything but a clash goes on to the caller
		frappe.db.rollback()
		if not is_clash(error):
			raise


def _post_next() -> int | None:
	"""Claim the oldest entry and post it, with others if it is plain; how many, None if none is due."""
	begin()
	claimed = fate.claim()
	if claimed is None:
		frappe.db.rollback()
		return None
	if _asks_for_sales_before(claimed):
		return 0
	names = [claimed["name"]]
	try:
		gathered = gather(claimed)
		if gathered and (until := gathered.waits_until):
			fate.wait_for_more(gathered.names, until)
			frappe.db.commit()
			return 0
		if gathered and len(gathered.sales) > 1:
			names = gathered.names
			return _post_together(gathered)
	except Exception as error:  # noqa: BLE001 - one sale's fault must not keep the others from the books
		_give_up_together(names, error)
		return _post_one_by_one(names)
	_post_or_explain(claimed)
	return 1


def _asks_for_sales_before(claimed: Mapping[str, Any]) -> bool:
	"""Whether the entry comes after sales that waited, or another worker was in the way: claim it again."""
	try:
		asked = fate.ask_for_sales_before(claimed)
	except Exception as error:  # BLE001 - anything but a clash goes on to the caller
		frappe.db.rollback()
		if not is_clash(error):
			raise
		return True
	if asked:
		frappe.db.commit()
	return asked


def _post_together(gathered: Gathered) -> int:
	with nothing_left_as_being_saved():
		bookings = post_together(gathered)
	fate.keep(bookings)
	frappe.db.commit()
	return len(bookings)


def _give_up_together(names: list[str], error: Exception) -> None:
	"""Nothing of it stays: what is in the way of all may be in the way of one of them only."""
	frappe.db.rollback()
	if is_database_away(error):
		raise error
	frappe.local.message_log = []
	if not is_clash(error):
		frappe.logger("pos_bridge").warning(f"{len(names)} sales are posted one by one", exc_info=error)


def _post_one_by_one(names: list[str]) -> int:
	done = 0
	for name in names:
		begin()
		if claimed := fate.claim_named(name):
			_post_or_explain(claimed)
			done += 1
	return done


def _post_or_explain(claimed: Mapping[str, Any]) -> None:
	try:
		with nothing_left_as_being_saved():
			booking = post(fate.stored(claimed), claimed["post_on"])
		fate.keep({claimed["name"]: booking})
		frappe.db.commit()
	except Exception as error:  # noqa: BLE001 - one entry's fault must not keep the others from the books
		_give_back(claimed, error)


def _give_back(claimed: Mapping[str, Any], error: Exception) -> None:
	"""Nothing of it stays; then its fate is written down in a transaction of its own."""
	if is_database_away(error):
		raise error
	refused = refusals.is_refusal(error)
	tries = (claimed["attempts"] or 0) + 1
	passing = is_clash(error) or isinstance(error, OSError)
	if not refused and not passing:
		frappe.logger("pos_bridge").error(f"Entry {claimed['name']} could not be posted", exc_info=error)
	if refused or (not passing and tries >= MAX_UNEXPLAINED):
		refusal = refusals.refusal_of(error, str(claimed["business_date"]), claimed["company"])
		begin()
		fate.hold(claimed["name"], refusal, tries)
	else:
		wait = wait_seconds(error, tries, MAX_WAIT_SECONDS)
		begin()
		fate.wait(claimed["name"], tries, str(error), now_datetime() + timedelta(seconds=wait))
	frappe.local.message_log = []
	frappe.db.commit()


def expire_credits() -> None:
	"""Daily: what may not be spent any more. What the books refuse today is tried again tomorrow."""
	with as_till():
		leases.forget_what_is_over()
		frappe.db.commit()
		for company in expiry.companies():
			while _expire_some(company):
				pass


def _expire_some(company: str) -> int:
	begin()
	try:
		expired = expiry.expire(company)
		frappe.db.commit()
		return expired
	except Exception as error:  # noqa: BLE001 - one company's closed books must not stop another's
		frappe.db.rollback()
		frappe.log_error(title="POS Bridge: credits did not expire", message=f"{company}: {error}")
		frappe.db.commit()
		return 0


def mail_reports() -> int:
	"""Every minute: queue the Zs that are due by e-mail; how many. One that fails is tried again."""
	return _each_mailed("The Z", mail.due(), mail.mail)


def mail_receipts() -> int:
	"""Every minute: queue the receipts that are wanted by e-mail; how many. One that fails is tried again."""
	return _each_mailed("The receipt", receipt_mail.due(), receipt_mail.send)


def _each_mailed(what: str, due: Iterable[str], send: Callable[[str], int]) -> int:
	queued = 0
	for name in due:
		begin()
		try:
			queued += send(name)
			frappe.db.commit()
		except Exception as error:  # noqa: BLE001 - one letter must not keep the others from going out
			frappe.db.rollback()
			frappe.logger("pos_bridge").error(f"{what} {name} could not be mailed", exc_info=error)
	return queued


def call_tills() -> None:
	"""Call the tills once more, a moment after a call that others followed too soon."""
	time.sleep(poke.QUIET_SECONDS)
	poke.call_again()


def export_for_auditor(company: str, first: str, last: str, till: str, user: str) -> str:
	"""Write an auditor's export as a private file of the company, and tell whoever asked; the file's URL."""
	path = deliver.place_of(company, first, last, till)
	seal = export(scope.asked(company, first, last, till), path)
	url = deliver.deliver(path, company, user, seal)
	frappe.db.commit()
	return url


def retry(names: list[str]) -> int:
	"""Let held entries be posted again now; how many were held."""
	released = fate.release(names, frappe.session.user)
	orders.ask_again_for(names)
	frappe.db.after_commit.add(wake_poster)
	return released
