// Watches a page from outside: injected before the page's own scripts, which know nothing of it.
// Notes when a key came, when a worker or a socket answered, and when something was laid out; changes nothing.

(() => {
	/** Checks right after a change, so that what the page does in its next microtasks (scrolling) counts, too. */
	const CHECKS_A_CHANGE = 20;
	/** What takes longer than this is not slow but did not happen. */
	const LIMIT_MS = 20_000;
	let armed;
	let typed = [];

	const seenOps = new Map();
	const note = (from, data) => armed?.answers.push({ from, at: performance.now(), data });
	const opOf = ({ from, data }) => (from === "worker" ? (seenOps.get(data.ref) ?? "kept") : opOfText(data));
	const opOfText = (text) => (text.startsWith("{") ? JSON.parse(text).op : text);

	window.Worker = class extends Worker {
		constructor(...options) {
			super(...options);
			this.addEventListener("message", ({ data }) => note("worker", data));
		}
		postMessage(message, ...more) {
			if (message.ref !== undefined) seenOps.set(message.ref, message.op);
			super.postMessage(message, ...more);
		}
	};
	window.WebSocket = class extends WebSocket {
		constructor(...options) {
			super(...options);
			this.addEventListener("message", ({ data }) => note("socket", data));
		}
	};

	/** Laid out with the text that it should have, and inside of the box that it scrolls in. */
	function isShown({ selector, text, not, within }) {
		const element = document.querySelector(selector);
		if (!element || (text !== undefined && !element.textContent.includes(text))) return false;
		if (not !== undefined && element.textContent.trim() === not) return false;
		const box = element.getBoundingClientRect();
		if (!within) return box.height > 0;
		const frame = document.querySelector(within).getBoundingClientRect();
		return box.height > 0 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
	}
	function check(left) {
		if (!armed || armed.keyAt === undefined || armed.shownAt !== undefined) return;
		if (armed.shown.every(isShown)) {
			armed.shownAt = performance.now();
			armed.finish();
		} else if (left > 0) queueMicrotask(() => check(left - 1));
	}

	const tooLate = (key) => new Promise((_, reject) =>
		setTimeout(() => reject(new Error(`What ${key} should bring was not shown.`)), LIMIT_MS));

	addEventListener("keydown", (event) => {
		typed.push({ keyAt: event.timeStamp });
		if (armed && armed.keyAt === undefined && event.key === armed.key) armed.keyAt = event.timeStamp;
	}, { capture: true });
	// Microtasks run between two listeners: here, the page has computed and rendered what the input asked for.
	addEventListener("input", () => {
		const last = typed.at(-1);
		if (!last) return;
		last.rendered = performance.now();
		void document.body.offsetHeight;
		last.laidOut = performance.now();
	});
	new MutationObserver(() => check(CHECKS_A_CHANGE)).observe(document, { subtree: true, childList: true, characterData: true });

	window.posBridgeProbe = {
		/** Waits for `key`, and then until all of `shown` is laid out. */
		arm(key, shown) {
			armed = { key, shown, answers: [], keyAt: undefined, shownAt: undefined };
			armed.done = new Promise((resolve) => (armed.finish = resolve));
		},
		/** Milliseconds after the key: when all was shown, and when the first answer of each kind came. */
		async result() {
			const { done, answers } = armed;
			await Promise.race([done, tooLate(armed.key)]);
			const since = (at) => at - armed.keyAt;
			const first = {};
			for (const answer of answers) first[`${answer.from} ${opOf(answer)}`] ??= since(answer.at);
			return { shown: since(armed.shownAt), answers: first };
		},
		/** Milliseconds after the key until the first answer of this kind. */
		async answer(kind) {
			const limit = performance.now() + LIMIT_MS;
			while (performance.now() < limit) {
				const found = armed.answers.find((one) => `${one.from} ${opOf(one)}` === kind);
				if (found && armed.keyAt !== undefined) return found.at - armed.keyAt;
				await new Promise((resolve) => setTimeout(resolve));
			}
			throw new Error(`No ${kind} came after ${armed.key}.`);
		},
		/** Per key that changed a text field since the last call: milliseconds until rendered, and until laid out. */
		takeTyped() {
			const taken = typed.filter(({ laidOut }) => laidOut !== undefined);
			typed = [];
			return taken.map(({ keyAt, rendered, laidOut }) => [rendered - keyAt, laidOut - keyAt]);
		},
	};
})();
