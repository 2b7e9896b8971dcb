"""One sale through everything, as a till would do it over its real interfaces, told as one object.

It uses no shortcut: WebSocket to the agent, HTTP to the company, and the ledger's own answers.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import aiohttp

from pos_bridge.agent.devices.virtual import Roll, VirtualPrinter
from pos_bridge.agent.ports import RECEIPT_PRINTER
from pos_bridge.agent.standalone.demo_shop import CURRENCY, CURRENCY_PRECISION, PROFILE, goods
from pos_bridge.core.entry import GENESIS, Entry, WireEntry, open_wire, receipt_number, seal, uuid7
from pos_bridge.core.errors import PosBridgeError, Retryable
from pos_bridge.core.money import SCALE, Rounding, format_minor, parse_decimal
from pos_bridge.core.receipt import ReceiptHeader, document_fields, receipt_of_sale
from pos_bridge.core.sale import DraftLine, Sale, SaleDraft, Tender, compute, make_sale
from pos_bridge.core.sale_body import sale_body
from pos_bridge.core.sync import AGENT_PATH, AGENT_SUBPROTOCOL, ENROL_PATH, PUSH_PATH, push_body, wire_fields

PATIENCE_SECONDS = 20.0
Agent = aiohttp.ClientWebSocketResponse[bool]
_CART = (("BEA-01", "2", "10"), ("BAR-04", "1", "0"), ("40104", "0.75", "0"))
"""Item, quantity, discount in percent: two tax rates, one of them discounted, one sold by weight."""


async def sell_once(url: str, printer: VirtualPrinter) -> dict[str, Any]:
	"""Sell one cart on a running demo; what came of it, `ok` if it is booked, balanced and not doubled."""
	async with aiohttp.ClientSession(base_url=url) as session:
		enrolled = await _post(session, ENROL_PATH, {"code": await _code(session)}, {})
		started = time.perf_counter()
		sale = demo_sale()
		wire = _entry(sale, str(enrolled["till"]), int(enrolled["next_epoch"]))
		async with session.ws_connect(AGENT_PATH, protocols=(AGENT_SUBPROTOCOL,)) as agent:
			recorded, job = await _at_the_till(agent, wire)
		booked = await _booked(session, open_wire(wire).id)
		elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
		again = await _post(session, PUSH_PATH, push_body(enrolled["till"], [wire]), _bearer(enrolled))
	return _account(printer.roll(), recorded, job, booked, elapsed_ms, again["results"][0])


def demo_sale() -> Sale:
	"""The demo's cart, paid with a note that is larger than its total."""
	known = {each.item.item: each.item for each in goods()}
	lines = []
	for name, quantity, percent in _CART:
		item = known[name]
		rates = {tax: parse_decimal(rate) for tax, rate in PROFILE.templates[item.template].items()}
		lines.append(
			DraftLine(
				item=item.item,
				name=item.name,
				quantity=parse_decimal(quantity),
				unit=item.unit,
				price_minor=item.price_minor,
				rates=rates,
				discount_percent=int(percent) * SCALE,
				gtin=item.gtins[0] if item.gtins else "",
			)
		)
	draft = SaleDraft(CURRENCY, CURRENCY_PRECISION, Rounding.COMMERCIAL, PROFILE.taxes, tuple(lines))
	note = -(-compute(draft).total_minor // 5_000) * 5_000
	return make_sale(draft, [Tender("Cash", "cash", note)])


def _entry(sale: Sale, till: str, epoch: int) -> WireEntry:
	now = datetime.now().astimezone()
	return seal(
		Entry(
			id=uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10)),
			kind="sale",
			till=till,
			writer="page",
			chain=uuid7(time.time_ns() // 1_000_000, secrets.token_bytes(10)),
			epoch=epoch,
			sequence=1,
			previous=GENESIS,
			occurred_at=now.isoformat(timespec="milliseconds"),
			business_date=now.date().isoformat(),
			cashier=PROFILE.cashiers[0],
			body=sale_body(sale),
			receipt_number=receipt_number(till, epoch, 1),
		)
	)


async def _at_the_till(agent: Agent, wire: WireEntry) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
	"""Record, then print and open the drawer, as the page does; the record's result and the job's end."""
	entry = open_wire(wire)
	await _ask(agent, {"op": "hello", "ref": 1, "protocol": 1, "till": entry.till, "page": "demo --once"})
	answer = await _ask(agent, {"op": "record", "ref": 2, "entries": [wire_fields(wire)]})
	header = ReceiptHeader(PROFILE.shop, PROFILE.address, PROFILE.tax_id, PROFILE.receipt_footer)
	document = document_fields(receipt_of_sale(entry, wire.hash, header))
	job = {"job": f"{entry.id}:receipt", "printer": RECEIPT_PRINTER, "document": document, "kick": True}
	reason = f"sale {entry.receipt_number}"
	await agent.send_json({"op": "print", "ref": 3, **job, "reason": reason})
	ended = await _until(agent, lambda news: news.get("state") in ("printed", "failed", "unsure"))
	return answer["results"][0], ended


async def _ask(agent: Agent, message: Mapping[str, Any]) -> Mapping[str, Any]:
	await agent.send_json(message)
	return await _until(agent, lambda news: news.get("ref") == message["ref"])


async def _until(agent: Agent, wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
	while True:
		news: Mapping[str, Any] = await agent.receive_json(timeout=PATIENCE_SECONDS)
		if news["op"] == "error":
			raise PosBridgeError(f"The agent refused: {news['message']}", code=news["code"])
		if wanted(news):
			return news


async def _booked(session: aiohttp.ClientSession, id: str) -> Mapping[str, Any]:
	"""The ledger's view of the entry, as soon as it is posted or held."""
	deadline = time.monotonic() + PATIENCE_SECONDS
	while time.monotonic() < deadline:
		async with session.get("/api/ledger/entry", params={"id": id}) as response:
			booked: Mapping[str, Any] = (await response.json()).get("message", {})
		if booked.get("state") in ("posted", "held"):
			return booked
		await asyncio.sleep(0.005)
	raise Retryable(f"The ledger did not book the sale within {PATIENCE_SECONDS:.0f} seconds.")


async def _code(session: aiohttp.ClientSession) -> str:
	async with session.get("/till/enrolment.json") as response:
		return str((await response.json())["code"])


async def _post(
	session: aiohttp.ClientSession, path: str, body: Mapping[str, Any], headers: Mapping[str, str]
) -> Mapping[str, Any]:
	async with session.post(path, json=body, headers=headers) as response:
		answer: Mapping[str, Any] = await response.json()
	if "message" not in answer:
		raise PosBridgeError(
			f"The company refused: {answer['error']['message']}", code=answer["error"]["code"]
		)
	message: Mapping[str, Any] = answer["message"]
	return message


def _bearer(enrolled: Mapping[str, Any]) -> dict[str, str]:
	return {"Authorization": f"Till {enrolled['token']}"}


def _account(
	roll: Roll,
	recorded: Mapping[str, Any],
	job: Mapping[str, Any],
	booked: Mapping[str, Any],
	elapsed_ms: float,
	again: Mapping[str, Any],
) -> dict[str, Any]:
	lines = booked["journal"]
	debit, credit = (sum(line[side] for line in lines) for side in ("debit_minor", "credit_minor"))
	balanced = bool(lines) and debit == credit
	return {
		"ok": balanced and booked["state"] == "posted" and again["outcome"] == "exists",
		"entry_id": recorded["id"],
		"outcome": recorded["outcome"],
		"state": booked["state"],
		"receipt_number": booked["receipt_number"],
		"total_minor": booked["total_minor"],
		"currency": booked["currency"],
		"receipt_lines": list(roll.slips[-1].texts) if roll.slips else [],
		"printed": job["state"],
		"drawer_opened": roll.drawer_open,
		"journal": lines,
		"balanced": balanced,
		"stock_moves": booked["stock_moves"],
		"elapsed_ms": elapsed_ms,
		"pushed_again": again["outcome"],
	}


def told(account: Mapping[str, Any]) -> str:
	"""The account for people."""
	paper = "\n".join(f"  | {line}" for line in account["receipt_lines"])
	books = "\n".join(
		f"  {line['account']:24} {_amount(line['debit_minor']):>10} {_amount(line['credit_minor']):>10}"
		for line in account["journal"]
	)
	verdict = "booked, balanced, and there once" if account["ok"] else "NOT as it should be"
	drawer = "opened" if account["drawer_opened"] else "closed"
	return (
		f"{account['receipt_number']}: {verdict}, {account['elapsed_ms']} ms.\n\nOn the paper:\n{paper}\n\n"
		f"In the books: {'debit':>23} {'credit':>10}\n{books}\n\n"
		f"Drawer: {drawer}. Pushed again: {account['pushed_again']}."
	)


def _amount(amount_minor: int) -> str:
	return format_minor(amount_minor, CURRENCY_PRECISION) if amount_minor else ""
