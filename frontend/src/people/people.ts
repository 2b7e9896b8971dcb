// Who stands at the till: signing in by tap, PIN or badge, and asking somebody else's PIN for what a role does not allow.
// Never keeps a PIN and never records one: an approval names who, for whom, what and how much.

import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { wordsOf } from "@/core/errors";
import { newId } from "@/core/entry";
import type { Snapshot } from "@/server/api";
import { Locks, type KeptTries } from "@/people/locks";
import { verdictOf, type Action, type HowMuch, type Person, type Role } from "@/people/rights";
import { record, type Desk } from "@/till/checkout";
import { t } from "@/words/words";

/** Something that a role may not allow; `of` is the id of the entry or cart that it belongs to. */
export interface Act extends HowMuch {
	readonly action: Action;
	readonly of: string;
	/** What it is done to, in the cashier's words: an item, a reason. */
	readonly about?: string;
}

export interface Asked extends HowMuch {
	readonly action: Action | "unlock";
	readonly about?: string;
	readonly for: string;
	readonly approvers: readonly Person[];
	/** Records the approval; raises what keeps it from being recorded. */
	approve(approver: string): Promise<void>;
	refuse(): void;
}

export type Attempt = "right" | "wrong" | "waiting";

export interface People {
	readonly all: ComputedRef<readonly Person[]>;
	readonly locks: Locks;
	/** Whose approval is being asked for, over whatever is open. */
	readonly asked: Readonly<ShallowRef<Asked | undefined>>;
	/** Compares once at a time; undefined while another comparison runs. */
	attempt(name: string, pin: string): Promise<Attempt | undefined>;
	/** Resolves true if it may be done: by right, or because somebody approved it just now. Says why not. */
	may(act: Act): Promise<boolean>;
	/** Might have to ask: then what is done has to wait for `may`. */
	isFree(action: Action): boolean;
	/** Somebody who approves lets a cashier try his PIN again. */
	unlock(name: string): Promise<boolean>;
	/** Who may approve it, other than this cashier. */
	approversOf(action: Action | "unlock", name: string, howMuch?: HowMuch): readonly Person[];
	/** Somebody here has one. */
	readonly badges: ComputedRef<boolean>;
	/** Whose badge it is; undefined if nobody's. */
	ofBadge(code: string): Promise<Person | undefined>;
}

interface Around {
	readonly snapshot: Readonly<ShallowRef<Snapshot>>;
	readonly cashier: Readonly<ShallowRef<string | undefined>>;
	readonly desk: () => Desk;
	readonly tries: KeptTries;
	readonly keepTries: (tries: KeptTries) => Promise<void>;
	readonly problem: (title: string) => void;
}

export function usePeople({ snapshot, cashier, desk, tries, keepTries, problem }: Around): People {
	const all = computed<readonly Person[]>(() => snapshot.value.people ?? snapshot.value.cashiers.map((name) => ({ name })));
	const badges = computed(() => all.value.some(({ badge }) => badge !== undefined));
	const locks = new Locks(tries, keepTries);
	const asked = shallowRef<Asked>();
	let comparing = false;

	function roleOf(name: string | undefined): Role | undefined {
		const role = all.value.find((person) => person.name === name)?.role;
		return snapshot.value.roles?.find((each) => each.role === role);
	}
	/** Where nobody has a role, whoever has a PIN approves. */
	function approves({ name, pin }: Person): boolean {
		const nobodyHasRoles = all.value.every(({ role }) => role === undefined);
		return pin !== undefined && (nobodyHasRoles || roleOf(name)?.approves === true);
	}
	function approversOf(action: Action | "unlock", name: string, howMuch?: HowMuch): readonly Person[] {
		return all.value.filter((person) => {
			const mayHimself = action === "unlock" || verdictOf(roleOf(person.name), action, howMuch) === "allowed";
			return person.name !== name && approves(person) && mayHimself;
		});
	}
	async function attempt(name: string, pin: string): Promise<Attempt | undefined> {
		const verifier = all.value.find((person) => person.name === name)?.pin;
		if (comparing || !verifier) return undefined;
		if (locks.waitMs(name) > 0) return "waiting";
		comparing = true;
		try {
			const { isPinOf } = await import("@/people/pins");
			await locks.begin(name);
			if (!(await isPinOf(pin, verifier))) return "wrong";
			await locks.clear(name);
			return "right";
		} finally {
			comparing = false;
		}
	}
	async function recordApproval(act: Omit<Act, "action"> & { action: Action | "unlock" }, name: string, approver: string): Promise<void> {
		const { currency, currency_precision } = snapshot.value;
		const amount = act.amount_minor === undefined ? {} : { amount_minor: act.amount_minor, currency, currency_precision };
		await record(desk(), "approval", newId(), {
			action: act.action, for: name, approver, of: act.of, ...amount,
			...(act.percent !== undefined && { percent: act.percent }), ...(act.about && { about: act.about.slice(0, 140) }),
		});
	}
	/** One question at a time: a second one is refused while the first stands. */
	function ask(act: Omit<Act, "action"> & { action: Action | "unlock" }, name: string, approvers: readonly Person[]): Promise<boolean> {
		if (asked.value) return Promise.resolve(false);
		return new Promise((resolve) => {
			const end = (approved: boolean): void => {
				asked.value = undefined;
				resolve(approved);
			};
			asked.value = {
				...act, for: name, approvers,
				async approve(approver) {
					await recordApproval(act, name, approver);
					end(true);
				},
				refuse: () => end(false),
			};
		});
	}
	async function may(act: Act): Promise<boolean> {
		// A drawer that is opened in training is open.
		if (desk().training && act.action !== "no_sale") return true;
		const name = cashier.value ?? "";
		const verdict = verdictOf(roleOf(name), act.action, act);
		if (verdict === "allowed") return true;
		const approvers = verdict === "never" ? [] : approversOf(act.action, name, act);
		if (approvers.length > 0) return ask(act, name, approvers);
		problem(t(verdict === "never" ? "people.never" : "people.nobody", { action: t(`act.${act.action}`) }));
		return false;
	}
	async function unlock(name: string): Promise<boolean> {
		const approvers = approversOf("unlock", name);
		try {
			if (approvers.length === 0 || !(await ask({ action: "unlock", of: name }, name, approvers))) return false;
			await locks.clear(name);
			return true;
		} catch (error) {
			problem(t("people.not_recorded", { reason: wordsOf(error) }));
			return false;
		}
	}
	return {
		all, locks, asked, attempt, may, unlock, approversOf,
		isFree: (action) => Boolean(desk().training) || roleOf(cashier.value)?.rights[action] === undefined,
		badges,
		async ofBadge(code) {
			if (!badges.value) return undefined;
			const { badgeDigest } = await import("@/people/pins");
			const digest = await badgeDigest(code);
			return all.value.find(({ badge }) => badge === digest);
		},
	};
}
