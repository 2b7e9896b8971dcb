// This browser's key for the agent, which no script can read out, and the proof that both sides give at each connection.
// Never sends anything that could be sent again, and never talks to an agent whose key is not the one it knows.

import type { Head } from "@/core/entry";
import { Rejected } from "@/core/errors";
import type { Message } from "@/agent/messages";
import { keep, readKept } from "@/server/kept";

const KEPT = "agent_pairing";
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNED = { name: "ECDSA", hash: "SHA-256" } as const;
const NONCE_BYTES = 32;
const MAX_PROOFS = 20;

type Shown = Pick<Head, "chain" | "sequence" | "hash">;

interface Kept {
	readonly keys: CryptoKeyPair;
	/** The agent's public key, once it proved that it holds it. */
	readonly agent?: string;
}

export interface Pairing {
	/** What a hello carries beside the till. */
	readonly hello: { readonly key: string; readonly nonce: string; readonly knows: readonly { readonly chain: string; readonly sequence: number; readonly proof: string }[] };
	/** An agent proved its key to this browser before: one that can't is another. */
	readonly pinned: boolean;
	/** Six digits that a person compares with those at the agent. */
	readonly digits: string;
	/** Checks the agent's proof and gives ours. Rejects with "impostor" if it is not the agent that is known. */
	prove(challenge: Message): Promise<Message>;
}

/**
 * Undefined where the browser gives no page a key (no https): then the page has none to show. `heads` are entries that the
 * agent has too: whoever knows their hashes was enrolled, and is let in though this browser lost an earlier key.
 */
export async function openPairing(till: string, heads: readonly Shown[] = []): Promise<Pairing | undefined> {
	const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
	if (!subtle) return undefined;
	const kept = (await readKept<Kept>(KEPT)) ?? (await made(subtle));
	const key = textOf(await subtle.exportKey("raw", kept.keys.publicKey));
	const nonce = textOf(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).buffer);
	return {
		hello: { key, nonce, knows: await Promise.all(heads.slice(0, MAX_PROOFS).map((head) => known(subtle, head, key, nonce))) },
		pinned: kept.agent !== undefined,
		digits: await digitsOf(subtle, key),
		async prove({ key: theirKey, nonce: theirs, signature }) {
			const agent = String(theirKey);
			if (kept.agent !== undefined && kept.agent !== agent) throw impostor();
			const said = spoken("posbridge.v1 agent", till, key, nonce, String(theirs));
			const publicKey = await subtle.importKey("raw", bytesOf(agent), CURVE, true, ["verify"]).catch(() => undefined);
			const holds = publicKey && (await subtle.verify(SIGNED, publicKey, bytesOf(String(signature)), said));
			if (!holds) throw impostor();
			if (kept.agent === undefined) await keep(KEPT, { ...kept, agent } satisfies Kept);
			const ours = spoken("posbridge.v1 page", till, agent, nonce, String(theirs));
			return { op: "prove", signature: textOf(await subtle.sign(SIGNED, kept.keys.privateKey, ours)) };
		},
	};
}

/** The agent was installed anew: the next one that answers is taken for it. A person says so. */
export async function forgetAgent(): Promise<void> {
	const kept = await readKept<Kept>(KEPT);
	if (kept) await keep(KEPT, { keys: kept.keys } satisfies Kept);
}

export function impostor(): Rejected {
	return new Rejected("Something else than this till's agent answers on this computer.", "impostor");
}

async function made(subtle: SubtleCrypto): Promise<Kept> {
	const keys = await subtle.generateKey(CURVE, false, ["sign", "verify"]);
	await keep(KEPT, { keys } satisfies Kept);
	return { keys };
}

/** What is signed: who speaks, for which till, to which key, with both nonces. */
function spoken(who: string, till: string, key: string, pageNonce: string, agentNonce: string): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode([who, till, key, pageNonce, agentNonce].join("\n"));
}

async function known(subtle: SubtleCrypto, { chain, sequence, hash }: Shown, key: string, nonce: string): Promise<{ chain: string; sequence: number; proof: string }> {
	const digest = await subtle.digest("SHA-256", new TextEncoder().encode(["posbridge.v1 knows", hash, key, nonce].join("\n")));
	const proof = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
	return { chain, sequence, proof };
}

async function digitsOf(subtle: SubtleCrypto, key: string): Promise<string> {
	const digest = await subtle.digest("SHA-256", new TextEncoder().encode(key));
	return String(new DataView(digest).getBigUint64(0) % 1_000_000n).padStart(6, "0");
}

function textOf(bytes: ArrayBuffer): string {
	return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
	try {
		return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));
	} catch {
		throw impostor();
	}
}
