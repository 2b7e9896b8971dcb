"""The virtual printer, and the drivers against our own interpreter at the far end of a wire."""

import os
import pty
import socket
import threading
import tty

import pytest
from contract.printers import *  # noqa: F403 - the contract's tests

from pos_bridge.agent.devices.escpos import Encoder
from pos_bridge.agent.devices.links.network import network_printer
from pos_bridge.agent.devices.links.serial_line import serial_printer
from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.agent.devices.virtual import VirtualPrinter
from pos_bridge.agent.devices.virtual.interpreter import Interpreter
from pos_bridge.agent.devices.virtual.paper import TextLine

PROFILES = {
	"network": PrinterProfile(),
	"network by number": PrinterProfile(proof="process_id"),
	"serial": PrinterProfile(columns=48, dots=576),
}
SILENT, REAL_TIME = "offline", b"\x10\x04"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
	return Encoder(tmp_path_factory.mktemp("models"))


class Virtual:
	def __init__(self):
		self.printer = VirtualPrinter()

	def lines(self):
		slips = self.printer.roll().slips
		return [
			mark.text for slip in slips for mark in slip.marks if isinstance(mark, TextLine) and mark.text
		]

	def fault(self, name, on):
		faults = self.printer.roll().faults
		self.printer.set_faults(faults | {name} if on else faults - {name})

	def close_drawer(self):
		self.printer.close_drawer()

	def close(self):
		self.printer.close()


class AtAWire:
	"""An interpreter at the far end of a wire, with a hand that takes its paper out and pulls its plug."""

	def __init__(self, kind):
		self.machine = Interpreter(columns=PROFILES[kind].columns)
		self._faults, self._held = set(), b""
		if kind == "serial":
			self._far, near = pty.openpty()
			tty.setraw(near)
			self.printer = serial_printer(os.ttyname(near), 9600, PROFILES[kind])
			threading.Thread(target=self._serve_line, daemon=True).start()
		else:
			self._listener = socket.create_server(("127.0.0.1", 0))
			port = self._listener.getsockname()[1]
			self.printer = network_printer("127.0.0.1", port, PROFILES[kind])
			threading.Thread(target=self._serve_network, daemon=True).start()
		self.printer.proof_seconds = 1.0

	def _serve_line(self):
		while True:
			piece = os.read(self._far, 512)
			if answers := self._take(piece):
				os.write(self._far, answers)

	def _serve_network(self):
		while True:
			connection, _ = self._listener.accept()
			threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

	def _talk(self, connection):
		with connection:
			while piece := connection.recv(512):
				if answers := self._take(piece):
					connection.sendall(answers)

	def _take(self, piece):
		"""Without paper or power nothing is carried out but what is asked in real time."""
		if SILENT in self._faults:
			return b""
		if self.machine.paper_out:
			while (at := piece.find(REAL_TIME)) >= 0:
				self.machine.feed(piece[at : at + 3])
				piece = piece[:at] + piece[at + 3 :]
			self._held += piece
			return self.machine.take_answers()
		self.machine.feed(piece)
		return self.machine.take_answers()

	def lines(self):
		marks = (mark for slip in self.machine.finished for mark in slip.marks)
		return [mark.text for mark in marks if isinstance(mark, TextLine) and mark.text]

	def fault(self, name, on):
		(self._faults.add if on else self._faults.discard)(name)
		for each in ("paper_out", "paper_low", "cover_open"):
			setattr(self.machine, each, each in self._faults)

	def close_drawer(self):
		self.machine.drawer_open = False

	def close(self):
		self.printer.close()


@pytest.fixture(params=["virtual", *PROFILES])
def place(request):
	made = Virtual() if request.param == "virtual" else AtAWire(request.param)
	yield made
	made.close()
