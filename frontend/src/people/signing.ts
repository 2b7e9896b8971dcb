// Signing in and out at a till: by whom the till is locked, by badge, by idleness, and who does not sell here any more.
// Never touches the open sale, and never compares a PIN: people.ts does.

import { watch, type ComputedRef, type ShallowRef } from "vue";
import type { Catalogue } from "@/catalogue/catalogue";
import { wordsOf } from "@/core/errors";
import { watchIdle } from "@/people/idle";
import type { People } from "@/people/people";
import type { Snapshot } from "@/server/api";
import { beep } from "@/shell/sound";
import { KEPT_CASHIER, type KeepOpen } from "@/till/keepOpen";
import type { Notices } from "@/till/notices";
import type { Paying } from "@/till/paying";
import type { Panel } from "@/till/screens";
import { t } from "@/words/words";

const BADGE_PREFIX = "ID-";

interface Parts {
	readonly catalogue: Pick<Catalogue, "byCode">;
}

interface State {
	readonly snapshot: Readonly<ShallowRef<Snapshot>>;
	readonly cashier: ShallowRef<string | undefined>;
	readonly lockedAs: ShallowRef<string | undefined>;
	readonly panel: ShallowRef<Panel>;
	readonly people: People;
	readonly paying: Pick<Paying, "idle">;
	readonly notices: Notices;
	readonly keepOpen: KeepOpen;
	readonly covered: ComputedRef<boolean>;
	readonly tasks: { problem(title: string): void };
}

export interface Signing {
	signIn(name: string): void;
	/** A code that is nobody's badge goes on to `scan`. */
	scanned(code: string, scan: (code: string) => void): Promise<void>;
}

export function useSigning({ catalogue }: Parts, state: State): Signing {
	const { cashier, lockedAs, panel, people, paying, notices, tasks } = state;

	function signIn(name: string): void {
		cashier.value = name;
		lockedAs.value = undefined;
		state.keepOpen(KEPT_CASHIER, name).catch((error: unknown) => tasks.problem(t("cart.not_kept", { reason: wordsOf(error) })));
	}
	function signOut(): void {
		lockedAs.value = cashier.value;
		cashier.value = undefined;
	}
	const idle = watchIdle({
		minutes: () => state.snapshot.value.lock_minutes ?? 0,
		mustWait: () => !paying.idle() || !people.all.value.some(({ name, pin }) => name === cashier.value && pin !== undefined),
		lock() {
			people.asked.value?.refuse();
			signOut();
			notices.say({ tone: "info", title: t("pin.locked") });
		},
	});
	watch(state.snapshot, () => {
		const name = cashier.value;
		if (name === undefined || people.all.value.some((person) => person.name === name)) return;
		signOut();
		tasks.problem(t("people.gone", { name }));
	});
	/** Worth comparing: not if it is an item's code, unless it can't be one now. */
	function mayBeBadge(code: string): boolean {
		const nothingElse = cashier.value === undefined || panel.value === "cashier" || code.startsWith(BADGE_PREFIX);
		return people.badges.value && (nothingElse || catalogue.byCode(code) === undefined);
	}
	async function takeBadge(code: string): Promise<boolean> {
		const person = await people.ofBadge(code);
		if (!person) {
			if (code.startsWith(BADGE_PREFIX)) tasks.problem(t("badge.unknown"));
			return code.startsWith(BADGE_PREFIX);
		}
		if (people.locks.waitMs(person.name) > 0) {
			tasks.problem(t("badge.waiting", { name: person.name }));
			return true;
		}
		signIn(person.name);
		if (panel.value === "cashier") panel.value = undefined;
		beep("ok");
		notices.say({ tone: "info", title: t("badge.signed_in", { name: person.name }) });
		return true;
	}
	async function scanned(code: string, scan: (code: string) => void): Promise<void> {
		idle.touched();
		// What somebody is approving must not change under his eyes.
		if (people.asked.value) return tasks.problem(t("badge.not_here"));
		if (mayBeBadge(code) && (await takeBadge(code))) return;
		scan(code);
	}
	return { signIn, scanned };
}
