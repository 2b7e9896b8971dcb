"""Every kind of shop that there is can be connected to, and says what it can do."""

import pytest

from pos_bridge.channels.base import Settings
from pos_bridge.channels.registry import CAPABILITIES, KINDS, connect
from pos_bridge.core.errors import Rejected

SETTINGS = Settings("web", "https://shop.example", "key", "very secret", ("whsec",))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_connected_to_under_its_name(kind):
	assert connect(kind, SETTINGS).capabilities == CAPABILITIES[kind]
	assert CAPABILITIES[kind].kind == kind


@pytest.mark.parametrize("kind", KINDS)
def test_an_address_that_is_none_is_said_at_once(kind):
	with pytest.raises(Rejected, match="not encrypted"):
		connect(kind, Settings("web", "http://shop.example"))


def test_an_unknown_kind_is_refused_with_what_there_is():
	with pytest.raises(Rejected, match="medusa, vendure, woocommerce"):
		connect("myshop", SETTINGS)


def test_no_secret_is_shown():
	for secret in ("very secret", "whsec", "key='"):
		assert secret not in repr(SETTINGS)
