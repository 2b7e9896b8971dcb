"""Items travel in columns and lose nothing."""

import pytest

from pos_bridge.core.catalogue import CHUNK_SIZE, Catalogue, Item, TillProfile
from pos_bridge.core.errors import Rejected
from pos_bridge.core.tax import Tax

PROFILE = TillProfile(
	till="T1",
	company="Company",
	shop="Shop",
	address=(),
	tax_id="",
	receipt_footer=(),
	currency="EUR",
	currency_precision=2,
	rounding="commercial",
	locale="en",
	taxes=(Tax("VAT-19", "VAT 19 %", True),),
	templates={"standard": {"VAT-19": "19"}, "none": {}},
	tenders={"Cash": "cash"},
	cashiers=("Ada",),
	code_patterns=(),
)


def items(count):
	return [
		Item(
			item=f"I{number}",
			name=f"Item {number}",
			price_minor=number,
			group=f"Group {number % 3}",
			unit="kg" if number % 5 == 0 else "Nos",
			template="standard" if number % 2 else "none",
			gtins=(f"{number:013d}",),
			weighed=number % 5 == 0,
			open_price=number % 7 == 0,
			serials=number % 11 == 0,
			batches=number % 13 == 0,
		)
		for number in range(count)
	]


def test_the_chunks_together_hold_every_item_unchanged():
	catalogue = Catalogue(PROFILE, items(2 * CHUNK_SIZE + 7))
	snapshot = catalogue.snapshot()
	read = []
	for number in range(snapshot["chunks"]):
		chunk = catalogue.chunk(number)
		weighed = set(chunk["weighed"])
		more = chunk["more"]
		for index in range(len(chunk["item"])):
			read.append(
				Item(
					item=chunk["item"][index],
					name=chunk["name"][index],
					price_minor=chunk["price_minor"][index],
					group=snapshot["groups"][chunk["group"][index]],
					unit=snapshot["units"][chunk["unit"][index]],
					template=snapshot["templates"][chunk["template"][index]]["template"],
					gtins=tuple(chunk["gtins"][index]),
					weighed=index in weighed,
					open_price=more.get(str(index), {}).get("open_price", False),
					serials=more.get(str(index), {}).get("serials", False),
					batches=more.get(str(index), {}).get("batches", False),
				)
			)
	assert read == catalogue.items
	assert snapshot["items"] == len(read)


def test_a_changed_price_gives_the_snapshot_another_name():
	one, other = items(3), items(3)
	other[1] = Item(**{**{name: getattr(one[1], name) for name in one[1].__slots__}, "price_minor": 99})
	assert Catalogue(PROFILE, one).digest == Catalogue(PROFILE, items(3)).digest
	assert Catalogue(PROFILE, one).digest != Catalogue(PROFILE, other).digest


@pytest.mark.parametrize("number", [-1, 1])
def test_a_chunk_that_is_not_there_is_refused(number):
	with pytest.raises(Rejected):
		Catalogue(PROFILE, items(5)).chunk(number)
