"""A till whose cashiers have roles and PINs: the demo's staff, and the same people on an ERPNext site."""

from pos_bridge.agent.standalone.demo_shop import STAFF
from tests.e2e.till.test_returns import entries

PINS = {name: pin for name, _, pin, _ in STAFF}
BADGES = {name: badge for name, _, _, badge in STAFF}
TYPING_MS = 60
"""Between two keys of a person; what is faster is a scanner."""


def hire(shop) -> None:
	"""The demo's staff as POS Cashiers of the site, made as a manager does it on the command line."""
	for name, role, pin, _ in STAFF:
		asked = ("--pin",) if pin else ()
		shop.site.bench("pos-bridge", "cashier", name, "--role", role, *asked, said=f"{pin}\n")


def enter_pin(page, pin):
	"""Into the one on top, where an approval is asked for over another."""
	page.get_by_test_id("pin").last.press_sequentially(pin, delay=TYPING_MS)
	page.keyboard.press("Enter")


def choose(page, name):
	"""The name in whichever dialog asks for one."""
	page.get_by_role("dialog").last.get_by_role("button", name=name).click()


def sign_in(page, name):
	"""At the start, or after a switch was begun; the till is free when it returns."""
	choose(page, name)
	if PINS[name]:
		enter_pin(page, PINS[name])
	page.get_by_role("button", name=f"Change cashier: {name}").wait_for()
	page.get_by_role("dialog").wait_for(state="detached")


def approve(page, name="Mira"):
	"""With the PIN of the only one who may; the question is gone when it returns."""
	dialog = page.get_by_role("dialog", name="Approval needed")
	dialog.wait_for()
	enter_pin(page, PINS[name])
	dialog.wait_for(state="detached")


def approvals(shop):
	"""What each approval says, in the order in which they were given."""
	return [entry["body"] for entry in entries(shop, "approval")]
