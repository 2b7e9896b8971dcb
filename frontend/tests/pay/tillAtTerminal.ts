// A till whose agent knows these attempts at its terminal, as far as a screen that asks the terminal looks at it.

import { vi } from "vitest";
import { shallowRef } from "vue";
import type { Tender } from "@/core/sale";
import type { CardPayment } from "@/pay/terminal/terminal";
import type { AskedCard } from "@/till/paying";
import type { Till } from "@/till/till";

export function tillAtTerminal(payments: readonly CardPayment[], agent: string, asked: AskedCard | undefined) {
	const standing = shallowRef({ agent });
	const tenders = shallowRef<readonly Tender[]>([]);
	const ask = vi.fn(async (_message: object) => ({ op: "cards", payments }));
	let idle = true;
	const paying = {
		tenders, asked: shallowRef(asked), idle: () => idle,
		take: async (tender: Tender) => void (tenders.value = [...tenders.value, tender]),
		alone<T>(work: () => Promise<T>): Promise<T> {
			idle = false;
			return work().finally(() => (idle = true));
		},
	};
	const till = {
		paying, training: shallowRef(false), trust: { standing }, basket: { cart: shallowRef({ id: "cart" }) },
		askable: { agent: { ask, welcome: { devices: [{ device: "counter", role: "terminal" }] } } },
	} as unknown as Till;
	return { till, standing, tenders, ask };
}
