// How a tile looks without a picture: a hue for its group and letters for its name; and which rows are on the screen.
// Pure; never reads the page.

import { showDecimal } from "@/till/format";
import { t } from "@/words/words";

export const TILE_MIN_WIDTH = 140;
export const TILE_HEIGHT = 116;
export const TILE_GAP = 10;
const OVERSCAN_ROWS = 3;
const GOLDEN_ANGLE = 137.508;
const FIRST_HUE = 168;

/** Neighbouring groups get hues far apart. */
export function hueOf(groupIndex: number): number {
	return Math.round((FIRST_HUE + Math.max(groupIndex, 0) * GOLDEN_ANGLE) % 360);
}

/** "Coffee beans 1 kg" -> "CB". */
export function initialsOf(name: string): string {
	const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
	const letters = words.filter((word) => /^\p{L}/u.test(word));
	return (letters.length > 0 ? letters : words)
		.slice(0, 2)
		.map((word) => [...word][0]?.toLocaleUpperCase() ?? "")
		.join("");
}

export interface Window {
	readonly columns: number;
	readonly first: number;
	/** One past the last. */
	readonly end: number;
	readonly offset: number;
	readonly height: number;
}

/** The tiles to draw for a list of `count`, of which only what is near the view exists in the page. */
export function windowOf(count: number, width: number, viewHeight: number, scrollTop: number): Window {
	const columns = Math.max(2, Math.floor((width + TILE_GAP) / (TILE_MIN_WIDTH + TILE_GAP)));
	const rowHeight = TILE_HEIGHT + TILE_GAP;
	const rows = Math.ceil(count / columns);
	const firstRow = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight), rows) - OVERSCAN_ROWS);
	const shownRows = Math.ceil(viewHeight / rowHeight) + 2 * OVERSCAN_ROWS;
	return {
		columns,
		first: firstRow * columns,
		end: Math.min((firstRow + shownRows) * columns, count),
		offset: firstRow * rowHeight,
		height: Math.max(rows * rowHeight - TILE_GAP, 0),
	};
}

/** What is left of an item, in words; "" where the company does not say. */
export function leftOf(available: string | undefined): string {
	if (available === undefined) return "";
	return available === "0" || available.startsWith("-") ? t("tiles.none_left") : t("tiles.left", { count: showDecimal(available) });
}
