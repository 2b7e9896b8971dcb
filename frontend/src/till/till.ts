// The till that stands open: its catalogue, cart, payment and status joined into what the screens need.
// Never touches bytes or sockets itself; every step that costs money goes through till/checkout.ts.

import { computed, inject, provide, shallowRef, watch, type ComputedRef, type InjectionKey, type ShallowRef } from "vue";
import type { AgentConnection } from "@/agent/connection";
import type { Catalogue } from "@/catalogue/catalogue";
import { copying, type Copying } from "@/catalogue/copying";
import { follow, type Following } from "@/catalogue/following";
import { wordsOf } from "@/core/errors";
import type { Tender } from "@/core/sale";
import type { PageDaybook, StoredEntry } from "@/daybook/daybook";
import type { GivingBack } from "@/daybook/givingBack";
import type { Pusher } from "@/daybook/push";
import { useNewCustomers, type NewCustomers } from "@/customers/newCustomers";
import { useAge, type AgeAsking } from "@/age/age";
import { useServing, type Serving } from "@/customers/serving";
import type { Offline } from "@/offline/offline";
import { useHeld, type Held } from "@/hold/held";
import { useHolding, type Holding } from "@/hold/holding";
import type { KeptTries } from "@/people/locks";
import { usePeople, type People } from "@/people/people";
import { useSigning } from "@/people/signing";
import { useTraining, type KeptTraining, type Training } from "@/people/training";
import { hasLittleRoom, megabytes } from "@/offline/room";
import { restartWhenQuiet, wasRestarted } from "@/offline/restart";
import { keep } from "@/server/kept";
import { customerOfCode } from "@/server/customers";
import { lookUpSale, type Askable } from "@/returns/lookUpSale";
import type { Company, Snapshot } from "@/server/api";
import { useScanning, type Scanning } from "@/scan/scanning";
import { KEPT_CART, useBasket, type Basket } from "@/till/basket";
import { useBuying, type Selling } from "@/till/buying";
import type { Cart } from "@/till/cart";
import type { Desk } from "@/till/checkout";
import { FAR_OFF_MS, type Clock } from "@/till/clock";
import { moneyOf, type Money } from "@/till/format";
import { useNotices, type Notices } from "@/till/notices";
import { KEPT_CASHIER, KEPT_TRAINING, KEPT_TRIES, keepOpen, type KeepOpen } from "@/till/keepOpen";
import { KEPT_TENDERS, usePaying, type AskedCard, type Paying } from "@/till/paying";
import { useRepriced, type Repriced } from "@/till/repriced";
import type { Panel, Screen } from "@/till/screens";
import { useTasks, type Tasks } from "@/till/tasks";
import { useTrust, type Trust } from "@/trust/trust";
import { t, tCount } from "@/words/words";

/** In the address: this till must be enrolled again, though this browser keeps an enrolment. */
export const ENROL_AGAIN = "enrol";

/** The company's time, as this till last knew it. */
export const KEPT_TIME = "company_time";
const KEEP_TIME_MS = 600_000;

export interface TillParts {
	readonly snapshot: Snapshot;
	readonly catalogue: Catalogue;
	readonly daybook: PageDaybook;
	readonly agent: AgentConnection;
	readonly pusher: Pusher;
	readonly company: Company;
	readonly offline: Offline;
	readonly clock: Clock;
	readonly givingBack: GivingBack;
	/** What an earlier page left open. */
	readonly left: LeftOpen;
	readonly cashier: string | undefined;
	readonly tries: KeptTries | undefined;
	readonly training: KeptTraining | undefined;
	/** Resolves when the till stands open and the page has a moment to spare. */
	readonly settled: Promise<void>;
}

export interface LeftOpen {
	/** A new one, in training if that goes on, if there was none or it is over. */
	readonly cart: Cart;
	readonly tenders?: readonly Tender[];
	/** Its card terminal was being asked: that is found out first. */
	readonly asked?: AskedCard | undefined;
	/** The sale that the earlier page recorded last, if it could not show it. */
	readonly recorded?: StoredEntry;
	/** What came back in the same ticket. */
	readonly returned?: StoredEntry | undefined;
	/** Of an exchange in this cart, what comes back is recorded; the rest is recorded at once. */
	readonly half?: boolean;
	/** Lines of the cart that can't be sold any more. */
	readonly lost: number;
}

export interface Till extends Scanning, Selling, Serving, AgeAsking, Holding, Omit<Tasks, "voidSale" | "problem"> {
	readonly snapshot: Readonly<ShallowRef<Snapshot>>;
	readonly catalogue: Catalogue;
	readonly copying: Copying;
	readonly daybook: PageDaybook;
	readonly offline: Offline;
	readonly clock: Clock;
	readonly following: Following;
	readonly repriced: Repriced;
	/** Rises whenever the catalogue or its progress changed. */
	readonly catalogueVersion: Readonly<ShallowRef<number>>;
	readonly money: ComputedRef<Money>;
	readonly cashier: ShallowRef<string | undefined>;
	readonly people: People;
	/** Who was signed in before the till locked itself or was started: asked for a PIN first. */
	readonly lockedAs: Readonly<ShallowRef<string | undefined>>;
	/** True while somebody learns: nothing counts. */
	readonly training: Readonly<ShallowRef<boolean>>;
	/** Something lies over the screen: its keys are not the screen's. */
	readonly covered: ComputedRef<boolean>;
	readonly screen: ShallowRef<Screen>;
	readonly panel: ShallowRef<Panel>;
	readonly basket: Basket;
	readonly paying: Paying;
	readonly trust: Trust;
	/** The open shift, by the daybook's entries. */
	readonly shift: Readonly<ShallowRef<string | undefined>>;
	readonly desk: () => Desk;
	readonly held: Held;
	readonly newCustomers: NewCustomers;
	readonly notices: Notices;
	/** The receipt whose return was asked for by a scan; the panel takes it. */
	readonly receipt: ShallowRef<string>;
	/** Whom a receipt or a gift card is asked of. */
	readonly askable: Askable & { readonly company: Company; readonly agent: AgentConnection };
	/** The template whose variant is being chosen. */
	readonly template: ShallowRef<string>;
	/** Raised by the screen-wide keyboard: puts the cursor (and text typed so far) into the search field. */
	readonly searchFor: ShallowRef<{ readonly text: string } | undefined>;
	/** False until a start has come so far that codes are scanned: what nobody can scan is drawn after that. */
	readonly settled: Readonly<ShallowRef<boolean>>;
	chooseCashier(name: string): void;
	beginTraining(): void;
	leaveTraining(): void;
	goPay(): void;
	/** Back to the sale, unless something was given for it already. */
	leavePay(): void;
	nextCustomer(): void;
	voidSale(reason: string): Promise<void>;
	/** Starts the page again at its enrolment; what is recorded and what is open stays. */
	connectAgain(): void;
}

const TILL: InjectionKey<Till> = Symbol("till");

export function provideTill(till: Till): void {
	provide(TILL, till);
}

export function useTill(): Till {
	const till = inject(TILL);
	if (!till) throw new Error("This component stands outside of an open till.");
	return till;
}

export function createTill(parts: TillParts): Till {
	const state = openState(parts);
	const { basket, notices, paying, screen, panel, tasks } = state;
	const { daybook } = parts;

	function nextCustomer(): void {
		paying.leave();
		screen.value = "sell";
	}
	function goPay(): void {
		if (state.ageNeeded.value > 0) panel.value = "age";
		if (state.ageNeeded.value > 0 || screen.value !== "sell" || basket.empty.value || !daybook.writable || tasks.isVoiding()) return;
		panel.value = undefined;
		notices.clear();
		if (basket.back.value && basket.lines.value.length > 0 && !state.snapshot.value.offers?.includes("exchange")) {
			return tasks.problem(t("back.no_exchange"));
		}
		paying.begin();
		// Who counts what was taken out later than this is somebody's role; where there is none, nobody.
		if (!state.people.isFree("remove_line")) basket.begin();
		screen.value = "pay";
	}
	function leavePay(): void {
		if (screen.value !== "pay" || !paying.idle() || paying.tenders.value.length > 0 || paying.half.value) return;
		paying.atTerminal.value = false;
		screen.value = "sell";
	}
	function whyNot(): { title: string; text?: string } | undefined {
		if (!daybook.writable) return { title: t("read_only.title"), text: t("read_only.text") };
		if (parts.company.revoked) return { title: t("enrol.revoked") };
		return state.cashier.value === undefined ? { title: t("cashier.title") } : undefined;
	}
	function openReceipt(number: string): void {
		if (screen.value === "done") nextCustomer();
		state.receipt.value = number;
		panel.value = "return";
	}
	const scanning = useScanning({
		...state, whyNot, nextCustomer, openReceipt,
		money: () => state.money.value,
		customerOf: customerOfCode,
		searchByName: () => void (state.searchFor.value = { text: "" }),
	});
	const signing = useSigning(parts, state);
	const scan = (code: string): void => void signing.scanned(code, scanning.scan);
	parts.agent.on("scan", ({ code }) => scan(code));
	sayWhatWasLeft(parts, state);
	watchClock(parts, state);
	parts.agent.on("state", ({ state: became }) => {
		if (became === "online") void giveBack(parts, state, "agent");
	});
	void parts.settled.then(() => refresh(parts, state, false));
	const following = follow(() => refresh(parts, state, true), parts.snapshot.realtime, parts.company.enrolment?.token ?? "");
	watch(() => hasLittleRoom(parts.offline.facts.value), (little) => {
		const { freeBytes } = parts.offline.facts.value;
		if (little) notices.say({ tone: "problem", title: t("offline.little_room", { megabytes: megabytes(freeBytes) }) });
	});
	restartWhenQuiet(parts.offline, {
		isIdle: () => daybook.writable && basket.empty.value && screen.value === "sell" && panel.value === undefined,
		sayRestart: () => notices.say({ tone: "info", title: t("offline.restarting") }),
	});
	return {
		...state, ...tasks, ...scanning, scan, following, nextCustomer, goPay, leavePay,
		async voidSale(reason) {
			if (await tasks.voidSale(reason)) screen.value = "sell";
		},
		chooseCashier: signing.signIn,
		beginTraining() {
			if (screen.value === "pay" || !state.learning.begin()) return tasks.problem(t("training.open_cart"));
			paying.leave();
			screen.value = "sell";
		},
		leaveTraining() {
			if (!paying.idle()) return;
			paying.forget();
			state.learning.leave();
			panel.value = undefined;
			screen.value = "sell";
		},
		connectAgain,
	};
}

function sayWhatWasLeft({ daybook, left, settled }: TillParts, { notices, paying }: State): void {
	const sayReport = (report: string): void => {
		if (report !== "") notices.say({ tone: "problem", title: t("trust.till_report", { report }) });
	};
	sayReport(daybook.report.words.join(" "));
	settled.then(() => daybook.whole()).then(sayReport, (error: unknown) => sayReport(wordsOf(error)));
	if (left.lost > 0) notices.say({ tone: "problem", title: t("cart.renewed", { count: left.lost }) });
	if (wasRestarted()) notices.say({ tone: "info", title: t("offline.restarted") });
	if (left.recorded) paying.showEarlier(left.recorded, left.returned);
	if (!left.half) return;
	paying.half.value = true;
	void settled.then(() => paying.finish());
}

/** A clock that is far off is said once; how far stands in the panel. */
function watchClock({ clock, company, agent, daybook }: TillParts, { notices }: State): void {
	company.onTime = (theirMs, tookMs) => clock.heard("company", theirMs, tookMs);
	agent.onTime = (theirMs, tookMs) => clock.heard("agent", theirMs, tookMs, 1);
	watch(() => Math.abs(clock.wrong.value?.ahead_ms ?? 0) >= FAR_OFF_MS, (far) => {
		if (far) notices.say({ tone: "problem", title: t("clock.wrong") });
	}, { immediate: true });
	const keepTime = (): void => {
		if (daybook.writable && clock.knownMs !== undefined) keep(KEPT_TIME, clock.knownMs).catch(() => undefined);
	};
	watch(clock.wrong, keepTime);
	setInterval(keepTime, KEEP_TIME_MS);
}

/** After a lost daybook: what agent and company still have of the last days. What can't be asked now is asked again. */
async function giveBack({ givingBack, agent, company, pusher, clock }: TillParts, { notices, trust }: State, from: "agent" | "company"): Promise<void> {
	const ask = (before: number) => (from === "agent" ? agent.latest(before) : company.latest(before));
	try {
		const count = await givingBack.ask(from, ask, clock.businessDate());
		if (count > 0) notices.say({ tone: "info", title: tCount("trust.given_back", count) });
	} catch {
		// Away again, or no room: the wish is kept, and what is here sells.
	}
	pusher.poke();
	trust.look();
}

type Signs = "chooseCashier" | "beginTraining" | "leaveTraining";
type State = Omit<Till, keyof Scanning | keyof Tasks | Signs | "goPay" | "leavePay" | "nextCustomer" | "following" | "connectAgain">
	& { readonly tasks: Tasks; readonly keepOpen: KeepOpen; readonly learning: Training; readonly lockedAs: ShallowRef<string | undefined> };

function connectAgain(): void {
	location.search = ENROL_AGAIN;
}

function openState(parts: TillParts): State {
	const { snapshot: first, catalogue, daybook, agent, pusher, company, offline, clock, left, cashier: kept, tries = {} } = parts;
	const settled = shallowRef(false);
	void parts.settled.then(() => (settled.value = true));
	const snapshot = shallowRef(first);
	const catalogueVersion = shallowRef(0);
	const [known, lockedAs] = knownCashier(first, kept);
	const cashier = shallowRef(known);
	const screen = shallowRef<Screen>(left.tenders?.length || left.asked || left.half ? "pay" : "sell");
	const panel = shallowRef<Panel>();
	const notices = useNotices();
	const failed = (reason: string): void => tasks.problem(t("cart.not_kept", { reason }));
	const { cart, tenders, asked } = left;
	const keepNow = keepOpen(daybook, parts.settled, {
		...(tenders && { [KEPT_TENDERS]: { cart: cart.id, tenders, ...(asked && { asked }) } }), ...(kept !== undefined && { [KEPT_CASHIER]: kept }),
		[KEPT_TRIES]: tries, ...(parts.training && { [KEPT_TRAINING]: parts.training }),
	});
	const today = (): string => clock.businessDate();
	const basket = useBasket(snapshot, left.cart, {
		keep: (cart) => keepNow(KEPT_CART, cart),
		failed,
		refused: (reason) => tasks.problem(t("cart.refused", { reason })),
	}, { itemOf: (item) => catalogue.byItem(item), today });
	const selling = useBuying({ basket, catalogue, snapshot, clock, notices });
	const serving = useServing({ basket, selling, company, settled: parts.settled });
	const newCustomers = useNewCustomers({
		settled: parts.settled, company, agent, writable: () => daybook.writable, taken: () => void catalogue.poll().catch(() => undefined),
	});
	const trust = useTrust(daybook, agent, pusher, company, clock);
	const desk = (): Desk => ({
		snapshot: snapshot.value, cashier: cashier.value ?? "", daybook, agent, pusher, clock,
		...(learning.on.value && { training: learning }),
	});
	const problem = (title: string): void => tasks.problem(title);
	const learning = useTraining({
		kept: parts.training, till: () => snapshot.value.till, isEmpty: () => basket.empty.value, startWith: basket.startNext,
		keep: (training) => keepNow(KEPT_TRAINING, training), failed,
	});
	const people = usePeople({ snapshot, cashier, desk, tries, problem, keepTries: (kept) => keepNow(KEPT_TRIES, kept) });
	const tasks = useTasks(desk, basket, notices, people.may);
	const shift = shallowRef(daybook.shift);
	daybook.on("change", () => void (shift.value = daybook.shift));
	const held = useHeld(parts.settled, (id) => id === basket.cart.value.id);
	const askable = { daybook, agent, company };
	const holding = useHolding({
		basket, held, desk, catalogue, notices, problem: tasks.problem, lookUp: (receipt) => lookUpSale(receipt, askable),
	});
	catalogue.on("change", () => void (catalogueVersion.value += 1));
	watch([catalogueVersion, basket.empty], () => {
		// New prices and taxes come between two sales, never into an open cart.
		if (catalogue.snapshot && !catalogue.progress && basket.empty.value) snapshot.value = catalogue.snapshot;
	});
	const money = computed(() => moneyOf(snapshot.value));
	return {
		...selling, ...serving, ...holding, held, newCustomers,
		snapshot, catalogue, daybook, offline, clock, catalogueVersion, cashier, screen, notices, basket, trust, tasks, settled,
		keepOpen: keepNow, shift, desk, people, learning, training: learning.on, lockedAs: shallowRef(lockedAs), panel,
		covered: computed(() => panel.value !== undefined || people.asked.value !== undefined || cashier.value === undefined),
		copying: copying(catalogue, parts.settled),
		...useAge({ basket, catalogue, catalogueVersion, panel }),
		receipt: shallowRef(""),
		askable,
		template: shallowRef(""),
		searchFor: shallowRef<{ readonly text: string }>(),
		money,
		repriced: useRepriced({ basket, catalogue, catalogueVersion, money, notices, snapshot, buying: selling.buying }),
		paying: usePaying({
			basket, desk, screen, may: people.may,
			...(left.tenders && { given: left.tenders }), wasAsked: left.asked,
			keep: (given) => keepNow(KEPT_TENDERS, given).catch((error: unknown) => failed(wordsOf(error))),
		}),
	};
}

/** `quiet`: an unreachable company is not worth a word in the middle of a day. */
async function refresh(parts: TillParts, state: State, quiet: boolean): Promise<void> {
	const { catalogue, company, daybook } = parts;
	const { notices, trust } = state;
	try {
		await (quiet ? catalogue.poll() : catalogue.refresh());
		const { newest } = catalogue;
		if (newest && daybook.writable) await daybook.compareHeads(newest.heads, newest.next_epoch);
		if (daybook.writable) await giveBack(parts, state, "company");
	} catch {
		// Offline is a normal way to start: the kept catalogue sells, and the cashier is told so.
		if (company.unknownHere) {
			const action = { label: t("trust.connect"), run: connectAgain };
			notices.say({ tone: "problem", title: t("trust.not_connected"), action });
		} else if (!quiet) notices.say({ tone: "info", title: t("load.from_here") });
	}
	trust.look();
}

/** Who sells at a start, and whose PIN is asked for instead: a reload must not sign anybody in. */
function knownCashier(snapshot: Snapshot, kept: string | undefined): readonly [string | undefined, string | undefined] {
	const only = snapshot.cashiers.length === 1 ? snapshot.cashiers[0] : undefined;
	const name = kept !== undefined && snapshot.cashiers.includes(kept) ? kept : only;
	const hasPin = snapshot.people?.some((person) => person.name === name && person.pin !== undefined) ?? false;
	return hasPin ? [undefined, name] : [name, undefined];
}
