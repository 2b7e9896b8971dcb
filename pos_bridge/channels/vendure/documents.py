"""What is asked of Vendure's admin API. Texts only: nothing is ever put together out of values."""

LOGIN = """
mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password, rememberMe: true) {
    __typename ... on ErrorResult { errorCode message }
  }
}
"""

SHOP = """
query {
  activeChannel { code defaultCurrencyCode availableCurrencyCodes pricesIncludeTax }
  orders(options: { take: 1 }) { totalItems }
}
"""

LOCATIONS = """
query ($skip: Int!) {
  stockLocations(options: { take: 100, skip: $skip }) { totalItems items { id name } }
}
"""

PRODUCTS = """
query ($skip: Int!) {
  productVariants(options: { take: 100, skip: $skip, sort: { id: ASC } }) {
    totalItems items { id name sku }
  }
}
"""

STOCK = """
query ($ids: [String!]!) {
  productVariants(options: { take: 100, filter: { id: { in: $ids } } }) {
    items { id trackInventory stockLevels { stockLocationId stockOnHand } }
  }
}
"""

UPDATE_VARIANTS = """
mutation ($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id }
}
"""

ORDERS = """
query ($options: OrderListOptions!) {
  orders(options: $options) { totalItems items { id updatedAt state orderPlacedAt } }
}
"""

_ADDRESS = "fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber"

_WHOLE = (
	"""
    id code state active createdAt updatedAt orderPlacedAt currencyCode couponCodes
    total totalWithTax
    taxSummary { description taxRate taxTotal }
    customer { id firstName lastName emailAddress phoneNumber user { verified } }
    shippingAddress { """
	+ _ADDRESS
	+ " } billingAddress { "
	+ _ADDRESS
	+ """ }
    lines {
      id quantity orderPlacedQuantity unitPriceWithTax proratedLinePrice proratedLinePriceWithTax
      taxRate taxLines { description taxRate }
      linePrice
      productVariant { id sku name }
    }
    shippingLines { shippingMethod { id code name } discountedPrice discountedPriceWithTax }
    surcharges { id description price priceWithTax taxLines { description taxRate } }
    discounts { description amount }
    payments {
      id method amount state createdAt
      refunds { id total shipping state reason transactionId createdAt lines { orderLineId quantity } }
    }
    fulfillments { id state method trackingCode createdAt lines { orderLineId quantity } }
    history(options: {
      take: 1000, sort: { createdAt: ASC }, filter: { type: { in: [
        "ORDER_PAYMENT_TRANSITION", "ORDER_REFUND_TRANSITION", "ORDER_FULFILLMENT_TRANSITION",
        "ORDER_CANCELLATION"
      ] } }
    }) { items { type createdAt data } }
"""
)

ORDER = "query ($id: ID!) { order(id: $id) {" + _WHOLE + "} }"

WHOLE_ORDERS = (
	"query ($ids: [String!]!) { orders(options: { take: 100, filter: { id: { in: $ids } } }) { items {"
	+ _WHOLE
	+ "} } }"
)

_ERROR = "__typename ... on ErrorResult { errorCode message }"

FULFIL = (
	"""
mutation ($input: FulfillOrderInput!) {
  addFulfillmentToOrder(input: $input) { """
	+ _ERROR
	+ """ ... on Fulfillment { id state } }
}
"""
)

MOVE_FULFILMENT = (
	"""
mutation ($id: ID!, $state: String!) {
  transitionFulfillmentToState(id: $id, state: $state) { """
	+ _ERROR
	+ """ ... on Fulfillment { id state } }
}
"""
)

REFUND = (
	"""
mutation ($input: RefundOrderInput!) {
  refundOrder(input: $input) { """
	+ _ERROR
	+ """ ... on Refund { id state transactionId } }
}
"""
)

SETTLE_REFUND = (
	"""
mutation ($input: SettleRefundInput!) {
  settleRefund(input: $input) { """
	+ _ERROR
	+ """ ... on Refund { id state transactionId } }
}
"""
)

CANCEL = (
	"""
mutation ($input: CancelOrderInput!) {
  cancelOrder(input: $input) { """
	+ _ERROR
	+ """ }
}
"""
)

CANCEL_PAYMENT = (
	"""
mutation ($id: ID!) {
  cancelPayment(id: $id) { """
	+ _ERROR
	+ """ }
}
"""
)
