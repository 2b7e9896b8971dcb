"""A receipt by e-mail: what is an address, and what is sent to it."""

from dataclasses import replace

import pytest
from carts import till_day

from pos_bridge.core.daybook import Arrival, Stored
from pos_bridge.core.entry import open_wire
from pos_bridge.core.errors import Malformed, Rejected, Retryable
from pos_bridge.core.kinds.receipt_mail import MAX_MAILS_OF_ENTRY, check_mail, read_mail

ID = "019338c1-0000-7000-8000-000000000001"


def body(to, **more):
	return {"id": ID, "entry": ID, "to": to, **more}


@pytest.mark.parametrize("to", ["jana@petersen.example", " a.b+till@sub.domain.example ", "x@a-b.co"])
def test_an_address_is_taken_without_the_blanks_around_it(to):
	assert read_mail(body(to)).to == to.strip()


@pytest.mark.parametrize(
	"to",
	[
		*("", "jana", "jana@home", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.example"),
		*("Jana <a@b.example>", "a@-b.example", "a@b..example", f"{'a' * 65}@b.example", f"a@{'b.' * 130}c"),
	],
)
def test_what_is_none_or_more_than_one_is_refused(to):
	with pytest.raises(Rejected, match="no e-mail address"):
		read_mail(body(to))


@pytest.mark.parametrize("broken", [{"id": "1"}, {"entry": 7}, {"entry": "x" * 36}])
def test_a_body_of_another_shape_is_malformed(broken):
	with pytest.raises(Malformed):
		read_mail(body("a@b.example", **broken))


def stored(**changes):
	wire = till_day(1)[0]
	return Stored(1, wire, replace(open_wire(wire), **changes), Arrival("T1", "page", ""))


def test_only_a_receipt_of_the_till_itself_is_sent_and_not_without_end():
	assert check_mail(stored(), "T1", 0)
	with pytest.raises(Retryable):
		check_mail(None, "T1", 0)
	for found, till, mails in (
		(stored(), "T2", 0),
		(stored(kind="no_sale"), "T1", 0),
		(stored(), "T1", MAX_MAILS_OF_ENTRY),
	):
		with pytest.raises(Rejected):
			check_mail(found, till, mails)
