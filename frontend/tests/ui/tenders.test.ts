import { describe, expect, it } from "vitest";
import { Rejected } from "@/core/errors";
import type { Tender } from "@/core/sale";
import { checkKinds } from "@/core/tenders";
import { issueBody } from "@/credit/issue";
import { findCustomers } from "@/customers/find";
import { codeFor, moneyWays, otherWays, terminalOf } from "@/pay/ways";
import type { Customer } from "@/server/customers";
import type { Till } from "@/till/till";

const customer = (name: string, mobile = "", email = ""): Customer => ({ customer: `C-${name}`, name, mobile, email, group: "", price_list: "" });
const ALL = [customer("Café Morgenrot", "+49 30 5550101"), customer("Jana Petersen", "+49 170 5550102", "jana@petersen.example")];
const body = (tender: Partial<Tender>, more = {}) => ({
	currency: "EUR", currency_precision: 2, tenders: [{ tender: "T", kind: "cash", amount_minor: 110, ...tender } as Tender], ...more,
});

describe("ways to pay", () => {
	it("are a shop's money, and only what it is set up for besides", () => {
		expect(moneyWays({ tenders: [{ tender: "Cash", kind: "cash" }, { tender: "Card", kind: "card" }] }).map(({ tender }) => tender)).toEqual(["Cash", "Card"]);
		expect(otherWays({})).toEqual([]);
		expect(otherWays({ offers: ["tips", "exchange"] })).toEqual([]);
		expect(otherWays({ offers: ["store_credit", "on_account"] }).map(({ kind }) => kind)).toEqual(["credit", "on_account"]);
	});

	it("ask no terminal in training, nor one whose agent is away", () => {
		const terminal = (agent: string, training: boolean) => terminalOf({
			training: { value: training }, trust: { standing: { value: { agent } } },
			askable: { agent: { welcome: { devices: [{ device: "counter", role: "terminal" }] } } },
		} as unknown as Till);
		expect([terminal("online", false), terminal("connecting", false), terminal("online", true)]).toEqual(["counter", undefined, undefined]);
	});

	it("show in training no code that somebody could really pay by", () => {
		const pix = { tender: "Pix", format: "pix", account: "shop@pay.example", name: "Shop" } as const;
		const code = (tender: string, training: boolean) => codeFor({ payment_codes: [pix] }, tender, training);
		expect([code("Pix", false), code("Cash", false), code("Pix", true)]).toEqual([pix, undefined, undefined]);
	});
});

describe("a customer is found", () => {
	it("by any words, without accents, in any order", () => {
		expect(findCustomers(ALL, "morgenrot cafe").map(({ name }) => name)).toEqual(["Café Morgenrot"]);
		expect(findCustomers(ALL, "jana@pet").map(({ name }) => name)).toEqual(["Jana Petersen"]);
	});

	it("by his telephone as it is said", () => {
		expect(findCustomers(ALL, "0170 555").map(({ name }) => name)).toEqual(["Jana Petersen"]);
	});

	it("not by what nobody has", () => expect(findCustomers(ALL, "xyz")).toEqual([]));
});

describe("a tender", () => {
	it("says what its kind needs", () => {
		const fault = (tender: Partial<Tender>, more = {}) => () => checkKinds(body(tender, more));
		expect(fault({})).not.toThrow();
		expect(fault({ kind: "gift_card" })).toThrow("needs its number");
		expect(fault({ credit: "GC-1" })).toThrow("only gift cards");
		expect(fault({ kind: "on_account" })).toThrow("needs a customer");
		expect(fault({ kind: "on_account" }, { customer: "C" })).not.toThrow();
		expect(fault({ kind: "exchange" })).toThrow("other half");
		expect(fault({ kind: "points", points: -1 }, { customer: "C" })).toThrow("how many points");
	});

	it("in foreign cash is worth what its rate makes of it", () => {
		const foreign = { currency: "USD", currency_precision: 2, amount_minor: 100, rate: "1.1" };
		expect(() => checkKinds(body({ foreign }))).not.toThrow();
		expect(() => checkKinds(body({ foreign: { ...foreign, rate: "1.2" } }))).toThrow("worth 120, not 110");
		expect(() => checkKinds(body({ foreign: { ...foreign, currency: "EUR" } }))).toThrow("not foreign");
	});
});

describe("a gift card that is sold", () => {
	const issue = { currency: "EUR", currency_precision: 2, credit: "GC-1", credit_kind: "gift_card" as const, amount_minor: 2000 };

	it("is paid exactly, with change out of cash only", () => {
		expect(issueBody({ ...issue, tenders: [{ tender: "Cash", kind: "cash", amount_minor: 5000 }] }).change_minor).toBe(3000);
		expect(() => issueBody({ ...issue, tenders: [{ tender: "Card", kind: "card", amount_minor: 5000 }] })).toThrow(Rejected);
		expect(() => issueBody({ ...issue, tenders: [{ tender: "Cash", kind: "cash", amount_minor: 1999 }] })).toThrow(Rejected);
	});
});
