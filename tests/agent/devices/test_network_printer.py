"""Printers at a TCP port and behind a path: what they are told, and what is said when it goes wrong."""

import os
import socket
import threading

import pytest

from pos_bridge.agent.devices.links import file
from pos_bridge.agent.devices.links.dialogue import RESUMED, UNPROVEN
from pos_bridge.agent.devices.links.file import FilePrinter
from pos_bridge.agent.devices.links.network import network_printer
from pos_bridge.agent.devices.printer import Condition, PrinterAway, PrintUnsure
from pos_bridge.agent.devices.profile import PrinterProfile
from pos_bridge.agent.devices.virtual.interpreter import Interpreter

JOB = b"\x1b@\x1da\x0f" + b"line of text\n" * 50 + b"\x1dV\x00"


class PrinterServer:
	"""A printer at a local port: an interpreter that answers, and may hang up after so many bytes."""

	def __init__(self, hang_up_after=None, silent=False, reads=True):
		self.machine = Interpreter(columns=42)
		self.connections = 0
		self.stops_at = 0
		self._held = []
		self._hang_up_after, self._silent, self._reads = hang_up_after, silent, reads
		self._listener = socket.create_server(("127.0.0.1", 0))
		self.port = self._listener.getsockname()[1]
		self._done = threading.Event()
		threading.Thread(target=self._serve, daemon=True).start()

	def _feed(self, piece):
		"""As a printer does: what is asked in real time is answered at once, all else waits for paper."""
		if not self.machine.paper_out:
			self.machine.feed(b"".join(self._held) + piece)
			self._held.clear()
			return
		while (at := piece.find(b"\x10\x04")) >= 0:
			self.machine.feed(piece[at : at + 3])
			piece = piece[:at] + piece[at + 3 :]
		self._held.append(piece)

	def refill(self):
		self.machine.paper_out = False

	def __enter__(self):
		return self

	def __exit__(self, *_):
		self._done.set()
		self._listener.close()

	def _serve(self):
		while not self._done.is_set():
			try:
				connection, _ = self._listener.accept()
			except OSError:
				return
			self.connections += 1
			with connection:
				self._talk(connection)

	def _talk(self, connection):
		received = 0
		if not self._reads:
			self._done.wait()
			return
		try:
			while piece := connection.recv(256):
				received += len(piece)
				if self.stops_at and received >= self.stops_at and not self.machine.paper_out:
					self.machine.paper_out, self.stops_at = True, 0
				self._feed(piece)
				answers = self.machine.take_answers()
				if self._hang_up_after is not None and received >= self._hang_up_after:
					return
				if answers and not self._silent:
					connection.sendall(answers)
		except ConnectionError:
			return


def texts(server):
	return [text for slip in server.machine.finished for text in slip.texts]


def closed_port():
	with socket.create_server(("127.0.0.1", 0)) as listener:
		return listener.getsockname()[1]


def test_a_job_arrives_whole_and_is_answered_for():
	with PrinterServer() as server:
		network_printer("127.0.0.1", server.port).send(JOB)
		assert texts(server) == ["line of text"] * 50
		assert not server.machine.unknown


@pytest.mark.parametrize(
	("attribute", "condition"), [("cover_open", Condition.COVER_OPEN), ("paper_out", Condition.PAPER_OUT)]
)
def test_the_status_is_what_the_printer_says(attribute, condition):
	with PrinterServer() as server:
		printer = network_printer("127.0.0.1", server.port)
		assert printer.status().ready
		setattr(server.machine, attribute, True)
		assert printer.status().condition is condition


def test_the_open_cover_is_seen_through_status_that_comes_unasked():
	with PrinterServer() as server:
		server.machine.feed(b"\x1da\x0f")
		server.machine.cover_open = True
		server.machine.notice_change()
		assert network_printer("127.0.0.1", server.port).status().condition is Condition.COVER_OPEN


def test_a_silent_printer_is_offline():
	with PrinterServer(silent=True) as server:
		status = network_printer("127.0.0.1", server.port).status()
		assert status.condition is Condition.OFFLINE
		assert "does not answer" in status.reason


def test_a_refused_connection_is_offline_and_nothing_was_printed():
	printer = network_printer("127.0.0.1", closed_port())
	assert printer.status().condition is Condition.OFFLINE
	with pytest.raises(PrinterAway, match="can't be reached"):
		printer.send(JOB)


def test_a_job_that_is_cut_off_is_unsure_and_says_so():
	with PrinterServer(hang_up_after=256) as server:
		with pytest.raises(PrintUnsure, match="look at the paper") as caught:
			network_printer("127.0.0.1", server.port).send(JOB)
		assert 0 < caught.value.sent <= caught.value.total == len(JOB)


def test_a_job_that_nobody_takes_is_unsure_after_the_time_limit_and_counts_its_bytes():
	with PrinterServer(reads=False) as server:
		printer = network_printer("127.0.0.1", server.port)
		printer.write_seconds = 0.2
		with pytest.raises(PrintUnsure, match="bytes were sent") as caught:
			printer.send(b"x" * 50_000_000)
		assert 0 < caught.value.sent < caught.value.total


def test_a_job_that_the_printer_does_not_answer_for_is_unsure():
	with PrinterServer(silent=True) as server:
		printer = network_printer("127.0.0.1", server.port)
		printer.proof_seconds = 0.2
		with pytest.raises(PrintUnsure, match="did not say that it was printed"):
			printer.send(JOB)
		assert texts(server) == ["line of text"] * 50


def test_a_print_server_that_swallows_questions_can_be_told_not_to_be_asked():
	with PrinterServer(silent=True) as server:
		printer = network_printer("127.0.0.1", server.port, PrinterProfile(proof="none"))
		assert printer.status().ready
		assert printer.send(JOB) == UNPROVEN


def test_a_printer_that_numbers_its_jobs_is_believed_by_their_numbers():
	with PrinterServer() as server:
		printer = network_printer("127.0.0.1", server.port, PrinterProfile(proof="process_id"))
		assert [printer.send(JOB), printer.send(JOB)] == ["", ""]
		assert not server.machine.unknown


def test_a_receipt_that_paper_ran_out_in_is_printed_when_paper_is_in_again_and_said_to_be_looked_at():
	with PrinterServer() as server:
		server.stops_at = 300
		told = []

		def tell(status):
			told.append(status.condition)
			server.refill()
			return True

		assert network_printer("127.0.0.1", server.port).send(JOB, tell) == RESUMED
		assert Condition.PAPER_OUT in told
		assert texts(server) == ["line of text"] * 50


def test_a_process_that_stops_while_the_paper_is_out_leaves_the_job_unsure():
	with PrinterServer() as server:
		server.stops_at = 300
		printer = network_printer("127.0.0.1", server.port)
		printer.proof_seconds = 0.5
		with pytest.raises(PrintUnsure, match="look at the paper"):
			printer.send(JOB, lambda _: False)


@pytest.mark.parametrize(("sensor", "is_open"), [("high", True), ("low", False), ("none", None)])
def test_the_drawers_sensor_is_read_as_it_was_calibrated(sensor, is_open):
	with PrinterServer() as server:
		server.machine.drawer_open = True
		printer = network_printer("127.0.0.1", server.port, PrinterProfile(drawer_sensor=sensor))
		assert printer.status().drawer_open is is_open


def test_a_roll_near_its_end_stops_nothing():
	with PrinterServer() as server:
		server.machine.paper_low = True
		status = network_printer("127.0.0.1", server.port).status()
		assert (status.ready, status.paper_low) == (True, True)


def test_no_connection_is_held_between_jobs():
	with PrinterServer() as server:
		printer = network_printer("127.0.0.1", server.port)
		printer.send(JOB)
		printer.send(JOB)
		assert server.connections == 2


def test_a_file_collects_jobs(tmp_path):
	printer = FilePrinter(tmp_path / "printer.bin")
	assert printer.status().ready
	printer.send(b"one")
	printer.send(b"two")
	assert (tmp_path / "printer.bin").read_bytes() == b"onetwo"


def test_a_path_whose_folder_is_gone_is_offline(tmp_path):
	printer = FilePrinter(tmp_path / "gone" / "lp0")
	assert printer.status().condition is Condition.OFFLINE
	with pytest.raises(PrinterAway, match="can't be opened"):
		printer.send(b"x")


def test_a_device_that_nobody_reads_takes_nothing(tmp_path):
	os.mkfifo(tmp_path / "lp0")
	with pytest.raises(PrinterAway):
		FilePrinter(tmp_path / "lp0").send(b"x")


def test_a_device_that_stops_taking_leaves_the_job_unsure(tmp_path):
	os.mkfifo(tmp_path / "lp0")
	reader = os.open(tmp_path / "lp0", os.O_RDONLY | os.O_NONBLOCK)
	printer = FilePrinter(tmp_path / "lp0")
	printer.write_seconds = 0.2
	with pytest.raises(PrintUnsure) as caught:
		printer.send(b"x" * 1_000_000)
	assert 0 < caught.value.sent < 1_000_000
	os.close(reader)


def test_a_device_that_is_unplugged_is_offline_and_no_file_takes_its_place(tmp_path, monkeypatch):
	monkeypatch.setattr(file, "DEVICES", tmp_path)
	gone = tmp_path / "lp0"
	printer = FilePrinter(gone)
	assert printer.status().condition is Condition.OFFLINE
	with pytest.raises(PrinterAway, match="plug the printer in"):
		printer.send(b"x")
	assert not gone.exists()
