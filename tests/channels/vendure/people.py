"""What people do at a Vendure: somebody orders, somebody packs, changes, refunds and cancels."""

import itertools
import time

from channels.peers import SECRET
from channels.vendure.server import PASSWORD, Person

from pos_bridge.channels.base import Settings
from pos_bridge.channels.limit import Bucket, Budget
from pos_bridge.channels.vendure import Vendure

ERROR = "... on ErrorResult { errorCode message }"
PATIENCE_SECONDS = 20
_numbers = itertools.count(1)


class Shop:
	"""One Vendure for all tests: its staff, its two stock locations."""

	def __init__(self, server):
		self.server = server
		self.admin = Person(server.url, "admin-api")
		self.admin.ask(
			'mutation ($p: String!) { login(username: "superadmin", password: $p) { __typename '
			+ ERROR
			+ " } }",
			p=PASSWORD,
		)
		channel = self.admin.ask("{ activeChannel { id } }")["id"]
		self.admin.ask(
			"mutation ($i: UpdateChannelInput!) { updateChannel(input: $i) { __typename " + ERROR + " } }",
			i={
				"id": channel,
				"pricesIncludeTax": True,
				"defaultCurrencyCode": "EUR",
				"availableCurrencyCodes": ["EUR"],
				"trackInventory": True,
			},
		)
		first = self.admin.ask("{ stockLocations { items { id } } }")["items"][0]["id"]
		second = self.admin.ask('mutation { createStockLocation(input: { name: "City" }) { id } }')["id"]
		self.locations = (first, second)
		methods = self.admin.ask("{ shippingMethods { items { id name code } } }")["items"]
		self.shipping = {row["name"]: row for row in methods}
		self.payment = self.admin.ask("{ paymentMethods { items { code } } }")["items"][0]["code"]
		tax = self.admin.ask("{ taxCategories { items { id } } }")["items"][0]["id"]
		self.tax_category = tax

	def product(self, name, price, pieces=20):
		"""A new product with one variant; the variant's id."""
		product = self.admin.ask(
			"mutation ($i: CreateProductInput!) { createProduct(input: $i) { id } }",
			i={"translations": [_named(name)]},
		)["id"]
		(variant,) = self.admin.ask(
			"mutation ($i: [CreateProductVariantInput!]!) { createProductVariants(input: $i) { id } }",
			i=[
				{
					"productId": product,
					"sku": f"{name.upper()}-{product}",
					"price": price,
					"taxCategoryId": self.tax_category,
					"stockLevels": [{"stockLocationId": self.locations[0], "stockOnHand": pieces}],
					"translations": [{"languageCode": "en", "name": name}],
				}
			],
		)
		return variant["id"]


def _named(name):
	slug = f"{name.lower()}-{next(_numbers)}"
	return {"languageCode": "en", "name": name, "slug": slug, "description": ""}


class Peer:
	"""The shop as the contract wants it, with a tee and a mug that no other test knows."""

	secret = SECRET

	def __init__(self, shop):
		self._shop, self._admin = shop, shop.admin
		self.items = (shop.product("Tee", 1999), shop.product("Mug", 500))
		self.locations = shop.locations
		options = {f"pickup:{shop.shipping['Fetch']['code']}": shop.locations[1]}
		settings = Settings("vendure", shop.server.url, "superadmin", PASSWORD, ("newer", SECRET), options)
		self.connector = Vendure(settings, bucket=Bucket(Budget(10_000, 10_000)))

	def place(self, wanted, paid=True, shipping="Parcel"):
		buyer = Person(self._shop.server.url, "shop-api")
		for item, pieces in wanted.items():
			buyer.ask(
				"mutation ($v: ID!, $q: Int!) { addItemToOrder(productVariantId: $v, quantity: $q) "
				"{ __typename " + ERROR + " } }",
				v=item,
				q=pieces,
			)
		buyer.ask(
			"mutation ($i: CreateCustomerInput!) { setCustomerForOrder(input: $i) { __typename "
			+ ERROR
			+ " } }",
			i={"firstName": "Ann", "lastName": "Example", "emailAddress": "ann@example.com"},
		)
		buyer.ask(
			"mutation ($i: CreateAddressInput!) { setOrderShippingAddress(input: $i) { __typename "
			+ ERROR
			+ " } }",
			i={"fullName": "Ann Example", "streetLine1": "Str. 1", "city": "Berlin", "countryCode": "DE"},
		)
		buyer.ask(
			"mutation ($m: [ID!]!) { setOrderShippingMethod(shippingMethodId: $m) { __typename "
			+ ERROR
			+ " } }",
			m=[self._shop.shipping[shipping]["id"]],
		)
		buyer.ask(
			'mutation { transitionOrderToState(state: "ArrangingPayment") { __typename ' + ERROR + " } }"
		)
		order = buyer.ask(
			"mutation ($m: String!) { addPaymentToOrder(input: { method: $m, metadata: {} }) "
			"{ __typename " + ERROR + " ... on Order { id } } }",
			m=self._shop.payment,
		)["id"]
		self._last = order
		if paid:
			self.capture(order)
		return order

	def _payment(self, order):
		rows = self._admin.ask("query ($id: ID!) { order(id: $id) { payments { id } } }", id=order)[
			"payments"
		]
		return rows[0]["id"]

	def capture(self, order):
		document = "mutation ($id: ID!) { settlePayment(id: $id) { __typename " + ERROR + " } }"
		self._admin.ask(document, id=self._payment(order))

	def fulfil(self, order, line, pieces):
		made = self._admin.ask(
			"mutation ($i: FulfillOrderInput!) { addFulfillmentToOrder(input: $i) "
			"{ __typename " + ERROR + " ... on Fulfillment { id } } }",
			i={
				"lines": [{"orderLineId": line, "quantity": pieces}],
				"handler": {
					"code": "manual-fulfillment",
					"arguments": [
						{"name": "method", "value": "DHL"},
						{"name": "trackingCode", "value": "T1"},
					],
				},
			},
		)["id"]
		self.move_fulfilment(made, "Shipped")
		return made

	def move_fulfilment(self, fulfilment, state):
		self._admin.ask(
			"mutation ($id: ID!, $s: String!) { transitionFulfillmentToState(id: $id, state: $s) "
			"{ __typename " + ERROR + " } }",
			id=fulfilment,
			s=state,
		)

	def _move(self, order, state):
		self._admin.ask(
			"mutation ($id: ID!, $s: String!) { transitionOrderToState(id: $id, state: $s) "
			"{ __typename " + ERROR + " } }",
			id=order,
			s=state,
		)

	def edit(self, order, line, pieces):
		before = self._admin.ask("query ($id: ID!) { order(id: $id) { state } }", id=order)["state"]
		self._move(order, "Modifying")
		self._admin.ask(
			"mutation ($i: ModifyOrderInput!) { modifyOrder(input: $i) { __typename " + ERROR + " } }",
			i={
				"dryRun": False,
				"orderId": order,
				"adjustOrderLines": [{"orderLineId": line, "quantity": pieces}],
				"refund": {"paymentId": self._payment(order), "reason": "one less"},
			},
		)
		self._move(order, before)
		self._settle_refunds(order)

	def give_back(self, order, minor):
		self._admin.ask(
			"mutation ($i: RefundOrderInput!) { refundOrder(input: $i) { __typename " + ERROR + " } }",
			i={
				"paymentId": self._payment(order),
				"amount": minor,
				"lines": [],
				"shipping": 0,
				"adjustment": 0,
				"reason": "late",
			},
		)
		self._settle_refunds(order)

	def _settle_refunds(self, order):
		document = "query ($id: ID!) { order(id: $id) { payments { refunds { id state } } } }"
		for payment in self._admin.ask(document, id=order)["payments"]:
			for refund in payment["refunds"]:
				if refund["state"] == "Pending":
					self._admin.ask(
						"mutation ($i: SettleRefundInput!) { settleRefund(input: $i) { __typename "
						+ ERROR
						+ " } }",
						i={"id": refund["id"], "transactionId": "bank"},
					)

	def cancel(self, order, lines=None):
		self._admin.ask(
			"mutation ($i: CancelOrderInput!) { cancelOrder(input: $i) { __typename " + ERROR + " } }",
			i={"orderId": order, "lines": lines, "reason": "changed mind", "cancelShipping": lines is None},
		)

	def deliveries(self):
		"""They come a moment later: it is waited for the first about the last order."""
		wanted = f'"order":"{self._last}"'.encode()
		deadline = time.monotonic() + PATIENCE_SECONDS
		while not any(wanted in raw for _, raw in self._shop.server.inbox.received):
			assert time.monotonic() < deadline, "no webhook came"
			time.sleep(0.05)
		return list(self._shop.server.inbox.received)
