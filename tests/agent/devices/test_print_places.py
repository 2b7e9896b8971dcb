"""What stands at a printer's place: a stand-in, a drawer of its own, another printer, a layout."""

from pos_bridge.agent.devices import press
from pos_bridge.agent.devices.floor.equipment import Equipment
from pos_bridge.agent.devices.printer import PrinterAway, nobody
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.core.receipt import ReceiptDocument, Text

PAPER_OUT = frozenset({"paper_out"})


def texts(printer):
	return [slip.texts[0] for slip in printer.roll().slips]


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


async def test_a_drawer_with_a_line_of_its_own_opens_though_another_printer_stands_in(
	eventually, running, receipt, monkeypatch
):
	monkeypatch.setattr(press, "STAND_IN_SECONDS", -1)
	first, second, line = VirtualPrinter(), VirtualPrinter(), LineDrawer()
	first.set_faults(frozenset({"offline"}))
	places = {"receipt": Equipment(first, stand_in="office", drawer=line), "office": Equipment(second)}
	async with running(**places) as (spool, changes):
		await eventually(lambda: spool.is_ready("office"))
		await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale")
		await changes.reaches("1:receipt", "printed")
		assert [(opening.job, opening.state) for opening in spool.openings(9)] == [("1:receipt", "opened")]
	assert (line.kicks, texts(second), second.roll().drawer_open) == (1, ["one"], False)


class ForgetfulPrinter(VirtualPrinter):
	"""It says that it is ready, and twice it can't be reached when a job comes."""

	away = 2

	def send(self, data, tell=nobody):
		if self.away:
			self.away -= 1
			raise PrinterAway("unplugged")
		return super().send(data, tell)


async def test_a_drawer_with_a_line_of_its_own_opens_once_though_its_receipt_takes_three_tries(
	running, receipt
):
	printer, line = ForgetfulPrinter(), LineDrawer()
	async with running(Equipment(printer, drawer=line)) as (spool, changes):
		await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale")
		await changes.reaches("1:receipt", "queued")
		assert [opening.state for opening in spool.openings(9)] == ["opened"]
		await changes.reaches("1:receipt", "printed")
		assert [opening.state for opening in spool.openings(9)] == ["opened"]
		assert (await spool.submit("1:receipt", "receipt", receipt("one"), True, "sale")).outcome == "exists"
	assert (line.kicks, texts(printer), changes.jobs[-1].reason) == (1, ["one"], "")


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
