// What a touch on the keypad does to the text of a number field.
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
