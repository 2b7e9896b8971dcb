// Starts the page again on a new version, at a moment when nobody is in the middle of anything.
// Never with an open sale, and never in a tab that only reads: its version is the selling tab's business.

import type { Offline } from "@/offline/offline";

/** So long nobody has touched the till before it starts again by itself. */
export const QUIET_MS = 10_000;
const LOOK_MS = 1_000;
/** Long enough to read why the screen goes. */
const SAID_MS = 2_000;
const TOUCHES = ["pointerdown", "keydown"] as const;
const RESTARTED = "pos-bridge-restarted";

export interface Around {
	/** No sale, no payment, no panel: nothing would be lost or in the way. */
	isIdle(): boolean;
	sayRestart(): void;
}

export function restartWhenQuiet(offline: Offline, { isIdle, sayRestart }: Around): void {
	let touchedAt = performance.now();
	let saidAt: number | undefined;
	let ready = false;
	for (const name of TOUCHES) window.addEventListener(name, () => void (touchedAt = performance.now()), { capture: true });

	async function look(): Promise<void> {
		const isQuiet = isIdle() && performance.now() - touchedAt >= QUIET_MS;
		if (!isQuiet || !(offline.facts.value.waiting || ready)) return void (saidAt = undefined);
		if (saidAt === undefined) sayRestart();
		saidAt ??= performance.now();
		if (performance.now() - saidAt < SAID_MS) return;
		ready ||= await offline.takeOver();
		// It took a moment: a customer may have come.
		if (!ready || !isIdle()) return;
		sessionStorage.setItem(RESTARTED, "");
		location.reload();
	}
	setInterval(() => void look(), LOOK_MS);
}

/** True once, in the page that was started again. */
export function wasRestarted(): boolean {
	const found = sessionStorage.getItem(RESTARTED) !== null;
	sessionStorage.removeItem(RESTARTED);
	return found;
}
