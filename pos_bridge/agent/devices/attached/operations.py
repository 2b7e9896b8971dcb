"""What a page can ask of the attached devices over its WebSocket: a weight.

Names only: a device that is not in the till's settings can't be asked, whatever a page says.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from pos_bridge.agent.devices.attached.attached import Attached
from pos_bridge.core.errors import Malformed

MAX_DEVICE_NAME = 40

Message = Mapping[str, Any]
Answer = dict[str, Any]
Operation = Callable[[Message], Awaitable[Answer]]


def device_operations(attached: Attached) -> Mapping[str, Operation]:
	"""The operations by the names that the protocol gives them."""

	async def weigh(message: Message) -> Answer:
		name = device_name(message, "scale")
		return {"op": "weight", "scale": name, **asdict(await attached.scale(name).weigh())}

	return {"weigh": weigh}


def device_name(message: Message, field: str) -> str:
	"""The device that a message names; `Malformed` if it names none."""
	name = message.get(field)
	if not isinstance(name, str) or not 0 < len(name) <= MAX_DEVICE_NAME or not name.isprintable():
		raise Malformed(f"{field} is missing, or no name of a device.")
	return name


def device_fields(attached: Attached) -> list[Answer]:
	"""What a page is told of the devices: names, kinds and states, never a place."""
	scanners = (scanner.status() for scanner in attached.scanners.values())
	asked = (("scale", attached.scales), ("terminal", attached.terminals))
	return [
		*({"role": "scanner", **asdict(status)} for status in scanners),
		*(
			{"device": name, "role": role, "kind": device.kind, "online": True, "reason": ""}
			for role, devices in asked
			for name, device in devices.items()
		),
	]
