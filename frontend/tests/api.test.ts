import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Retryable } from "@/core/errors";
import { Company, offeredEnrolmentCode, type Enrolment } from "@/server/api";

const enrolment: Enrolment = { till: "T1", token: "secret", company: "Demo", shop: "Corner", next_epoch: 1, agent_urls: [] };
const fetched = vi.fn<typeof fetch>();
const company = new Company(enrolment, "http://shop.test");
const wire = { hash: "a".repeat(64), text: "{}" };

beforeEach(() => vi.stubGlobal("fetch", fetched));
afterEach(() => {
	vi.unstubAllGlobals();
	fetched.mockReset();
});

const answers = (status: number, body: unknown) =>
	fetched.mockResolvedValueOnce(new Response(typeof body === "string" ? body : JSON.stringify(body), { status }));

const sent = () => {
	const [url, init] = fetched.mock.calls.at(-1) ?? [];
	return { url: String(url), init: init ?? {}, headers: new Headers(init?.headers) };
};

test("a push carries the token, no cookie, and the protocol's fields", async () => {
	const result = { id: "1", outcome: "created", state: "waiting", reason: "" };
	answers(200, { message: { protocol: 1, till: "T1", results: [result], gaps: [] } });
	expect((await company.push([wire])).results).toEqual([result]);
	const { url, init, headers } = sent();
	expect([url, init.credentials]).toEqual(["http://shop.test/api/method/pos_bridge.api.push", "omit"]);
	expect(headers.get("Authorization")).toBe("Till secret");
	expect(JSON.parse(String(init.body))).toEqual({ protocol: 1, till: "T1", entries: [wire] });
});

test("a chunk is handed on as the text that came", async () => {
	const text = '{"message": {"chunk":3}}';
	answers(200, text);
	expect(await company.chunk("a b", 3)).toBe(text);
	expect(sent().url).toBe("http://shop.test/api/method/pos_bridge.api.snapshot_chunk?snapshot=a%20b&chunk=3");
});

describe("an answer that is none can be tried again:", () => {
	test("no network", async () => {
		fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
		await expect(company.snapshot()).rejects.toThrow(Retryable);
	});

	test.each([[500], [502], [503], [429], [408]])("status %i without our words", async (status) => {
		answers(status, "<html>");
		await expect(company.snapshot()).rejects.toThrow(Retryable);
	});

	test.each<[string, unknown]>([["a proxy's page", "<html>"], ["no message", {}], ["null", "null"]])("%s", async (_, body) => {
		answers(200, body);
		await expect(company.snapshot()).rejects.toThrow(Retryable);
	});

	test("fewer results than entries", async () => {
		answers(200, { message: { protocol: 1, till: "T1", results: [], gaps: [] } });
		await expect(company.push([wire])).rejects.toThrow("does not cover every entry");
	});
});

describe("a refusal", () => {
	test("has the company's code and words", async () => {
		answers(413, { error: { code: "too_large", message: "Send fewer.", retryable: false } });
		await expect(company.push([wire])).rejects.toMatchObject({ name: "Rejected", code: "too_large", message: "Send fewer." });
	});

	test("that the company calls retryable is", async () => {
		answers(409, { error: { code: "busy", message: "Later.", retryable: true } });
		await expect(company.push([wire])).rejects.toThrow(Retryable);
	});

	test("without words has its status", async () => {
		answers(403, "<html>");
		await expect(company.snapshot()).rejects.toMatchObject({ name: "Rejected", code: "http_403" });
	});
});

describe("the demo's enrolment code", () => {
	test("is used where it is offered", async () => {
		answers(200, { code: "DEMO" });
		expect(await offeredEnrolmentCode("http://shop.test")).toBe("DEMO");
	});

	test("is absent where it is not, and where a page answers instead", async () => {
		answers(404, "Not found");
		expect(await offeredEnrolmentCode()).toBeUndefined();
		answers(200, "<html>");
		expect(await offeredEnrolmentCode()).toBeUndefined();
	});

	test("is not given up for because the network is away", async () => {
		fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
		await expect(offeredEnrolmentCode()).rejects.toThrow(Retryable);
	});
});

test("a till that was switched off remembers it, and a new code lets it in again", async () => {
	const till = new Company(enrolment, "http://shop.test");
	answers(401, { error: { code: "revoked", message: "switched off", retryable: false } });
	await expect(till.snapshot()).rejects.toThrow("switched off");
	expect([till.revoked, till.unknownHere, (await Company.open()).revoked]).toEqual([true, true, true]);
	answers(200, { message: { ...enrolment, token: "new" } });
	await till.enrol("CODE");
	expect([till.revoked, till.unknownHere, (await Company.open()).revoked]).toEqual([false, false, false]);
});
