"""The spool: nothing lost, nothing printed twice unmarked, in order, through faults and restarts."""

import pytest

from pos_bridge.agent.devices import drawer, jobs, press
from pos_bridge.agent.devices.floor.equipment import Equipment
from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure, Status, nobody
from pos_bridge.agent.devices.profile import GENERIC_80MM, PrinterProfile
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.ports import Submitted
from pos_bridge.agent.spool import PrintSpool
from pos_bridge.core.errors import Malformed, Rejected, Retryable
from pos_bridge.core.receipt import ReceiptDocument, Text

PAPER_OUT = frozenset({"paper_out"})


class TroubledPrinter:
	"""A printer whose next jobs end as told: an error is raised, None prints."""

	kind = "troubled"
	profile = GENERIC_80MM

	def __init__(self, *endings):
		self._endings = list(endings)
		self.sent = []

	def status(self):
		return Status(Condition.READY)

	def send(self, data, tell=nobody):
		ending = self._endings.pop(0) if self._endings else None
		if ending:
			raise ending
		self.sent.append(data)
		return ""

	def watch(self, changed):
		changed()

	def close(self):
		self._endings.clear()


def texts(printer):
	return [slip.texts[0] for slip in printer.roll().slips]


async def test_a_job_is_printed_and_every_step_is_told(running, receipt):
	printer = VirtualPrinter()
	async with running(printer) as (spool, changes):
		answer = await spool.submit("1:receipt", "receipt", receipt("hello"), False, "sale 1")
		await changes.reaches("1:receipt", "printed")
	assert answer == Submitted("created", "queued")
	assert changes.states("1:receipt") == ["printing", "printed"]
	assert texts(printer) == ["hello"]


async def test_the_same_job_again_prints_nothing_and_another_under_its_id_is_a_conflict(running, receipt):
	printer = VirtualPrinter()
	async with running(printer) as (spool, changes):
		await spool.submit("1:receipt", "receipt", receipt("hello"), False, "sale")
		await changes.reaches("1:receipt", "printed")
		again = await spool.submit("1:receipt", "receipt", receipt("hello"), False, "sale, said otherwise")
		other = await spool.submit("1:receipt", "receipt", receipt("other"), False, "sale")
		kicking = await spool.submit("1:receipt", "receipt", receipt("hello"), True, "sale")
		await spool.submit("2:receipt", "receipt", receipt("next"), False, "sale")
		await changes.reaches("2:receipt", "printed")
	assert again == Submitted("exists", "printed")
	assert (other.outcome, kicking.outcome) == ("conflict", "conflict")
	assert texts(printer) == ["hello", "next"]
	assert not printer.roll().drawer_open


async def test_a_job_is_on_disk_when_it_is_answered_for(running, store, receipt):
	async with running(VirtualPrinter()) as (spool, _):
		await spool.submit("1:receipt", "receipt", receipt("hello"), False, "sale")
		found = store.read(lambda connection: jobs.find(connection, "1:receipt"))
	assert found is not None
	assert found.reason == "sale"


async def test_jobs_print_in_the_order_in_which_they_came(running, receipt):
	printer = VirtualPrinter()
	names = [f"job {at}" for at in range(20)]
	async with running(printer) as (spool, changes):
		for name in names:
			await spool.submit(name, "receipt", receipt(name), False, "")
		await changes.reaches(names[-1], "printed")
	assert texts(printer) == names


async def test_a_printer_that_is_away_does_not_hold_up_another(running, receipt):
	kitchen, bar = VirtualPrinter(), VirtualPrinter()
	kitchen.set_faults(frozenset({"offline"}))
	async with running(kitchen=kitchen, bar=bar) as (spool, changes):
		await spool.submit("1", "kitchen", receipt("soup"), False, "")
		await spool.submit("2", "bar", receipt("tea"), False, "")
		await changes.reaches("2", "printed")
	assert (texts(kitchen), texts(bar)) == ([], ["tea"])


@pytest.mark.parametrize("fault", ["paper_out", "cover_open", "offline"])
async def test_jobs_wait_for_a_printer_in_trouble_and_go_on_by_themselves(running, receipt, fault):
	printer = VirtualPrinter()
	printer.set_faults(frozenset({fault}))
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), False, "")
		await spool.submit("2", "receipt", receipt("two"), False, "")
		await changes.printer_is(fault)
		await changes.reaches("1", "queued")
		assert texts(printer) == []
		printer.set_faults(frozenset())
		await changes.reaches("2", "printed")
	assert texts(printer) == ["one", "two"]
	assert [change.reason for change in changes.jobs if change.state == "queued"] != [""]


async def test_paper_that_runs_out_between_two_jobs_loses_neither(running, receipt):
	printer = VirtualPrinter()
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), False, "")
		await changes.reaches("1", "printed")
		printer.set_faults(PAPER_OUT)
		await spool.submit("2", "receipt", receipt("two"), False, "")
		await changes.printer_is("paper_out")
		printer.set_faults(frozenset())
		await changes.reaches("2", "printed")
	assert texts(printer) == ["one", "two"]


async def test_a_job_of_which_nothing_left_is_tried_again(running, receipt):
	printer = TroubledPrinter(PrinterAway("unplugged"), PrinterAway("unplugged"))
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), True, "sale")
		await changes.reaches("1", "printed")
		assert [opening.state for opening in spool.openings(9)] == ["opened"]
	assert changes.states("1") == ["printing", "queued", "printing", "queued", "printing", "printed"]
	assert len(printer.sent) == 1


async def test_a_job_that_broke_off_is_unsure_and_never_printed_again_by_itself(running, receipt):
	printer = TroubledPrinter(PrintUnsure("cable pulled", 10, 99))
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), True, "sale")
		await spool.submit("2", "receipt", receipt("two"), False, "sale")
		await changes.reaches("2", "printed")
		assert [opening.state for opening in spool.openings(9)] == ["unsure"]
		assert await spool.submit("1", "receipt", receipt("one"), True, "sale") == Submitted(
			"exists", "unsure"
		)
	assert changes.states("1") == ["printing", "unsure"]
	assert len(printer.sent) == 1


async def test_an_unsure_job_is_printed_again_on_request_marked_and_without_the_drawer(running, receipt):
	printer = TroubledPrinter(PrintUnsure("cable pulled", 10, 99))
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), True, "sale")
		await changes.reaches("1", "unsure")
		await spool.answer_unsure("1", printed=False)
		await changes.reaches("1", "printed")
	paper = VirtualPrinter()
	paper.send(printer.sent[0])
	assert paper.roll().slips[0].texts[:2] == [press.REPEATED_NOTICE, "one"]
	assert not paper.roll().drawer_open


async def test_an_unsure_job_that_a_person_saw_on_paper_is_printed(running, receipt):
	printer = TroubledPrinter(PrintUnsure("cable pulled", 10, 99))
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), False, "sale")
		await changes.reaches("1", "unsure")
		await spool.answer_unsure("1", printed=True)
		await changes.reaches("1", "printed")
		with pytest.raises(Rejected, match="nothing to decide"):
			await spool.answer_unsure("1", printed=True)
	assert not printer.sent


async def test_a_job_that_a_crash_caught_printing_is_unsure_after_the_restart(running, store, receipt, cache):
	printer = VirtualPrinter()
	spool = PrintSpool(store, {"receipt": printer}, cache)
	await spool.submit("1", "receipt", receipt("one"), True, "sale")
	await spool.submit("2", "receipt", receipt("two"), False, "sale")
	caught = spool.latest(2)[1]
	store.write_now(lambda connection: jobs.begin(connection, caught, True))
	async with running(printer) as (restarted, changes):
		await changes.reaches("2", "printed")
		assert [opening.state for opening in restarted.openings(9)] == ["unsure"]
	assert changes.states("1") == ["unsure"]
	assert texts(printer) == ["two"]


async def test_what_waits_when_the_process_stops_prints_after_the_next_start(running, store, receipt):
	printer = VirtualPrinter()
	printer.set_faults(PAPER_OUT)
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), False, "")
		await changes.reaches("1", "queued")
	printer.set_faults(frozenset())
	async with running(printer) as (_, changes):
		await changes.reaches("1", "printed")
	assert texts(printer) == ["one"]


async def test_every_opening_of_the_drawer_is_on_record_with_its_reason_and_time(running, receipt):
	printer = VirtualPrinter()
	async with running(printer) as (spool, changes):
		await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale T1-1-000001")
		await spool.submit("2:kick", "receipt", None, True, "change for\x1b a customer")
		await changes.reaches("2:kick", "printed")
		openings = spool.openings(9)
	assert printer.roll().drawer_open
	assert [(opening.reason, opening.state) for opening in openings] == [
		("change for a customer", "opened"),
		("sale T1-1-000001", "opened"),
	]
	assert all(opening.opened_at.endswith("+00:00") for opening in openings)


async def test_a_drawer_that_nobody_waits_for_any_more_stays_closed(running, receipt, monkeypatch):
	monkeypatch.setattr(press, "KICK_PATIENCE_SECONDS", -1)
	printer = VirtualPrinter()
	async with running(printer) as (spool, changes):
		await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale")
		await spool.submit("2:kick", "receipt", None, True, "change")
		await changes.reaches("1:receipt", "printed")
		await changes.reaches("2:kick", "failed")
		assert not spool.openings(9)
	assert texts(printer) == ["one"]
	assert not printer.roll().drawer_open
	assert "stayed closed" in changes.jobs[-1].reason


async def test_a_drawer_stays_closed_when_the_clock_was_set_back_while_it_waited(running, store, monkeypatch):
	printer = VirtualPrinter()
	printer.set_faults(PAPER_OUT)
	async with running(printer) as (spool, changes):
		await spool.submit("1:kick", "receipt", None, True, "change")
		store.write_now(
			lambda db: (
				db.execute("UPDATE print_job SET submitted_at = '2999-01-01T00:00:00.000+00:00'").rowcount
			)
		)
		printer.set_faults(frozenset())
		await changes.reaches("1:kick", "failed")
	assert not printer.roll().drawer_open
	assert "open it anew" in changes.jobs[-1].reason


async def test_a_receipt_that_cannot_be_encoded_fails_with_words_and_the_next_one_prints(running, receipt):
	printer = VirtualPrinter()
	too_long = {"columns": 42, "elements": [{"type": "space"}] * 3_000}
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", too_long, False, "")
		await spool.submit("2", "receipt", receipt("two"), False, "")
		await changes.reaches("2", "printed")
	assert changes.states("1") == ["failed"]
	assert "longer than" in changes.jobs[0].reason


async def test_a_fault_of_our_own_in_one_job_does_not_stop_the_others(running, receipt):
	printer = TroubledPrinter(ZeroDivisionError("a bug"))
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), False, "")
		await spool.submit("2", "receipt", receipt("two"), False, "")
		await changes.reaches("2", "printed")
	assert changes.states("1") == ["printing", "unsure"]


async def test_letters_that_the_printer_lacks_are_told_with_the_printed_job(running, receipt):
	printer = VirtualPrinter(profile=PrinterProfile(raster=False))
	async with running(printer) as (spool, changes):
		await spool.submit("1", "receipt", receipt("日本"), False, "")
		await changes.reaches("1", "printed")
	assert "2 of its characters" in changes.jobs[-1].reason


async def test_nonsense_is_refused_before_it_is_kept(running, receipt):
	async with running(VirtualPrinter()) as (spool, _):
		with pytest.raises(Rejected, match="has no printer 'bar'; it has: receipt"):
			await spool.submit("1", "bar", receipt("x"), False, "")
		with pytest.raises(Malformed):
			await spool.submit("1", "receipt", {"columns": 42, "elements": [{"type": "raw"}]}, False, "")
		with pytest.raises(Malformed, match="prints a document, opens the drawer"):
			await spool.submit("1", "receipt", None, False, "")
		with pytest.raises(Malformed, match="id"):
			await spool.submit("", "receipt", receipt("x"), False, "")
		assert spool.latest(9) == []


async def test_the_spool_takes_a_limited_number_of_jobs(running, receipt, monkeypatch):
	monkeypatch.setattr(jobs, "MAX_WAITING_JOBS", 2)
	printer = VirtualPrinter()
	printer.set_faults(PAPER_OUT)
	async with running(printer) as (spool, _):
		for name in ("1", "2"):
			await spool.submit(name, "receipt", receipt(name), False, "")
		with pytest.raises(Retryable, match="get it going again"):
			await spool.submit("3", "receipt", receipt("3"), False, "")
		assert (await spool.submit("2", "receipt", receipt("2"), False, "")).outcome == "exists"


async def test_documents_of_long_ago_are_let_go_but_their_ids_are_kept(running, receipt, monkeypatch):
	monkeypatch.setattr(jobs, "MAX_KEPT_DOCUMENTS", 2)
	async with running(VirtualPrinter()) as (spool, changes):
		for name in ("1", "2", "3", "4"):
			await spool.submit(name, "receipt", receipt(name), False, "")
		await changes.reaches("4", "printed")
		assert [bool(job.document) for job in spool.latest(9)] == [True, True, False, False]
		assert (await spool.submit("1", "receipt", receipt("1"), False, "")).outcome == "exists"


async def test_printers_tell_their_kind_width_and_trouble(running):
	printer = VirtualPrinter()
	async with running(printer) as (spool, changes):
		await changes.printer_is("ready")
		[ready] = spool.printers()
		printer.set_faults(frozenset({"cover_open"}))
		await changes.printer_is("cover_open")
		[opened] = spool.printers()
	assert (ready.printer, ready.kind, ready.columns, ready.online) == ("receipt", "virtual", 42, True)
	assert (opened.online, opened.reason) == (False, "The cover is open: close it.")


async def test_drawer_and_a_roll_near_its_end_are_told_though_the_printer_is_ready(eventually, running):
	printer = VirtualPrinter()
	async with running(printer) as (spool, changes):
		await changes.printer_is("ready")
		await spool.submit("1:kick", "receipt", None, True, "")
		await eventually(lambda: changes.printers[-1].drawer == "open")
		printer.set_faults(frozenset({"paper_low"}))
		await eventually(lambda: changes.printers[-1].paper_low)
		printer.close_drawer()
		await eventually(lambda: changes.printers[-1].drawer == "closed")
	assert {status.state for status in changes.printers} == {"ready"}


async def test_a_drawer_that_is_left_open_is_told_once_it_has_been_for_long(eventually, running, monkeypatch):
	monkeypatch.setattr(drawer, "LEFT_OPEN_SECONDS", -1)
	async with running(VirtualPrinter()) as (spool, changes):
		await spool.submit("1:kick", "receipt", None, True, "")
		await eventually(lambda: changes.printers and changes.printers[-1].drawer == "left_open")


async def test_another_printer_stands_in_and_the_drawer_stays_closed(
	eventually, running, receipt, monkeypatch
):
	monkeypatch.setattr(press, "STAND_IN_SECONDS", -1)
	first, second = VirtualPrinter(), VirtualPrinter()
	first.set_faults(frozenset({"offline"}))
	async with running(receipt=Equipment(first, stand_in="office"), office=second) as (spool, changes):
		await eventually(lambda: spool.is_ready("office"))
		await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale")
		await changes.reaches("1:receipt", "printed")
		assert (await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale")).outcome == "exists"
		assert not spool.openings(9)
	assert (texts(first), texts(second)) == ([], ["one"])
	assert not second.roll().drawer_open
	assert changes.jobs[-1].reason == "Taken over from receipt, which is away: printed on office."


class LineDrawer:
	"""A drawer that hangs on no printer; `away` is how often it can't be reached first."""

	def __init__(self, away=0):
		self.kicks, self._away = 0, away

	def kick(self):
		if self._away:
			self._away -= 1
			raise PrinterAway("the drawer's line is not there")
		self.kicks += 1


async def test_a_drawer_with_a_line_of_its_own_opens_though_the_printer_is_away(running, receipt):
	printer, line = VirtualPrinter(), LineDrawer(away=1)
	printer.set_faults(frozenset({"offline"}))
	async with running(Equipment(printer, drawer=line)) as (spool, changes):
		await spool.submit("1:kick", "receipt", None, True, "change")
		await changes.reaches("1:kick", "printed")
		printer.set_faults(frozenset())
		await spool.submit("2:receipt", "receipt", receipt("two"), True, "sale")
		await changes.reaches("2:receipt", "printed")
		assert [opening.state for opening in spool.openings(9)] == ["opened", "opened"]
	assert (line.kicks, printer.roll().drawer_open) == (2, False)


async def test_a_drawer_that_stays_closed_costs_no_receipt_and_is_on_record_as_closed(running, receipt):
	printer = VirtualPrinter()
	async with running(Equipment(printer, drawer=LineDrawer(away=9))) as (spool, changes):
		await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale")
		await changes.reaches("1:receipt", "printed")
		assert [opening.state for opening in spool.openings(9)] == ["not_opened"]
	assert texts(printer) == ["one"]
	assert "line is not there" in changes.jobs[-1].reason


async def test_a_printer_put_in_the_place_of_another_prints_what_waits(running, receipt):
	before, after = VirtualPrinter(), VirtualPrinter()
	before.set_faults(PAPER_OUT)
	async with running(before) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), False, "")
		await changes.reaches("1", "queued")
		await spool.equip("receipt", Equipment(after))
		await changes.reaches("1", "printed")
	assert (texts(before), texts(after)) == ([], ["one"])


async def test_a_layout_of_an_integrator_prints_and_one_that_fails_costs_no_receipt(running, receipt):
	def thanks(document, printing):
		line = Text(f"Thanks! {printing.reason} {printing.columns}")
		return ReceiptDocument(document.columns, (line, *document.elements))

	def broken(document, printing):
		raise ZeroDivisionError("a bug of theirs")

	good, bad = VirtualPrinter(), VirtualPrinter()
	places = {"receipt": Equipment(good, layout=thanks), "other": Equipment(bad, layout=broken)}
	async with running(**places) as (spool, changes):
		await spool.submit("1", "receipt", receipt("one"), False, "sale 7")
		await spool.submit("2", "other", receipt("two"), False, "")
		await changes.reaches("1", "printed")
		await changes.reaches("2", "printed")
	assert good.roll().slips[0].texts == ["Thanks! sale 7 42", "one", *[""] * 4]
	assert texts(bad) == ["two"]
	assert any("layout failed (a bug of theirs)" in change.reason for change in changes.jobs)
