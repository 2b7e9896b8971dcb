"""Walks a page through every screen and panel of the till and says where it stands.

It never reads a word, so that it walks in every language: by keys, test ids and the page's structure.
"""

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

Step = Callable[[Page], None]


def walk(page: Page) -> Iterator[str]:
	"""The name of each screen while the page shows it; the page has just come up and asks who is selling."""
	page.locator("dialog[open]").wait_for()
	yield "cashier"
	page.locator("dialog[open] ul button").first.click()
	page.locator(".tile").first.wait_for()
	yield "sale-empty"
	yield from _tour(page)
	for part in (_top, _selling, _paying, _after, _shift):
		yield from part(page)


def _tour(page: Page) -> Iterator[str]:
	_show_menu(page)
	page.get_by_test_id("tour").click()
	page.get_by_test_id("tour-next").wait_for()
	yield "tour"
	page.get_by_test_id("tour-next").click()
	page.get_by_test_id("tour-next").click()
	yield "tour-sale"
	page.get_by_test_id("tour-skip").click()


def _show_menu(page: Page) -> None:
	page.get_by_test_id("menu").click()


def _top(page: Page) -> Iterator[str]:
	_show_menu(page)
	yield "menu"
	page.get_by_test_id("language").click()
	page.locator("dialog[open]").wait_for()
	yield "language"
	yield from _panel(page, "F6", "status")
	yield from _panel(page, "F8", "drawer")
	yield from _panel(page, "?", "keys")


def _panel(page: Page, key: str, name: str) -> Iterator[str]:
	_close(page)
	page.keyboard.press(key)
	page.locator("dialog[open]").wait_for()
	yield name
	_close(page)


def _close(page: Page) -> None:
	"""Nothing lies over the screen any more."""
	while page.locator("dialog[open]").count():
		page.keyboard.press("Escape")
		page.wait_for_timeout(50)


def _selling(page: Page) -> Iterator[str]:
	page.keyboard.press("F2")
	page.keyboard.type("zzzz", delay=60)
	page.locator(".nothing").wait_for()
	yield "search-nothing"
	page.keyboard.press("Escape")
	yield from _questions(page)
	for index in (0, 1, 0, 3):
		page.locator(".tile").nth(index).click()
	_show_cart(page)
	page.locator(".line").first.wait_for()
	yield "sale"
	page.locator(".line .what").first.click()
	page.locator("#line-quantity").wait_for()
	page.locator("#line-form .modes .button").nth(2).click()
	yield "line"
	_close(page)
	page.locator(".ticket .button").first.click()
	page.locator("#ticket-form").wait_for()
	yield "discount"
	_close(page)
	yield from _panel(page, "F1", "hold")
	yield from _panel(page, "F10", "void")


def _questions(page: Page) -> Iterator[str]:
	"""What is asked of goods before they are in the sale; their names are the same in every language."""
	page.locator(".chips .chip").last.click()
	page.locator(".view").evaluate("(each) => each.scrollTo(0, each.scrollHeight)")
	page.locator(".tile", has_text="Barista apron").click()
	page.locator("dialog[open] .values .button").first.click()
	page.locator("dialog[open] .values .button[aria-pressed=true]").wait_for()
	yield "variant"
	_close(page)
	page.locator(".view").evaluate("(each) => each.scrollTo(0, 0)")
	page.locator(".tile", has_text="Coffee scale").click()
	page.locator("#line-quantity").fill("2")
	page.locator("#line-serial").fill("CS7-000123")
	page.keyboard.press("Enter")
	page.locator("dialog[open] .serials li").wait_for()
	yield "line-serials"
	_close(page)
	page.locator(".chips .chip").first.click()


def _show_cart(page: Page) -> None:
	"""On a narrow page the cart lies behind a button."""
	bar = page.locator(".cart-bar button")
	if bar.is_visible():
		bar.click()


def _paying(page: Page) -> Iterator[str]:
	_show_cart(page)
	page.get_by_test_id("pay").click()
	page.get_by_test_id("confirm").wait_for()
	yield "pay"
	page.locator(".tip button").first.click()
	yield "pay-tip"
	for index, name in ((1, "pay-card"), (2, "pay-bank")):
		page.locator(".tabs > .button").nth(index).click()
		yield name
	for index, name in ((0, "pay-foreign"), (1, "pay-gift-card"), (2, "pay-on-account")):
		page.locator(".tabs .others .button").nth(index).click()
		page.locator(".card.foreign, form.credit, form.account").wait_for()
		yield name
	page.locator(".tabs > .button").first.click()
	page.locator("#pay-amount").fill("1")
	page.keyboard.press("Enter")
	page.locator(".given li").wait_for()
	yield "pay-part"
	page.locator("#pay-amount").fill("50")
	page.keyboard.press("Enter")
	page.get_by_test_id("next").wait_for()
	yield "done"


def _after(page: Page) -> Iterator[str]:
	page.get_by_test_id("next").click()
	page.keyboard.press("F3")
	page.locator("dialog[open] .button.ticket").first.wait_for()
	yield "return"
	page.locator("dialog[open] .button.ticket").first.click()
	page.locator("dialog[open] .stepper").first.wait_for()
	page.locator("dialog[open] .stepper button").nth(1).click()
	yield "return-lines"
	page.get_by_test_id("take-back").click()
	page.locator("dialog[open]").wait_for(state="detached")
	_show_cart(page)
	yield "sale-return"
	page.get_by_test_id("pay").click()
	page.get_by_test_id("confirm").wait_for()
	yield "refund"
	page.get_by_test_id("confirm").click()
	page.get_by_test_id("next").wait_for()
	page.get_by_test_id("next").click()
	_show_menu(page)
	page.get_by_test_id("gift-card").click()
	page.locator("#gift-form").wait_for()
	yield "gift-card"
	_close(page)
	page.keyboard.press("F3")
	page.locator("dialog[open] form + section, dialog[open] section").first.wait_for()
	page.get_by_test_id("without-receipt").click()
	page.locator("#back-search").wait_for()
	yield "return-without-receipt"
	_close(page)


def _shift(page: Page) -> Iterator[str]:
	page.keyboard.press("F7")
	page.locator("dialog[open]").wait_for()
	yield "shift-none"
	page.locator("dialog[open] .button.primary").click()
	page.get_by_test_id("count-done").wait_for()
	yield "shift-open"
	page.locator("dialog[open] .field.amount").first.fill("100")
	page.get_by_test_id("count-done").click()
	page.locator("dialog[open]").wait_for(state="detached")
	page.keyboard.press("F7")
	page.locator("dialog[open] .actions").wait_for()
	yield "shift"
	page.get_by_test_id("petty_cash").click()
	page.get_by_test_id("move-done").wait_for()
	yield "shift-petty-cash"
	page.keyboard.press("Escape")
	page.get_by_test_id("x-report").click()
	page.locator("dialog[open] .paper").wait_for()
	yield "shift-x"
	page.keyboard.press("Escape")
	page.locator("dialog[open] .close-shift").click()
	page.get_by_test_id("count-done").wait_for()
	yield "shift-count"
	page.locator("dialog[open] .piece input").first.fill("1")
	page.get_by_test_id("count-done").click()
	page.get_by_test_id("close-shift").wait_for()
	yield "shift-compare"
	page.get_by_test_id("close-shift").click()
	page.get_by_test_id("shift-done").wait_for()
	yield "shift-closed"
	page.get_by_test_id("shift-done").click()
