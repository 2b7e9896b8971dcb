"""Scanners: framing, symbologies, a serial one over a pty that is unplugged, and a HID one that is
grabbed.
"""

import os
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.agent.devices.attached.hid_scanner import HidScanner, KeyReader
from pos_bridge.agent.devices.attached.line import LineSettings
from pos_bridge.agent.devices.attached.scanner import MAX_CODE, Framing, Scan, scan_of
from pos_bridge.agent.devices.attached.serial_scanner import SerialScanner

EAN = "4006381333931"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\t"])
def test_every_usual_suffix_ends_a_code(end):
	framing = Framing()
	assert framing.feed(f"{EAN}{end}]E0{EAN}{end}40063".encode()) == [
		Scan(EAN, ""),
		Scan(f"]E0{EAN}", "EAN/UPC"),
	]
	assert framing.feed(f"81333931{end}".encode()) == [Scan(EAN, "")]


def test_a_scanner_without_suffix_ends_its_codes_by_falling_quiet():
	framing = Framing()
	assert framing.feed(EAN.encode()) == []
	assert framing.quiet() == [Scan(EAN, "")]
	assert framing.quiet() == []


def test_prefix_and_suffix_are_as_the_scanner_was_set_up():
	framing = Framing(prefix="~", suffix="#")
	assert framing.feed(f"~{EAN}#~12".encode()) == [Scan(EAN, "")]


@pytest.mark.parametrize(
	("code", "symbology"),
	[
		("]C1010400638133393131", "GS1 Code 128"),
		("]C0ABC-1", "Code 128"),
		("]d2010400638133393117261231", "GS1 Data Matrix"),
		("]Q3https://id.example/01/04006381333931", "GS1 QR Code"),
		("]e00104006381333931", "GS1 DataBar"),
		("]E4123", "EAN/UPC"),
		("]X9123", ""),
		("123", ""),
	],
)
def test_the_aim_identifier_names_the_symbology(code, symbology):
	assert scan_of(code) == Scan(code, symbology)


def test_separators_of_gs1_stay_and_other_control_characters_go():
	assert scan_of(b"]C110AB\x1d\x1bp\x00\x19\x1921X\x07") == Scan("]C110AB\x1dp21X", "GS1 Code 128")


def test_what_is_too_long_or_empty_is_no_code_and_is_counted():
	framing = Framing()
	assert framing.feed(b"9" * (MAX_CODE + 1) + b"\r\x1d\x1b\r" + EAN.encode() + b"\r") == [Scan(EAN, "")]
	assert framing.dropped == 2
	framing.feed(b"9" * 10_000)
	assert framing.feed(EAN.encode() + b"\r") == [Scan(EAN, "")]


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_noise_on_the_line_makes_a_code_with_a_control_character(chunks):
	framing = Framing()
	found = [scan for chunk in chunks for scan in framing.feed(chunk)] + framing.quiet()
	for scan in found:
		assert all(character == "\x1d" or character.isprintable() for character in scan.code)
		assert 0 < len(scan.code) <= MAX_CODE


def test_a_serial_scanner_reads_and_says_that_it_was_unplugged(wire, eventually):
	scans, statuses = [], []
	scanner = SerialScanner("scanner", LineSettings(wire.path))
	scanner.start(scans.append, statuses.append)
	eventually(lambda: scanner.status().online)
	wire.send(b"]E04006381333931\r\n")
	eventually(lambda: scans)
	assert scans == [Scan("]E04006381333931", "EAN/UPC")]
	os.close(wire.ours)
	eventually(lambda: not scanner.status().online)
	assert wire.path in scanner.status().reason
	scanner.stop()
	assert [status.online for status in statuses] == [True, False]


def test_a_scanner_that_is_plugged_in_later_is_found_by_itself(tmp_path, wire, eventually):
	"""A symbolic link as in /dev/serial/by-id appears when the scanner does."""
	place, scans = tmp_path / "by-id", []
	scanner = SerialScanner("scanner", LineSettings(str(place)))
	scanner.start(scans.append, lambda _: None)
	eventually(lambda: "by-id" in scanner.status().reason)
	place.symlink_to(wire.path)
	eventually(lambda: scanner.status().online)
	wire.send(b"123456\r")
	eventually(lambda: scans == [Scan("123456", "")])
	scanner.stop()


@dataclass
class Stroke:
	type: int
	code: int
	value: int


def typed(text):
	"""Key strokes as a scanner sends them for upper-case letters and digits."""
	codes = {**{str((n + 1) % 10): 2 + n for n in range(10)}, "A": 30, "B": 48, "]": 27, "C": 46, "\n": 28}
	strokes = []
	for character in text:
		shift = character.isalpha()
		strokes += [Stroke(1, 42, 1)] * shift
		strokes += [Stroke(1, codes[character], 1), Stroke(4, 4, 458792), Stroke(1, codes[character], 0)]
		strokes += [Stroke(1, 42, 0)] * shift
	return strokes


def test_keys_become_the_code_that_was_scanned():
	assert KeyReader().feed(typed("]C1AB12\n0\n")) == ["]C1AB12", "0"]


def test_control_and_bracket_is_the_separator_of_gs1():
	reader = KeyReader()
	strokes = [*typed("10A"), Stroke(1, 29, 1), Stroke(1, 27, 1), Stroke(1, 29, 0), *typed("21B\n")]
	assert reader.feed(strokes) == ["10A\x1d21B"]


class FakeKeyboard:
	"""An input device: a pipe that is readable when there are strokes."""

	def __init__(self):
		self.fd, self._write = os.pipe()
		self.grabbed = self.closed = False
		self.strokes = []

	def grab(self):
		self.grabbed = True

	def type(self, text):
		self.strokes = typed(text)
		os.write(self._write, b".")

	def unplug(self):
		self.strokes = None
		os.write(self._write, b".")

	def read(self):
		os.read(self.fd, 1)
		if self.strokes is None:
			raise OSError(19, "No such device")
		return self.strokes

	def close(self):
		self.closed = True


def test_a_hid_scanner_is_taken_for_us_alone_and_comes_back_after_unplugging(eventually):
	keyboards, scans = [], []

	def open_device(path):
		keyboards.append(FakeKeyboard())
		return keyboards[-1]

	scanner = HidScanner("scanner", "/dev/input/by-id/usb-scanner-event-kbd", open_device)
	scanner.start(scans.append, lambda _: None)
	eventually(lambda: scanner.status().online)
	keyboards[0].type("123456\n")
	eventually(lambda: scans == [Scan("123456", "")])
	keyboards[0].unplug()
	eventually(lambda: len(keyboards) == 2 and scanner.status().online)
	keyboards[1].type("654321\n")
	eventually(lambda: len(scans) == 2)
	scanner.stop()
	assert [keyboard.grabbed for keyboard in keyboards] == [True, True]
	assert keyboards[0].closed


def test_a_hid_scanner_without_rights_says_what_to_do(eventually):
	def refuse(path):
		raise PermissionError(13, "Permission denied")

	scanner = HidScanner("scanner", "/dev/input/event9", refuse)
	scanner.start(lambda _: None, lambda _: None)
	eventually(lambda: "group input" in scanner.status().reason)
	scanner.stop()
