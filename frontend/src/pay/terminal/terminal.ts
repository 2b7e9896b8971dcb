// A card payment or refund at a terminal that the agent asks: waiting for it, finding out what became of it, taking it back.
// Never asks for the same money twice: the agent keeps each attempt, and what is unsure is asked for, not charged again.

import type { AgentConnection } from "@/agent/connection";
import { deviceOf, type Message } from "@/agent/messages";
import { Retryable, wordsOf } from "@/core/errors";
import { DEFAULT_COLUMNS } from "@/core/receipt";
import type { Tender } from "@/core/sale";
import type { Till } from "@/till/till";
import { t } from "@/words/words";

/** How often the agent is asked again while it says nothing. */
export const ASK_EVERY_MS = 2_000;

export type CardState = "waiting" | "approved" | "declined" | "cancelled" | "failed" | "unsure" | "reversed";

export interface CardPayment {
	/** "<cart>:<number>" */
	readonly attempt: string;
	readonly kind: "pay" | "refund" | "reversal";
	readonly amount_minor: number;
	readonly state: CardState;
	readonly reason: string;
	readonly card: Readonly<Record<string, string>>;
	readonly lines: readonly string[];
}

export type Line = Pick<AgentConnection, "ask" | "on">;

export interface Wanted {
	readonly terminal: string;
	readonly cart: string;
	readonly amount_minor: number;
	readonly currency: string;
	readonly kind: CardPayment["kind"];
	/** Of a reversal: the attempt whose money goes back. */
	readonly against?: string;
	/** Before the terminal can have heard of it; it is asked whatever becomes of this. */
	readonly before?: (open: CardPayment) => Promise<void>;
}

const DECIDED: ReadonlySet<string> = new Set(["approved", "declined", "cancelled", "failed", "reversed"]);

export function isDecided(payment: CardPayment): boolean {
	return DECIDED.has(payment.state);
}

/** What the agent was asked for this cart, oldest first. */
export async function attemptsOf(line: Line, cart: string): Promise<readonly CardPayment[]> {
	const { payments } = await line.ask({ op: "cards", cart });
	return Array.isArray(payments) ? payments.map((each) => paymentOf(each as Message)) : [];
}

/** One payment, from being asked for until it is decided. */
export class Attempt {
	private wake: () => void = () => undefined;
	private readonly stop: () => void;
	private payment: CardPayment;
	private byPerson: boolean | undefined;

	constructor(private readonly line: Line, private readonly wanted: Wanted, open: CardPayment, private readonly tell: (payment: CardPayment, away: boolean) => void) {
		this.payment = open;
		this.stop = line.on("card", (event) => {
			if (event.attempt === open.attempt) this.take(paymentOf(event as unknown as Message), false);
		});
	}

	/** What was charged or asked for this cart and is not among what was `given`, if there is anything; else a new one. */
	static async next(line: Line, wanted: Wanted, given: ReadonlySet<string>, tell: Attempt["tell"]): Promise<Attempt> {
		const { charged, open } = leftAmong(await attemptsOf(line, wanted.cart), given, wanted.kind);
		const left = charged[0] ?? open;
		if (!left) return Attempt.begin(line, wanted, tell);
		tell(left, false);
		return new Attempt(line, wanted, left, tell);
	}

	/** Asks the agent, which asks the terminal. Rejects, in words, if that refused to begin. */
	static async begin(line: Line, wanted: Wanted, tell: Attempt["tell"]): Promise<Attempt> {
		const made = await attemptsOf(line, wanted.cart);
		const number = Math.max(0, ...made.map(({ attempt }) => Number(attempt.split(":")[1]))) + 1;
		const { terminal, cart, amount_minor, currency, kind, against, before } = wanted;
		const open: CardPayment = { attempt: `${cart}:${number}`, kind, amount_minor, state: "waiting", reason: "", card: {}, lines: [] };
		const asked = kind === "reversal" ? { op: "reverse", against } : { op: kind, amount_minor, currency };
		await before?.(open);
		const attempt = new Attempt(line, wanted, open, tell);
		try {
			attempt.take(paymentOf(await line.ask({ ...asked, terminal, attempt: open.attempt })), false);
		} catch (error) {
			// An answer that is late may still come: whether the agent took it is asked below.
			if (!(error instanceof Retryable)) {
				attempt.stop();
				throw error;
			}
		}
		return attempt;
	}

	/** Waits, however long it takes. Away from the agent nothing is decided but by a person. */
	async decided(): Promise<CardPayment> {
		try {
			while (!isDecided(this.payment)) {
				await this.quiet();
				if (!isDecided(this.payment)) await this.look();
			}
			return this.payment;
		} finally {
			this.stop();
		}
	}

	cancel(): void {
		void this.line.ask({ op: "cancel_card", attempt: this.payment.attempt }).catch(() => undefined);
	}

	/** Asks now what became of it. */
	askAgain(): void {
		this.wake();
	}

	/** Somebody looked at the terminal. The agent is told, and without it his word counts here. */
	settle(charged: boolean): void {
		this.byPerson = charged;
		this.wake();
	}

	private async look(): Promise<void> {
		const { attempt } = this.payment;
		const charged = this.byPerson;
		try {
			if (charged !== undefined) await this.line.ask({ op: "settle_card", attempt, charged });
			if (this.payment.state === "unsure") this.take(paymentOf(await this.line.ask({ op: "card_result", attempt }, 15_000)), false);
			else this.found((await attemptsOf(this.line, this.wanted.cart)).find((each) => each.attempt === attempt));
		} catch {
			if (charged === undefined) this.take(this.payment, true);
			else this.take({ ...this.payment, state: charged ? "approved" : "failed" }, true);
		}
	}

	private found(payment: CardPayment | undefined): void {
		this.take(payment ?? { ...this.payment, state: "failed", reason: t(this.payment.kind === "pay" ? "card.not_asked" : "card.back.not_asked") }, false);
	}

	private take(payment: CardPayment, away: boolean): void {
		this.payment = payment;
		this.tell(payment, away);
		if (isDecided(payment)) this.wake();
	}

	private quiet(): Promise<void> {
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, ASK_EVERY_MS);
			this.wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}

/** Below zero where the customer's card got money. */
export function tenderOf(tender: string, { attempt, kind, amount_minor, card }: CardPayment): Tender {
	return { tender, kind: "card", amount_minor: kind === "refund" ? -amount_minor : amount_minor, card: { attempt, ...card } };
}

/** What was charged for the open cart, or given back for the return `back` in it, and is not among its tenders; and what is not decided yet. */
export async function leftOf(till: Till, tender: string, back?: string): Promise<{ readonly charged: readonly Tender[]; readonly open: CardPayment | undefined }> {
	const made = await attemptsOf(till.askable.agent, back ?? till.basket.cart.value.id);
	const { charged, open } = leftAmong(made, givenOf(till), back === undefined ? "pay" : "refund");
	return { charged: charged.map((payment) => tenderOf(tender, payment)), open };
}

/** The attempts whose money is among what was given for the open cart. */
export function givenOf({ paying }: Pick<Till, "paying">): ReadonlySet<string> {
	return new Set(paying.tenders.value.flatMap(({ card }) => card?.attempt ?? []));
}

function leftAmong(made: readonly CardPayment[], given: ReadonlySet<string>, wanted: CardPayment["kind"]): { readonly charged: readonly CardPayment[]; readonly open: CardPayment | undefined } {
	const left = made.filter(({ kind, attempt }) => kind === wanted && !given.has(attempt));
	return { charged: left.filter(({ state }) => state === "approved"), open: left.find((payment) => !isDecided(payment)) };
}

/** Charged money goes back onto the card; false, in words, if it did not. Waits, however long it takes. */
export async function takeBackCard(till: Till, { card, amount_minor }: Tender): Promise<boolean> {
	const { agent } = till.askable;
	const [terminal, against, cart] = [deviceOf(agent.welcome, "terminal"), card?.attempt, till.basket.cart.value.id];
	let saidAway = false;
	const tell: Attempt["tell"] = (_payment, away) => {
		if (away && !saidAway) till.notices.say({ tone: "problem", title: t("card.agent_away") });
		saidAway ||= away;
	};
	try {
		if (terminal === undefined || against === undefined) throw new Error(t("card.no_terminal"));
		const wanted = { terminal, cart, amount_minor, currency: till.money.value.currency, kind: "reversal" as const, against };
		const { state, reason } = await (await Attempt.begin(agent, wanted, tell)).decided();
		if (state === "approved") return true;
		throw new Error(reason || t("card.declined"));
	} catch (error) {
		till.notices.say({ tone: "problem", title: t("card.not_back", { reason: wordsOf(error) }), text: t("card.not_back_hint") });
		return false;
	}
}

/** The terminal's own receipt for the customer, where it leaves printing to the till. */
export function printSlip({ agent }: { readonly agent: AgentConnection }, { attempt, lines }: CardPayment): void {
	const printer = agent.welcome?.printers[0];
	if (!printer || lines.length === 0) return;
	const texts = lines.map((text) => (text.trim() === "" ? ({ type: "space" } as const) : ({ type: "text", text, align: "left" } as const)));
	const document = { columns: printer.columns || DEFAULT_COLUMNS, elements: [...texts, { type: "cut" } as const] };
	void agent.print({ job: `${attempt}:slip`, printer: printer.printer, document: document as never, kick: false, reason: "card slip" }).catch(() => undefined);
}

function paymentOf(message: Message): CardPayment {
	const { attempt, kind, amount_minor, state, reason, card, lines } = message as Message & Partial<CardPayment>;
	const whole = typeof attempt === "string" && typeof state === "string" && Number.isSafeInteger(amount_minor) && typeof card === "object";
	if (!whole) throw new Retryable("The agent sent something that is no card payment.", "no_answer");
	return { attempt, kind: kind ?? "pay", amount_minor: amount_minor ?? 0, state, reason: reason ?? "", card: card ?? {}, lines: lines ?? [] };
}
