// The ways to pay that a shop offers: its money first, then what it is set up for besides.
// Pure; it never takes anything.

import type { TenderKind } from "@/core/sale";
import type { Snapshot } from "@/server/api";
import type { IconName } from "@/shell/Icon.vue";
import { t } from "@/words/words";

export interface Way {
	/** The tender's name, as the receipt shows it. */
	readonly tender: string;
	/** `credit`: a gift card or store credit; which of both its number says. */
	readonly kind: Extract<TenderKind, "cash" | "card" | "bank" | "on_account"> | "credit" | "foreign";
	readonly icon: IconName;
}

const ICONS: Readonly<Partial<Record<TenderKind | "credit" | "foreign", IconName>>> = {
	cash: "cash", foreign: "cash", card: "card", bank: "bank", credit: "gift", gift_card: "gift", store_credit: "gift", on_account: "person",
};

export function iconOf(kind: TenderKind | "credit" | "foreign"): IconName {
	return ICONS[kind] ?? "card";
}

export function moneyWays({ tenders }: Pick<Snapshot, "tenders">): readonly Way[] {
	return tenders.map(({ tender, kind }) => ({ tender, kind, icon: iconOf(kind) }));
}

export function otherWays({ offers = [], foreign = [] }: Pick<Snapshot, "offers" | "foreign">): readonly Way[] {
	const credit = offers.includes("gift_card") || offers.includes("store_credit");
	return [
		...(foreign.length > 0 ? [{ tender: t("foreign.way"), kind: "foreign", icon: iconOf("foreign") } as const] : []),
		...(credit ? [{ tender: t("pay.gift"), kind: "credit", icon: iconOf("credit") } as const] : []),
		...(offers.includes("on_account") ? [{ tender: t("tender.on_account"), kind: "on_account", icon: iconOf("on_account") } as const] : []),
	];
}
