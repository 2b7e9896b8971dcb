// Finds what may be a card's number in a text, so that none is ever recorded.
// Never says which card it is. Codes on goods are not looked at: one EAN in ten passes the same check.

/** Digits of a card's number (ISO/IEC 7812). */
const SHORTEST = 13;
const LONGEST = 19;

/** True if some digits, alone or in groups with a blank or hyphen between, can be a card's number. */
export function holdsCardNumber(text: string): boolean {
	return (text.match(/[0-9]+(?:[ -][0-9]+)*/g) ?? []).some((run) => {
		const groups = run.split(/[ -]/);
		return groups.some((_, first) => isNumberFrom(groups.slice(first)));
	});
}

function isNumberFrom(groups: readonly string[]): boolean {
	let digits = "";
	for (const group of groups) {
		digits += group;
		if (digits.length > LONGEST) return false;
		if (digits.length >= SHORTEST && passes(digits)) return true;
	}
	return false;
}

/** The check of ISO/IEC 7812 (Luhn); noughts alone are no number. */
function passes(digits: string): boolean {
	let total = 0;
	for (let place = 0; place < digits.length; place++) {
		const doubled = Number(digits.charAt(digits.length - 1 - place)) * (1 + (place % 2));
		total += doubled > 9 ? doubled - 9 : doubled;
	}
	return total % 10 === 0 && /[1-9]/.test(digits);
}
