// Opening, moving money and closing: first into the page's daybook, then the drawer.
// Never opens a drawer for what is not recorded, and never decides what should be in it.

import type { Entry } from "@/core/entry";
import type { CashBody, Count, ShiftCloseBody, ShiftOpenBody } from "@/core/report/bodies";
import type { RecordAnswer } from "@/daybook/daybook";
import { kickFor, record, type Desk } from "@/till/checkout";

/** What a person chooses from; the protocol's purposes under the names that shops use. */
export const MOVES = {
	safe_drop: { kind: "cash_out", purpose: "safe", wantsReason: false },
	deposit: { kind: "cash_out", purpose: "deposit", wantsReason: false },
	petty_cash: { kind: "cash_out", purpose: "petty_cash", wantsReason: true },
	cash_out: { kind: "cash_out", purpose: "other", wantsReason: true },
	from_safe: { kind: "cash_in", purpose: "safe", wantsReason: false },
	cash_in: { kind: "cash_in", purpose: "other", wantsReason: true },
} as const;
export type Move = keyof typeof MOVES;
/** Money from the safe is a cash in until somebody says where it is from. */
export type ChosenMove = Exclude<Move, "from_safe">;

/** Which of them an entry is, by the purpose that its body names. */
export function moveOf(kind: Entry["kind"], purpose: string): Move {
	const found = (Object.keys(MOVES) as Move[]).find((move) => MOVES[move].kind === kind && MOVES[move].purpose === purpose);
	return found ?? (kind === "cash_in" ? "cash_in" : "cash_out");
}

export interface MoneyMoved {
	readonly tender: string;
	readonly amount_minor: number;
	readonly reason: string;
}

export interface Done {
	readonly entry: Entry;
	/** The agent took it to open the drawer. */
	readonly drawer: boolean;
}

export function openShift(desk: Desk, id: string, float: readonly Count[]): Promise<Done> {
	const body: ShiftOpenBody = { ...currencyOf(desk), float };
	return recordAndOpen(desk, "shift_open", id, body, "shift opened");
}

export function moveCash(desk: Desk, id: string, move: Move, { tender, amount_minor, reason }: MoneyMoved): Promise<Done> {
	const { kind, purpose } = MOVES[move];
	const body: CashBody = { ...currencyOf(desk), tender, amount_minor, purpose, ...(reason !== "" && { reason }) };
	return recordAndOpen(desk, kind, id, body, reason || kind.replace("_", " "));
}

/** The drawer was opened for counting; it stays as it is. */
export function closeShift(desk: Desk, id: string, shift: string, counted: readonly Count[], note: string): Promise<RecordAnswer> {
	const body: ShiftCloseBody = { ...currencyOf(desk), shift, counted, ...(note !== "" && { note }) };
	return record(desk, "shift_close", id, body);
}

async function recordAndOpen(desk: Desk, kind: Entry["kind"], id: string, body: object, reason: string): Promise<Done> {
	const { entry } = await record(desk, kind, id, body);
	return { entry, drawer: await kickFor(desk, entry, reason) };
}

function currencyOf({ snapshot: { currency, currency_precision } }: Desk): Pick<CashBody, "currency" | "currency_precision"> {
	return { currency, currency_precision };
}
