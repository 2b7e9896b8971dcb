"""A shop's snapshots in Redis: what the last build was, and its compressed chunks.

It never is the only copy: what Redis lost is built again from ERPNext.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe

from pos_bridge.core.catalogue import Catalogue, encode

KEPT_SECONDS = 7 * 24 * 3_600
KEPT_SNAPSHOTS = 2
"""A till that is loading the one before can finish."""
GZIP_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Encoded:
	"""JSON bytes, plain and compressed."""

	plain: bytes
	gzipped: bytes


@dataclass(frozen=True, slots=True)
class Built:
	"""A snapshot that was built: the manifest's fields of its items, and where its changes begin."""

	manifest: Mapping[str, Any]
	grounds: str
	at: float
	today: str
	seen: str
	kept: Mapping[str, int]
	"""Digests whose chunks are kept, oldest first, and how many chunks each has."""

	@property
	def digest(self) -> str:
		return str(self.manifest["snapshot"])


class Shelf:
	"""The place of one shop's snapshots; `name` is the POS Profile's and the time zone's."""

	def __init__(self, name: str) -> None:
		self.key = f"pos_bridge:catalogue:2:{name}"

	def last(self) -> Built | None:
		kept = frappe.cache.get_value(self.key, expires=True)
		return Built(**kept) if kept else None

	def chunk(self, digest: str, number: int) -> Encoded | None:
		gzipped = frappe.cache.get_value(self._chunk(digest, number), expires=True)
		return Encoded(gzip.decompress(gzipped), gzipped) if gzipped else None

	def put(self, catalogue: Catalogue, before: Built | None, **found: Any) -> Built:
		"""Keep a catalogue's chunks, then its name; forget all but the last snapshots."""
		for number in range(catalogue.chunks):
			text = encode({"message": catalogue.chunk(number)})
			zipped = gzip.compress(text, GZIP_LEVEL, mtime=0)
			frappe.cache.set_value(self._chunk(catalogue.digest, number), zipped, expires_in_sec=KEPT_SECONDS)
		kept = dict(before.kept) if before else {}
		kept.pop(catalogue.digest, None)
		kept[catalogue.digest] = catalogue.chunks
		for old in list(kept)[:-KEPT_SNAPSHOTS]:
			self._drop(old, kept.pop(old))
		fields = {"manifest": catalogue.snapshot(), "kept": kept, **found}
		frappe.cache.set_value(self.key, fields, expires_in_sec=KEPT_SECONDS)
		return Built(**fields)

	def _drop(self, digest: str, chunks: int) -> None:
		frappe.cache.delete_value([self._chunk(digest, number) for number in range(chunks)])

	def _chunk(self, digest: str, number: int) -> str:
		return f"{self.key}:{digest}:{number}"
