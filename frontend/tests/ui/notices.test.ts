import { afterEach, expect, test, vi } from "vitest";
import { problemsAfter, useNotices } from "@/till/notices";

afterEach(() => void vi.useRealTimers());

test("a dialog shows the problems that were said since it was opened", () => {
	vi.useFakeTimers();
	const { shown, say } = useNotices();
	say({ tone: "problem", title: "No price" });
	const before = shown.value.at(-1)?.key ?? 0;
	say({ tone: "info", title: "On hold" });
	say({ tone: "problem", title: "Not put on hold" });
	expect(problemsAfter(before, shown.value).map(({ title }) => title)).toEqual(["Not put on hold"]);
});
