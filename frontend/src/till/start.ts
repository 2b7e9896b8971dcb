// How a till comes up: enrolment, the kept catalogue or a fresh one, the verified daybook, the agent.
// Never starts selling on half a catalogue or on a daybook that did not open.

import { shallowRef, type ShallowRef } from "vue";
import { AgentConnection } from "@/agent/connection";
import { Catalogue, quietTask, type Progress } from "@/catalogue/catalogue";
import { CatalogueStore } from "@/catalogue/store";
import { newId, type Head } from "@/core/entry";
import { Rejected, Retryable, wordsOf } from "@/core/errors";
import { PageDaybook } from "@/daybook/daybook";
import { GivingBack } from "@/daybook/givingBack";
import { Pusher } from "@/daybook/push";
import { wakeDaybook } from "@/daybook/wake";
import { CHECK_MS, openOffline } from "@/offline/offline";
import { Company, OtherTill, offeredEnrolmentCode, type Enrolment, type Snapshot } from "@/server/api";
import { keep, readKept } from "@/server/kept";
import { KEPT_CART } from "@/till/basket";
import { emptyCart, isEmpty, renewed, type Cart } from "@/till/cart";
import { Clock } from "@/till/clock";
import { fitsTraining, type KeptTraining } from "@/people/training";
import type { KeptTries } from "@/people/locks";
import { KEPT_CASHIER, KEPT_TRAINING, KEPT_TRIES, type Open } from "@/till/keepOpen";
import { KEPT_TENDERS, type KeptTenders } from "@/till/paying";
import { isGivenBack } from "@/returns/refund";
import { ENROL_AGAIN, KEPT_TIME, createTill, type LeftOpen, type Till } from "@/till/till";
import { keepLocale } from "@/words/languages";
import { speak, t } from "@/words/words";

export const PAGE_VERSION = "0.3.0";
const KEPT_AGENT_MET = "agent_met";
/** They reach 2,000 entries back, and leave room among the proofs for the company's heads. */
const SHOWN_ENTRIES = 12;

export type Step = "snapshot" | "items" | "daybook";

export type Stage =
	| { readonly kind: "starting" }
	| { readonly kind: "enrol"; readonly busy: boolean; readonly problem: string }
	| { readonly kind: "loading"; readonly step: Step; readonly progress: Progress | undefined }
	| { readonly kind: "failed"; readonly reason: string }
	| { readonly kind: "open"; readonly till: Till };

export interface Start {
	readonly stage: Readonly<ShallowRef<Stage>>;
	/** From nothing, or after a failure. */
	begin(): Promise<void>;
	enrol(code: string): Promise<void>;
}

export function useStart(): Start {
	const stage = shallowRef<Stage>({ kind: "starting" });
	let company: Company | undefined;

	async function begin(): Promise<void> {
		wakeDaybook();
		const shelf = new CatalogueStore();
		shelf.readAhead();
		stage.value = { kind: "starting" };
		try {
			company = await Company.open();
			const scanned = takeScannedCode();
			if (scanned) return await enrol(scanned);
			const kept = isAskedToEnrol() || company.revoked ? undefined : company.enrolment;
			const enrolment = kept ?? (await enrolByOffer(company));
			if (enrolment) await open(company, enrolment, shelf);
			else stage.value = { kind: "enrol", busy: false, problem: company.revoked ? t("enrol.revoked") : "" };
		} catch (error) {
			stage.value = { kind: "failed", reason: wordsOf(error) };
		}
	}

	async function enrol(code: string): Promise<void> {
		if (!company) return;
		stage.value = { kind: "enrol", busy: true, problem: "" };
		try {
			await company.enrol(code);
		} catch (error) {
			stage.value = { kind: "enrol", busy: false, problem: whyNotEnrolled(error) };
			return;
		}
		history.replaceState(null, "", location.pathname);
		await begin();
	}

	async function open(from: Company, enrolment: Enrolment, shelf: CatalogueStore): Promise<void> {
		// The words wait until the till stands open: the first scan needs codes only.
		let opened = (): void => undefined;
		const isOpen = new Promise<void>((resolve) => (opened = resolve));
		const settled = (): Promise<void> => isOpen.then(quietTask);
		const catalogue = new Catalogue(from, shelf, undefined, settled);
		const lastPage = readOpen();
		const [snapshot, daybook] = await readyBoth(catalogue, enrolment, stage);
		const { met, time, ...found } = await lastPage;
		const { cashier, tries, training, ...kept } = await orBesideTheDaybook(found, daybook);
		const agent = agentOf(enrolment, met, () => knownHeads(catalogue.newest ?? snapshot, daybook));
		const pusher = new Pusher(daybook, agent, from);
		const [left, givingBack] = await Promise.all([leftOpen(daybook, catalogue, snapshot, { ...kept, training }), GivingBack.open(daybook)]);
		const offline = openOffline();
		const clock = new Clock(time);
		const till = createTill({
			snapshot, catalogue, daybook, agent, pusher, company: from, offline, clock, givingBack, left, cashier, tries, training,
			settled: settled(),
		});
		agent.connect();
		stage.value = { kind: "open", till };
		opened();
		// It asks for all that is unsent, which after a long time alone takes a while to read.
		void settled().then(() => daybook.writable && pusher.start());
		void offline.check();
		setInterval(() => void offline.check(), CHECK_MS);
	}
	return { stage, begin, enrol };
}

interface OpenSale {
	readonly cart: Cart | undefined;
	readonly given: KeptTenders | undefined;
	readonly cashier: string | undefined;
	readonly tries: KeptTries | undefined;
	readonly training: KeptTraining | undefined;
}

type Left = Omit<LeftOpen, "cart"> & Partial<Pick<LeftOpen, "cart">>;

interface KeptOpen extends OpenSale {
	readonly time: number | undefined;
	readonly met: boolean | undefined;
}

/** What the last page kept of itself; read while catalogue and daybook come up. */
async function readOpen(): Promise<KeptOpen> {
	const [cart, given, cashier, tries, training, time, met] = await Promise.all([
		readKept<Cart>(KEPT_CART),
		readKept<KeptTenders>(KEPT_TENDERS),
		readKept<string>(KEPT_CASHIER),
		readKept<KeptTries>(KEPT_TRIES),
		readKept<KeptTraining>(KEPT_TRAINING),
		readKept<number>(KEPT_TIME),
		readKept<boolean>(KEPT_AGENT_MET),
	]);
	return { cart, given, cashier, tries, training, time, met };
}

/** Where IndexedDB has none of it, it was never kept, or the browser lost the whole database. */
async function orBesideTheDaybook(found: OpenSale, daybook: PageDaybook): Promise<OpenSale> {
	if (found.cart || found.cashier !== undefined || !daybook.writable) return found;
	try {
		const open = JSON.parse((await daybook.readOpen()) || "{}") as Open;
		return {
			cart: open[KEPT_CART], given: open[KEPT_TENDERS], cashier: open[KEPT_CASHIER], tries: open[KEPT_TRIES],
			training: open[KEPT_TRAINING],
		};
	} catch (error) {
		// It was cut by a kill, or can't be read: a copy that is no copy.
		if (error instanceof SyntaxError || error instanceof Rejected) return found;
		throw error;
	}
}

/**
 * What shows the agent that this browser is the till's. Its own key may be gone, and the last entries may have gone to the
 * company while the agent was away; so there are earlier ones among them.
 */
async function knownHeads({ heads }: Snapshot, daybook: PageDaybook): Promise<readonly Head[]> {
	const ours = daybook.writable ? await daybook.spread(SHOWN_ENTRIES) : [];
	return [...ours, ...newestFirst(heads)];
}

/** The line to this computer's agent, which remembers whether there ever was one. */
function agentOf({ agent_urls, till }: Enrolment, met: boolean | undefined, heads: () => Promise<readonly Head[]>): AgentConnection {
	const pairing = () => import("@/agent/pairing").then(async ({ openPairing }) => openPairing(till, await heads()));
	const agent = new AgentConnection(agent_urls, { till, page: PAGE_VERSION }, undefined, met, pairing);
	agent.on("state", ({ state }) => {
		if (state === "online") keep(KEPT_AGENT_MET, true).catch(() => undefined);
	});
	return agent;
}

async function enrolByOffer(company: Company): Promise<Enrolment | undefined> {
	const code = await offeredEnrolmentCode().catch(() => undefined);
	if (code === undefined) return undefined;
	const enrolment = await company.enrol(code);
	history.replaceState(null, "", location.pathname);
	return enrolment;
}

/** The code in the address that a manager's QR code led to; gone from the address at once, for it works once. */
function takeScannedCode(): string | undefined {
	const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? undefined;
	if (code !== undefined) history.replaceState(null, "", location.pathname + location.search);
	return code;
}

function isAskedToEnrol(): boolean {
	return new URLSearchParams(location.search).has(ENROL_AGAIN);
}

function whyNotEnrolled(error: unknown): string {
	if (error instanceof OtherTill) return t("enrol.other_till", { other: error.other, till: error.till });
	return t(error instanceof Retryable ? "enrol.unreachable" : "enrol.refused", { reason: wordsOf(error) });
}

/** What is kept here, at once; else a fresh download, shown as it goes. */
async function readyCatalogue(catalogue: Catalogue, stage: ShallowRef<Stage>): Promise<Snapshot> {
	const show = (): void => {
		const step = catalogue.progress ? "items" : "snapshot";
		stage.value = { kind: "loading", step, progress: catalogue.progress };
	};
	show();
	const stopShowing = catalogue.on("change", show);
	try {
		if (!(await catalogue.load())) await catalogue.refresh();
	} finally {
		stopShowing();
	}
	if (!catalogue.snapshot) throw new Retryable(t("offline.not_ready", { reason: t("load.snapshot") }));
	return catalogue.snapshot;
}

/** A kept catalogue and the daybook come up beside each other; a fresh one says first what the company knows of ours. */
async function readyBoth(
	catalogue: Catalogue, enrolment: Enrolment, stage: ShallowRef<Stage>,
): Promise<readonly [Snapshot, PageDaybook]> {
	const early = catalogue.kept().then((kept) => kept && openDaybook(enrolment, kept));
	try {
		const snapshot = await readyCatalogue(catalogue, stage);
		keepLocale(snapshot.locale);
		await speak(snapshot.locale);
		stage.value = { kind: "loading", step: "daybook", progress: undefined };
		return [snapshot, (await early) ?? (await openDaybook(enrolment, snapshot))];
	} catch (error) {
		// Its worker holds the lock: the next try would find its own page in the way.
		await early.then((opened) => opened?.close()).catch(() => undefined);
		throw error;
	}
}

function openDaybook(enrolment: Enrolment, snapshot: Snapshot): Promise<PageDaybook> {
	const nextEpoch = Math.max(enrolment.next_epoch, snapshot.next_epoch);
	const [newest] = newestFirst(snapshot.heads);
	if (!newest) return PageDaybook.open(enrolment.till, { nextEpoch });
	const { chain, sequence, hash } = newest;
	return PageDaybook.open(enrolment.till, { nextEpoch, continues: { chain, sequence, hash } });
}

function newestFirst(heads: readonly Head[]): Head[] {
	return [...heads].sort((one, other) => (other.epoch ?? 0) - (one.epoch ?? 0));
}

/** What the last page left: a cart, money taken for it, or a sale that it recorded and did not get to show. */
export async function leftOpen(
	daybook: Pick<PageDaybook, "writable" | "find">, catalogue: Pick<Catalogue, "byItem">, snapshot: Snapshot,
	{ cart, given, training }: Pick<KeptOpen, "cart" | "given" | "training">,
): Promise<LeftOpen> {
	const left = fitsTraining(cart, training) ? await leftOf(daybook, catalogue, snapshot, { cart, given }) : { lost: 0 };
	// Whatever the last cart came to, the next one is of the training that goes on.
	return { ...left, cart: left.cart ?? emptyCart(newId(), training?.on) };
}

async function leftOf(
	daybook: Pick<PageDaybook, "writable" | "find">, catalogue: Pick<Catalogue, "byItem">, snapshot: Snapshot,
	{ cart: kept, given }: Pick<KeptOpen, "cart" | "given">,
): Promise<Left> {
	// An empty cart was never recorded, and asking for it would wait for every older segment: it gets a new id instead.
	if (!kept || isEmpty(kept) || !daybook.writable) return { lost: 0 };
	const recorded = await daybook.find(kept.id);
	if (recorded && recorded.entry.kind !== "sale") return { lost: 0 };
	const returned = kept.back && (await daybook.find(kept.back.id));
	if (recorded) return { recorded, returned, lost: 0 };
	if (returned && kept.lines.length === 0) return { recorded: returned, lost: 0 };
	const tenders = given?.cart === kept.id ? given.tenders : [];
	if (returned) return { cart: kept, lost: 0, tenders, half: true };
	const asked = given?.cart === kept.id ? given.asked : undefined;
	// What was to be given back was not recorded: it is chosen again, but for what a card terminal gave.
	const moved = tenders.filter((tender) => tender.amount_minor > 0 || isGivenBack(tender));
	// A card that got its money back, or may have got it, got it for this cart as it stands.
	if (asked || moved.some(isGivenBack)) return { cart: kept, lost: 0, tenders: moved, asked };
	const cart = renewed(kept, snapshot, (item) => catalogue.byItem(item));
	const lost = kept.lines.length - cart.lines.length;
	return isEmpty(cart) ? { cart, lost } : { cart, lost, tenders: moved };
}
