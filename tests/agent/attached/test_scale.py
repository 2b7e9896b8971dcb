"""Scales over a pty: every state, exact decimals, and never a weight that was there before."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_bridge.agent.devices.attached.address import parse_address
from pos_bridge.agent.devices.attached.line import LineSettings
from pos_bridge.agent.devices.attached.scale import ScaleDesk, Weight, weight_of
from pos_bridge.agent.devices.attached.scales import MtSics, Toledo8217, VirtualScale, scale_at
from pos_bridge.core.errors import Rejected


def toledo(wire, unit="kg"):
	return Toledo8217(LineSettings(wire.path), unit)


@pytest.mark.parametrize(
	("answer", "expected"),
	[
		(b"\x0200.345\r", ("stable", "0.345", False)),
		(b"\x0201.250\r", ("stable", "1.25", False)),
		(b"\x02 0.000\r", ("stable", "0", False)),
		(b"\x0200.300N\r", ("stable", "0.3", True)),
		(b"\x02?\x41\r", ("unstable", "", False)),
		(b"\x02?\x42\r", ("overload", "", False)),
		(b"\x02?\x44\r", ("underzero", "", False)),
		(b"\x02?\x45\r", ("underzero", "", False)),
		(b"\x02?\x48\r", ("unstable", "", False)),
		(b"\x0234\x15.5\r", ("unreadable", "", False)),
		(b"\x021.2.3\r", ("unreadable", "", False)),
		(b"hello\r", ("unreadable", "", False)),
	],
)
def test_a_toledo_scale_is_understood(wire, answer, expected):
	wire.answering(lambda: answer)
	scale = toledo(wire)
	weight = scale.weigh()
	scale.close()
	assert (weight.state, weight.value, weight.net) == expected
	assert wire.heard == [b"W"]


def test_even_parity_on_a_line_of_eight_bits_is_taken_off(wire):
	even = bytes(byte | (byte.bit_count() % 2) << 7 for byte in b"\x0200.345\r")
	# A line that is set to 8 bits waits for a carriage return whose parity bit is set: the time ends the
	# answer.
	wire.answering(lambda: even)
	scale = toledo(wire)
	assert scale.weigh() == Weight("stable", "0.345", "kg")
	scale.close()


def test_a_silent_scale_is_offline_and_never_gives_the_weight_from_before(wire):
	answers = [b"\x0200.345\r", b"", b"\x02?\x41\r", b"\x0200.500\r"]
	wire.answering(lambda: answers.pop(0))
	scale = toledo(wire)
	seen = [scale.weigh() for _ in range(4)]
	scale.close()
	assert [(weight.state, weight.value) for weight in seen] == [
		("stable", "0.345"),
		("offline", ""),
		("unstable", ""),
		("stable", "0.5"),
	]


def test_an_answer_that_lay_on_the_line_before_the_question_is_not_taken(wire, eventually):
	scale = toledo(wire)
	wire.answering(lambda: b"\x0200.345\r")
	scale.weigh()
	wire.send(b"\x0209.999\r")
	assert scale.weigh().value == "0.345"
	scale.close()


@pytest.mark.parametrize(
	("answer", "expected"),
	[
		(b"S S     100.00 g\r\n", Weight("stable", "100", "g")),
		(b"S D      99.87 g\r\n", Weight("unstable", "99.87", "g")),
		(b"S S      1.2345 kg\r\n", Weight("stable", "1.2345", "kg")),
		(b"S S     -2.50 g\r\n", "underzero"),
		(b"S S     - 2.50 g\r\n", "underzero"),
		(b"S +\r\n", "overload"),
		(b"S -\r\n", "underzero"),
		(b"S I\r\n", "unstable"),
		(b"ES\r\n", "unreadable"),
		(b"S S 100.00 stone\r\n", "unreadable"),
	],
)
def test_a_scale_that_speaks_mt_sics_is_understood(wire, answer, expected):
	wire.answering(lambda: answer, b"SI\r\n")
	scale = MtSics(LineSettings(wire.path))
	weight = scale.weigh()
	scale.close()
	assert weight == expected if isinstance(expected, Weight) else weight.state == expected
	assert weight.state in ("stable", "unstable") or weight.reason


@given(
	st.one_of(
		st.binary(max_size=40),
		st.text("0123456789. N?-\r\x02", max_size=12).map(lambda text: b"\x02" + text.encode() + b"\r"),
	)
)
def test_noise_is_never_a_stable_weight_unless_it_is_one(noise):
	weight = Toledo8217(LineSettings("nowhere"))._read(noise)
	if weight.state == "stable":
		written = bytes(byte & 0x7F for byte in noise).decode("ascii").strip("\x02 N\r\t\n\v\f")
		assert Decimal(weight.value) == Decimal(written)


@given(st.integers(0, 10**9 - 1), st.integers(0, 6))
def test_a_weight_is_the_exact_decimal_that_the_scale_wrote(grams, places):
	text = f"{grams}"[:7] + ("." + "123456"[:places] if places else "")
	weight = weight_of(text, "g", True)
	assert weight.state == "stable"
	assert "e" not in weight.value.lower()
	assert Decimal(weight.value) == Decimal(text)
	assert not (weight.value.endswith("0") and "." in weight.value)


async def test_an_unplugged_scale_is_offline_with_the_reason_and_works_again_after(tmp_path, wire):
	place = tmp_path / "scale"
	desk = ScaleDesk("scale", Toledo8217(LineSettings(str(place))))
	weight = await desk.weigh()
	assert weight.state == "offline"
	assert "scale" in weight.reason
	place.symlink_to(wire.path)
	wire.answering(lambda: b"\x0200.345\r")
	assert (await desk.weigh()).value == "0.345"
	desk.close()


async def test_the_virtual_scale_says_what_was_put_on_it():
	scale = VirtualScale()
	desk = ScaleDesk("scale", scale)
	scale.put(Weight("unstable"))
	assert (await desk.weigh()).state == "unstable"
	desk.close()


def test_an_address_that_is_no_scale_is_refused_with_an_example():
	for text in (
		"pigeon:/dev/x",
		"toledo:",
		"toledo:/dev/x?unit=stone",
		"toledo:/dev/x?bits=9",
		"mt-sics:/dev/x?baud=fast",
	):
		with pytest.raises(Rejected):
			scale_at(parse_address("scale", text))
	with pytest.raises(Rejected, match="toledo:/dev/ttyUSB0"):
		parse_address("scale", "\x1b[2J")
