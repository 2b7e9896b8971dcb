"""The ZVT driver against an emulator of its own, and its bytes against the specification's examples."""

import asyncio

import pytest
from attached_peers import zvt_emulator
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.agent.devices.attached.address import parse_address
from pos_bridge.agent.devices.terminal import zvt
from pos_bridge.agent.devices.terminal.apdu import Apdu, bcd, fields, read_apdu
from pos_bridge.agent.devices.terminal.port import Asked, CardResult, safe
from pos_bridge.agent.devices.terminal.zvt import ZvtTerminal, zvt_terminal
from pos_bridge.core.errors import Rejected

PAN = zvt_emulator.PAN
SALE = Asked("c:1", "pay", 1234, "EUR")


@pytest.fixture
async def emulator():
	async with zvt_emulator.zvt_terminal() as running:
		yield running


def driver(emulator):
	return ZvtTerminal("127.0.0.1", emulator.port)


async def test_a_payment_is_registered_authorised_and_approved(emulator):
	result = safe(await driver(emulator).pay(SALE))
	assert emulator.heard == ["0600", "0601"]
	assert emulator.book == [("000101", 1234)]
	assert (result.outcome, result.scheme, result.last_four) == ("approved", "VISA", "1111")
	assert (result.auth_code, result.trace, result.receipt_number) == ("123456", "000101", "0101")
	assert result.terminal_id == "52000001"
	assert result.lines == ("** CUSTOMER **", "Card [card number removed]p", "Visa!", "Debit!")


@pytest.mark.parametrize("mode", ["approve", "unmasked"])
async def test_no_cards_number_gets_through_even_where_a_terminal_sends_it(emulator, mode):
	emulator.mode = mode
	result = safe(await driver(emulator).pay(SALE))
	assert result.last_four == "1111"
	assert PAN not in repr(result)
	assert PAN[:8] not in repr(result)


async def test_a_declined_card_and_a_terminal_that_refuses_charge_nothing(emulator):
	emulator.mode = "decline"
	assert (await driver(emulator).pay(SALE)).outcome == "declined"
	emulator.mode = "refuse"
	assert (await driver(emulator).pay(SALE)).outcome == "failed"
	assert emulator.book == []


async def test_a_terminal_that_is_not_there_has_charged_nothing(unused_tcp_port):
	result = await ZvtTerminal("127.0.0.1", unused_tcp_port).pay(SALE)
	assert (result.outcome, "power" in result.reason) == ("failed", True)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("terminal..shop", 20_007)])
async def test_an_address_that_can_be_none_has_charged_nothing(host, port):
	terminal = ZvtTerminal(host, port)
	assert (await terminal.pay(SALE)).outcome == "failed"
	assert not (await terminal.status()).online


async def test_a_lost_answer_is_unsure_and_then_asked_for_and_found(emulator):
	terminal = driver(emulator)
	before = await terminal.pay(SALE)
	emulator.mode = "lose_answer"
	again = Asked("c:2", "pay", 999, "EUR", before_trace=before.trace)
	assert (await terminal.pay(again)).outcome == "unsure"
	emulator.mode = "approve"
	found = await terminal.last_result(again)
	assert found is not None
	assert (found.outcome, found.trace) == ("approved", "000102")
	assert emulator.book == [("000101", 1234), ("000102", 999)]
	assert emulator.heard.count("0601") == 2


async def test_a_payment_that_the_terminal_never_did_is_told_from_the_one_before(emulator, monkeypatch):
	terminal = driver(emulator)
	before = await terminal.pay(SALE)
	emulator.mode = "silent"
	monkeypatch.setattr(zvt, "ACKNOWLEDGED_SECONDS", 0.05)
	again = Asked("c:2", "pay", 1234, "EUR", before_trace=before.trace)
	assert (await terminal.pay(again)).outcome == "unsure"
	emulator.mode = "approve"
	found = await terminal.last_result(again)
	assert found is not None
	assert found.outcome == "failed"
	assert len(emulator.book) == 1


async def test_without_a_trace_from_before_a_person_has_to_look(emulator):
	emulator.book_it(1234)
	assert await driver(emulator).last_result(SALE) is None


async def test_another_amount_than_asked_for_is_not_taken_for_ours(emulator):
	emulator.book_it(777)
	asked = Asked("c:2", "pay", 1234, "EUR", before_trace="000099")
	assert await driver(emulator).last_result(asked) is None


async def test_a_payment_is_cancelled_at_the_till(emulator):
	emulator.mode = "wait_for_abort"
	terminal = driver(emulator)
	paying = asyncio.create_task(terminal.pay(SALE))
	while "0601" not in emulator.heard:
		await asyncio.sleep(0.01)
	await terminal.cancel()
	assert (await paying).outcome == "cancelled"
	assert emulator.book == []


async def test_money_goes_back_by_refund_and_by_reversal(emulator):
	terminal = driver(emulator)
	paid = await terminal.pay(SALE)
	back = Asked("c:2", "reversal", 1234, "EUR", against=paid)
	assert (await terminal.reverse(back)).outcome == "approved"
	assert (await terminal.refund(Asked("c:3", "refund", 500, "EUR"))).outcome == "approved"
	assert [amount for _, amount in emulator.book] == [1234, -1234, -500]
	unknown = Asked("c:4", "reversal", 1234, "EUR", against=CardResult("approved"))
	assert (await terminal.reverse(unknown)).outcome == "failed"


async def test_a_status_is_asked_for(emulator, unused_tcp_port):
	assert (await driver(emulator).status()).online
	assert not (await ZvtTerminal("127.0.0.1", unused_tcp_port).status()).online


async def test_its_day_ends_with_a_total_on_its_receipt_and_its_trace_is_known(emulator):
	terminal = driver(emulator)
	await terminal.pay(SALE)
	day = await terminal.end_of_day()
	assert (day.outcome, day.reason, day.trace) == ("approved", "", "000102")
	assert day.lines == ("END OF DAY", "TOTAL  EUR 12.34")
	assert (emulator.heard[-1], emulator.settled) == ("0650", [1234])


async def test_a_completion_without_a_status_ends_the_day_too(emulator):
	emulator.mode = "bare"
	day = await driver(emulator).end_of_day()
	assert (day.outcome, day.trace) == ("approved", "")


async def test_a_day_that_was_not_settled_says_why_in_words(emulator, unused_tcp_port):
	emulator.mode = "decline"
	declined = await driver(emulator).end_of_day()
	assert (declined.outcome, "connection to its bank" in declined.reason) == ("failed", True)
	emulator.mode = "refuse"
	assert (await driver(emulator).end_of_day()).outcome == "failed"
	away = await ZvtTerminal("127.0.0.1", unused_tcp_port).end_of_day()
	assert (away.outcome, "power" in away.reason) == ("failed", True)


async def test_an_end_of_day_of_the_same_amount_is_not_taken_for_a_payment_that_was_lost(emulator):
	"""A day of one sale; the next customer buys the same, and the terminal does not do it."""
	terminal = driver(emulator)
	await terminal.pay(SALE)
	day = await terminal.end_of_day()
	again = Asked("c:2", "pay", 1234, "EUR", before_trace=day.trace)
	found = await terminal.last_result(again)
	assert found is not None
	assert found.outcome == "failed"
	assert await terminal.last_result(Asked("c:2", "pay", 1234, "EUR")) is None


async def test_a_currency_or_amount_that_the_terminal_has_not_is_refused_before_it_hears_of_it(emulator):
	terminal = driver(emulator)
	for asked in (
		Asked("c:1", "pay", 100, "JPY"),
		Asked("c:1", "pay", 10**12, "EUR"),
		Asked("c:1", "pay", 0, "EUR"),
	):
		assert (await terminal.pay(asked)).outcome == "failed"
	assert emulator.heard == []


def test_an_authorisation_is_spelt_as_in_the_specification():
	apdu = Apdu(0x0601, b"\x04" + bcd(1234, 6) + b"\x49\x09\x78")
	assert apdu.encode().hex() == "06010a04000000001234490978"
	assert Apdu(0x06D3, b"x" * 255).encode()[:5].hex() == "06d3ffff00"


async def test_long_messages_are_read_as_they_are_written():
	for size in (0, 254, 255, 256, 5_000):
		reader = asyncio.StreamReader()
		reader.feed_data(Apdu(0x06D3, b"x" * size).encode())
		reader.feed_eof()
		assert len((await read_apdu(reader)).data) == size


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_fields(data):
	for number, value in fields(data).items():
		assert number not in (0x23, 0x24, 0x2D, 0x2E)
		assert number != 0x22 or len(value) <= 4


def test_an_address_that_is_no_terminal_is_refused():
	for text in ("zvt:", "zvt:host:x", "zvt:host?password=12", "zvt:host?password=abcdef"):
		with pytest.raises(Rejected):
			zvt_terminal(parse_address("terminal", text))
	for port in ("0", "65536", "70000", "-1", "123456"):
		with pytest.raises(Rejected):
			zvt_terminal(parse_address("terminal", f"zvt:host:{port}"))
	assert "123456" not in repr(parse_address("terminal", "zvt:host?password=123456"))
