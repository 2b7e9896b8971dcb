// Answers with what it keeps, and keeps whatever it had to fetch: nothing less lets a page start without a network.

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
	const cache = await caches.open("cold");
	const kept = await cache.match(request);
	if (kept) return kept;
	const response = await fetch(request);
	await cache.put(request, response.clone());
	return response;
}
