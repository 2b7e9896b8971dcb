"""Every screen and panel for everyone: WCAG 2.2 AA by axe-core, fingers, focus, zoom and narrow pages."""

from pathlib import Path

import pytest

from benchmarks.browser import open_chromium
from benchmarks.screens.walk import walk
from tests.e2e.test_offline_start import wait_until_ready_for_offline
from tests.e2e.test_sale import choose_cashier, pay_cash, tile, until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
	const runOnly = {type: 'tag', values: tags};
	const found = await axe.run(document, {runOnly, resultTypes: ['violations']});
	return found.violations.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) =>
		`${id}: ${target.join(' ')}: ${failureSummary}`));
}"""
SMALL = """() => [...document.querySelectorAll('button, input, select, summary, a[href], [role=button]')]
	.filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest('[inert]'))
	.map((each) => [each.ariaLabel || each.textContent.trim() || each.id, each.getBoundingClientRect()])
	.filter(([, box]) => box.width > 0 && (box.height < 43.9 || box.width < 43.9))
	.map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
"""A tenth of a pixel is what a browser rounds away."""
WIDER = """() => {
	const outer = document.querySelector('dialog[open]') ?? document.body;
	const wide = [...outer.querySelectorAll('*')].filter((each) => {
		const {overflowX} = getComputedStyle(each);
		return ['auto', 'scroll'].includes(overflowX) && each.scrollWidth > each.clientWidth + 1
			&& !each.matches('.chips, .paper-place, .receipt');
	});
	const outside = [...outer.querySelectorAll('button, input')].filter((each) => {
		const box = each.getBoundingClientRect();
		return each.checkVisibility() && box.width > 0 && !each.closest('.chips')
			&& (box.left < -1 || box.right > innerWidth + 1);
	});
	return [...wide, ...outside].map((each) => each.className + ' ' + each.textContent.trim().slice(0, 40));
}"""
CUT = """() => [...document.querySelectorAll('button')]
	.filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1
		&& !each.closest('.tile') && !each.querySelector('.clip') && !each.matches('.clip'))
	.map((each) => each.textContent.trim())"""


ARABIC_50 = "\u0665\u0660\u066b\u0660\u0660"
FOCUSED = "document.activeElement.getAttribute('aria-label')"


def look(page, *scripts):
	return [f"{each}" for script in scripts for each in page.evaluate(script)]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_screen_breaks_wcag_2_2_aa(till, theme):
	till.emulate_media(color_scheme=theme, reduced_motion="reduce")
	till.evaluate(AXE.read_text(encoding="utf-8"))
	broken = {}
	for screen in walk(till):
		if found := till.evaluate(RUN, RULES):
			broken[screen] = found
	assert broken == {}


@pytest.mark.parametrize("language", ["de", "ar"])
def test_every_target_is_large_enough_for_a_finger_and_nothing_is_cut_off(
	playwright, tmp_path, demo, language
):
	"""German has the longest words, Arabic is read the other way; 360 px is the narrowest telephone."""
	browser = open_chromium(playwright, tmp_path / "profile", width=360, height=740)
	page = browser.new_page()
	page.add_init_script(f"localStorage.setItem('posbridge.language', '{language}')")
	demo.open_till(page)
	broken = {}
	for screen in walk(page):
		if found := look(page, SMALL, WIDER, CUT):
			broken[screen] = found
	browser.close()
	assert broken == {}


def test_the_page_works_at_twice_its_size(playwright, tmp_path, demo):
	"""What a browser's zoom of 200 % does to a page of 1280 x 800."""
	browser = open_chromium(playwright, tmp_path / "profile", width=640, height=400)
	page = browser.new_page()
	demo.open_till(page)
	broken = {screen: found for screen in walk(page) if (found := look(page, WIDER))}
	browser.close()
	assert broken == {}


def test_every_dialog_holds_the_focus_and_gives_it_back(till):
	choose_cashier(till)
	tile(till, "Espresso", "2.40").click()
	for key in ("F1", "F3", "F6", "F7", "F8", "F10", "?"):
		where = till.get_by_role("button", name="Increase quantity of Espresso")
		where.focus()
		till.keyboard.press(key)
		dialog = till.get_by_role("dialog")
		dialog.wait_for()
		until(
			lambda: till.evaluate("document.querySelector('dialog[open]').contains(document.activeElement)")
		)
		for _ in range(25):
			till.keyboard.press("Tab")
			inside = till.evaluate(
				"document.activeElement === document.body || !!document.activeElement.closest('dialog[open]')"
			)
			assert inside, key
		till.keyboard.press("Escape")
		dialog.wait_for(state="detached")
		until(lambda: till.evaluate(FOCUSED) == "Increase quantity of Espresso")


def test_a_chosen_language_is_kept_on_this_till_and_paper_stays_in_the_shops(till, demo):
	choose_cashier(till)
	till.get_by_test_id("menu").click()
	till.get_by_test_id("language").click()
	till.get_by_role("button", name="العربية").click()
	reads_arabic = "document.documentElement.dir === 'rtl' && document.documentElement.lang === 'ar'"
	till.wait_for_function(reads_arabic)
	till.reload()
	till.locator(".tile").first.wait_for()
	till.wait_for_function(reads_arabic)
	cart = till.locator("section.panel").bounding_box()
	items = till.locator("section.items").bounding_box()
	assert cart["x"] < items["x"]
	till.locator(".tile").first.click()
	pay_cash(till, ARABIC_50)
	paper = till.locator(".paper")
	assert paper.get_attribute("dir") == "ltr"
	assert "TOTAL EUR" in paper.inner_text()
	assert "50.00" in paper.inner_text()


def test_a_first_start_loads_one_language_and_without_a_network_all_can_be_chosen(till, demo, browser):
	choose_cashier(till)
	loaded = till.evaluate(
		"performance.getEntriesByType('resource').map((each) => each.name.split('/').pop())"
	)
	languages = [name for name in loaded if name.split("-")[0] in ("ar", "de", "en", "es", "fr")]
	assert [name.split("-")[0] for name in languages] == ["en"]
	wait_until_ready_for_offline(till)
	browser.set_offline(True)
	till.get_by_test_id("menu").click()
	till.get_by_test_id("language").click()
	till.get_by_role("button", name="Français").click()
	till.get_by_text("Prêt pour le client suivant").wait_for()
	browser.set_offline(False)
