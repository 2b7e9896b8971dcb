import { beforeEach, describe, expect, it } from "vitest";
import { builtUrl, scriptUrl } from "@/offline/files";
import type { OfflineFacts } from "@/offline/offline";
import { readinessOf, type Holdings } from "@/offline/readiness";
import { LITTLE_ROOM_BYTES } from "@/offline/room";
import { speak } from "@/words/words";

const KEPT: OfflineFacts = { worker: "active", missing: 0, waiting: false };
const ALL: Holdings = { whole: true, copied: true, notKept: undefined, persisted: true };
const NOT_READY = /^Not ready for offline: \S/;

describe("ready for offline", () => {
	beforeEach(() => speak("en"));

	it("is said when worker, files, items and the browser's promise are all there", () => {
		expect(readinessOf(KEPT, ALL)).toEqual({ tone: "ok", text: "Ready for offline" });
	});

	it.each<Partial<OfflineFacts>>([
		{ worker: "unsupported" }, { worker: "starting" }, { worker: "failed", reason: "" }, { missing: 1 }, { missing: 3 },
	])("is not said of a page with %o", (change) => {
		expect(readinessOf({ ...KEPT, ...change }, ALL).text).toMatch(NOT_READY);
	});

	it("is not said before the files were counted", () => {
		expect(readinessOf({ worker: "active", waiting: false }, ALL).text).toMatch(NOT_READY);
	});

	it("is not said while items are missing, not kept for a restart, or kept only once", () => {
		expect(readinessOf(KEPT, { ...ALL, whole: false }).text).toMatch(NOT_READY);
		expect(readinessOf(KEPT, { ...ALL, copied: false }).text).toContain("a second time");
		expect(readinessOf(KEPT, { ...ALL, notKept: "The disk is full." }).text).toContain("The disk is full.");
	});

	it("comes with a warning where the browser may clear the till", () => {
		const { tone, text, more } = readinessOf(KEPT, { ...ALL, persisted: false });
		expect([tone, text]).toEqual(["warning", "Ready for offline"]);
		expect(more).toContain("may clear it");
	});

	it("comes with a warning while the computer has little room, and says how little", () => {
		const { tone, text, more } = readinessOf({ ...KEPT, freeBytes: 12_345_678 }, ALL);
		expect([tone, text]).toEqual(["warning", "Ready for offline"]);
		expect(more).toContain("12 MB");
		expect(readinessOf({ ...KEPT, freeBytes: LITTLE_ROOM_BYTES }, ALL).tone).toBe("ok");
	});

	it("comes with the new version that waits", () => {
		expect(readinessOf({ ...KEPT, waiting: true }, ALL).more).toContain("when no sale is open");
	});
});

describe("the daybook's script", () => {
	const script = "/assets/pos_bridge/till/assets/worker-AbCd_123.js";

	it("lies below the page's address for a page that a service worker answers for, and leads back to the same file", () => {
		expect(scriptUrl(script, true)).toBe("/till/files/assets/worker-AbCd_123.js");
		expect(builtUrl(scriptUrl(script, true))).toBe(script);
	});

	it("is loaded from where it was built by all others", () => {
		expect(scriptUrl(script, false)).toBe(script);
		expect(scriptUrl("/src/daybook/worker.ts?worker_file", true)).toBe("/src/daybook/worker.ts?worker_file");
		expect(builtUrl("/till")).toBeUndefined();
	});
});
