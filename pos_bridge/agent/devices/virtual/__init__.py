"""A receipt printer with a drawer that is only data, down to the firmware: for demo, training and tests.

It is written from the command reference and shares no code with our encoder, so that each checks the other.
"""

from pos_bridge.agent.devices.virtual.printer import FAULTS, Fault, Roll, VirtualPrinter

__all__ = ["FAULTS", "Fault", "Roll", "VirtualPrinter"]
