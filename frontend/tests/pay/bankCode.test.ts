// The code that is paid by, without a screen: what the customer is told of it.

import { createSSRApp, h, shallowRef } from "vue";
import { renderToString } from "vue/server-renderer";
import { afterEach, expect, test, vi } from "vitest";
import { customerCode } from "@/display/code";
import { moneyOf } from "@/till/format";
import { provideTill, type Till } from "@/till/till";
import { choose, speak } from "@/words/words";

vi.hoisted(() => vi.stubGlobal("localStorage", { getItem: () => null }));
afterEach(() => choose(undefined));

test("the customer reads the amount as the shop writes it, the cashier as his screen does", async () => {
	await speak("en");
	await choose("de");
	const shop = {
		till: "T1", currency: "EUR", currency_precision: 2,
		payment_codes: [{ tender: "Bank", format: "epc", account: "DE89370400440532013000", name: "Corner" }],
	};
	const till = {
		snapshot: shallowRef(shop), training: shallowRef(false), basket: { cart: shallowRef({ id: "01a1ee56-5e01-7001-8203-040506070809" }) },
		money: shallowRef(moneyOf(shop)),
	} as unknown as Till;
	const { default: BankCode } = await import("@/pay/BankCode.vue");
	const html = await renderToString(createSSRApp({ setup: () => (provideTill(till), () => h(BankCode, { tender: "Bank", amountMinor: 123450 })) }));
	expect(customerCode.value?.label).toContain("€1,234.50");
	expect(html).toContain("1.234,50");
});
