// Comparing a PIN or a badge with what the company sent: the double of core/people/pins.py, by WebCrypto.
// Never keeps what was typed, and says nothing of it but yes or no.

import type { PinVerifier } from "@/people/rights";

export const PIN_DIGITS = { least: 4, most: 8 } as const;
const HASH_BITS = 256;

/** Digits of a PIN out of whatever was typed or pasted: nothing else is one, not an emoji's or another script's. */
export function digitsOf(text: string): string {
	return text.replace(/[^0-9]/g, "").slice(0, PIN_DIGITS.most);
}

export function isPin(text: string): boolean {
	return /^[0-9]{4,8}$/.test(text);
}

export async function isPinOf(pin: string, { salt, iterations, hash }: PinVerifier): Promise<boolean> {
	const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
	const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations };
	return hexOf(new Uint8Array(await crypto.subtle.deriveBits(how, key, HASH_BITS))) === hash;
}

export async function badgeDigest(code: string): Promise<string> {
	const bytes = new TextEncoder().encode(`pos-bridge-badge:${code.trim()}`);
	return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

function hexOf(bytes: Uint8Array): string {
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
