// Hears the company call that something changed, over Frappe's realtime server.
// Never carries what changed, and never disturbs a sale: without it the till asks every minute.

import type { Socket } from "socket.io-client";
import { wordsOf } from "@/core/errors";
import type { Realtime } from "@/server/api";

const CHANGED = "pos_bridge_changed";
const FIRST_WAIT_MS = 2_000;
export const LONGEST_WAIT_MS = 300_000;

export interface PokeState {
	readonly live: boolean;
	/** Why not, as the library or the server puts it. */
	readonly reason: string;
}

/** Runs as long as the page. `poked` also after a connection that was away: something may have changed meanwhile. */
export async function listenForPokes(
	{ url, namespace }: Realtime, token: string, poked: () => void, told: (state: PokeState) => void,
): Promise<void> {
	// Frappe refuses a connection without any cookie before it looks at the token; this one says nothing.
	document.cookie = "pos_bridge_till=1; path=/socket.io; SameSite=Strict";
	try {
		const { io } = await import("socket.io-client");
		listen(io(`${url}${namespace}`, {
			// A browser can send the token with the first request only if that is a plain one; it then moves to a WebSocket.
			transports: ["polling", "websocket"],
			extraHeaders: { Authorization: `Till ${token}` },
			withCredentials: true,
			reconnectionDelay: FIRST_WAIT_MS,
			reconnectionDelayMax: LONGEST_WAIT_MS,
		}), poked, told);
	} catch (error) {
		told({ live: false, reason: wordsOf(error) });
	}
}

function listen(socket: Socket, poked: () => void, told: (state: PokeState) => void): void {
	let wait = FIRST_WAIT_MS;
	function later(reason: string): void {
		told({ live: false, reason });
		// The library comes back by itself after a lost line, but not after the server refused it.
		if (socket.active) return;
		setTimeout(() => socket.connect(), wait * (1 + Math.random()));
		wait = Math.min(wait * 2, LONGEST_WAIT_MS);
	}
	socket.on("connect", () => {
		wait = FIRST_WAIT_MS;
		told({ live: true, reason: "" });
		poked();
	});
	socket.on("connect_error", (error) => later(error.message));
	socket.on("disconnect", (reason) => later(reason));
	socket.on(CHANGED, () => poked());
}
