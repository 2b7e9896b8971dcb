// Numbers of gift cards and store credit: drawn by this till, and read as people type them.
// Never tells whether a number was issued; a shop may also sell cards with numbers of somebody else's.

export const LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM_LETTERS = 13;
const RANDOM_BYTES = 16;
const PREFIXES = { gift_card: "GC", store_credit: "SC" } as const;
const FORM = /^[A-Z0-9][A-Z0-9-]{2,38}[A-Z0-9]$/;

export type CreditKind = keyof typeof PREFIXES;

/** A fresh number from this machine's randomness. */
export function newCreditNumber(kind: CreditKind): string {
	return makeNumber(kind, crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** `GC-7XK2M-94TQA-BC3H`: prefix, 13 random letters, a check letter. Takes 16 random bytes. */
export function makeNumber(kind: CreditKind, random: Uint8Array): string {
	let rest = random.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
	let letters = "";
	for (let count = 0; count < RANDOM_LETTERS; count++) {
		letters += LETTERS[Number(rest % BigInt(LETTERS.length))];
		rest /= BigInt(LETTERS.length);
	}
	return grouped(PREFIXES[kind], letters + checkLetter(letters));
}

/** ISO 7064, hybrid system MOD 31,30. */
export function checkLetter(letters: string): string {
	const size = LETTERS.length;
	let product = size;
	for (const letter of letters) {
		product = (product + LETTERS.indexOf(letter)) % size || size;
		product = (product * 2) % (size + 1);
	}
	return LETTERS[(size + 1 - product) % size] ?? "";
}

/** A number as ledgers know it, ours or somebody else's; "" if it can be none. */
export function normalNumber(typed: string): string {
	const capitals = typed.trim().toUpperCase();
	return ours(capitals) || (FORM.test(capitals) ? capitals : "");
}

/** One of our numbers however it was typed or scanned; "" if a letter of it is wrong. */
export function ours(typed: string): string {
	const letters = [...typed.toUpperCase()].filter((letter) => /[A-Z0-9]/.test(letter)).join("");
	const [prefix, rest] = [letters.slice(0, 2), letters.slice(2)];
	const known = (Object.values(PREFIXES) as string[]).includes(prefix);
	if (!known || rest.length !== RANDOM_LETTERS + 1 || ![...rest].every((letter) => LETTERS.includes(letter))) return "";
	return checkLetter(rest.slice(0, -1)) === rest.at(-1) ? grouped(prefix, rest) : "";
}

function grouped(prefix: string, letters: string): string {
	return [prefix, letters.slice(0, 5), letters.slice(5, 10), letters.slice(10)].join("-");
}
