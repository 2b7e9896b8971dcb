"""What a till can sell, from ERPNext's items, prices, barcodes and taxes: snapshots, and what changed since.

It never decides a price by a rule; those come with the money engine's parity.
"""

from pos_bridge.erpnext.catalogue.changed import changes
from pos_bridge.erpnext.catalogue.goods import REASONS, Unsold, not_for_sale
from pos_bridge.erpnext.catalogue.snapshots import chunk, manifest

__all__ = ["REASONS", "Unsold", "changes", "chunk", "manifest", "not_for_sale"]
