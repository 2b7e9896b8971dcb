"""The demo shop's catalogue as tills load it: built in the background, chunks encoded when asked for.

It never writes anything; opening stock goes to the books by way of ledger.py.
"""

import asyncio
import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pos_bridge.agent.standalone.demo_shop import PROFILE, WAREHOUSE, Stocked, goods, staffed
from pos_bridge.agent.standalone.ledger import Opening
from pos_bridge.core.catalogue import Catalogue, encode
from pos_bridge.core.errors import Rejected

GZIP_LEVEL = 3
"""Half the time of the usual level for a tenth more bytes."""


@dataclass(frozen=True, slots=True)
class Encoded:
	"""JSON bytes, plain and compressed."""

	plain: bytes
	gzipped: bytes


@dataclass(frozen=True, slots=True)
class Goods:
	"""What the shop sells, ready to be looked up and sent."""

	catalogue: Catalogue
	names: Mapping[str, str]
	openings: Sequence[Opening]


class Shop:
	"""`count` items at least; the shop has its own two hundred. `staff`: its cashiers have roles and PINs."""

	def __init__(self, count: int = 0, staff: bool = False) -> None:
		self._count = count
		self._staff = staff
		self._building: asyncio.Task[Goods] | None = None
		self._encoded: dict[int, Encoded] = {}

	def start(self) -> None:
		"""Begin to build the catalogue without holding anybody up."""
		self._building = asyncio.create_task(
			asyncio.to_thread(_build, self._count, self._staff), name="catalogue"
		)

	async def goods(self) -> Goods:
		if self._building is None:
			self.start()
		assert self._building is not None
		return await asyncio.shield(self._building)

	async def chunk(self, digest: str, number: int) -> Encoded:
		"""A chunk of the catalogue named by `digest`; `Rejected` if that is not the current one."""
		catalogue = (await self.goods()).catalogue
		if digest != catalogue.digest:
			raise Rejected("The catalogue has changed: load the snapshot again.", code="snapshot_changed")
		if number not in self._encoded:
			self._encoded[number] = await asyncio.to_thread(_encode, catalogue, number)
		return self._encoded[number]


def _build(count: int, staff: bool) -> Goods:
	stocked = goods(count)
	catalogue = Catalogue(staffed() if staff else PROFILE, [each.item for each in stocked])
	return Goods(catalogue, {item.item: item.name for item in catalogue.items}, _openings(stocked))


def _openings(stocked: Sequence[Stocked]) -> list[Opening]:
	return [Opening(each.item.item, WAREHOUSE, each.opening, each.cost_minor) for each in stocked]


def _encode(catalogue: Catalogue, number: int) -> Encoded:
	plain = encode({"message": catalogue.chunk(number)})
	return Encoded(plain, gzip.compress(plain, GZIP_LEVEL, mtime=0))
