// To whom and on which day is sold, and the sale where another customer is chosen.
// Never changes the prices of an open sale by itself: the customer was told them. A customer who is chosen does.

import { onScopeDispose, shallowRef, type ShallowRef } from "vue";
import type { Catalogue } from "@/catalogue/catalogue";
import { mayBuy, priceIn, type Buyer, type Buying } from "@/catalogue/selling";
import type { DraftLine } from "@/core/sale";
import type { Snapshot } from "@/server/api";
import type { Basket } from "@/till/basket";
import type { Clock } from "@/till/clock";
import type { Notices } from "@/till/notices";
import { t } from "@/words/words";

/** How long tiles may show yesterday's prices; what is added has today's at once. */
export const LOOK_AT_DAY_MS = 10_000;

export interface BuyingAround {
	readonly basket: Pick<Basket, "cart" | "lines" | "sellTo">;
	readonly catalogue: Pick<Catalogue, "byItem">;
	readonly snapshot: Readonly<ShallowRef<Snapshot>>;
	readonly clock: Pick<Clock, "businessDate">;
	readonly notices: Pick<Notices, "say">;
}

export interface Selling {
	/** By which prices a line is added now; what shows them follows the customer and the day. */
	buying(): Buying;
	/** Undefined: whoever walks in. False, in words and without a change, if a line is not sold to this customer. */
	sellTo(customer: (Buyer & { readonly name: string }) | undefined): boolean;
}

export function useBuying({ basket, catalogue, snapshot, clock, notices }: BuyingAround): Selling {
	const day = shallowRef(clock.businessDate());
	const timer = setInterval(() => void (day.value = clock.businessDate()), LOOK_AT_DAY_MS);
	onScopeDispose(() => clearInterval(timer), true);

	const by = (customer: Buyer | undefined): Buying => ({ ...customer, day: clock.businessDate() });
	function buying(): Buying {
		void day.value;
		return by(basket.cart.value.customer);
	}
	function priceFor(customer: Buyer | undefined, { item: code, unit, quantity }: DraftLine): number | undefined {
		const item = catalogue.byItem(code);
		if (!item || !mayBuy(item, snapshot.value, customer?.customer)) return undefined;
		return priceIn(item, unit, snapshot.value, { ...by(customer), quantity });
	}
	function sellTo(chosen: (Buyer & { readonly name: string }) | undefined): boolean {
		const { name = "", ...buyer } = chosen ?? {};
		const customer = chosen && (buyer as Buyer);
		const refused = basket.lines.value.filter(({ line }) => priceFor(customer, line) === undefined);
		if (refused.length === 0) return basket.sellTo(customer, (line) => priceFor(customer, line));
		const names = refused.map(({ line }) => line.name).join(", ");
		const title = chosen ? t("customer.refused", { customer: name, names }) : t("customer.walk_in_refused", { names });
		notices.say({ tone: "problem", title, text: t("customer.refused_hint") });
		return false;
	}
	return { buying, sellTo };
}
