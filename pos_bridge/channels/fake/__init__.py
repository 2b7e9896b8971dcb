"""An online shop in memory with a real one's faults, and its connector: for tests, training and the demo.

It never keeps anything, and never asks a network.
"""

from pos_bridge.channels.fake.connector import Fake
from pos_bridge.channels.fake.shop import Delivery, FakeProduct, FakeShop
from pos_bridge.channels.fake.trouble import Trouble, troubled

__all__ = ["Delivery", "Fake", "FakeProduct", "FakeShop", "Trouble", "troubled"]
