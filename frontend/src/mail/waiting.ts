// Receipts that customers want by e-mail, until the company has taken each: kept in this browser, sent when it can be.
// Never in the daybook: an address is personal, and what is in a chain can't be erased.

import { newId } from "@/core/entry";
import { PosBridgeError, Rejected, wordsOf } from "@/core/errors";
import { keep, readKept } from "@/server/kept";

const KEPT = "receipt_mails";
/** More than a week of a busy till; the oldest goes then. */
export const MAX_WAITING = 2_000;
export const SEND_EVERY_MS = 60_000;

export interface ReceiptMail {
	readonly id: string;
	/** The sale's. */
	readonly entry: string;
	readonly to: string;
}

export interface Mailing {
	/** Sends it now or later; "sent" if the company has it already. Raises Rejected, in words, if it never will be. */
	send(entry: string, to: string): Promise<"sent" | "waiting">;
	/** What waits, once more, unless that is under way already; `failed` hears of what the company refuses for good. */
	sendWaiting(failed: (to: string, reason: string) => void): Promise<void>;
}

interface Company {
	mailReceipt(mail: ReceiptMail): Promise<void>;
}

interface Shelf {
	read(): Promise<readonly ReceiptMail[]>;
	write(mails: readonly ReceiptMail[]): Promise<void>;
}

const BROWSER: Shelf = { read: async () => (await readKept<readonly ReceiptMail[]>(KEPT)) ?? [], write: (mails) => keep(KEPT, mails) };

export function mailing(company: Company, shelf: Shelf = BROWSER): Mailing {
	let last: Promise<unknown> = Promise.resolve();
	let round: Promise<void> | undefined;
	/** One change of the list after the other. */
	function changed(change: (mails: readonly ReceiptMail[]) => readonly ReceiptMail[]): Promise<void> {
		const next = last.then(async () => shelf.write(change(await shelf.read())));
		last = next.catch(() => undefined);
		return next;
	}
	const remove = (id: string): Promise<void> => changed((mails) => mails.filter((mail) => mail.id !== id));

	async function send(entry: string, to: string): Promise<"sent" | "waiting"> {
		const mail = { id: newId(), entry, to };
		await changed((mails) => [...mails, mail].slice(-MAX_WAITING));
		return (await tried(mail)) === "sent" ? "sent" : "waiting";
	}
	/** "not_now": this one; "away": whoever takes them, so all of them. */
	async function tried(mail: ReceiptMail): Promise<"sent" | "not_now" | "away"> {
		try {
			await company.mailReceipt(mail);
		} catch (error) {
			if (!(error instanceof Rejected)) return error instanceof PosBridgeError && error.code === "network" ? "away" : "not_now";
			await remove(mail.id);
			throw error;
		}
		await remove(mail.id);
		return "sent";
	}
	/** A round over a slow line takes longer than the pause until the next: a second one would send all of it again. */
	function sendWaiting(failed: (to: string, reason: string) => void): Promise<void> {
		round ??= sendEach(failed).finally(() => (round = undefined));
		return round;
	}
	async function sendEach(failed: (to: string, reason: string) => void): Promise<void> {
		await last;
		for (const mail of await shelf.read()) {
			try {
				if ((await tried(mail)) === "away") return;
			} catch (error) {
				failed(mail.to, wordsOf(error));
			}
		}
	}
	return { send, sendWaiting };
}

let shared: Mailing | undefined;

/** The page's one, so that two never change the list at once. */
export function mailingOf(company: Company): Mailing {
	return (shared ??= mailing(company));
}
