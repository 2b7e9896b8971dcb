"""WooCommerce over its REST API, version 3. It never reads the shop's database, and needs no plugin there."""

from pos_bridge.channels.woocommerce.connector import WooCommerce

__all__ = ["WooCommerce"]
