"""One contract for every printer: what holds for the fake holds for each driver, whoever wrote the far end.

A test module imports all of it and brings a fixture `place`: a printer that is ready, its drawer closed, with
`lines()` that are on paper that was cut, `fault(name, on)` and `close_drawer()`; and a fixture `encoder`.
"""

import time

import pytest

from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure
from pos_bridge.core.receipt import Code, Mark, ReceiptDocument, Row, Text

PATIENCE_SECONDS = 20
SCRIPTS = ("Crème brûlée 3,50 €", "Łódź Żurek", "Жизнь Кофе")


def until(holds):
	deadline = time.monotonic() + PATIENCE_SECONDS
	while not holds():
		assert time.monotonic() < deadline, "it did not come about"
		time.sleep(0.05)


def job(encoder, place, *elements, **options):
	document = ReceiptDocument(42, (*elements, Mark("cut")))
	return encoder.receipt(document, place.printer.profile, **options).data


def shows(place, condition):
	return lambda: place.printer.status().condition is condition


def test_a_receipt_is_on_paper_word_for_word_when_it_is_called_printed(place, encoder):
	assert place.printer.send(job(encoder, place, Text("hello"), Row("Tea", "1.20"))) == ""
	until(lambda: place.lines())
	hello, tea = place.lines()
	assert hello == "hello"
	assert (tea[:3], tea[-4:], len(tea)) == ("Tea", "1.20", place.printer.profile.columns)


def test_letters_of_several_code_pages_are_on_paper_as_they_were_written(place, encoder):
	place.printer.send(job(encoder, place, *map(Text, SCRIPTS)))
	until(lambda: len(place.lines()) == len(SCRIPTS))
	assert tuple(place.lines()) == SCRIPTS


def test_jobs_are_on_paper_in_the_order_in_which_they_came(place, encoder):
	for name in ("one", "two", "three"):
		place.printer.send(job(encoder, place, Text(name)))
	until(lambda: len(place.lines()) == 3)
	assert place.lines() == ["one", "two", "three"]


@pytest.mark.parametrize(
	("fault", "condition"),
	[
		("paper_out", Condition.PAPER_OUT),
		("cover_open", Condition.COVER_OPEN),
		("offline", Condition.OFFLINE),
	],
)
def test_trouble_is_told_by_its_name_and_is_gone_when_it_was_seen_to(place, fault, condition):
	assert place.printer.status().ready
	place.fault(fault, True)
	until(shows(place, condition))
	assert place.printer.status().reason
	place.fault(fault, False)
	until(shows(place, Condition.READY))


def test_a_roll_near_its_end_is_told_and_stops_nothing(place, encoder):
	place.fault("paper_low", True)
	until(lambda: place.printer.status().paper_low)
	assert place.printer.send(job(encoder, place, Text("still"))) == ""
	until(lambda: place.lines() == ["still"])
	place.fault("paper_low", False)
	until(lambda: not place.printer.status().paper_low)


def test_the_drawer_opens_by_its_pulse_and_is_seen_open_until_it_was_closed(place, encoder):
	assert place.printer.status().drawer_open is False
	place.printer.send(encoder.kick(place.printer.profile).data)
	until(lambda: place.printer.status().drawer_open)
	place.close_drawer()
	until(lambda: place.printer.status().drawer_open is False)


def test_nothing_in_a_name_opens_the_drawer(place, encoder):
	place.printer.send(job(encoder, place, Text("Item \x1bp\x00\x19\x19\x10\x14\x01\x00\x05 name")))
	until(lambda: place.lines())
	assert place.printer.status().drawer_open is False


def test_codes_do_not_disturb_the_text_around_them(place, encoder):
	codes = (Code("code128", "T1-1-000001"), Text("between"), Code("qr", "https://shop.example/r/1"))
	place.printer.send(job(encoder, place, Text("before"), *codes, Text("after")))
	until(lambda: place.lines())
	assert [line for line in place.lines() if not line.startswith("[")] == ["before", "between", "after"]


def test_a_job_without_paper_is_not_called_printed(place, encoder):
	place.fault("paper_out", True)
	until(shows(place, Condition.PAPER_OUT))
	with pytest.raises((PrinterAway, PrintUnsure)):
		place.printer.send(job(encoder, place, Text("no paper")), lambda _: False)
	assert place.lines() == []
	place.fault("paper_out", False)
