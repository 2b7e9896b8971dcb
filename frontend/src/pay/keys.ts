// What a touch on the keypad does to the text of a number field, and of one for words that has the cursor.
// Pure; reading the number out of the text is not done here.

export type KeypadKey = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "00" | "point" | "delete";

export const KEYPAD_LIMIT = 12;

/** `fresh` is text that the cashier has not touched yet: the first digit replaces it. */
export function pressKey(text: string, key: KeypadKey, decimalSign: string, fresh: boolean): string {
	if (key === "delete") return fresh ? "" : text.slice(0, -1);
	const before = fresh ? "" : text;
	if (key === "point") return /[.,\u066b]/.test(before) ? before : `${before || "0"}${decimalSign}`;
	const digits = before === "0" || before === "" ? key.replace(/^0+(?=\d)/, "") : before + key;
	return digits.length > KEYPAD_LIMIT ? before : digits;
}

/** A field for words: its text, what of it is selected, and how long it may be (-1: as long as one likes). */
export interface TextAt {
	readonly text: string;
	readonly start: number;
	readonly end: number;
	readonly limit: number;
}

/** The text and where the cursor stands in it then. Every digit is kept as it is: numbers of things begin with zeros. */
export function pressText({ text, start, end, limit }: TextAt, key: KeypadKey, decimalSign: string): { readonly text: string; readonly at: number } {
	const from = key === "delete" && start === end ? Math.max(start - 1, 0) : start;
	const typed = key === "delete" ? "" : key === "point" ? decimalSign : key;
	const pressed = text.slice(0, from) + typed + text.slice(end);
	if (typed !== "" && limit >= 0 && pressed.length > limit) return { text, at: end };
	return { text: pressed, at: from + typed.length };
}
