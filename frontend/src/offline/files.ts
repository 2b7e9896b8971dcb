// Where the till's files lie, for the page, the service worker and the build, and what page and worker say to each other.
// Never holds a list of the files: that is made with each build.

export const WORKER_URL = "/pos-bridge-worker.js";
/** The page, and the prefix of all that the service worker may answer for. */
export const PAGE_URL = "/till";
export const BUILT_URL = "/assets/pos_bridge/till/";
/** The same files under the page's address: browsers ask a service worker for a worker's script only there. */
const OWN_URL = `${PAGE_URL}/files/`;

export interface KeptFile {
	readonly url: string;
	/** Null where the name changes with the content. */
	readonly revision: string | null;
	readonly integrity?: string;
}

export type WorkerRequest = { readonly op: "verify" | "activate" };

/** The files that are neither kept nor to be had at the moment. */
export interface Verified {
	readonly missing: readonly string[];
}

/** Where to load a worker's script from; `controlled`: a service worker answers for this page. */
export function scriptUrl(built: string, controlled: boolean): string {
	return controlled && built.startsWith(BUILT_URL) ? OWN_URL + built.slice(BUILT_URL.length) : built;
}

/** The built file behind such an address; undefined for all others. */
export function builtUrl(pathname: string): string | undefined {
	return pathname.startsWith(OWN_URL) ? BUILT_URL + pathname.slice(OWN_URL.length) : undefined;
}
