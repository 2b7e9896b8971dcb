import { shallowRef } from "vue";
import { expect, test } from "vitest";
import { useAge } from "@/age/age";
import type { Panel } from "@/till/screens";

function asking() {
	const ages: Record<string, number | undefined> = { beer: 16, rum: 18, bread: undefined };
	const asked: string[] = [];
	const lines = shallowRef<readonly { key: string; line: { item: string } }[]>([]);
	const catalogueVersion = shallowRef(0);
	const basket = { lines, cart: shallowRef({}), remove: (key: string) => void (lines.value = lines.value.filter((line) => line.key !== key)) };
	const catalogue = {
		byItem(item: string) {
			asked.push(item);
			return { more: { min_age: ages[item] } };
		},
	};
	const panel = shallowRef<Panel>();
	const age = useAge({ basket, catalogue, catalogueVersion, panel } as unknown as Parameters<typeof useAge>[0]);
	const add = (item: string): void => void (lines.value = [...lines.value, { key: `${lines.value.length}`, line: { item } }]);
	return { ...age, ages, asked, lines, catalogueVersion, add };
}

test("the highest age of the goods is asked for, and what nobody may have comes out", () => {
	const { ageNeeded, removeAgeBound, lines, add } = asking();
	for (const item of ["bread", "beer", "rum"]) add(item);
	expect(ageNeeded.value).toBe(18);
	removeAgeBound();
	expect([lines.value.map(({ line }) => line.item), ageNeeded.value]).toEqual([["bread"], 0]);
});

test("the catalogue is asked once for each of the goods, until it changes", () => {
	const { ageNeeded, ages, asked, catalogueVersion, add } = asking();
	for (const item of ["beer", "bread", "beer", "bread"]) {
		add(item);
		expect(ageNeeded.value).toBe(16);
	}
	expect(asked).toEqual(["beer", "bread"]);
	ages.bread = 21;
	catalogueVersion.value += 1;
	expect(ageNeeded.value).toBe(21);
});
