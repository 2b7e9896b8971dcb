// What a company tells a till of its shop: the snapshot, without the items.

import type { Head } from "@/core/entry";
import type { PaymentCode } from "@/qr/paymentCodes";
import type { Person, Role } from "@/people/rights";
import type { Realtime } from "@/server/api";
import type { Rounding } from "@/core/money";
import type { Tax } from "@/core/sale";
import type { TotalRounding } from "@/core/ticket";

/** A rule that can't be evaluated without the company; the reasons are in docs/parity.md. */
export interface RuleLeftOut {
	readonly rule: string;
	readonly title: string;
	readonly reason: string;
}

/** What rules are asked for unless the till knows better: the shop's price list, and who walks in. */
export interface PricingFor {
	readonly price_list: string;
	readonly discount_on: "net" | "grand";
	readonly customer: string;
	readonly customer_group: string;
	readonly territory: string;
}

export type Offer = "exchange" | "gift_card" | "store_credit" | "on_account" | "tips" | "new_customer" | "mail";

/** What one unit of a currency is worth in the shop's, as of a day. */
export interface ForeignRate {
	readonly currency: string;
	readonly currency_precision: number;
	readonly rate: string;
	readonly as_of: string;
}

export type Restriction = readonly [customer: string, kind: "item" | "group" | "brand", name: string];

export interface Snapshot {
	readonly protocol: number;
	readonly snapshot: string;
	readonly till: string;
	readonly company: string;
	readonly shop: string;
	readonly address: readonly string[];
	readonly tax_id?: string;
	readonly currency: string;
	readonly currency_precision: number;
	readonly rounding: Rounding;
	readonly locale: string;
	readonly taxes: readonly Tax[];
	/** Absent where totals are paid as they are, taxes rounded once, prices as fine as the currency. */
	readonly total_rounding?: TotalRounding;
	readonly row_wise_tax?: boolean;
	readonly rate_decimals?: number;
	/** The shop's own. */
	readonly price_list?: string;
	/** Customers who may buy only some goods; of each kind that is named for one, one row has to fit. */
	readonly restricted?: readonly Restriction[];
	readonly templates: readonly { readonly template: string; readonly rates: Readonly<Record<string, string>> }[];
	readonly tenders: readonly { readonly tender: string; readonly kind: "cash" | "card" | "bank" }[];
	/** What the shop is set up for besides money; absent is nothing. */
	readonly offers?: readonly Offer[];
	/** What one return without receipt may come to; absent: the shop takes nothing back so. */
	readonly without_receipt_minor?: number;
	/** Cash of other currencies that is taken. */
	readonly foreign?: readonly ForeignRate[];
	/** Digits before a telephone number of the shop's country. */
	readonly phone_code?: string;
	readonly cashiers: readonly string[];
	/** The same people with their PINs and roles, where a shop has set some up. */
	readonly people?: readonly Person[];
	readonly roles?: readonly Role[];
	/** After so long without a touch, whoever has a PIN enters it again; absent: never. */
	readonly lock_minutes?: number;
	readonly groups: readonly string[];
	readonly units: readonly string[];
	readonly code_patterns: readonly string[];
	/** Pricing rules as `core/pricing/rules` reads them; a company before 0.3 sends none. */
	readonly rules?: readonly unknown[];
	readonly rules_left_out?: readonly RuleLeftOut[];
	readonly pricing_for?: PricingFor;
	readonly items: number;
	readonly chunk_size: number;
	readonly chunks: number;
	readonly next_epoch: number;
	readonly heads: readonly Head[];
	readonly receipt_footer: readonly string[];
	/** What customers scan to pay, by tender; a company before 0.4 sends none. */
	readonly payment_codes?: readonly ({ readonly tender: string } & PaymentCode)[];
	/** What the customer's screen says and shows (a data URL) while nobody pays; a company before 0.4 sends neither. */
	readonly display_text?: readonly string[];
	readonly display_logo?: string;
	/** Where to begin asking for changes; a company that has none is asked for its snapshot again and again. */
	readonly cursor?: string;
	/** Where the company calls when something changed. */
	readonly realtime?: Realtime;
}

/** A snapshot's fields that can change without its items. */
export type Settings = Omit<Snapshot, "snapshot" | "items" | "chunk_size" | "chunks" | "cursor">;
