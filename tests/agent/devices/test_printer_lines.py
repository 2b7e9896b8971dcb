"""Printers on a serial line, on USB and behind a print queue: what they are told and what they prove."""

import os
import pty
import sys
import threading
import tty
from types import ModuleType, SimpleNamespace

import pytest

from pos_bridge.agent.devices.links.cups import THROUGH, CupsPrinter
from pos_bridge.agent.devices.links.serial_line import SerialDrawer, serial_printer
from pos_bridge.agent.devices.links.usb import usb_printer
from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure
from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.agent.devices.virtual.interpreter import Interpreter

JOB = b"\x1b@\x1da\x0f" + b"line of text\n" * 50 + b"\x1dV\x00"


class SerialPrinter:
	"""A printer at the far end of a pty pair."""

	def __init__(self):
		self.machine = Interpreter(columns=42)
		self._far, near = pty.openpty()
		tty.setraw(near)
		self.device = os.ttyname(near)
		self._near = near
		self.deaf, self._held = False, []
		threading.Thread(target=self._serve, daemon=True).start()

	def _serve(self):
		while True:
			try:
				piece = os.read(self._far, 256)
				self._held.append(piece)
				if not self.deaf:
					self.hear_all()
			except OSError:
				return

	def hear_all(self):
		"""Carry out what has come by now, and answer."""
		while self._held:
			self.machine.feed(self._held.pop(0))
		os.write(self._far, self.machine.take_answers())

	def say_unasked(self, **changes):
		for name, value in changes.items():
			setattr(self.machine, name, value)
		self.machine.notice_change()
		os.write(self._far, self.machine.take_answers())

	def unplug(self):
		os.close(self._near)
		os.close(self._far)


def texts(machine):
	return [text for slip in machine.finished for text in slip.texts]


def test_a_job_on_a_serial_line_arrives_whole_and_is_proven():
	far = SerialPrinter()
	printer = serial_printer(far.device, 9600)
	assert printer.status().ready
	assert printer.send(JOB) == ""
	assert texts(far.machine) == ["line of text"] * 50
	printer.close()


@pytest.mark.parametrize("begin", ["by a job", "by a question"])
async def test_a_cover_that_opens_on_a_serial_line_is_heard_unasked(eventually, begin):
	far, heard = SerialPrinter(), []
	printer = serial_printer(far.device, 9600)
	if begin == "by a job":
		printer.send(JOB)
	else:
		assert printer.status().ready
	printer.watch(lambda: heard.append(printer.status().condition))
	far.say_unasked(cover_open=True)
	await eventually(lambda: Condition.COVER_OPEN in heard)
	printer.close()


def test_a_serial_line_that_is_not_there_or_goes_is_offline_and_comes_back(tmp_path):
	printer = serial_printer(str(tmp_path / "ttyUSB0"), 9600)
	assert printer.status().condition is Condition.OFFLINE
	with pytest.raises(PrinterAway, match="can't be reached"):
		printer.send(JOB)
	far = SerialPrinter()
	(tmp_path / "ttyUSB0").symlink_to(far.device)
	assert printer.status().ready
	far.unplug()
	assert printer.status().condition is Condition.OFFLINE
	again = SerialPrinter()
	(tmp_path / "ttyUSB0").unlink()
	(tmp_path / "ttyUSB0").symlink_to(again.device)
	assert printer.send(JOB) == ""
	printer.close()


def test_a_late_answer_to_one_job_is_not_taken_for_the_next_ones():
	far = SerialPrinter()
	printer = serial_printer(far.device, 9600)
	printer.proof_seconds = 1.0
	far.deaf = True
	with pytest.raises(PrintUnsure):
		printer.send(JOB)
	with pytest.raises(PrinterAway, match="job before this one"):
		printer.send(b"second\n\x1dV\x00")
	far.deaf = False
	far.hear_all()
	assert printer.send(b"third\n\x1dV\x00") == ""
	assert texts(far.machine) == ["line of text"] * 50 + ["third"]
	printer.close()


def test_a_drawer_on_a_line_of_its_own_gets_one_byte(tmp_path):
	far, near = pty.openpty()
	tty.setraw(near)
	SerialDrawer(os.ttyname(near)).kick()
	assert os.read(far, 9) == b"\x07"
	with pytest.raises(PrinterAway, match="can't be opened"):
		SerialDrawer(str(tmp_path / "none")).kick()


class UsbTimeout(OSError):
	"""What pyusb raises when nothing came in time."""


class UsbPoint:
	def __init__(self, address, machine):
		self.bEndpointAddress, self.bmAttributes, self._machine = address, 2, machine

	def write(self, data, milliseconds):
		self._machine.feed(data[:64])
		return len(data[:64])

	def read(self, size, milliseconds):
		answers = self._machine.take_answers()
		if not answers:
			raise UsbTimeout("timed out")
		return answers


@pytest.fixture
def plugged(monkeypatch):
	"""A pyusb with one device plugged in; the list of what is plugged, and its machine."""
	machine = Interpreter(columns=42)
	interface = [UsbPoint(0x01, machine), UsbPoint(0x82, machine)]
	hid = SimpleNamespace(bInterfaceClass=3)

	class Interface(list):
		bInterfaceClass, bInterfaceNumber = 7, 0

	class Device(list):
		iSerialNumber = "A1"

		def is_kernel_driver_active(self, number):
			raise RuntimeError

	devices = [Device([[hid, Interface(interface)]])]
	core, util, usb = ModuleType("usb.core"), ModuleType("usb.util"), ModuleType("usb")
	core.USBTimeoutError, core.NoBackendError = UsbTimeout, ValueError
	core.find = lambda **wanted: iter(devices) if wanted["idVendor"] == 0x04B8 else iter(())
	util.get_string = lambda device, index: index
	util.claim_interface = util.release_interface = lambda device, number: None
	util.dispose_resources = lambda device: None
	usb.core, usb.util = core, util
	for name, module in (("usb", usb), ("usb.core", core), ("usb.util", util)):
		monkeypatch.setitem(sys.modules, name, module)
	return devices, machine


def test_a_job_on_usb_arrives_whole_and_is_proven(plugged):
	printer = usb_printer(0x04B8, 0x0E15, "A1")
	assert printer.send(JOB) == ""
	assert texts(plugged[1]) == ["line of text"] * 50


def test_a_usb_printer_that_is_not_plugged_in_is_offline(plugged):
	plugged[0].clear()
	assert "not plugged in" in usb_printer(0x04B8, 0x0E15).status().reason
	assert "not plugged in" in usb_printer(0x1234, 0x0001).status().reason


def test_without_pyusb_the_printer_is_offline_and_says_how_to_install_it(monkeypatch):
	monkeypatch.setitem(sys.modules, "usb", None)
	assert "pip install 'pos_bridge[usb]'" in usb_printer(0x04B8, 0x0E15).status().reason


QUEUE = """#!/bin/sh
case "$0" in
*/lp) cat > {folder}/job; echo "$@" > {folder}/asked; echo "request id is Till-7 (1 file(s))" ;;
*/lpstat) case "$1" in
	-p) echo "printer Till {state}.  enabled since today" ;;
	*) cat {folder}/waiting 2>/dev/null ;;
	esac ;;
*/cancel) echo "$@" > {folder}/cancelled; rm -f {folder}/waiting ;;
esac
exit 0
"""


@pytest.fixture
def queue(tmp_path, monkeypatch):
	"""The three commands of CUPS, as far as they are used, in a folder of their own."""

	def install(state="is idle"):
		for name in ("lp", "lpstat", "cancel"):
			(tmp_path / name).write_text(QUEUE.format(folder=tmp_path, state=state))
			(tmp_path / name).chmod(0o755)
		monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
		return tmp_path

	return install


def test_a_job_through_the_print_queue_is_printed_as_far_as_the_queue_knows(queue):
	folder = queue()
	printer = CupsPrinter("Till")
	assert printer.status().ready
	assert printer.send(JOB) == THROUGH
	assert (folder / "job").read_bytes() == JOB
	assert (folder / "asked").read_text().split() == ["-d", "Till", "-o", "raw", "-t", "receipt", "-"]


def test_a_job_that_is_stuck_in_the_queue_is_taken_back_and_unsure(queue):
	folder = queue()
	(folder / "waiting").write_text("Till-7 till 700 Fri\n")
	printer = CupsPrinter("Till")
	printer.through_seconds = 0.5
	with pytest.raises(PrintUnsure, match="taken back"):
		printer.send(JOB)
	assert (folder / "cancelled").read_text() == "Till-7\n"


def test_a_stopped_queue_is_offline_and_says_how_to_start_it(queue):
	queue("disabled")
	status = CupsPrinter("Till").status()
	assert (status.condition, "cupsenable Till" in status.reason) == (Condition.OFFLINE, True)


def test_a_machine_without_cups_says_so(monkeypatch, tmp_path):
	monkeypatch.setenv("PATH", str(tmp_path))
	assert "not installed" in CupsPrinter("Till").status().reason
	with pytest.raises(PrinterAway):
		CupsPrinter("Till").send(JOB)


def test_a_printer_that_never_answers_is_not_asked_on_a_line_either():
	far = SerialPrinter()
	printer = serial_printer(far.device, 9600, PrinterProfile(proof="none"))
	assert printer.status().ready
	assert "nobody knows" in printer.send(JOB)
	printer.close()
