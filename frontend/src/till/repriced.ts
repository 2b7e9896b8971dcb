// Which lines of the open sale the company has repriced or taken out of sale since they were rung up.
// Never changes a line: the customer was told its price. New scans get the new one.

import { computed, watch, type ComputedRef, type ShallowRef } from "vue";
import type { Catalogue } from "@/catalogue/catalogue";
import { priceIn, type Buying } from "@/catalogue/selling";
import type { Snapshot } from "@/server/api";
import type { Basket } from "@/till/basket";
import type { Money } from "@/till/format";
import type { Notices } from "@/till/notices";
import { t, tCount } from "@/words/words";

export interface RepricedAround {
	readonly basket: Pick<Basket, "lines">;
	readonly catalogue: Pick<Catalogue, "byItem" | "readiness">;
	readonly catalogueVersion: Readonly<ShallowRef<number>>;
	readonly money: ComputedRef<Money>;
	readonly notices: Pick<Notices, "say">;
	readonly snapshot: Readonly<ShallowRef<Snapshot>>;
	readonly buying: () => Buying;
}

/** Line's key -> what is to be known, in words. */
export type Repriced = ComputedRef<ReadonlyMap<number, string>>;

export function useRepriced({
	basket, catalogue, catalogueVersion, money, notices, snapshot, buying,
}: RepricedAround): Repriced {
	const repriced = computed(() => {
		void catalogueVersion.value;
		const found = new Map<number, string>();
		for (const { key, line } of basket.lines.value) {
			const item = catalogue.byItem(line.item);
			const price = item && priceIn(item, line.unit, snapshot.value, { ...buying(), quantity: line.quantity });
			if (price === undefined) found.set(key, t("cart.not_sold"));
			else if (price !== line.price_minor) found.set(key, t("cart.now_costs", { price: money.value.rate(price) }));
		}
		return found;
	});
	let told: ReadonlyMap<number, string> = repriced.value;
	watch([catalogueVersion, () => buying().day], () => {
		const fresh = [...repriced.value].filter(([key, words]) => told.get(key) !== words);
		told = repriced.value;
		const [first] = fresh;
		if (!first) return;
		const name = basket.lines.value.find(({ key }) => key === first[0])?.line.name ?? "";
		const title = fresh.length === 1 ? t("cart.repriced_one", { name }) : tCount("cart.repriced", fresh.length);
		notices.say({ tone: "info", title, text: t("cart.repriced_hint") });
	}, { flush: "sync" });
	return repriced;
}
