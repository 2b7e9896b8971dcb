"""A pty for a test: one end is a device's, the other is opened by its driver as a serial port."""

import contextlib
import os
import pty
import threading
import time
import tty

import pytest

PATIENCE_SECONDS = 20


class Wire:
	"""Our end of a pty: `send` is what the device says, `answering` speaks as the device in a thread."""

	def __init__(self):
		self.ours, self.theirs = pty.openpty()
		tty.setraw(self.theirs)
		self.path = os.ttyname(self.theirs)
		self.heard = []
		self._answering = None

	def send(self, data):
		os.write(self.ours, data)

	def answering(self, answer, question=b"W"):
		"""`answer(question)` gives the bytes that the device sends back; called for every whole question."""

		def work():
			buffer = b""
			while True:
				try:
					buffer += os.read(self.ours, 64)
				except OSError:
					return
				while question in buffer:
					_, _, buffer = buffer.partition(question)
					self.heard.append(question)
					os.write(self.ours, answer())

		self._answering = threading.Thread(target=work, daemon=True)
		self._answering.start()

	def close(self):
		for end in (self.theirs, self.ours):
			with contextlib.suppress(OSError):
				os.close(end)
		if self._answering:
			self._answering.join(5)


@pytest.fixture
def wire():
	made = Wire()
	yield made
	made.close()


def eventually(true):
	"""Wait until `true()`; fails after `PATIENCE_SECONDS`."""
	end = time.monotonic() + PATIENCE_SECONDS
	while not true():
		assert time.monotonic() < end, "It did not come true."
		time.sleep(0.01)


@pytest.fixture(name="eventually")
def eventually_fixture():
	return eventually
