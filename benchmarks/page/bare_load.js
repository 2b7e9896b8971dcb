// The least that loading a catalogue can cost: fetch all chunks, six at a time, and put their texts into IndexedDB.
// An expression for evaluate(): milliseconds from the first request to the last put.
async () => {
	const AT_A_TIME = 6;
	const { code } = await (await fetch("/till/enrolment.json")).json();
	const api = (name) => `/api/method/pos_bridge.api.${name}`;
	const enrolled = await (await fetch(api("enrol"), { method: "POST", body: JSON.stringify({ code }) })).json();
	const headers = { Authorization: `Till ${enrolled.message.token}` };
	const database = await new Promise((resolve, reject) => {
		const opening = indexedDB.open("bare", 1);
		opening.onupgradeneeded = () => opening.result.createObjectStore("chunks");
		opening.onsuccess = () => resolve(opening.result);
		opening.onerror = () => reject(opening.error);
	});
	const put = (number, text) => new Promise((resolve, reject) => {
		const transaction = database.transaction("chunks", "readwrite");
		transaction.objectStore("chunks").put(text, number);
		transaction.oncomplete = resolve;
		transaction.onerror = () => reject(transaction.error);
	});
	const from = performance.now();
	const { message } = await (await fetch(api("snapshot"), { headers })).json();
	let next = 0;
	const load = async () => {
		while (next < message.chunks) {
			const number = next++;
			const answer = await fetch(`${api("snapshot_chunk")}?snapshot=${message.snapshot}&chunk=${number}`, { headers });
			if (!answer.ok) throw new Error(`Chunk ${number} was refused with ${answer.status}.`);
			await put(number, await answer.text());
		}
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, load));
	return performance.now() - from;
}
