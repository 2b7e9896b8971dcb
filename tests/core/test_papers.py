"""Pick lists and labels: documents like receipts, which every printer takes."""

from pos_bridge.core.papers import PickLine, pick_list, shelf_label
from pos_bridge.core.receipt import Code, document_fields, layout_lines, read_document


def test_a_pick_list_says_what_to_fetch_from_where_and_ends_with_its_number_to_scan():
	lines = [PickLine("Coffee, 250 g", "2", "A-12", "4006381333931"), PickLine("Tea", "1")]
	document = pick_list("ORD-00017", "Ms. Schmidt", "12:30", lines)
	assert layout_lines(document)[2:] == [
		"For                            Ms. Schmidt",
		"Until                                12:30",
		"-" * 42,
		"[ ] Coffee, 250 g                        2",
		"    A-12, 4006381333931",
		"[ ] Tea                                  1",
		"-" * 42,
		"Lines                                    2",
		"               [ORD-00017]",
	]
	assert Code("code128", "ORD-00017") in document.elements
	assert read_document(document_fields(document)) == document


def test_a_label_has_name_price_and_code():
	document = shelf_label("Coffee, 250 g", "6.90 €", "4006381333931", "2.76 € / 100 g")
	assert layout_lines(document) == [
		"Coffee, 250 g",
		"          6.90 €",
		"                  2.76 € / 100 g",
		"        [4006381333931]",
		"         4006381333931",
	]
	assert read_document(document_fields(document)) == document
