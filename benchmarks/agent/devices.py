"""Figures of what stands on the counter: a drawn line; a scan and an open cover until a page has them.

Scanner and printer are at the far end of a pty: bytes take as long as on a real line, but for its baud rate.
"""

import asyncio
import json
import os
import pty
import socket
import tempfile
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.agent.engine import ROUNDS, WARM_UP, by_turns
from benchmarks.agent.process import COMMAND, agent, enrol, enrolled
from benchmarks.figure import Figure
from benchmarks.floors.build import bare_server
from benchmarks.page.driver import empty_browser
from benchmarks.processes import Demo, answering, free_port
from benchmarks.till import AgentLine
from pos_bridge.agent.devices.profile import GENERIC_80MM
from pos_bridge.agent.devices.raster import Pen, draw_text, drawable
from pos_bridge.agent.devices.raster.fonts import font_for, load
from pos_bridge.agent.devices.virtual.interpreter import Interpreter

LINES = {"Arabic": "قهوة عربية بالهيل 250 غ", "Chinese": "咖啡豆 深焙 250 克", "Thai": "เมล็ดกาแฟคั่วเข้ม"}
LETTER_DOTS = 20
SCANS = 200
WARM_UP_SCANS = 20
COVERS = 40
WARM_UP_COVERS = 4
READ_BYTES = 512
READY_SECONDS = 30


def raster_line() -> list[Figure]:
	if why := drawable():
		raise RuntimeError(why)
	from PIL import Image, ImageDraw

	pen = Pen(GENERIC_80MM.dots)
	fonts = {name: font for name, text in LINES.items() if (font := font_for(text[0]))}
	if not fonts:
		raise RuntimeError("No font on this machine has these scripts: install fonts-noto-core and -cjk.")
	ours_of = cycle([LINES[name] for name in fonts])
	floor_of = cycle([(LINES[name], load(font, LETTER_DOTS)) for name, font in fonts.items()])

	def floor() -> None:
		text, font = next(floor_of)
		picture = Image.new("L", (pen.dots, 34), 255)
		ImageDraw.Draw(picture).text((0, 0), text, font=font, fill=0)
		picture.convert("1").tobytes()

	ours, least = by_turns(lambda: draw_text(next(ours_of), "left", pen), floor)
	how = (
		f"A line by turns in {', '.join(fonts)}, from its text to the picture: directions, fonts that have "
		f"its characters, shaping, one bit a dot; {ROUNDS} lines, {WARM_UP} warm-up lines left out. Floor: "
		"the same text drawn by Pillow in one font that is told, by turns."
	)
	return [Figure.p95("raster_line_ms", ours, least, how)]


class Pty:
	"""A serial line: `far` is the device's end, `place` names the till's."""

	def __init__(self) -> None:
		self.far, self.near = pty.openpty()
		tty.setraw(self.near)
		self.place = os.ttyname(self.near)

	def close(self) -> None:
		for end in (self.far, self.near):
			os.close(end)


def scan_event() -> list[Figure]:
	with enrolled() as folder, closing(Pty()) as scanner, closing(Pty()) as bare:
		(folder / "devices.json").write_text(json.dumps({"scanner": f"serial:{scanner.place}"}))
		with agent(folder) as (url, _), _forwarded(bare) as heard:
			pairs = asyncio.run(_scan_by_turns(url, scanner, bare, heard))[WARM_UP_SCANS:]
	ours, floor = zip(*pairs, strict=True)
	how = (
		"From the last byte of a code leaving a serial scanner to the event in a page's WebSocket, heard by "
		f"a Python client; {SCANS} codes, {WARM_UP_SCANS} warm-up codes left out. Floor: the same bytes over "
		"a pty, read by a thread and sent on over a bare loopback socket, by turns."
	)
	return [Figure.p95("scan_event_ms", ours, floor, how)]


async def _scan_by_turns(
	url: str, scanner: Pty, bare: Pty, heard: socket.socket
) -> list[tuple[float, float]]:
	pairs = []
	async with AgentLine(url) as line:
		for number in range(WARM_UP_SCANS + SCANS):
			code = f"40063813{number:05d}"
			start = time.perf_counter()
			os.write(scanner.far, f"{code}\r".encode())
			event = await line.event("scan")
			took = (time.perf_counter() - start) * 1_000
			if event["code"] != code:
				raise RuntimeError(f"The page heard {event['code']}, {code} was scanned.")
			pairs.append((took, _bare_scan(code, bare, heard)))
	return pairs


def _bare_scan(code: str, bare: Pty, heard: socket.socket) -> float:
	start = time.perf_counter()
	os.write(bare.far, f"{code}\r".encode())
	got = b""
	while not got.endswith(b"\r"):
		got += heard.recv(READ_BYTES)
	return (time.perf_counter() - start) * 1_000


@contextmanager
def _forwarded(line: Pty) -> Iterator[socket.socket]:
	"""What comes over a line, sent on over a loopback socket."""
	with (
		socket.create_server(("127.0.0.1", 0)) as listener,
		socket.create_connection(listener.getsockname()) as near,
	):
		far, _ = listener.accept()

		def send_on() -> None:
			with suppress(OSError):  # the line was closed
				while data := os.read(line.near, READ_BYTES):
					far.sendall(data)

		threading.Thread(target=send_on, daemon=True).start()
		yield near


class FarPrinter:
	"""A printer at the far end of a serial line: our interpreter, and a hand that opens its cover."""

	def __init__(self) -> None:
		self.line = Pty()
		self._machine = Interpreter(columns=GENERIC_80MM.columns)
		self._lock = threading.Lock()
		threading.Thread(target=self._serve, daemon=True).start()

	def _serve(self) -> None:
		while data := os.read(self.line.far, READ_BYTES):
			with self._lock:
				self._machine.feed(data)
				self._answer()

	def _answer(self) -> None:
		if answers := self._machine.take_answers():
			os.write(self.line.far, answers)

	def cover(self, is_open: bool) -> None:
		"""It says so unasked, as it was told to (GS a)."""
		with self._lock:
			self._machine.cover_open = is_open
			self._machine.notice_change()
			self._answer()


SHOWN_AT = """words => new Promise((resolve) => {
	const chip = document.querySelector('[data-testid=status]');
	const look = () => {
		if (!chip.innerText.includes(words)) return;
		seen.disconnect();
		resolve(performance.timeOrigin + performance.now());
	};
	const seen = new MutationObserver(look);
	seen.observe(chip, { subtree: true, childList: true, characterData: true });
	look();
})"""
ECHOED = """url => new Promise((resolve) => {
	const socket = new WebSocket(url);
	const shown = document.body.appendChild(document.createElement('p'));
	let start = 0;
	socket.onopen = () => { start = performance.now(); socket.send('x'); };
	socket.onmessage = ({ data }) => {
		shown.textContent = data;
		void shown.offsetHeight;
		socket.close();
		resolve(performance.now() - start);
	};
})"""


def status_push() -> list[Figure]:
	printer = FarPrinter()
	with tempfile.TemporaryDirectory(prefix="pos-bridge-status-") as name, empty_browser() as context:
		folder, port = Path(name), free_port()
		arguments = ("--agent-url", f"ws://127.0.0.1:{port}/agent")
		with (
			Demo(folder / "company", arguments=arguments) as company,
			_serving(folder, company, port, printer),
			bare_server("--folder", str(folder)) as (bare_url, _),
		):
			till, bare = context.new_page(), context.new_page()
			till.goto(f"{company.url}/till")
			bare.goto(f"{bare_url}/agent/status")
			_until_connected(till)
			echo = bare_url.replace("http", "ws", 1) + "/echo"
			rounds = range(WARM_UP_COVERS + COVERS)
			pairs = [(_opened(till, printer), float(bare.evaluate(ECHOED, echo))) for _ in rounds]
	ours, floor = zip(*islice(pairs, WARM_UP_COVERS, None), strict=True)
	how = (
		"From a printer on a serial line saying that its cover was opened (automatic status) to the words "
		f"in the page; {COVERS} times, {WARM_UP_COVERS} warm-up rounds left out. Floor: a message of a bare "
		"page over a bare WebSocket, kept in SQLite, and its answer laid out, by turns."
	)
	return [Figure.p95("status_push_ms", ours, floor, how)]


@contextmanager
def _serving(folder: Path, company: Demo, port: int, printer: FarPrinter) -> Iterator[None]:
	"""The till's process of that company with a printer on a serial line."""
	enrol(company, folder / "agent")
	place = ("--data-dir", str(folder / "agent"), "--port", str(port))
	command = (*COMMAND, "run", *place, "--printer", f"serial:{printer.line.place}")
	with answering(command, port):
		yield


def _until_connected(till: Page) -> None:
	"""A cashier is chosen, and the printer's state is known to the page."""
	till.wait_for_selector("dialog[open] li button").click()
	till.wait_for_selector("dialog[open]", state="detached")
	till.locator("[data-testid=status]").click()
	till.get_by_text("Receipt printer").locator("xpath=../dd[contains(., 'Ready')]").wait_for(
		timeout=READY_SECONDS * 1_000
	)
	till.keyboard.press("Escape")


def _opened(till: Page, printer: FarPrinter) -> float:
	"""Milliseconds until the page says so; then it is closed again, until the page says that, too."""
	till.evaluate(f"() => {{ window.posBridgeShown = ({SHOWN_AT})('open') }}")
	start = time.time() * 1_000
	printer.cover(is_open=True)
	took = float(till.evaluate("() => window.posBridgeShown")) - start
	printer.cover(is_open=False)
	till.evaluate(f"({SHOWN_AT})('sent')")
	return took
