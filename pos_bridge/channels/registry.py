"""Which kinds of shops there are, and the connector to one that a person set up. A new kind is a line here.

It never keeps a connector: each job makes its own and lets it go.
"""

from collections.abc import Callable, Mapping

from pos_bridge.channels.base import Capabilities, Connector, Settings
from pos_bridge.channels.fake import Fake, FakeShop
from pos_bridge.channels.medusa import Medusa
from pos_bridge.channels.vendure import Vendure
from pos_bridge.channels.woocommerce import WooCommerce
from pos_bridge.core.errors import Rejected

KINDS: Mapping[str, Callable[[Settings], Connector]] = {
	"medusa": Medusa,
	"vendure": Vendure,
	"woocommerce": WooCommerce,
}
CAPABILITIES: Mapping[str, Capabilities] = {
	each.kind: each
	for each in (Fake.capabilities, *(kind.capabilities for kind in (Medusa, Vendure, WooCommerce)))
}


def connect(kind: str, settings: Settings) -> Connector:
	"""The connector; `Rejected` for a kind that is not known."""
	if kind not in KINDS:
		raise Rejected(f"Shops of the kind {kind!r} are not known. There are: {', '.join(sorted(KINDS))}.")
	return KINDS[kind](settings)


def connect_fake(settings: Settings, shop: FakeShop) -> Connector:
	"""The connector to a shop in this process."""
	return Fake(settings, shop)
