"""The printer that is only data: it does what the command reference says, and complains about the rest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.agent.devices.printer import Condition, PrinterAway
from pos_bridge.agent.devices.status import (
	Automatic,
	Fenced,
	ProcessId,
	Reader,
	RealTime,
	split,
	status_of_automatic,
)
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.devices.virtual import printer as virtual_printer
from pos_bridge.agent.devices.virtual.codes import code128_modules, code128_text, code128_values
from pos_bridge.agent.devices.virtual.interpreter import Interpreter


def fed(*pieces):
	machine = Interpreter(columns=42)
	for piece in pieces:
		machine.feed(piece)
	return machine


def texts(machine):
	return [mark.text for mark in machine.current().marks]


def test_the_drawer_opens_by_the_pulse_and_by_the_real_time_pulse():
	assert fed(b"\x1bp\x00\x19\xfa").pulses == [2]
	assert fed(b"\x10\x14\x01\x01\x05").pulses == [5]
	assert fed(b"text p\n").drawer_open is False


def test_an_injected_command_is_seen():
	machine = fed(b"Item \x1bp\x00\x19\x19 name\n")
	assert machine.drawer_open
	assert texts(machine) == ["Item  name"]


@given(st.lists(st.integers(1, 40), max_size=6))
def test_a_stream_means_the_same_wherever_it_is_cut(cuts):
	codes = b"\x1dkI\x05{BAB1\x1d(k\x06\x001P0a{c\x1d(k\x03\x001Q0"
	stream = b"\x1b@A\x1bE\x01B\n" + codes + b"\x1bp\x00\x19\x19C\n\x1dVB\x05D\n"
	machine, rest = Interpreter(42), stream
	for cut in cuts:
		machine.feed(rest[:cut])
		rest = rest[cut:]
	machine.feed(rest)
	whole = fed(stream)
	assert machine.finished == whole.finished
	assert machine.current() == whole.current()
	assert (machine.pulses, list(machine.unknown)) == ([2], [])


def test_unknown_commands_and_bytes_are_recorded_with_their_place():
	machine = fed(b"ab\x1b~c\x07\n")
	assert [(each.offset, each.data) for each in machine.unknown] == [(2, b"\x1b~"), (5, b"\x07")]


def test_styles_are_runs_of_a_line():
	[line] = fed(b"a\x1bE\x01b\x1d!\x11c\x1b!\x00d\n").current().marks
	assert [(run.text, run.style.bold, run.style.width) for run in line.runs] == [
		("a", False, 1),
		("b", True, 1),
		("c", True, 2),
		("d", False, 1),
	]


def test_a_line_that_is_too_long_goes_on_in_the_next():
	assert texts(fed(b"x" * 50 + b"\n")) == ["x" * 42, "x" * 8]
	assert texts(fed(b"\x1d!\x10" + b"x" * 22 + b"\n")) == ["x" * 21, "x"]


def test_a_reset_ends_style_page_and_unasked_status():
	machine = fed(b"\x1da\x0f\x1bE\x01\x1bt\x11\x1b@\x85\n")
	machine.take_answers()
	[line] = machine.current().marks
	assert (line.text, line.runs[0].style.bold) == ("à", False)
	machine.cover_open = True
	machine.notice_change()
	assert machine.take_answers() == b""


def test_status_is_told_unasked_after_it_was_asked_for():
	machine = fed(b"\x1da\x0f")
	machine.take_answers()
	machine.cover_open = True
	machine.notice_change()
	[told] = split(machine.take_answers())
	assert told == Automatic(bytes((0x38, 0, 0, 0)))
	assert status_of_automatic(told).condition is Condition.COVER_OPEN


def test_answers_of_all_kinds_in_one_stream_are_told_apart():
	machine = fed(b"\x1da\x0f\x10\x04\x01\x1dr\x01\x1d(H\x06\x00000042")
	stream = b"\x11" + machine.take_answers() + b"\x13"
	assert [type(answer) for answer in split(stream)] == [Automatic, RealTime, Fenced, ProcessId]
	reader = Reader()
	piecemeal = [answer for byte in stream for answer in reader.feed(bytes((byte,)))]
	assert piecemeal == list(split(stream))
	assert piecemeal[-1] == ProcessId("0042")


def test_code128_is_checked_as_the_standard_says():
	# ISO/IEC 15417: start B 104, "AB" = 33, 34, check (104 + 33 + 2 * 34) mod 103.
	assert code128_values(b"{BAB") == [104, 33, 34, (104 + 33 + 68) % 103]
	assert code128_values(b"{C\x0c\x22") == [105, 12, 34, (105 + 12 + 68) % 103]
	assert code128_modules(b"{BA").startswith("11010010000" + "10100011000")
	assert code128_modules(b"{BA").endswith("1100011101011")


def test_code128_changes_its_set_where_told():
	assert code128_values(b"{BA{C\x0c")[:4] == [104, 33, 99, 12]
	assert code128_text(b"{BA{C\x0c{B{{") == "A12{"


@pytest.mark.parametrize("data", [b"", b"AB", b"{D1", b"{C\xff", b"{Bx{", b"{BA{B"])
def test_code128_data_that_a_printer_would_refuse_is_refused(data):
	with pytest.raises(ValueError, match="CODE128"):
		code128_values(data)


@pytest.mark.parametrize(
	("fault", "condition"),
	[
		("paper_out", Condition.PAPER_OUT),
		("cover_open", Condition.COVER_OPEN),
		("offline", Condition.OFFLINE),
	],
)
def test_a_fault_is_in_the_status_and_nothing_prints_until_it_is_gone(fault, condition):
	printer = VirtualPrinter()
	printer.set_faults(frozenset({fault}))
	assert printer.status().condition is condition
	with pytest.raises(PrinterAway):
		printer.send(b"text\n\x1dV\x00")
	assert not printer.roll().slips
	printer.set_faults(frozenset())
	assert printer.status().ready


def test_the_drawers_state_is_read_back_over_the_wire():
	printer = VirtualPrinter()
	printer.send(b"\x1bp\x00\x19\x19")
	assert printer.status().drawer_open is True
	printer.close_drawer()
	assert printer.status().drawer_open is False


def test_the_roll_the_faults_and_the_drawer_survive_a_restart(tmp_path):
	before = VirtualPrinter(tmp_path / "receipt.roll")
	before.send(b"first\n\x1dV\x00\x1bp\x00\x19\x19")
	before.send(b"hanging\n")
	before.set_faults(frozenset({"cover_open"}))
	assert VirtualPrinter(tmp_path / "receipt.roll").roll() == before.roll()


def test_a_line_that_was_half_written_when_the_process_died_is_cut_off(tmp_path):
	path = tmp_path / "receipt.roll"
	VirtualPrinter(path).send(b"first\n\x1dV\x00")
	whole = path.read_bytes()
	path.write_bytes(whole + b'{"at": "2026-11-22T12:0')
	printer = VirtualPrinter(path)
	assert len(printer.roll().slips) == 1
	assert path.read_bytes() == whole


def test_a_roll_that_a_power_cut_damaged_shows_what_was_before_it_and_goes_on(tmp_path):
	path = tmp_path / "receipt.roll"
	VirtualPrinter(path).send(b"first\n\x1dV\x00")
	whole = path.read_bytes()
	path.write_bytes(whole + bytes(64) + b"\n" + bytes(64))
	printer = VirtualPrinter(path)
	assert path.read_bytes() == whole
	printer.send(b"second\n\x1dV\x00")
	assert [slip.texts for slip in VirtualPrinter(path).roll().slips] == [["first"], ["second"]]


def test_the_roll_is_cut_back_to_its_newest_slips(tmp_path, monkeypatch):
	monkeypatch.setattr(virtual_printer, "MAX_ROLL_BYTES", 4_000)
	path = tmp_path / "receipt.roll"
	printer = VirtualPrinter(path)
	for number in range(100):
		printer.send(b"slip %d\n\x1dV\x00" % number)
	assert path.stat().st_size <= 4_200
	again = VirtualPrinter(path).roll()
	assert again.slips[-1].texts == ["slip 99"]
	assert len(printer.roll().slips) == virtual_printer.MAX_ROLL_SLIPS
	assert all(json.loads(line) for line in path.read_bytes().splitlines())


def test_a_change_is_told_to_whoever_watches():
	printer, told = VirtualPrinter(), []
	printer.watch(lambda: told.append(1))
	printer.send(b"x\n")
	printer.set_faults(frozenset({"offline"}))
	assert len(told) == 2
