// Puts the burst assembler on the page's keyboard: codes to `scanned`, a person's keys to `typed`.
// A text field gets back what it held before a code ran into it; a code's Enter never presses a button.

import { BURST_QUIET_MS, BurstAssembler } from "@/scan/burst";

export interface WedgeListener {
	scanned(code: string): void;
	/** Characters typed while no text field had the focus. */
	typed(text: string): void;
}

type TextField = HTMLInputElement | HTMLTextAreaElement;

interface FieldBefore {
	readonly field: TextField;
	readonly value: string;
	readonly start: number | null;
	readonly end: number | null;
}

const NOT_TEXT = new Set(["button", "checkbox", "radio", "range", "submit", "reset", "color", "file"]);

export function textFieldOf(target: EventTarget | null): TextField | undefined {
	if (target instanceof HTMLTextAreaElement) return target;
	if (target instanceof HTMLInputElement && !NOT_TEXT.has(target.type)) return target;
	return undefined;
}

/** Listens until the returned function is called. */
export function listenToWedge(listener: WedgeListener): () => void {
	const wedge = new Wedge(listener);
	const onKey = (event: KeyboardEvent): void => wedge.key(event);
	window.addEventListener("keydown", onKey, { capture: true });
	return () => {
		window.removeEventListener("keydown", onKey, { capture: true });
		wedge.stop();
	};
}

class Wedge {
	private readonly assembler = new BurstAssembler();
	private before: FieldBefore | undefined;
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly listener: WedgeListener) {}

	key(event: KeyboardEvent): void {
		if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || this.pressesButton(event)) return;
		const field = textFieldOf(event.target);
		const before = this.assembler.pending ? this.before : remember(field);
		const verdict = this.assembler.press(event.key, event.timeStamp, event.repeat);
		if (verdict.kind === "scan") this.finish(verdict.code, event);
		else if (verdict.kind === "swallow") stopHere(event);
		else this.handOver(verdict.typed);
		if (verdict.kind === "held" && !field) event.preventDefault();
		this.before = verdict.kind === "held" && verdict.typed !== "" ? remember(field) : before;
		this.waitForQuiet();
	}

	stop(): void {
		clearTimeout(this.timer);
	}

	/** Space presses a focused button unless it comes in the middle of a code. */
	private pressesButton(event: KeyboardEvent): boolean {
		return event.key === " " && !this.assembler.pending && event.target instanceof HTMLButtonElement;
	}

	private waitForQuiet(): void {
		clearTimeout(this.timer);
		if (!this.assembler.pending) return;
		this.timer = setTimeout(() => {
			const result = this.assembler.flush();
			if (result.kind === "scan") this.finish(result.code);
			else this.handOver(result.typed);
		}, BURST_QUIET_MS);
	}

	private finish(code: string, ending?: KeyboardEvent): void {
		if (ending) stopHere(ending);
		if (this.before) giveBack(this.before);
		this.before = undefined;
		this.listener.scanned(code);
	}

	private handOver(typed: string): void {
		if (typed !== "" && !this.before) this.listener.typed(typed);
	}
}

function remember(field: TextField | undefined): FieldBefore | undefined {
	if (!field) return undefined;
	return { field, value: field.value, start: field.selectionStart, end: field.selectionEnd };
}

function giveBack(before: FieldBefore): void {
	const { field, value, start, end } = before;
	field.value = value;
	if (start !== null && end !== null) field.setSelectionRange(start, end);
	field.dispatchEvent(new Event("input", { bubbles: true }));
}

function stopHere(event: KeyboardEvent): void {
	event.preventDefault();
	event.stopImmediatePropagation();
}
