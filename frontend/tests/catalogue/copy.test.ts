import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { changesState, fileOf, newest, readCopy, snapshotState } from "@/catalogue/copy";
import { COPY_AFTER_MS, COPY_AGAIN_MS, FIRST_COPY_MS, copying } from "@/catalogue/copying";
import type { Progress } from "@/catalogue/catalogue";
import type { Changes } from "@/server/changes";
import { snapshotOf } from "../shop";

const SNAPSHOT = { ...snapshotOf("s1", 20), chunks: 2 };
const SINCE: Changes[] = [{ cursor: "c1", gone: ["SKU-1"] }];
const ADA = { customer: "CUST-1", name: "Ada\nLovelace", mobile: "", email: "", group: "", price_list: "" };

class Folder {
	readonly files = new Map<string, string>();

	async getFileHandle(name: string): Promise<unknown> {
		const text = this.files.get(name);
		if (text === undefined) throw new DOMException("It is not there.", "NotFoundError");
		return { getFile: async () => new Blob([text]) };
	}

	/** As the worker does it; `cut` characters of the end never reach the disk. */
	async keep(part: "snapshot" | "changes", state: string, values: readonly unknown[], cut = 0): Promise<void> {
		const { head, next } = await newest(part, async (name) => new Blob([this.files.get(name) ?? ""]));
		const text = await fileOf({ generation: (head?.generation ?? 0) + 1, state }, values);
		this.files.set(next, text.slice(0, text.length - cut));
	}

	read() {
		return readCopy(this as unknown as FileSystemDirectoryHandle);
	}
}

let folder: Folder;
beforeEach(() => {
	folder = new Folder();
});

const keepSnapshot = (snapshot = SNAPSHOT, cut = 0) =>
	folder.keep("snapshot", snapshotState(snapshot), [snapshot, `{"of":\n"${snapshot.snapshot}"}`, "{}"], cut);
const keepSince = (since: Changes[], cut = 0) => folder.keep("changes", changesState(SNAPSHOT, since), [since, [ADA]], cut);

describe("the copy in files", () => {
	test("gives back what was kept, line breaks and all", async () => {
		await keepSnapshot();
		await keepSince(SINCE);
		expect(await folder.read()).toEqual({ manifest: SNAPSHOT, texts: ['{"of":\n"s1"}', "{}"], changes: SINCE, customers: [ADA] });
	});

	test("is none before anything was kept", async () => {
		expect([await folder.read(), await readCopy(undefined)]).toEqual([undefined, undefined]);
	});

	test.each([1, 5, 60, 150])("whose newest part lost its last %i characters is the one before", async (cut) => {
		await keepSnapshot();
		await keepSince(SINCE);
		await keepSnapshot({ ...SNAPSHOT, snapshot: "s2" }, cut);
		await keepSince([...SINCE, { cursor: "c2" }], cut);
		expect(await folder.read()).toMatchObject({ manifest: { snapshot: "s1" }, changes: SINCE });
		await keepSnapshot({ ...SNAPSHOT, snapshot: "s3" });
		expect(await folder.read()).toMatchObject({ manifest: { snapshot: "s3" } });
	});

	test("of a newer catalogue takes no changes of an older one", async () => {
		await keepSnapshot();
		await keepSince(SINCE);
		await keepSnapshot({ ...SNAPSHOT, snapshot: "s2" });
		expect(await folder.read()).toMatchObject({ manifest: { snapshot: "s2" }, changes: [], customers: [] });
	});

	test("of which a byte is wrong is none", async () => {
		await keepSnapshot();
		const text = folder.files.get("snapshot.0") ?? "";
		folder.files.set("snapshot.0", text.replace("Demo", "Dema"));
		expect(await folder.read()).toBeUndefined();
	});

	test("without all its chunks is none", async () => {
		await folder.keep("snapshot", "s1", [SNAPSHOT, "{}"]);
		expect(await folder.read()).toBeUndefined();
	});

	test("is written over the older of two files", async () => {
		for (const snapshot of ["s1", "s2", "s3"]) await keepSnapshot({ ...SNAPSHOT, snapshot });
		expect([...folder.files].map(([name, text]) => [name, /"state":"(s.)"/.exec(text)?.[1]])).toEqual([["snapshot.0", "s3"], ["snapshot.1", "s2"]]);
	});
});

describe("copying", () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	test("waits for a start, takes changes together, and tries again until there is a copy", async () => {
		const listeners: (() => void)[] = [];
		const catalogue = { progress: undefined as Progress | undefined, on: (_: "change", listener: () => void) => (listeners.push(listener), () => undefined) };
		const answers = ["disk full", "", ""];
		const copy = vi.fn(async () => answers.shift() ?? "asked too often");
		const { problem } = copying(catalogue, Promise.resolve(), copy);
		await Promise.resolve();
		listeners[0]?.();
		expect([copy.mock.calls.length, problem.value]).toEqual([0, undefined]);
		await vi.advanceTimersByTimeAsync(FIRST_COPY_MS);
		expect([copy.mock.calls.length, problem.value]).toEqual([1, "disk full"]);
		await vi.advanceTimersByTimeAsync(COPY_AGAIN_MS);
		expect([copy.mock.calls.length, problem.value]).toEqual([2, ""]);
		catalogue.progress = { done: 1, total: 2 };
		listeners[0]?.();
		await vi.advanceTimersByTimeAsync(COPY_AFTER_MS);
		expect(copy).toHaveBeenCalledTimes(2);
		catalogue.progress = undefined;
		for (let times = 0; times < 5; times++) listeners[0]?.();
		await vi.advanceTimersByTimeAsync(COPY_AFTER_MS * 3);
		expect([copy.mock.calls.length, problem.value]).toEqual([3, ""]);
	});
});
