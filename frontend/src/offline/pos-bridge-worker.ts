// The service worker: keeps the page and its files, and answers for them without a network.
// Never touches a call to the company, another app's cache or a running page: a new version waits until the page asks.

import { cacheNames, setCacheNameDetails } from "workbox-core";
import { addPlugins, addRoute, createHandlerBoundToURL, getCacheKeyForURL, matchPrecache, precache } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { PAGE_URL, builtUrl, type KeptFile, type Verified, type WorkerRequest } from "@/offline/files";

/** Set by the build: what to keep, and the script by which the page of this build is known. */
declare const BUILT_FILES: readonly KeptFile[];
declare const MAIN_SCRIPT: string;

const FILES = BUILT_FILES;
const worker = self as unknown as ServiceWorkerGlobalScope;
/** The customer's screen is the same page: its first script looks at the address. */
const THE_PAGE = new RegExp(`^${PAGE_URL}(/display)?/?(\\?|$)`);

setCacheNameDetails({ prefix: "pos-bridge" });
addPlugins([{ cacheWillUpdate: async ({ response }) => ((await isOurs(response)) ? response : null) }]);
precache([...FILES]);
addRoute({ cleanURLs: false, directoryIndex: "" });
registerRoute(new NavigationRoute(createHandlerBoundToURL(PAGE_URL), { allowlist: [THE_PAGE] }));
registerRoute(
	({ url }) => builtUrl(url.pathname) !== undefined,
	async ({ url }) => {
		const built = builtUrl(url.pathname) ?? "";
		return (await matchPrecache(built)) ?? fetch(built);
	},
);

worker.addEventListener("activate", (event) => event.waitUntil(verify()));
worker.addEventListener("message", (event) => {
	const { op } = event.data as WorkerRequest;
	if (op === "activate") event.waitUntil(worker.skipWaiting());
	else event.waitUntil(verify().then((verified) => event.ports[0]?.postMessage(verified)));
});

/** A sign-in page, a proxy's words or another build's page are not the till. */
async function isOurs(response: Response): Promise<boolean> {
	if (response.status !== 200 || response.redirected) return false;
	if (new URL(response.url).pathname !== PAGE_URL) return true;
	return (await response.clone().text()).includes(MAIN_SCRIPT);
}

/** Looks for every file in the cache, for other apps may have deleted some, and fetches those again. */
async function verify(): Promise<Verified> {
	const cache = await caches.open(cacheNames.precache);
	const kept = await Promise.all(FILES.map((file) => isKept(cache, file)));
	return { missing: FILES.filter((_, index) => !kept[index]).map(({ url }) => url) };
}

async function isKept(cache: Cache, { url, integrity }: KeptFile): Promise<boolean> {
	const key = getCacheKeyForURL(url) ?? url;
	if (await cache.match(key)) return true;
	try {
		const response = await fetch(url, { cache: "reload", credentials: "same-origin", ...(integrity && { integrity }) });
		if (!(await isOurs(response))) return false;
		await cache.put(key, response);
	} catch {
		// No network, no room, or not the file of this build: the page says that it is missing.
		return false;
	}
	return true;
}
