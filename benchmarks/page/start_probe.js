// Watches a start from inside: injected before the page's own scripts, which know nothing of it.
// Scans like an impatient cashier, again and again, until a line is laid out; then pays, if it is told to.
// `start(options)` is called by the line that Python puts behind this file.

function start({ code, line, pays }) {
	const PATIENCE_MS = 5;
	const marks = {};
	const worker = {};
	const faults = [];
	const sent = { record: 0, push: 0, refused: 0, closed: 0 };
	const mark = (name) => (marks[name] ??= performance.now());

	// The daybook's worker, so that its own messages can be sent to it from outside.
	const waiting = new Map();
	window.Worker = class extends Worker {
		constructor(...options) {
			super(...options);
			// Not the one that copies the catalogue.
			if (!new URL(options[0], location.href).pathname.includes("/worker-")) return;
			worker.daybook = this;
			this.addEventListener("error", ({ message }) => faults.push(`worker: ${message}`));
			this.addEventListener("message", ({ data }) => {
				if (data.value?.outcome !== undefined) mark("recorded");
				waiting.get(data.ref)?.(data);
				waiting.delete(data.ref);
			});
		}
	};
	window.WebSocket = class extends WebSocket {
		constructor(...options) {
			super(...options);
			this.addEventListener("close", () => (sent.closed += 1));
			this.addEventListener("message", ({ data }) => {
				if (String(data).includes('"op": "error"')) faults.push(`agent: ${data}`);
			});
		}
		send(text) {
			if (String(text).includes('"op":"record"')) sent.record += 1;
			super.send(text);
		}
	};
	const plainFetch = window.fetch;
	window.fetch = async (...request) => {
		const answer = await plainFetch(...request);
		if (String(request[0]).endsWith(".push")) sent[answer.ok ? "push" : "refused"] += 1;
		return answer;
	};
	addEventListener("error", ({ message }) => faults.push(`page: ${message}`));

	let calls = 0;
	async function ask(call) {
		const ref = `benchmark-${++calls}`;
		const answer = new Promise((resolve) => waiting.set(ref, resolve));
		worker.daybook.postMessage({ ...call, ref });
		const { error, value } = await answer;
		if (error) throw new Error(error.message);
		return value;
	}

	const isLaidOut = (selector) => document.querySelector(selector)?.getBoundingClientRect().height > 0;
	function press(key) {
		const target = document.activeElement ?? document.body;
		for (const type of ["keydown", "keyup"]) {
			target.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, cancelable: true }));
		}
	}
	function scan() {
		for (const key of [...code, "Enter"]) press(key);
	}
	/** Tries `act` until `selector` is laid out, and notes when the try that led to it began. */
	async function until(selector, act, name) {
		for (;;) {
			const begun = performance.now();
			if (document.body) act();
			for (let left = 20; left > 0 && !isLaidOut(selector); left--) await undefined;
			if (isLaidOut(selector)) {
				marks[`${name}_begun`] = begun;
				return mark(name);
			}
			await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
		}
	}
	const pressed = new Set();
	const once = (selector, key) => {
		if (pressed.has(selector) || !isLaidOut(selector)) return;
		pressed.add(selector);
		press(key);
	};
	async function run() {
		await until(line, scan, "line");
		if (!pays) return;
		// Asked for again and again, for Pay may not be open yet; taken once.
		await until("main.pay", () => press("F9"), "pay");
		await until("[data-testid=change]", () => once("main.pay", "F9"), "paid");
	}
	const done = code === "" ? Promise.resolve() : run();

	window.posBridgeStart = {
		/** Milliseconds since navigation of what was seen so far. */
		marks,
		faults,
		sent,
		done: () => done.then(() => marks),
		/** Has the page's own daybook record the drafts, each flushed before it answers; the answers' sequences. */
		async record(drafts) {
			const answers = await Promise.all(drafts.map((draft) => ask({ op: "record", draft })));
			for (const { outcome, entry } of answers) if (outcome !== "created") throw new Error(`It was there: ${entry.id}`);
			return answers.map(({ entry }) => entry.sequence);
		},
		/** One after the other as fast as they go, each told to `acknowledged` once the daybook has flushed it. */
		async sell(drafts, acknowledged) {
			for (const draft of drafts) {
				const { wire } = await ask({ op: "record", draft });
				acknowledged(draft.id, wire.hash);
			}
		},
		/** Of pairs of id and hash those that the daybook does not have like that. */
		async missing(pairs) {
			const found = await Promise.all(pairs.map(([id]) => ask({ op: "find", id })));
			return pairs.filter(([, hash], number) => found[number]?.wire.hash !== hash);
		},
	};
}
