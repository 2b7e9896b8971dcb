"""What people do at a Medusa: somebody orders, somebody packs, changes, refunds and cancels."""

import itertools
import json
import time
import urllib.error
import urllib.request

from channels.peers import SECRET

from pos_bridge.channels.base import Settings
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.medusa import Medusa

PATIENCE_SECONDS = 20
_numbers = itertools.count(1)


class Person:
	"""Somebody who uses the shop's API with a header of his own."""

	def __init__(self, url, **headers):
		self._url = url
		self.headers = {"Content-Type": "application/json", **headers}

	def ask(self, method, path, body=None):
		data = None if body is None else json.dumps(body).encode()
		request = urllib.request.Request(self._url + path, data, self.headers, method=method)
		try:
			with urllib.request.urlopen(request, timeout=60) as response:
				return json.load(response)
		except urllib.error.HTTPError as error:
			raise AssertionError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error

	def post(self, path, **body):
		return self.ask("POST", path, body)

	def get(self, path):
		return self.ask("GET", path)


class Shop:
	"""One Medusa for all tests: prices with 19 % tax in them, a DC that ships and a city shop to fetch at."""

	def __init__(self, url, email, password, inbox):
		self.url, self.inbox = url, inbox
		token = Person(url).post("/auth/user/emailpass", email=email, password=password)["token"]
		self.admin = admin = Person(url, Authorization=f"Bearer {token}")
		self.channel = admin.post("/admin/sales-channels", name="Web")["sales_channel"]["id"]
		store = admin.get("/admin/stores")["stores"][0]["id"]
		admin.post(
			f"/admin/stores/{store}",
			supported_currencies=[{"currency_code": "eur", "is_default": True, "is_tax_inclusive": True}],
			default_sales_channel_id=self.channel,
		)
		self.region = self._region()
		self.locations = tuple(self._location(name) for name in ("DC", "City"))
		self.profile = admin.post("/admin/shipping-profiles", name="Default", type="default")[
			"shipping_profile"
		]["id"]
		self.shipping = {
			"parcel": self._option(self.locations[0], "shipping", 4.9),
			"fetch": self._option(self.locations[1], "pickup", 0),
		}
		self.buyer_key = self._key("publishable")["token"]
		self.api_key = self._key("secret")["token"]

	def _region(self):
		region = self.admin.post(
			"/admin/regions",
			name="Germany",
			currency_code="eur",
			countries=["de"],
			payment_providers=["pp_system_default"],
			is_tax_inclusive=True,
		)["region"]["id"]
		self.admin.post(
			"/admin/tax-regions",
			country_code="de",
			provider_id="tp_system",
			default_tax_rate={"rate": 19, "code": "DE19", "name": "VAT"},
		)
		return region

	def _location(self, name):
		location = self.admin.post("/admin/stock-locations", name=name)["stock_location"]["id"]
		self.admin.post(f"/admin/stock-locations/{location}/sales-channels", add=[self.channel])
		self.admin.post(f"/admin/stock-locations/{location}/fulfillment-providers", add=["manual_manual"])
		return location

	def _option(self, location, kind, amount):
		path = f"/admin/stock-locations/{location}/fulfillment-sets?fields=*fulfillment_sets"
		place = self.admin.post(path, name=f"{kind} {location}", type=kind)["stock_location"]
		chosen = place["fulfillment_sets"][0]["id"]
		zones = self.admin.post(
			f"/admin/fulfillment-sets/{chosen}/service-zones",
			name=f"Germany {kind}",
			geo_zones=[{"type": "country", "country_code": "de"}],
		)["fulfillment_set"]["service_zones"]
		return self.admin.post(
			"/admin/shipping-options",
			name=kind,
			service_zone_id=zones[0]["id"],
			shipping_profile_id=self.profile,
			provider_id="manual_manual",
			price_type="flat",
			type={"label": kind, "description": kind, "code": kind},
			prices=[{"currency_code": "eur", "amount": amount}],
			rules=[],
		)["shipping_option"]["id"]

	def _key(self, kind):
		key = self.admin.post("/admin/api-keys", title=kind, type=kind)["api_key"]
		if kind == "publishable":
			self.admin.post(f"/admin/api-keys/{key['id']}/sales-channels", add=[self.channel])
		return key

	def product(self, name, price, pieces=20):
		"""A new product with one variant; the variant's id."""
		sku = f"{name.upper()}-{next(_numbers)}"
		product = self.admin.post(
			"/admin/products",
			title=name,
			handle=sku.lower(),
			status="published",
			shipping_profile_id=self.profile,
			sales_channels=[{"id": self.channel}],
			options=[{"title": "Size", "values": ["M"]}],
			variants=[
				{
					"title": "M",
					"sku": sku,
					"manage_inventory": True,
					"options": {"Size": "M"},
					"prices": [{"currency_code": "eur", "amount": price}],
				}
			],
		)["product"]
		item = self.admin.get(f"/admin/inventory-items?sku={sku}")["inventory_items"][0]["id"]
		self.admin.post(
			f"/admin/inventory-items/{item}/location-levels",
			location_id=self.locations[0],
			stocked_quantity=pieces,
		)
		return product["variants"][0]["id"]


class Peer:
	"""The shop as the contract wants it, with a tee and a mug that no other test knows."""

	secret = SECRET

	def __init__(self, shop):
		self._shop, self._admin = shop, shop.admin
		self.items = (shop.product("Tee", 19.99), shop.product("Mug", 5))
		self.locations = shop.locations
		settings = Settings("medusa", shop.url, secret=shop.api_key, secrets=("newer", SECRET))
		self.connector = Medusa(settings, bucket=Bucket(Budget(10_000, 10_000)))

	def place(self, wanted, paid=True, shipping="parcel"):
		buyer = Person(self._shop.url, **{"x-publishable-api-key": self._shop.buyer_key})
		address = {
			"first_name": "Ann", "last_name": "Example", "address_1": "Str. 1", "city": "Berlin",
			"postal_code": "10115", "country_code": "de",
		}  # fmt: skip
		cart = buyer.post(
			"/store/carts",
			region_id=self._shop.region,
			email="ann@example.com",
			shipping_address=address,
			items=[{"variant_id": item, "quantity": pieces} for item, pieces in wanted.items()],
		)["cart"]["id"]
		buyer.post(f"/store/carts/{cart}/shipping-methods", option_id=self._shop.shipping[shipping])
		collection = buyer.post("/store/payment-collections", cart_id=cart)["payment_collection"]["id"]
		buyer.post(
			f"/store/payment-collections/{collection}/payment-sessions", provider_id="pp_system_default"
		)
		self._last = buyer.post(f"/store/carts/{cart}/complete")["order"]["id"]
		if paid:
			self.capture(self._last)
		return self._last

	def _payment(self, order):
		path = f"/admin/orders/{order}?fields=*payment_collections.payments"
		return self._admin.get(path)["order"]["payment_collections"][0]["payments"][0]["id"]

	def capture(self, order):
		self._admin.post(f"/admin/payments/{self._payment(order)}/capture")

	def fulfil(self, order, line, pieces):
		items = [{"id": line, "quantity": pieces}]
		body = {"items": items, "location_id": self.locations[0]}
		made = self._admin.post(f"/admin/orders/{order}/fulfillments?fields=*fulfillments", **body)["order"]
		newest = max(made["fulfillments"], key=lambda row: row["created_at"])["id"]
		self._admin.post(f"/admin/orders/{order}/fulfillments/{newest}/shipments", items=items)
		return newest

	def edit(self, order, line, pieces):
		before = self._total(order)
		self._admin.post("/admin/order-edits", order_id=order)
		self._admin.post(f"/admin/order-edits/{order}/items/item/{line}", quantity=pieces)
		self._admin.post(f"/admin/order-edits/{order}/request")
		self._admin.post(f"/admin/order-edits/{order}/confirm")
		self.give_back(order, round((before - self._total(order)) * 100))

	def _total(self, order):
		return self._admin.get(f"/admin/orders/{order}?fields=total")["order"]["total"]

	def give_back(self, order, minor):
		self._admin.post(f"/admin/payments/{self._payment(order)}/refund", amount=minor / 100, note="late")

	def take_back(self, order, line, pieces, location):
		made = self._admin.post("/admin/returns", order_id=order, location_id=location)["return"]["id"]
		path = f"/admin/returns/{made}"
		self._admin.post(f"{path}/request-items", items=[{"id": line, "quantity": pieces}])
		self._admin.post(f"{path}/request")
		self._admin.post(f"{path}/receive")
		self._admin.post(f"{path}/receive-items", items=[{"id": line, "quantity": pieces}])
		self._admin.post(f"{path}/receive/confirm")
		return made

	def cancel(self, order):
		self._admin.post(f"/admin/orders/{order}/cancel")

	def deliveries(self):
		"""They come a moment later: it is waited for the first about the last order."""
		wanted = f'"order":"{self._last}"'.encode()
		deadline = time.monotonic() + PATIENCE_SECONDS
		while not any(wanted in raw for _, raw in self._shop.inbox.received):
			assert time.monotonic() < deadline, "no webhook came"
			time.sleep(0.05)
		return list(self._shop.inbox.received)
