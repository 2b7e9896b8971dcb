"""What happens to webhooks and calls on their way: everything that real shops were seen to do.

It never decides by chance alone: the caller gives the dice, so that a test can be run again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random

from pos_bridge.channels.fake.shop import Delivery, FakeShop
from pos_bridge.core.errors import PosBridgeError

PING = Delivery({"Content-Type": "application/x-www-form-urlencoded"}, b"webhook_id=11")
GARBAGE = b'{"code":"rest_no_route","message":"No route was found","data":{"status":404}}'


@dataclass(slots=True)
class Trouble:
	"""Errors that the next calls to the fake raise, one each, before or after the call is carried out.

	After: the shop did it and the answer was lost.
	"""

	before: list[PosBridgeError] = field(default_factory=list)
	after: list[PosBridgeError] = field(default_factory=list)

	def strike(self, errors: list[PosBridgeError]) -> None:
		if errors:
			raise errors.pop(0)


def troubled(
	shop: FakeShop, deliveries: Iterable[Delivery], dice: Random, lost: bool = True
) -> list[Delivery]:
	"""The deliveries as they may arrive: in another order, some twice, some never, with noise between them.

	Updates may come before the creation, two deliveries have one id, a ping is unsigned, garbage is signed.
	"""
	arriving = list(deliveries)
	arriving += [each for each in arriving if dice.random() < 0.3]
	if lost:
		arriving = [each for each in arriving if dice.random() > 0.2]
	same_id = {"X-Demo-Delivery": "2026-11-22T13:18:05"}
	arriving = [
		replace(each, headers={**each.headers, **same_id}) if dice.random() < 0.3 else each
		for each in arriving
	]
	arriving += [PING, Delivery(shop.signed("order.updated", GARBAGE, "1"), GARBAGE)]
	dice.shuffle(arriving)
	return arriving
