"""Details of a sale: notes on a line and on the whole, an age that is asked once, foreign cash."""

import pytest

from pos_bridge.agent.standalone.demo_shop import goods
from tests.e2e.conftest import ON_BOTH
from tests.e2e.test_sale import choose_cashier, pay_cash, scan, tile, until
from tests.e2e.till.taps import Taps
from tests.e2e.till.test_returns import entries, printed

pytestmark = pytest.mark.browser


@ON_BOTH
def test_notes_are_recorded_and_printed(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	till.get_by_role("button", name="Edit Cappuccino").click()
	till.get_by_label("Note (on the receipt)").fill("oat milk")
	till.get_by_role("button", name="Save").click()
	taps = Taps()
	taps(till.get_by_role("button", name="Note", exact=True))
	till.get_by_label("Stands on the receipt").fill("for Mrs Klein")
	taps(till.get_by_role("button", name="Save"))
	taps.end("Note on the sale")
	pay_cash(till, "5")
	(sale,) = entries(demo, "sale")
	assert (sale["body"]["note"], sale["body"]["lines"][0]["note"]) == ("for Mrs Klein", "oat milk")
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	until(lambda: printed(demo) == 1)
	assert "oat milk" in demo.paper()
	assert "for Mrs Klein" in demo.paper()


def test_a_scan_into_a_note_is_no_note(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	till.get_by_role("button", name="Note", exact=True).click()
	field = till.get_by_label("Stands on the receipt")
	field.press_sequentially("gift", delay=80)
	scan(till, "2000000000015")
	until(lambda: till.get_by_role("button", name="Edit ").count() == 2)
	assert till.get_by_text("2000000000015").count() == 0
	pay_cash(till, "20")
	(sale,) = entries(demo, "sale")
	assert "2000000000015" not in sale["body"].get("note", "")


@ON_BOTH
def test_a_price_is_typed_for_each_piece_and_without_one_nothing_is_sold(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Home and gifts", exact=True).click()
	mug = tile(till, "Mug handmade", "Price?")
	mug.click()
	till.keyboard.press("Escape")
	assert till.get_by_role("button", name="Edit ").count() == 0
	taps = Taps()
	taps(mug)
	till.keyboard.type("24.50", delay=60)
	assert till.get_by_label("Price per Nos").input_value() == "24.50"
	taps(till.get_by_role("button", name="Save"))
	taps.end("Typed price")
	mug.click()
	till.keyboard.type("19", delay=60)
	till.keyboard.press("Enter")
	assert till.get_by_test_id("total").inner_text() == "€43.50"
	pay_cash(till, "50")
	(sale,) = entries(demo, "sale")
	assert [line["price_minor"] for line in sale["body"]["lines"]] == [2450, 1900]
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	assert demo.booked(sale["id"])["Cash"] == 4350


@ON_BOTH
def test_each_piece_with_a_serial_number_is_named_once_and_printed(till, demo):
	choose_cashier(till)
	(gtin,) = next(each.item.gtins for each in goods() if each.item.item == "HOM-07")
	field = till.get_by_label("Serial number", exact=True)
	scan(till, gtin)
	field.wait_for()
	till.keyboard.press("Escape")
	assert till.get_by_role("button", name="Edit ").count() == 0, "nobody said which piece"
	scan(till, gtin)
	field.wait_for()
	scan(till, "HOM-07-0001")
	till.get_by_role("button", name="Edit Coffee scale with timer, 49.90, S/N HOM-07-0001").wait_for()
	scan(till, gtin)
	field.wait_for()
	scan(till, "HOM-07-0001")
	till.get_by_text("HOM-07-0001 is in this sale already.").wait_for()
	till.keyboard.type("HOM-07-0002", delay=80)
	till.keyboard.press("Enter")
	till.get_by_role("button", name="Edit Coffee scale with timer, 49.90, S/N HOM-07-0002").wait_for()
	scan(till, gtin)
	till.get_by_role("button", name="Can't be read").click()
	till.get_by_role("button", name="Save").click()
	pay_cash(till, "200")
	(sale,) = entries(demo, "sale")
	assert [line.get("serials") for line in sale["body"]["lines"]] == [["HOM-07-0001"], ["HOM-07-0002"], None]
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	assert demo.booked(sale["id"])["Cost of Goods Sold"] == 3 * 2760, "the books know where each of them was"
	until(lambda: printed(demo) == 1)
	assert "S/N HOM-07-0002" in demo.paper()


def test_pieces_of_one_line_have_a_serial_number_each(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Home and gifts", exact=True).click()
	tile(till, "Coffee scale with timer", "49.90").click()
	till.get_by_label("Quantity (Nos)").fill("2")
	for number in ("A1", "A2"):
		till.get_by_label("Serial number", exact=True).fill(number)
		assert till.get_by_role("button", name="Save").is_enabled() == (number == "A2")
		till.keyboard.press("Enter")
	till.get_by_label("Serial number", exact=True).wait_for(state="detached")
	till.get_by_role("button", name="Edit Coffee scale with timer, 49.90, S/N A1, A2").click()
	till.get_by_role("button", name="Take out A1").click()
	assert not till.get_by_role("button", name="Save").is_enabled()
	till.get_by_label("Quantity (Nos)").fill("1")
	till.get_by_role("button", name="Save").click()
	pay_cash(till, "50")
	(sale,) = entries(demo, "sale")
	assert [(line["quantity"], line["serials"]) for line in sale["body"]["lines"]] == [("1", ["A2"])]


def test_a_serial_number_that_is_typed_takes_two_taps_and_its_digits(till):
	choose_cashier(till)
	till.get_by_role("button", name="Home and gifts", exact=True).click()
	taps = Taps()
	taps(tile(till, "Coffee scale with timer", "49.90"))
	taps.digits(till, "7012")
	taps(till.get_by_role("button", name="Save"))
	taps.end("Serial number, typed")
	till.get_by_role("button", name="Edit Coffee scale with timer, 49.90, S/N 7012").wait_for()


@ON_BOTH
def test_a_variant_is_chosen_by_colour_and_size(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Home and gifts", exact=True).click()
	aprons = till.get_by_role("button", name="Barista apron 3 kinds 34.90")
	taps = Taps()
	taps(aprons)
	dialog = till.get_by_role("dialog", name="Barista apron")
	sizes = dialog.get_by_role("group", name="Size").get_by_role("button")
	sizes.first.wait_for()
	assert sizes.all_inner_texts() == ["S/M", "L/XL"]
	taps(dialog.get_by_role("button", name="Black"))
	taps(dialog.get_by_role("button", name="L/XL 34.90"))
	taps.end("Variant")
	dialog.wait_for(state="detached")
	till.get_by_role("button", name="Edit Barista apron black L/XL").wait_for()
	aprons.click()
	dialog.get_by_role("button", name="Sand").click()
	dialog.get_by_role("button", name="L/XL None like this").click()
	dialog.get_by_role("button", name="Sand None like this").click()
	dialog.get_by_role("button", name="S/M 34.90").click()
	till.get_by_role("button", name="Edit Barista apron sand S/M").wait_for()
	pay_cash(till, "100")
	(sale,) = entries(demo, "sale")
	assert [line["item"] for line in sale["body"]["lines"]] == ["HOM-24", "HOM-25"]
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")


def test_what_is_past_its_date_is_sold_only_if_the_cashier_says_so(till, demo):
	choose_cashier(till)
	(gtin,) = next(each.item.gtins for each in goods() if each.item.item == "DRI-09")
	scan(till, f"01{gtin:0>14}17200131")
	till.get_by_text("Ginger beer 0.2 l was to be sold by Jan 31, 2020.").wait_for()
	assert till.get_by_role("button", name="Edit ").count() == 0
	till.get_by_role("button", name="Sell it anyway").click()
	till.get_by_role("button", name="Edit Ginger beer").wait_for()


def test_an_age_is_asked_once_and_again_only_for_a_higher_one(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Drinks", exact=True).click()
	taps = Taps()
	tile(till, "Riesling dry 0.75 l", "9.90").click()
	till.get_by_text("Is the customer 16 or older?").wait_for()
	taps(till.get_by_test_id("age-document"))
	taps.end("Age check")
	tile(till, "Primitivo 0.75 l", "8.90").click()
	assert till.get_by_role("dialog").count() == 0
	tile(till, "Gin dry 0.5 l", "29.90").click()
	till.get_by_text("Is the customer 18 or older?").wait_for()
	till.get_by_role("button", name="No: take it out").click()
	assert till.get_by_role("button", name="Edit Gin").count() == 0
	pay_cash(till, "20")
	(sale,) = entries(demo, "sale")
	assert sale["body"]["age_check"] == {"years": 16, "how": "document"}
	assert [line["name"] for line in sale["body"]["lines"]] == ["Riesling dry 0.75 l", "Primitivo 0.75 l"]


def test_the_age_is_asked_of_the_next_customer_again(till, demo):
	choose_cashier(till)
	till.get_by_role("button", name="Drinks", exact=True).click()
	tile(till, "Riesling dry 0.75 l", "9.90").click()
	till.get_by_text("Is the customer 16 or older?").wait_for()
	till.keyboard.press("Escape")
	until(lambda: till.get_by_role("button", name="Edit Riesling").count() == 0)
	tile(till, "Riesling dry 0.75 l", "9.90").click()
	till.get_by_role("button", name="Yes, beyond doubt").click()
	pay_cash(till, "10")
	till.get_by_test_id("next").click()
	till.get_by_role("button", name="Drinks", exact=True).click()
	tile(till, "Riesling dry 0.75 l", "9.90").click()
	till.get_by_text("Is the customer 16 or older?").wait_for()


def test_foreign_cash_is_taken_at_the_companys_rate_and_change_is_the_shops(till, demo):
	choose_cashier(till)
	tile(till, "Cappuccino", "3.40").click()
	taps = Taps()
	taps(till.get_by_test_id("pay"))
	taps(till.get_by_role("button", name="Foreign cash"))
	till.get_by_text("1 USD = 0.86 EUR, rate of Nov 20, 2026").wait_for()
	assert till.get_by_test_id("confirm").is_disabled()
	till.keyboard.type("10", delay=60)
	assert "€5.20" in till.locator(".change").inner_text()
	taps(till.get_by_test_id("confirm"))
	taps(till.get_by_test_id("next"))
	taps.end("Foreign cash")
	(sale,) = entries(demo, "sale")
	dollars = {"currency": "USD", "currency_precision": 2, "amount_minor": 1_000, "rate": "0.86"}
	(tender,) = sale["body"]["tenders"]
	assert tender == {"tender": "Cash", "kind": "cash", "amount_minor": 860, "foreign": dollars}
	assert sale["body"]["change_minor"] == 520
	until(lambda: demo.entry_states().get(sale["id"]) == "posted")
	assert demo.booked(sale["id"])["Cash"] == 340
	until(lambda: printed(demo) == 1)
	assert "USD 10.00 x 0.86" in demo.paper()
