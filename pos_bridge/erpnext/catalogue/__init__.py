"""What a till can sell, from ERPNext's items, prices, codes and taxes: snapshots, and what changed since."""

from pos_bridge.erpnext.catalogue.changes import changes
from pos_bridge.erpnext.catalogue.snapshot import chunk, manifest

__all__ = ["changes", "chunk", "manifest"]
