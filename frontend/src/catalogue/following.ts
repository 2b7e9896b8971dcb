// Follows the company's changes: asks every minute, and at once when it calls.
// Never asks twice at a time, and never more often than every two seconds, however often it is called.

import { shallowRef, type ShallowRef } from "vue";
import type { Realtime } from "@/server/api";
import { listenForPokes, type PokeState } from "@/server/poke";

export const POLL_MS = 60_000;
export const LEAST_GAP_MS = 2_000;

export interface Following {
	/** Undefined where the company does not call. */
	readonly calls: Readonly<ShallowRef<PokeState | undefined>>;
}

/** Runs as long as the page; `ask` never rejects. */
export function follow(ask: () => Promise<void>, realtime: Realtime | undefined, token: string): Following {
	const calls = shallowRef<PokeState>();
	const poke = paced(ask);
	setInterval(poke, POLL_MS);
	if (realtime) void listenForPokes(realtime, token, poke, (state) => void (calls.value = state));
	return { calls };
}

/** At once if the last run is long enough ago, else as soon as it is; calls meanwhile count once. */
export function paced(run: () => Promise<void>): () => void {
	let waiting = false;
	let last: Promise<unknown> = Promise.resolve();
	return () => {
		if (waiting) return;
		waiting = true;
		last = last.then(() => {
			waiting = false;
			return Promise.all([run(), new Promise((resolve) => setTimeout(resolve, LEAST_GAP_MS))]);
		});
	};
}
