// The page's side of its service worker: registers it, lets it check what it keeps, and lets a new version take over.
// Never reloads the page by itself: offline/restart.ts decides when.

import { shallowRef, type ShallowRef } from "vue";
import { wordsOf } from "@/core/errors";
import { freeBytes } from "@/offline/room";
import { PAGE_URL, WORKER_URL, type Verified, type WorkerRequest } from "@/offline/files";

/** How often it looks for a new version, and for files that something else deleted. */
export const CHECK_MS = 900_000;
/** Missing files are fetched while the page waits for the answer. */
export const VERIFY_TIMEOUT_MS = 60_000;

export interface OfflineFacts {
	readonly worker: "unsupported" | "starting" | "failed" | "active";
	/** Why it failed. */
	readonly reason?: string;
	/** Files that are not kept; undefined until they were counted. */
	readonly missing?: number;
	/** A new version is installed and waits. */
	readonly waiting: boolean;
	/** So much more the browser lets this till keep; undefined where it does not say. */
	readonly freeBytes?: number;
}

export interface Offline {
	readonly facts: Readonly<ShallowRef<OfflineFacts>>;
	/** Registers if need be, looks for a new version, and counts what is kept. */
	check(): Promise<void>;
	/** Lets the version that waits take over; true once it has. The page itself stays as it is until it is loaded again. */
	takeOver(): Promise<boolean>;
}

export function openOffline(container: ServiceWorkerContainer | undefined = navigator.serviceWorker): Offline {
	const facts = shallowRef<OfflineFacts>({ worker: container ? "starting" : "unsupported", waiting: false });
	let registration: ServiceWorkerRegistration | undefined;
	const tell = (change: Partial<OfflineFacts>): void => void (facts.value = { ...facts.value, ...change });
	const failed = (error: unknown): void => tell({ worker: "failed", reason: wordsOf(error) });

	async function register(known: ServiceWorkerContainer): Promise<ServiceWorkerRegistration> {
		const found = await known.register(WORKER_URL, { scope: PAGE_URL, updateViaCache: "none" });
		found.addEventListener("updatefound", () => watch(found.installing));
		watch(found.installing);
		return found;
	}
	function watch(worker: ServiceWorker | null): void {
		worker?.addEventListener("statechange", () => void look(worker.state).catch(failed));
	}
	async function look(became?: ServiceWorkerState): Promise<void> {
		const { active, waiting } = registration ?? {};
		if (!active) return became === "redundant" ? tell({ worker: "failed", reason: "" }) : undefined;
		tell({ worker: "active", waiting: Boolean(waiting) });
		if (became === undefined || became === "activated") tell({ missing: (await ask(active)).missing.length });
	}
	async function check(): Promise<void> {
		const free = await freeBytes().catch(() => undefined);
		tell(free === undefined ? {} : { freeBytes: free });
		if (!container) return;
		try {
			if (registration?.active) await registration.update().catch(() => undefined);
			else registration = await register(container);
			await look();
		} catch (error) {
			failed(error);
		}
	}
	async function takeOver(): Promise<boolean> {
		const { waiting } = registration ?? {};
		if (!waiting) return false;
		const settled = ended(waiting);
		waiting.postMessage({ op: "activate" } satisfies WorkerRequest);
		return (await settled) === "activated";
	}
	return { facts, check, takeOver };
}

/** Where a worker that was asked to take over ends up. */
function ended(worker: ServiceWorker): Promise<ServiceWorkerState> {
	return new Promise((resolve) => {
		worker.addEventListener("statechange", () => {
			if (worker.state === "activated" || worker.state === "redundant") resolve(worker.state);
		});
	});
}

/** Has the worker count what it keeps, and fetch what is missing. */
function ask(worker: ServiceWorker): Promise<Verified> {
	const { port1, port2 } = new MessageChannel();
	return new Promise((resolve, reject) => {
		setTimeout(() => reject(new Error("The service worker does not answer.")), VERIFY_TIMEOUT_MS);
		port1.onmessage = ({ data }: MessageEvent<Verified>) => resolve(data);
		worker.postMessage({ op: "verify" } satisfies WorkerRequest, [port2]);
	});
}
