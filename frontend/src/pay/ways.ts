// The ways to pay that a shop offers: its money first, then what it is set up for besides.
// Pure; it never takes anything.

import { deviceOf } from "@/agent/messages";
import type { TenderKind } from "@/core/sale";
import type { PaymentCode } from "@/qr/paymentCodes";
import type { Snapshot } from "@/server/api";
import type { IconName } from "@/shell/Icon.vue";
import type { Till } from "@/till/till";
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

/** The card terminal that the agent asks now; none in training, for it would really charge. */
export function terminalOf({ trust, askable, training }: Pick<Till, "trust" | "askable" | "training">): string | undefined {
	if (training.value || trust.standing.value.agent !== "online") return undefined;
	return deviceOf(askable.agent.welcome, "terminal");
}

/** How a customer pays this by his telephone; not at all in training, for he would really pay. */
export function codeFor({ payment_codes = [] }: Pick<Snapshot, "payment_codes">, tender: string | undefined, training: boolean): PaymentCode | undefined {
	return training ? undefined : payment_codes.find((each) => each.tender === tender);
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
