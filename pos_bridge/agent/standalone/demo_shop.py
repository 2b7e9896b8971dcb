"""The demo shop, a grocery with a coffee bar: its till's settings, goods, costs and opening stock.

Everything in it is made up and made the same way at every start; it reads no clock and draws no lots.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from pos_bridge.agent.standalone.demo_names import name_of
from pos_bridge.core.catalogue import OFFERS, Item, TillProfile, Unit, Variant
from pos_bridge.core.codes.gs1 import check_digit
from pos_bridge.core.journal import Accounts
from pos_bridge.core.money import SCALE
from pos_bridge.core.people import Person, badge_digest, sensible_roles, verifier_of
from pos_bridge.core.people.pins import SALT_BYTES
from pos_bridge.core.tax import Tax
from pos_bridge.core.tenders.codes import PaymentCode

MAX_ITEMS = 100_000
TILL = "T1"
WAREHOUSE = "Shop floor"
CURRENCY = "EUR"
CURRENCY_PRECISION = 2
PHONE_CODE = "49"

# GS1 keeps prefixes 20 to 29 for use inside a shop, so that no code here is a real product's.
_SHOP_PREFIX = "20"
_GENERATED_PREFIX = "24"

ACCOUNTS = Accounts(
	receivable="Debtors",
	revenue="Sales",
	round_off="Round Off",
	taxes={"VAT-19": "VAT 19 % Payable", "VAT-7": "VAT 7 % Payable"},
	tenders={"Cash": "Cash", "Card": "Card Clearing", "Bank transfer": "Bank"},
	tips="Tips Payable",
	write_off="Write Off",
	purposes={
		"difference": "Cash Over and Short",
		"safe": "Safe",
		"deposit": "Deposits on Their Way",
		"petty_cash": "Petty Cash Expenses",
		"other_cash": "Other Cash In and Out",
		"gift_card": "Gift Cards",
		"store_credit": "Store Credit",
		"points": "Loyalty Points",
		"exchange": "Exchange Clearing",
		"shortage": "Shortages of Credit",
	},
)

PROFILE = TillProfile(
	till=TILL,
	company="Lindenhof Trading Ltd",
	shop="Lindenhof Grocery & Coffee",
	address=("Lindenstraße 12", "10969 Berlin"),
	tax_id="VAT ID DE000000000",
	receipt_footer=("Thank you for your visit!", "Exchange within 14 days with this receipt"),
	currency=CURRENCY,
	currency_precision=CURRENCY_PRECISION,
	rounding="commercial",
	locale="en",
	taxes=(Tax("VAT-19", "VAT 19 %", True), Tax("VAT-7", "VAT 7 %", True)),
	templates={"standard": {"VAT-19": "19"}, "reduced": {"VAT-7": "7"}},
	tenders={"Cash": "cash", "Card": "card", "Bank transfer": "bank"},
	cashiers=("Ada", "Noor"),
	code_patterns=("21IIIIIWWWWWC", "22IIIIIPPPPPC"),
	offers=OFFERS,
	payment_codes={"Bank transfer": PaymentCode("epc", "DE02120300000000202051", "Lindenhof Trading Ltd")},
	display_text=("Good morning!", "Fresh coffee, every day from 7"),
	without_receipt_minor=5000,
	phone_code=PHONE_CODE,
	foreign=(
		{"currency": "USD", "currency_precision": 2, "rate": "0.86", "as_of": "2026-11-20"},
		{"currency": "CHF", "currency_precision": 2, "rate": "1.05", "as_of": "2026-11-20"},
	),
	rules=(
		{
			"rule": "WELCOME",
			"title": "Welcome to the neighbourhood",
			"on": "ticket",
			"gives": "percent",
			"percent": "10",
			"discount_on": "grand",
			"currency": CURRENCY,
			"coupons": [{"coupon": "Welcome", "code": "WELCOME10"}],
		},
	),
	pricing_for={
		"price_list": "Shop",
		"discount_on": "grand",
		"customer": "Walk-in",
		"customer_group": "Individual",
		"territory": "Berlin",
	},
)

STAFF = (
	("Ada", "Cashier", "2580", ""),
	("Noor", "Cashier", "", ""),
	("Mira", "Manager", "739146", "ID-DEMOMIRA23456722"),
)
"""Who sells with `pos-bridge demo --staff`: name, role, PIN and badge; Noor has neither. For a look only."""
LOCK_MINUTES = 5


def staffed() -> TillProfile:
	"""The shop with roles and PINs, hashed as a real company does it."""
	people = tuple(_person(number, *each) for number, each in enumerate(STAFF))
	return replace(
		PROFILE,
		cashiers=tuple(person.name for person in people),
		people=people,
		roles=sensible_roles(CURRENCY_PRECISION),
		lock_minutes=LOCK_MINUTES,
	)


def _person(number: int, name: str, role: str, pin: str, badge: str) -> Person:
	salt = bytes([number] * SALT_BYTES)
	return Person(name, role, verifier_of(pin, salt) if pin else None, badge_digest(badge) if badge else "")


CRATES = {"DRI-03": Unit("Crate", 12 * SCALE, ("4006381333955",))}
"""What is also sold by the crate, under the crate's own code."""

MIN_AGES = {
	**dict.fromkeys((f"DRI-{number}" for number in range(12, 21) if number != 15), 16),
	"DRI-21": 18,
	"DRI-22": 18,
}
"""Years that whoever buys it must have: beer and wine, spirits."""
OPEN_PRICES = frozenset({"HOM-10"})
"""Each piece of them has a price of its own, on a label that is not printed here."""
SERIALS = frozenset({"HOM-07"})
"""Each piece of them has a serial number."""
APRON, APRON_TEMPLATE = "Barista apron", "HOM-APRON"
COLOURS, SIZES = ("Black", "Sand"), ("S/M", "L/XL")
APRONS = {"HOM-23": (0, 0), "HOM-24": (0, 1), "HOM-25": (1, 0)}
"""Variants by the places of colour and size; there is none of sand in L/XL."""

CUSTOMERS = (
	("CUST-0001", "Café Morgenrot", "+49 30 5550101", "kueche@morgenrot.example", "Commercial", ""),
	("CUST-0002", "Jana Petersen", "+49 170 5550102", "jana@petersen.example", "Individual", "LH-000002"),
	("CUST-0003", "Kiosk am Landwehrkanal", "+49 30 5550103", "", "Commercial", ""),
	("CUST-0004", "Samir Haddad", "+49 171 5550104", "samir@haddad.example", "Individual", "LH-000004"),
)
"""Id, name, mobile, e-mail, group and card of who has an account here."""


@dataclass(frozen=True, slots=True)
class Stocked:
	"""An item with what one unit cost and how much lay on the shelf at the opening (10^-9 units)."""

	item: Item
	cost_minor: int
	opening: int


def goods(count: int = 0) -> list[Stocked]:
	"""The shop's own items, and generated ones behind them until there are `count`."""
	shop = _shop_goods()
	return [*shop, *(_generated(number) for number in range(len(shop), min(count, MAX_ITEMS)))]


@cache
def _shop_goods() -> Sequence[Stocked]:
	text = files(__package__).joinpath("demo_shop.csv").read_text(encoding="utf-8")
	return tuple(
		_from_row(number, row) for number, row in enumerate(csv.DictReader(text.splitlines()), start=1)
	)


def _variant(item: str) -> Variant | None:
	if item not in APRONS:
		return None
	colour, size = APRONS[item]
	return Variant(APRON, (("Colour", COLOURS[colour], colour + 1), ("Size", SIZES[size], size + 1)))


def _from_row(number: int, row: Mapping[str, str]) -> Stocked:
	weighed = row["unit"] == "kg"
	item = Item(
		item=row["item"],
		name=row["name"],
		price_minor=int(row["price_minor"]),
		group=row["group"],
		unit=row["unit"],
		template=row["template"],
		gtins=() if weighed else (_gtin(_SHOP_PREFIX, number),),
		weighed=weighed,
		units=(CRATES[row["item"]],) if row["item"] in CRATES else (),
		min_age=MIN_AGES.get(row["item"], 0),
		open_price=row["item"] in OPEN_PRICES,
		serials=row["item"] in SERIALS,
		variant_of=APRON_TEMPLATE if row["item"] in APRONS else "",
		variant=_variant(row["item"]),
	)
	return Stocked(item, int(row["cost_minor"]), int(row["opening"]) * SCALE)


def _generated(number: int) -> Stocked:
	name, group, template = name_of(number)
	price = 59 + number * 7919 % 2400
	item = Item(
		item=f"G-{number:06d}",
		name=name,
		price_minor=price,
		group=group,
		unit="Nos",
		template=template,
		gtins=(_gtin(_GENERATED_PREFIX, number),),
	)
	return Stocked(item, price * 55 // 100, (10 + number % 40) * SCALE)


def _gtin(prefix: str, number: int) -> str:
	digits = f"{prefix}{number:010d}"
	return digits + check_digit(digits)
