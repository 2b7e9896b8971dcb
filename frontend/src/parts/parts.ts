// Parts of the page that nobody's first scan waits for: each loaded when it is first wanted, all of them a while after the start.
// Never names one twice, and never gives up: what the network did not bring comes as soon as it is back.

import { defineAsyncComponent, h, type Component } from "vue";
import PartWaits from "@/parts/PartWaits.vue";
import { t } from "@/words/words";

type Load = () => Promise<unknown>;

const SAID_AFTER_MS = 1_000;
const TRIED_EVERY_MS = 3_000;
/** What parts fetch themselves when they need it. */
const all: Load[] = [() => import("@/customers/history"), () => import("@/pay/terminal/terminal"), () => import("@/people/pins")];

function later<Part extends Component>(loader: () => Promise<{ default: Part }>, waiting?: Component): Part {
	all.push(loader);
	return defineAsyncComponent<Part>({
		loader,
		delay: SAID_AFTER_MS,
		...(waiting && { loadingComponent: waiting }),
		onError: (_, retry) => void setTimeout(retry, TRIED_EVERY_MS),
	});
}

/** One that covers the screen: until it is there, a dialog says so and can be closed. */
function panel<Part extends Component>(loader: () => Promise<{ default: Part }>): Part {
	return later(loader, PartWaits);
}

/** One among others, without which its place can't be used. */
function inline<Part extends Component>(loader: () => Promise<{ default: Part }>): Part {
	return later(loader, () => h("p", { class: "problem", role: "alert" }, `${t("part.waits")}. ${t("part.waits_hint")}`));
}

/** The worker keeps them for an hour without a network; the page fetches them too, where there is no worker. */
export async function fetchRest(): Promise<void> {
	await Promise.allSettled(all.map((load) => load()));
}

export const RefundScreen = panel(() => import("@/returns/RefundScreen.vue"));
export const ReturnPanel = panel(() => import("@/returns/ReturnPanel.vue"));
export const GiftCardPanel = panel(() => import("@/credit/GiftCardPanel.vue"));
export const WeighRow = later(() => import("@/weigh/WeighRow.vue"));
export const VariantPanel = panel(() => import("@/variants/VariantPanel.vue"));
export const NotePanel = panel(() => import("@/sell/NotePanel.vue"));
export const TicketDiscount = panel(() => import("@/sell/TicketDiscount.vue"));
export const CustomerPanel = panel(() => import("@/customers/CustomerPanel.vue"));
export const AgePanel = panel(() => import("@/age/AgePanel.vue"));
export const HoldPanel = panel(() => import("@/hold/HoldPanel.vue"));
export const ShiftPanel = panel(() => import("@/shift/ShiftPanel.vue"));
/** Who can't read the first screen's hint can't ask for another language in a menu that comes later. */
export const LanguageList = later(() => import("@/languages/LanguageList.vue"));
export const LanguagePanel = panel(() => import("@/languages/LanguagePanel.vue"));
export const TourPanel = panel(() => import("@/help/TourPanel.vue"));
/** Most shops have no PINs. */
export const PinEntry = inline(() => import("@/people/PinEntry.vue"));
export const ApprovalDialog = panel(() => import("@/people/ApprovalDialog.vue"));
export const ClockPanel = panel(() => import("@/people/ClockPanel.vue"));
export const TrainingBar = later(() => import("@/people/TrainingBar.vue"));
export const AgentHelp = later(() => import("@/trust/AgentHelp.vue"));
export const UnsurePrint = later(() => import("@/receipt/UnsurePrint.vue"));
export const AfterSale = later(() => import("@/receipt/AfterSale.vue"));
export const CreditWay = inline(() => import("@/pay/CreditWay.vue"));
export const AccountWay = inline(() => import("@/pay/AccountWay.vue"));
export const TerminalWay = inline(() => import("@/pay/terminal/TerminalWay.vue"));
export const BankCode = inline(() => import("@/pay/BankCode.vue"));
export const ForeignWay = inline(() => import("@/pay/ForeignWay.vue"));
export const TipRow = later(() => import("@/pay/TipRow.vue"));
