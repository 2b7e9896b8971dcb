"""Names for generated items: three to six words, distinct, the same for a number at every start."""

_MAKERS = (
	*("Alder", "Birkenau", "Caldera", "Dorfmühle", "Ebbe", "Fjordland", "Goldähre", "Halden", "Inselhof"),
	*(
		"Juniper",
		"Kastell",
		"Lagune",
		"Morgenrot",
		"Nordwind",
		"Olivar",
		"Pinienhain",
		"Quellberg",
		"Rosengart",
	),
	*("Sonnental", "Talhof", "Ufermann", "Valdora", "Weidegut", "Zederwald", "Amberfield", "Brookside"),
	*("Cloverdale", "Driftwood", "Elmstead", "Foxglove", "Glenmore", "Harbour", "Ivybridge"),
)
_KINDS = (
	"organic",
	"classic",
	"mild",
	"strong",
	"fine",
	"roasted",
	"smoked",
	"natural",
	"spicy",
	"light",
	"dark",
)
_FLAVOURS = (
	*("", "with sea salt", "with lemon", "with honey", "with herbs", "with ginger", "with vanilla"),
	*("with rosemary", "with chili", "with almonds", "with orange peel", "unsweetened", "extra creamy"),
)
_SIZES = (
	"100 g",
	"125 g",
	"180 g",
	"200 g",
	"250 g",
	"330 ml",
	"400 g",
	"500 g",
	"500 ml",
	"750 g",
	"1 kg",
	"1 l",
)
_GOODS = (
	*(
		("espresso beans", "Coffee to take home", "reduced"),
		("filter coffee", "Coffee to take home", "reduced"),
	),
	*(
		("crispbread", "Bakery", "reduced"),
		("rusk", "Bakery", "reduced"),
		("oat biscuits", "Bakery", "reduced"),
	),
	*(("dried apricots", "Fruit and vegetables", "reduced"), ("pickled beetroot", "Pantry", "reduced")),
	*(("yoghurt", "Dairy and deli", "reduced"), ("hard cheese", "Dairy and deli", "reduced")),
	*(("olive tapenade", "Dairy and deli", "reduced"), ("pasta", "Pantry", "reduced")),
	*(("rice", "Pantry", "reduced"), ("chocolate", "Pantry", "reduced"), ("muesli", "Pantry", "reduced")),
	*(
		("crackers", "Pantry", "reduced"),
		("chutney", "Pantry", "reduced"),
		("green tea", "Pantry", "reduced"),
	),
	*(("apple spritzer", "Drinks", "standard"), ("herbal lemonade", "Drinks", "standard")),
	*(("pale ale", "Drinks", "standard"), ("red wine", "Drinks", "standard")),
	*(("hand soap", "Home and gifts", "standard"), ("dish cloths", "Home and gifts", "standard")),
)


def name_of(number: int) -> tuple[str, str, str]:
	"""Name, group and tax template of the generated item `number`."""
	# Mixed radix over the lists: each number leads to another combination, until all 1.2 million are used.
	rest, good = divmod(number, len(_GOODS))
	rest, maker = divmod(rest, len(_MAKERS))
	rest, kind = divmod(rest + good + maker, len(_KINDS))
	rest, flavour = divmod(rest + kind, len(_FLAVOURS))
	noun, group, template = _GOODS[good]
	size = _SIZES[(rest + flavour + good) % len(_SIZES)]
	words = (_MAKERS[maker], _KINDS[kind], noun, _FLAVOURS[flavour], size)
	return " ".join(word for word in words if word), group, template
