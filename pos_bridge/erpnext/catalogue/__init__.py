"""What a till can sell, from ERPNext's items, prices, codes and taxes: snapshots, and what changed since.

It never decides a price by a rule; those come with the money engine's parity.
"""

from pos_bridge.erpnext.catalogue.changes import changes
from pos_bridge.erpnext.catalogue.snapshot import chunk, manifest

__all__ = ["changes", "chunk", "manifest"]
