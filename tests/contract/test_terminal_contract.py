"""The simulated card terminal, and the ZVT driver against an emulator of our own from the specification."""

import pytest
from attached_peers import zvt_emulator
from contract.terminals import *  # noqa: F403 - the contract's tests

from pos_bridge.agent.devices.terminal.simulated import SimulatedTerminal
from pos_bridge.agent.devices.terminal.zvt import ZvtTerminal


class Simulated:
	def __init__(self):
		self.terminal = SimulatedTerminal()

	def modes(self, name):
		self.terminal.mode = name

	def moved(self):
		return list(self.terminal.statement)


class Zvt:
	def __init__(self, emulator):
		self._emulator = emulator
		self.terminal = ZvtTerminal("127.0.0.1", emulator.port)

	def modes(self, name):
		self._emulator.mode = {"answer_lost": "lose_answer"}.get(name, name)

	def moved(self):
		return [amount for _, amount in self._emulator.book]


@pytest.fixture(params=["simulated", "zvt"])
async def place(request):
	if request.param == "simulated":
		yield Simulated()
		return
	async with zvt_emulator.zvt_terminal() as emulator:
		yield Zvt(emulator)


@pytest.fixture(params=["simulated", "zvt"])
def away(request, unused_tcp_port):
	if request.param == "simulated":
		return SimulatedTerminal("offline")
	return ZvtTerminal("127.0.0.1", unused_tcp_port)
