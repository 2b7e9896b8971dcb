"""What goes beyond a cashier's role, and is done with a manager's PIN only."""

import pytest

from pos_bridge.agent.standalone.demo_shop import goods
from tests.e2e.running import Standalone
from tests.e2e.test_sale import pay_cash, scan, tile, until
from tests.e2e.till.at_the_till import button, count_drawer, open_shift, show_shift
from tests.e2e.till.staff import approvals, approve, sign_in
from tests.e2e.till.test_returns import entries, printed

pytestmark = pytest.mark.browser


@pytest.fixture
def demo(tmp_path):
	"""As everywhere, and with a staff."""
	with Standalone(tmp_path / "demo", arguments=("--staff",)) as running:
		yield running


def test_more_off_the_sale_than_the_role_allows_is_approved(till, demo):
	sign_in(till, "Noor")
	tile(till, "Espresso", "2.40").click()
	button(till, "Discount").click()
	button(till, "10 %").click()
	button(till, "Regular customer").click()
	button(till, "Save").click()
	approve(till)
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	(approval,) = approvals(demo)
	assert (approval["action"], approval["percent"], approval["of"]) == ("ticket_discount", "10", sale["id"])


def test_a_dear_sale_is_voided_and_a_dearer_one_owed_with_approval_only(till, demo):
	sign_in(till, "Noor")
	(grinder,) = next(each.item.gtins for each in goods() if each.item.item == "HOM-06")
	scan(till, grinder)
	till.get_by_role("button", name="Edit Hand grinder").wait_for()
	till.keyboard.press("F10")
	button(till, "Customer changed their mind").click()
	till.get_by_role("dialog").get_by_role("button", name="Void sale").click()
	approve(till)
	(void,) = until(lambda: entries(demo, "void"))
	for _ in range(2):
		scan(till, grinder)
	till.get_by_test_id("pay").get_by_text("179.80").wait_for()
	till.get_by_test_id("pay").click()
	button(till, "On account").click()
	till.get_by_label("Find the customer").fill("petersen")
	till.get_by_role("button", name="Jana Petersen").click()
	till.get_by_test_id("confirm").click()
	approve(till)
	till.get_by_test_id("next").wait_for()
	(sale,) = entries(demo, "sale")
	assert [(each["action"], each["amount_minor"], each["of"]) for each in approvals(demo)] == [
		("void_sale", 8990, void["id"]),
		("on_account", 17980, sale["id"]),
	]


def test_a_large_difference_in_the_drawer_is_approved(till, demo):
	sign_in(till, "Noor")
	open_shift(till)
	show_shift(till)
	count_drawer(till, "140")
	till.get_by_test_id("close-shift").click()
	approve(till)
	(closed,) = until(lambda: entries(demo, "shift_close"))
	(approval,) = approvals(demo)
	assert (approval["action"], approval["amount_minor"]) == ("shift_difference", 1000)
	assert approval["of"] == closed["id"]


@pytest.fixture
def copies_are_approved(browser):
	"""A shop whose cashiers may not print a receipt again by themselves; the roles to begin with let them."""

	def answer(route):
		asked = route.fetch()
		said = asked.json()
		(cashier,) = (role for role in said["message"]["roles"] if role["role"] == "Cashier")
		cashier["rights"]["reprint"] = {"may": "approval"}
		route.fulfill(response=asked, json=said)

	browser.route("**/pos_bridge.api.snapshot", answer)


def test_a_receipt_is_printed_again_with_approval_only_and_says_that_it_is_a_copy(
	copies_are_approved, till, demo
):
	sign_in(till, "Noor")
	tile(till, "Espresso", "2.40").click()
	pay_cash(till, "5")
	till.get_by_text("Receipt printed").wait_for()
	button(till, "Print again").click()
	dialog = till.get_by_role("dialog", name="Approval needed")
	dialog.get_by_text("T1-1-000001").wait_for()
	till.keyboard.press("Escape")
	dialog.wait_for(state="detached")
	assert (approvals(demo), entries(demo, "reprint"), printed(demo)) == ([], [], 1)
	button(till, "Print again").click()
	approve(till)
	till.get_by_text("Copy 1 of this receipt").wait_for()
	(sale,), (copy,), (approval,) = entries(demo, "sale"), entries(demo, "reprint"), approvals(demo)
	assert copy["body"]["of"] == sale["id"]
	assert (approval["action"], approval["of"]) == ("reprint", sale["id"])
	until(lambda: printed(demo) == 2)
	assert "COPY 1" in demo.paper()
