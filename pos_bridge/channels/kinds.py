"""Which kinds of online shops there are, each by the name that its connector's capabilities have.

It never asks a shop.
"""

from collections.abc import Callable

from pos_bridge.channels.base import Connector, Settings
from pos_bridge.channels.woocommerce import WooCommerce
from pos_bridge.core.errors import Rejected

CONNECTORS: dict[str, Callable[[Settings], Connector]] = {"woocommerce": WooCommerce}


def connector_of(kind: str, settings: Settings) -> Connector:
	"""The connector to one shop; `Rejected` if this release has none for its kind."""
	if kind not in CONNECTORS:
		raise Rejected(f"This release has no connector for {kind}.", code="channel_kind")
	return CONNECTORS[kind](settings)
