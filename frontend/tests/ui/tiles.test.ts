import { describe, expect, it } from "vitest";
import { TILE_GAP, TILE_HEIGHT, hueOf, initialsOf, windowOf } from "@/sell/tiles";

describe("a tile", () => {
	it("has the first letters of its name, in any script", () => {
		expect(initialsOf("Coffee beans 1 kg")).toBe("CB");
		expect(initialsOf("żurek łódzki")).toBe("ŻŁ");
		expect(initialsOf("コーヒー豆")).toBe("コ");
		expect(initialsOf("7 up")).toBe("U");
		expect(initialsOf("123")).toBe("1");
		expect(initialsOf("")).toBe("");
	});

	it("differs in hue from the group beside it", () => {
		for (let index = 0; index < 20; index += 1) {
			const apart = Math.abs(hueOf(index) - hueOf(index + 1));
			expect(Math.min(apart, 360 - apart)).toBeGreaterThan(60);
		}
	});
});

describe("the tiles in view", () => {
	it("are few, however many items a group has", () => {
		const view = windowOf(100_000, 800, 700, 50_000);
		expect(view.end - view.first).toBeLessThan(100);
		expect(view.offset).toBeLessThanOrEqual(50_000);
	});

	it("cover every item exactly once while one scrolls through", () => {
		const rowHeight = TILE_HEIGHT + TILE_GAP;
		for (let scrollTop = 0; scrollTop < 200 * rowHeight; scrollTop += 333) {
			const view = windowOf(997, 640, 700, scrollTop);
			const firstVisible = Math.floor(scrollTop / rowHeight) * view.columns;
			const lastVisible = Math.min(997, Math.ceil((scrollTop + 700) / rowHeight) * view.columns);
			if (firstVisible >= 997) continue;
			expect(view.first).toBeLessThanOrEqual(firstVisible);
			expect(view.end).toBeGreaterThanOrEqual(lastVisible);
		}
	});

	it("are all of a short list, and none of an empty one", () => {
		expect(windowOf(3, 800, 700, 0)).toMatchObject({ first: 0, end: 3 });
		expect(windowOf(0, 800, 700, 0)).toMatchObject({ first: 0, end: 0, height: 0 });
	});
});
