// What the shift's screens ask of the till: which shifts there are, what they come to, paper, and words for both.
// Never records anything; records.ts does.

import { computed, onUnmounted, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { PosBridgeError, wordsOf } from "@/core/errors";
import { newId } from "@/core/entry";
import type { ReceiptDocument } from "@/core/receipt";
import { shiftOf, type ShiftCloseBody } from "@/core/report/bodies";
import { documentOfReport } from "@/core/report/layout";
import { UNSURE, type KnownShift, type StoredEntry } from "@/daybook/daybook";
import { printerTrouble } from "@/receipt/printerTrouble";
import { reportLabels } from "@/receipt/reportLabels";
import { figuresOf, leftAfter, type ShiftFigures } from "@/shift/figures";
import { headerFor, print, type PrintAnswer } from "@/till/checkout";
import { businessDate, clockTime, type Money } from "@/till/format";
import type { Till } from "@/till/till";
import { currentLocale, t, type Word } from "@/words/words";

export interface Shifts {
	readonly open: KnownShift | undefined;
	/** The last one that was closed. */
	readonly closed: KnownShift | undefined;
}

/** What a screen of the shift says of the last step: notices would lie behind it. */
export interface Said {
	readonly text: string;
	readonly warn: boolean;
}

export async function shiftsOf({ daybook }: Till): Promise<Shifts> {
	const known = await daybook.shifts();
	return {
		open: known.find(({ shift }) => shift === daybook.shift),
		closed: known.find(({ closing }) => closing !== undefined),
	};
}

export async function figuresFor({ daybook, catalogue, snapshot }: Till, known: KnownShift): Promise<ShiftFigures | undefined> {
	const stored: readonly StoredEntry[] = await daybook.ofShift(known.shift);
	return figuresOf(known, stored, (item) => catalogue.byItem(item)?.group, snapshot.value);
}

/** What lies in the drawer if the last count was right; undefined where nothing was counted. */
export async function leftIn({ daybook, clock }: Till, tender: string, closing: StoredEntry | undefined): Promise<number | undefined> {
	const body = closing?.entry.body as ShiftCloseBody | undefined;
	const counted = body?.counted.find((each) => each.tender === tender)?.counted_minor;
	if (!closing || !body || counted === undefined) return undefined;
	const days = new Set([closing.entry.business_date, clock.businessDate()]);
	const stored = (await Promise.all([...days].map((day) => daybook.entriesOf(day)))).flat();
	const later = stored.filter(({ position, entry }) => position > closing.position && shiftOf(entry) === "");
	return leftAfter(counted, tender, later.map(({ entry }) => entry), body);
}

/** An X says nothing of what should be there, and nor does a report whose entries are not all here. */
export function documentFor(till: Till, { report, isWhole }: ShiftFigures): ReceiptDocument {
	return documentOfReport(report, headerFor(till.desk()), reportLabels(), report.closed_at === "" || !isWhole);
}

export interface Printing {
	readonly printed: Readonly<ShallowRef<PrintAnswer | undefined>>;
	/** "" until something was printed. */
	readonly words: ComputedRef<string>;
	/** Says something while there are `words`. */
	readonly trouble: ComputedRef<boolean>;
	print(document: ReceiptDocument, reason: string): Promise<void>;
}

export function usePrinting(till: Till): Printing {
	const printed = shallowRef<PrintAnswer>();
	const { agent } = till.desk();
	onUnmounted(agent.on("job", ({ job, state, reason }) => {
		if (printed.value?.job === job) printed.value = { job, state, reason };
	}));
	const printer = computed(() => till.trust.standing.value.printer);
	const { blocked, trouble } = printerTrouble(till, printed);
	const words = computed(() => {
		if (!printed.value) return "";
		const { state, reason } = printed.value;
		if (state === "no_agent") return t("shift.no_printer");
		if (state === "failed") return t("shift.not_printed", { reason });
		if (state === "unsure") return t("done.unsure");
		if (state === "printed") return t("shift.printed");
		return blocked.value ? t("shift.not_printed", { reason: `${t(`trust.printer.${printer.value}`)}.` }) : t("shift.printing");
	});
	return {
		printed, words, trouble,
		async print(document, reason) {
			const job = `report:${newId()}`;
			printed.value = { job, state: "queued", reason: "" };
			const answer = await print(till.desk(), job, document, false, reason);
			// A later state of the job may have come before the answer.
			if (printed.value?.job === job && printed.value.state === "queued") printed.value = answer;
		},
	};
}

/** Why something is not recorded, or that nobody knows. */
export function notRecorded(error: unknown, word: Word): string {
	const unsure = error instanceof PosBridgeError && error.code === UNSURE;
	return t(unsure ? "shift.unsure" : word, { reason: wordsOf(error) });
}

/** "Matches", or how much there is too much or too little. */
export function verdictOf(minor: number, money: Money): string {
	if (minor === 0) return t("shift.matches");
	return t(minor > 0 ? "shift.over" : "shift.short", { amount: money.full(Math.abs(minor)) });
}

/** Something that is recorded once: not twice at a time, and why not is said with `word`. */
export function useAttempt(word: Word): { readonly busy: Readonly<ShallowRef<boolean>>; readonly problem: ShallowRef<string>; attempt(work: () => Promise<void>): Promise<void> } {
	const busy = shallowRef(false);
	const problem = shallowRef("");
	async function attempt(work: () => Promise<void>): Promise<void> {
		if (busy.value) return;
		busy.value = true;
		problem.value = "";
		try {
			await work();
		} catch (error) {
			problem.value = notRecorded(error, word);
		} finally {
			busy.value = false;
		}
	}
	return { busy, problem, attempt };
}

/** "09:02", and with its day if that is not today. */
export function momentOf(at: string, now = new Date()): string {
	if (businessDate(new Date(at)) === businessDate(now)) return clockTime(at);
	const day = new Intl.DateTimeFormat(currentLocale(), { weekday: "short", day: "numeric", month: "short" }).format(new Date(at));
	return `${day}, ${clockTime(at)}`;
}

/** A note's or coin's worth: "€50", "€0.50". */
export function pieceName(minor: number, money: Money): string {
	const unit = 10 ** money.precision;
	if (minor % unit !== 0) return money.full(minor);
	const format = { style: "currency", currency: money.currency, maximumFractionDigits: 0 } as const;
	return new Intl.NumberFormat(currentLocale(), format).format(minor / unit);
}
