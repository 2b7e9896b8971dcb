// Has the catalogue copied into files when it was loaded and when it changed, and says whether the copy is whole.
// Never copies itself: a worker does, so that nobody waits for it.

import { shallowRef, type ShallowRef } from "vue";
import type { Catalogue } from "@/catalogue/catalogue";
import workerScript from "@/catalogue/copyWorker.ts?worker&url";
import { wordsOf } from "@/core/errors";
import { scriptUrl } from "@/offline/files";

/** A start has other things to do, and so has the first customer. */
export const FIRST_COPY_MS = 2_000;
/** Changes come in bursts: they are copied together. */
export const COPY_AFTER_MS = 30_000;
/** What failed is tried again, but reading all items costs something. */
export const COPY_AGAIN_MS = 300_000;

export interface Copying {
	/** Why there is no whole copy; "" if there is one, undefined until that is known. */
	readonly problem: Readonly<ShallowRef<string | undefined>>;
}

/** Begins a while after `settled`. */
export function copying(
	catalogue: Pick<Catalogue, "on" | "progress">, settled: Promise<void>, copy: () => Promise<string> = copyInWorker,
): Copying {
	const problem = shallowRef<string>();
	let timer: ReturnType<typeof setTimeout> | undefined;
	async function run(): Promise<void> {
		timer = undefined;
		problem.value = await copy().catch(wordsOf);
		if (problem.value !== "") runIn(COPY_AGAIN_MS);
	}
	function runIn(milliseconds: number): void {
		timer ??= setTimeout(() => void run(), milliseconds);
	}
	void settled.then(() => {
		runIn(FIRST_COPY_MS);
		catalogue.on("change", () => !catalogue.progress && runIn(COPY_AFTER_MS));
	});
	return { problem };
}

async function copyInWorker(): Promise<string> {
	const worker = new Worker(scriptUrl(workerScript, Boolean(navigator.serviceWorker?.controller)), { type: "module" });
	const said = new Promise<string>((resolve) => {
		worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
		worker.onerror = ({ message }) => resolve(message || "The script that copies them did not load.");
	});
	worker.postMessage(undefined);
	return said.finally(() => worker.terminate());
}
