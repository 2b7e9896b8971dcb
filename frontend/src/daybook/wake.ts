// The daybook's worker, begun before the page knows which till it is: its script loads meanwhile.
// Never opens a daybook; daybook.ts does.

import workerScript from "@/daybook/worker.ts?worker&url";
import { scriptUrl } from "@/offline/files";

let awake: Worker | undefined;

/** Call as early as possible; a worker that waits already is enough. */
export function wakeDaybook(): void {
	const controlled = Boolean(navigator.serviceWorker?.controller);
	if (awake) return;
	const worker = new Worker(scriptUrl(workerScript, controlled), { type: "module" });
	// Whoever takes it hears of errors from then on.
	worker.onerror = () => {
		if (awake === worker) awake = undefined;
	};
	awake = worker;
}

/** The worker that waits, or a new one; the caller's alone. */
export function takeDaybookWorker(): Worker {
	wakeDaybook();
	const worker = awake as Worker;
	awake = undefined;
	return worker;
}
