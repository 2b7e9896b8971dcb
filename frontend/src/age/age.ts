// Goods that are sold from an age on: whether somebody has to be asked, and what happens where he is too young.
// Never keeps a date of birth.

import { computed, watch, type ComputedRef, type ShallowRef } from "vue";
import type { Catalogue } from "@/catalogue/catalogue";
import type { Basket } from "@/till/basket";
import type { Panel } from "@/till/screens";

export interface AgeAsking {
	/** The age that the sale's goods ask for and nobody has answered for, in years; 0 if none is to be asked. */
	readonly ageNeeded: ComputedRef<number>;
	/** Takes out what whoever buys is too young for. */
	removeAgeBound(): void;
}

interface Around {
	readonly basket: Pick<Basket, "cart" | "lines" | "remove">;
	readonly catalogue: Pick<Catalogue, "byItem">;
	readonly catalogueVersion: Readonly<ShallowRef<number>>;
	readonly panel: ShallowRef<Panel>;
}

export function useAge({ basket, catalogue, catalogueVersion, panel }: Around): AgeAsking {
	/** By item, for a cart has all of them again with each line that it gets; anew with each change of the catalogue. */
	const ages = computed(() => {
		void catalogueVersion.value;
		return new Map<string, number>();
	});
	function ageOf(item: string): number {
		const known = ages.value.get(item);
		if (known !== undefined) return known;
		const age = catalogue.byItem(item)?.more?.min_age ?? 0;
		ages.value.set(item, age);
		return age;
	}
	const ageNeeded = computed(() => {
		const needed = Math.max(0, ...basket.lines.value.map(({ line }) => ageOf(line.item)));
		return needed > (basket.cart.value.age_check?.years ?? 0) ? needed : 0;
	});
	// A panel that asks for a weight comes first; the age is asked when it is gone.
	watch([ageNeeded, panel], ([needed, open]) => {
		if (needed > 0 && open === undefined) panel.value = "age";
	});
	function removeAgeBound(): void {
		const answered = basket.cart.value.age_check?.years ?? 0;
		for (const { key, line } of basket.lines.value) if (ageOf(line.item) > answered) basket.remove(key);
	}
	return { ageNeeded, removeAgeBound };
}
