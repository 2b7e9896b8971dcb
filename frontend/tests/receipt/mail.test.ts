import { describe, expect, it } from "vitest";
import type { Entry } from "@/core/entry";
import { Rejected, Retryable } from "@/core/errors";
import { mailing, type ReceiptMail } from "@/mail/waiting";
import { giftReceiptOf } from "@/receipt/gift";

function world() {
	const sent: ReceiptMail[] = [];
	const state: { kept: readonly ReceiptMail[]; fault: Error | undefined } = { kept: [], fault: undefined };
	const company = {
		before: async (_mail: ReceiptMail): Promise<void> => undefined,
		async mailReceipt(mail: ReceiptMail) {
			await company.before(mail);
			if (state.fault) throw state.fault;
			sent.push(mail);
		},
	};
	const shelf = { read: async () => state.kept, write: async (mails: readonly ReceiptMail[]) => void (state.kept = mails) };
	return { sent, state, company, mails: mailing(company, shelf) };
}

describe("a receipt by e-mail", () => {
	it("is sent and forgotten", async () => {
		const { sent, state, mails } = world();
		expect(await mails.send("entry-1", "a@b.example")).toBe("sent");
		expect(sent.map(({ entry, to }) => [entry, to])).toEqual([["entry-1", "a@b.example"]]);
		expect(state.kept).toEqual([]);
	});

	it("waits while the company is away, and goes out later under the same id", async () => {
		const { sent, state, mails } = world();
		state.fault = new Retryable("gone", "network");
		expect(await mails.send("entry-1", "a@b.example")).toBe("waiting");
		const [kept] = state.kept;
		await mails.sendWaiting(() => expect.fail());
		expect(state.kept).toEqual([kept]);
		state.fault = undefined;
		await mails.sendWaiting(() => expect.fail());
		expect(sent).toEqual([kept]);
		expect(state.kept).toEqual([]);
	});

	it("that the company refuses is not asked for again, and said", async () => {
		const { state, mails } = world();
		state.fault = new Retryable("gone", "network");
		await mails.send("entry-1", "a@b.example");
		state.fault = new Rejected("That is no address.");
		await expect(mails.send("entry-2", "a@b")).rejects.toThrow("no address");
		const failed: string[] = [];
		await mails.sendWaiting((to, reason) => failed.push(`${to}: ${reason}`));
		expect(failed).toEqual(["a@b.example: That is no address."]);
		expect(state.kept).toEqual([]);
	});

	it("is asked for once, however often its turn comes while the line is slow", async () => {
		const { sent, state, company, mails } = world();
		state.kept = ["a", "b"].map((id) => ({ id, entry: id, to: `${id}@b.example` }));
		let answer = (): void => undefined;
		const slow = new Promise<void>((resolve) => (answer = resolve));
		company.before = () => slow;
		const rounds = [1, 2, 3].map(() => mails.sendWaiting(() => expect.fail()));
		answer();
		await Promise.all(rounds);
		expect(sent.map(({ id }) => id)).toEqual(["a", "b"]);
		state.kept = [{ id: "c", entry: "c", to: "c@b.example" }];
		await mails.sendWaiting(() => expect.fail());
		expect(sent.map(({ id }) => id)).toEqual(["a", "b", "c"]);
	});

	it("is not tried while nobody answers, but is while only the one before it has to wait", async () => {
		const { state, company, mails } = world();
		const asked: string[] = [];
		state.kept = ["a", "b"].map((id) => ({ id, entry: id, to: `${id}@b.example` }));
		company.before = async ({ id }) => void asked.push(id);
		state.fault = new Retryable("gone", "network");
		await mails.sendWaiting(() => expect.fail());
		expect(asked).toEqual(["a"]);
		state.fault = new Retryable("The receipt has not arrived yet.", "entry_unknown");
		await mails.sendWaiting(() => expect.fail());
		expect(asked).toEqual(["a", "a", "b"]);
	});

	it("loses none of two that are asked for at once", async () => {
		const { state, mails } = world();
		state.fault = new Retryable("gone", "network");
		await Promise.all(["a", "b", "c"].map((entry) => mails.send(entry, `${entry}@b.example`)));
		expect(state.kept.map(({ entry }) => entry)).toEqual(["a", "b", "c"]);
	});
});

describe("a gift receipt", () => {
	it("names the goods and the receipt, and no price", () => {
		const lines = [{ name: "Beans", quantity: "2", unit: "Nos", price_minor: 1999, amount_minor: 3998 }, { name: "Nuts", quantity: "0.25", unit: "kg", price_minor: 777 }];
		const entry = { kind: "sale", receipt_number: "T1-1-000042", occurred_at: "2026-11-27T20:41:00.000+01:00", body: { lines } } as unknown as Entry;
		const { elements } = giftReceiptOf(entry, { shop: "Corner" } as never, { title: "GIFT RECEIPT", exchange: "Exchange with this" });
		const said = JSON.stringify(elements);
		for (const word of ["Corner", "GIFT RECEIPT", "Beans", "0.25 kg", "T1-1-000042", "Exchange with this"]) expect(said).toContain(word);
		for (const secret of ["1999", "19.99", "39.98", "777", "7.77"]) expect(said).not.toContain(secret);
		expect(elements.at(-1)).toEqual({ type: "cut" });
	});
});
