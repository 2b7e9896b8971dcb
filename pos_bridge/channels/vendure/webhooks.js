// A plugin for a Vendure shop: tells POS Bridge which order changed, signed over the raw body.
// Add `webhooks(url, secret)` to `plugins` of vendure-config. It never waits for an answer and never fails a request.

"use strict";

const crypto = require("node:crypto");
const core = require("@vendure/core");

const EVENTS = [
	core.OrderPlacedEvent,
	core.OrderStateTransitionEvent,
	core.PaymentStateTransitionEvent,
	core.RefundStateTransitionEvent,
	core.FulfillmentStateTransitionEvent,
	core.OrderLineEvent,
];

// Transitions of a fulfilment name several orders; all other events name one.
function ordersOf(event) {
	if (event.order) return [event.order];
	return event.fulfillment?.orders ?? [];
}

function webhooks(url, secret) {
	async function tell(topic, order) {
		const body = JSON.stringify({ topic, order: String(order.id), code: order.code, at: new Date().toISOString() });
		const signature = crypto.createHmac("sha256", secret).update(body).digest("base64");
		const headers = { "content-type": "application/json", "x-vendure-signature": signature };
		// Lost ones are found again: POS Bridge reads every open order anew by itself.
		await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(10_000) }).catch(() => {});
	}

	class PosBridgeWebhooks {
		constructor(eventBus) {
			this.eventBus = eventBus;
		}

		onApplicationBootstrap() {
			for (const Event of EVENTS) {
				this.eventBus.ofType(Event).subscribe((event) => {
					for (const order of ordersOf(event)) void tell(Event.name, order);
				});
			}
		}
	}

	// Without a compiler nobody writes down what the constructor wants.
	Reflect.defineMetadata("design:paramtypes", [core.EventBus], PosBridgeWebhooks);
	core.VendurePlugin({ imports: [core.PluginCommonModule], compatibility: "^3.0.0" })(PosBridgeWebhooks);
	return PosBridgeWebhooks;
}

module.exports = { webhooks };
