import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { faultsOf, normalEmail, normalMobile, recordHash, type NewCustomer } from "@/customers/record";
import { Retryable } from "@/core/errors";
import { findCustomers } from "@/customers/find";
import { heardFrom } from "@/customers/history";
import { shownAs, useNewCustomers, type KeptRecord } from "@/customers/newCustomers";

const vectors = JSON.parse(readFileSync(new URL("../../../vectors/contact.json", import.meta.url), "utf8")) as {
	readonly mobiles: readonly { text: string; country: string; normal: string }[];
	readonly emails: readonly { text: string; normal: string }[];
	readonly records: readonly { country: string; record: NewCustomer; faults: readonly (readonly string[])[]; hash: string }[];
};
const [JANA] = vectors.records.map(({ record }) => record) as [NewCustomer, ...NewCustomer[]];

describe("a new customer's fields", () => {
	it.each(vectors.mobiles)("number $text in $country", ({ text, country, normal }) => expect(normalMobile(text, country)).toBe(normal));
	it.each(vectors.emails)("address $text", ({ text, normal }) => expect(normalEmail(text)).toBe(normal));
	it.each(vectors.records)("record $record.name", async ({ record, country, faults, hash }) => {
		expect(faultsOf(record, country)).toEqual(faults);
		expect(await recordHash(record)).toBe(hash);
	});
});

describe("a customer is found", () => {
	const all = [{ customer: "C-1", name: "Jana Petersen", mobile: "0170 5550102", email: "", group: "", price_list: "", card: "LH-2" }];
	it.each(["+49 170 555", "0049170555", "01705550102", "1705550102", "petersen jana", "LH-2", "c-1"])("by %s", (text) => {
		expect(findCustomers(all, text, "49")).toEqual(all);
	});
	it("not by another number", () => expect(findCustomers(all, "+43 170 5550102", "49")).toEqual([]));
});

function page(before: readonly KeptRecord[] = []) {
	const disk = { kept: before, fails: false };
	const asked: unknown[] = [];
	const company = { answer: undefined as unknown, ask: async (_method: string, body: unknown) => {
		asked.push(body);
		if (company.answer === undefined) throw new Retryable("away", "network");
		return company.answer;
	} };
	const agent = { state: "none" as const, newCustomers: async () => [], on: () => () => undefined };
	const shelf = {
		keep: async (kept: readonly KeptRecord[]) => {
			if (disk.fails) throw new Retryable("full", "disk");
			disk.kept = kept;
		},
		read: async () => disk.kept,
	};
	const taken = { count: 0 };
	const around = { settled: Promise.resolve(), company, agent, writable: () => true, taken: () => void (taken.count += 1) };
	const opened = useNewCustomers(around as unknown as Parameters<typeof useNewCustomers>[0], shelf);
	return { ...opened, disk, company, asked, taken };
}
const SAID = (outcome: string, known_as: string, reason = "") => ({ results: [{ customer: JANA.customer, outcome, known_as, reason }] });

describe("a customer who is new at a till", () => {
	it("is kept before anybody answers, and found with all that was typed", async () => {
		const { add, disk, kept } = page();
		const made = await add(JANA);
		expect(disk.kept).toEqual([made]);
		expect(shownAs(made)).toMatchObject({ customer: JANA.customer, name: "Jana Petersen", isNew: true, record: vectors.records[0]?.hash });
		expect(kept.value[0]?.hash).toBe(vectors.records[0]?.hash);
	});

	it("is not made where he can't be kept", async () => {
		const { add, disk, kept } = page();
		disk.fails = true;
		await expect(add(JANA)).rejects.toThrow("full");
		expect(kept.value).toEqual([]);
	});

	it("is sent again until the company answers, then leaves his name here no longer", async () => {
		const { add, send, company, disk, taken } = page();
		await add(JANA);
		await send();
		expect(disk.kept[0]?.record).toEqual(JANA);
		company.answer = SAID("created", "CUST-9");
		await send();
		expect(disk.kept).toEqual([{ customer: JANA.customer, hash: vectors.records[0]?.hash, known_as: "CUST-9" }]);
		expect(taken.count).toBe(1);
	});

	it("is sent by the next page, if this one ended before it was answered", async () => {
		const first = page();
		await first.add(JANA);
		const second = page(first.disk.kept);
		second.company.answer = SAID("same_as", "CUST-2");
		await second.send();
		expect(second.disk.kept[0]).toMatchObject({ known_as: "CUST-2" });
		expect(second.asked).toEqual([{ customers: [JANA] }]);
	});

	it("stays here over an answer that says nothing of him", async () => {
		const { add, send, company, disk } = page();
		await add(JANA);
		company.answer = { results: [{ customer: "somebody", outcome: "created", known_as: "X", reason: "" }, 7] };
		await send();
		expect(disk.kept[0]?.record).toEqual(JANA);
	});
});

describe("what the company says of a customer", () => {
	const said = { customer: "C-1", known: true, known_as: "C-1", name: "Jana", group: "Individual", currency: "EUR", owed_minor: 0, purchases: [] };
	it("has an age, and points only with a program", () => {
		expect(heardFrom(said, 5)).toMatchObject({ owed_minor: 0, heard_at: 5 });
		expect(heardFrom({ ...said, points: 10, points_minor: 100 }, 5)).toMatchObject({ points: 10, points_minor: 100 });
		expect(heardFrom({ customer: "C-1", known: false }, 5)).toBeUndefined();
	});
	it("is refused if it is not whole", () => expect(() => heardFrom({ ...said, owed_minor: "0" }, 5)).toThrow("protocol"));
});
