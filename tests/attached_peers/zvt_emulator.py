"""A ZVT terminal for tests, written from the public specification (revision 13), not from our driver's code.

It charges into a book, so that a test can see what a cardholder would find on his statement.
"""

import asyncio
from contextlib import asynccontextmanager

PAN = "4111111111111111"
"""The test number of a card scheme; nothing of it but its end may ever get through."""

MOVING = (0x0601, 0x0630, 0x0631, 0x0650)


class Terminal:
	"""`mode`: approve, decline, lose_answer (charges, then hangs up), silent (charges nothing, says
	nothing), refuse, unmasked; at the end of its day also bare: settled without a status.
	"""

	def __init__(self):
		self.mode = "approve"
		self.book = []
		self.settled = []
		"""What each end of day took to the bank."""
		self.last = None
		"""What it would print once more."""
		self.trace = 100
		self.heard = []
		self.port = 0
		self.aborted = asyncio.Event()

	def book_it(self, amount):
		self.trace += 1
		self.last = (f"{self.trace:06d}", amount)
		self.book.append(self.last)

	async def serve(self, reader, writer):
		try:
			while True:
				command, data = await self.read(reader)
				self.heard.append(f"{command:04x}")
				await self.answer(command, data, reader, writer)
		except (asyncio.IncompleteReadError, ConnectionError):
			pass
		finally:
			writer.close()

	async def read(self, reader):
		head = await reader.readexactly(3)
		length = head[2]
		if length == 0xFF:
			low, high = await reader.readexactly(2)
			length = low + 256 * high
		return head[0] << 8 | head[1], await reader.readexactly(length)

	async def say(self, reader, writer, command, data=b""):
		length = bytes((len(data),)) if len(data) < 255 else bytes((255, len(data) % 256, len(data) // 256))
		writer.write(command.to_bytes(2, "big") + length + data)
		await writer.drain()
		while True:
			answer, _ = await self.read(reader)
			if answer == 0x06B0:
				writer.write(b"\x80\x00\x00")
				self.aborted.set()
				continue
			assert answer == 0x8000, f"{answer:04x}"
			return

	async def answer(self, command, data, reader, writer):
		if command in MOVING and self.mode == "refuse":
			writer.write(b"\x84\x9c\x00")
			return
		if command in MOVING and self.mode == "silent":
			await asyncio.sleep(600)
		writer.write(b"\x80\x00\x00")
		if command in (0x0600, 0x0501):
			await self.say(reader, writer, 0x060F)
		elif command == 0x0650:
			await self.end_of_day(reader, writer)
		elif command == 0x0620:
			await self.repeat(reader, writer)
		else:
			await self.money(command, data, reader, writer)

	async def end_of_day(self, reader, writer):
		"""Revision 13, 2.16: intermediate states, a status with the total, its receipt, then completion."""
		await self.say(reader, writer, 0x04FF, b"\x17")
		if self.mode == "decline":
			await self.say(reader, writer, 0x061E, b"\xde")
			return
		total = sum(amount for _, amount in self.book)
		self.settled.append(total)
		self.trace += 1
		self.last = (f"{self.trace:06d}", total)
		if self.mode == "lose_answer":
			writer.close()
			return
		if self.mode != "bare":
			await self.say(reader, writer, 0x040F, self.status(*self.last))
		await self.say(reader, writer, 0x06D1, b"\x40END OF DAY")
		await self.say(reader, writer, 0x06D1, b"\x00TOTAL  EUR " + f"{total / 100:.2f}".encode())
		await self.say(reader, writer, 0x060F)

	async def repeat(self, reader, writer):
		if self.last is None:
			await self.say(reader, writer, 0x061E, b"\xb1")
			return
		await self.say(reader, writer, 0x040F, self.status(*self.last))
		await self.say(reader, writer, 0x060F)

	async def money(self, command, data, reader, writer):
		if command == 0x0630:
			assert data[:4] == b"\x00\x00\x00\x87"
			amount = -self.book[-1][1]
		else:
			at = data.index(0x04, 3 if command == 0x0631 else 0)
			amount = int(data[at + 1 : at + 7].hex()) * (-1 if command == 0x0631 else 1)
			assert data[at + 7 :] == b"\x49\x09\x78"
		await self.say(reader, writer, 0x04FF, b"\x0a")
		if self.mode == "wait_for_abort":
			while not self.aborted.is_set():
				await self.say(reader, writer, 0x04FF, b"\x0a")
				await asyncio.sleep(0.01)
			await self.say(reader, writer, 0x061E, b"\x6c")
			return
		if self.mode == "decline":
			await self.say(reader, writer, 0x040F, b"\x27\x05")
			await self.say(reader, writer, 0x061E, b"\x05")
			return
		self.book_it(amount)
		if self.mode == "lose_answer":
			writer.close()
			return
		await self.say(reader, writer, 0x040F, self.status(*self.book[-1]))
		await self.say(reader, writer, 0x06D1, b"\x00** CUSTOMER **")
		await self.say(reader, writer, 0x06D1, b"\x80Card " + PAN.encode() + b"\x1bp\x00")
		block = b"\x07\x05Visa!" + b"\x07\x06Debit!"
		container = b"\x25" + bytes((len(block),)) + block
		await self.say(reader, writer, 0x06D3, b"\x06" + bytes((len(container),)) + container)
		await self.say(reader, writer, 0x060F)

	def status(self, trace, amount):
		pan = PAN if self.mode == "unmasked" else "EEEEEEEEEEEE1111"
		name = b"VISA\x00"
		return (
			b"\x27\x00\x04" + bytes.fromhex(f"{abs(amount):012d}") + b"\x49\x09\x78"
			b"\x0b" + bytes.fromhex(trace) + b"\x0c\x12\x00\x00\x0d\x11\x27\x0e\x30\x12\x17\x00\x01"
			b"\x19\x70\x22\xf0\xf8"
			+ bytes.fromhex(pan)
			+ b"\x23\xf1\xf0"
			+ b"\x41\x11\x11\x11\x11\x11\x11\x11\xd2\x51"
			b"\x29\x52\x00\x00\x01\x2a" + b"MERCHANT       " + b"\x3b" + b"123456\x00\x00"
			b"\x3c\xf0\xf0\xf2OK\x87" + bytes.fromhex(trace[-4:]) + b"\x88\x00\x00\x01\x8a\x0a"
			b"\x8b\xf0" + bytes((0xF0 | len(name),)) + name + b"\x06\x03\x2f\x01\x00"
		)


@asynccontextmanager
async def zvt_terminal():
	terminal = Terminal()
	tasks = set()

	async def serve(reader, writer):
		tasks.add(asyncio.current_task())
		await terminal.serve(reader, writer)

	server = await asyncio.start_server(serve, "127.0.0.1", 0)
	terminal.port = server.sockets[0].getsockname()[1]
	try:
		yield terminal
	finally:
		server.close()
		for task in tasks:
			task.cancel()
		await asyncio.gather(*tasks, return_exceptions=True)
