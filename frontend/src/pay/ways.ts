// The ways to pay that a shop offers: its money first, then what it is set up for besides.
// Pure; it never takes anything.

import type { TenderKind } from "@/core/sale";
import type { Snapshot } from "@/server/api";
import type { IconName } from "@/shell/Icon.vue";
import { onPaper, t } from "@/words/words";

export interface Way {
	/** The tender's name, as the receipt shows it. */
	readonly tender: string;
	/** What the cashier reads, where the shop's language is another. */
	readonly label?: string;
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

/** In `training` without credit: asking for a card's balance keeps some of it for this till. */
export function otherWays({ offers = [], foreign = [] }: Pick<Snapshot, "offers" | "foreign">, training = false): readonly Way[] {
	const credit = !training && (offers.includes("gift_card") || offers.includes("store_credit"));
	return [
		...(foreign.length > 0 ? [{ tender: t("foreign.way"), kind: "foreign", icon: iconOf("foreign") } as const] : []),
		...(credit ? [{ tender: onPaper("pay.gift"), label: t("pay.gift"), kind: "credit", icon: iconOf("credit") } as const] : []),
		...(offers.includes("on_account") ? [{ tender: onPaper("tender.on_account"), label: t("tender.on_account"), kind: "on_account", icon: iconOf("on_account") } as const] : []),
	];
}
