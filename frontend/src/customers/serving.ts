// Who is served: attached to the sale, at his prices, with what is known of him; and who is new.
// Never sends or records anything itself.

import { shallowRef, watch, type ShallowRef } from "vue";
import type { Heard } from "@/customers/history";
import type { Company } from "@/server/api";
import type { Customer } from "@/server/customers";
import type { Basket } from "@/till/basket";
import type { Selling } from "@/till/buying";
import { beep } from "@/shell/sound";

export interface Serving {
	/** From now on the sale is his, at his prices; undefined: whoever walks in. False, in words, if it was refused. */
	serve(customer: Customer | undefined): boolean;
	/** What the company knows of who is served. */
	readonly heard: Readonly<ShallowRef<Heard | undefined>>;
}

interface Around {
	readonly basket: Pick<Basket, "cart" | "payer">;
	readonly selling: Pick<Selling, "sellTo">;
	readonly company: Pick<Company, "ask">;
	readonly settled: Promise<void>;
}

export function useServing({ basket, selling, company, settled }: Around): Serving {
	const heard = shallowRef<Heard>();

	function serve(customer: Customer | undefined): boolean {
		const { customer: id, name, price_list, group, record } = customer ?? {};
		const buyer = id === undefined ? undefined : { customer: id, name: name ?? "", price_list: price_list ?? "", ...(group && { group }) };
		if (!selling.sellTo(buyer)) {
			beep("error");
			return false;
		}
		basket.payer(buyer && { customer: buyer.customer, name: buyer.name, ...(record !== undefined && { record }) });
		return true;
	}
	watch(() => basket.cart.value.payer?.customer, async (id) => {
		heard.value = undefined;
		if (id === undefined) return;
		await settled;
		const { heardOf } = await import("@/customers/history");
		const said = await heardOf(id, company, Date.now());
		if (basket.cart.value.payer?.customer === id) heard.value = said;
	}, { immediate: true });
	return { serve, heard };
}
