// What the page loads only when it is wanted, and all of it a while after the start.

import { readFileSync, readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";

/** Fetched when the page starts, by themselves. */
const AT_EACH_START = /^@\/(open|words\/|display\/|mail\/|agent\/pairing)/;
const SOURCES = new URL("../../src/", import.meta.url);

function loadedWhenWanted(): readonly string[] {
	const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => /\.(ts|vue)$/.test(name));
	const found = files.flatMap((name) => readFileSync(new URL(name, SOURCES), "utf8").match(/(?<=import\(")@\/[^"]+(?="\))/g) ?? []);
	return [...new Set(found)].filter((name) => !AT_EACH_START.test(name)).sort();
}

/** Loaded at once by the list of parts; it would bring the whole till with it. */
vi.mock("@/parts/PartWaits.vue", () => ({ default: {} }));

test("every part that is loaded when it is first wanted is fetched with the rest, for when the network goes meanwhile", async () => {
	const parts = loadedWhenWanted();
	const fetched: string[] = [];
	for (const part of parts) {
		vi.doMock(part, () => {
			fetched.push(part);
			return { default: {} };
		});
	}
	const { fetchRest } = await import("@/parts/parts");
	await fetchRest();
	expect(fetched.sort()).toEqual(parts);
	expect(parts).toContain("@/trust/AgentHelp.vue");
});
