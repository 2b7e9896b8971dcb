// Parts of the page that nobody's first scan waits for: each loaded when it is first wanted, all of them a while after the start.
// Never names one twice: what is loaded later and is not here is missing where the network went meanwhile.

import { defineAsyncComponent, type Component } from "vue";

type Load = () => Promise<unknown>;

const all: Load[] = [];

/** For whoever has to hear of a failure himself. */
function fetched<Loader extends Load>(load: Loader): Loader {
	all.push(load);
	return load;
}

function later<Part extends Component>(load: () => Promise<{ default: Part }>): Part {
	return defineAsyncComponent<Part>(fetched(load));
}

/** The worker keeps them for an hour without a network; the page fetches them too, where there is no worker. */
export async function fetchRest(): Promise<void> {
	await Promise.allSettled(all.map((load) => load()));
}

export const RefundScreen = later(() => import("@/returns/RefundScreen.vue"));
export const ReturnPanel = later(() => import("@/returns/ReturnPanel.vue"));
export const GiftCardPanel = later(() => import("@/credit/GiftCardPanel.vue"));
export const WeighRow = later(() => import("@/weigh/WeighRow.vue"));
export const NotePanel = later(() => import("@/sell/NotePanel.vue"));
export const TicketDiscount = later(() => import("@/sell/TicketDiscount.vue"));
export const CustomerPanel = later(() => import("@/customers/CustomerPanel.vue"));
export const AgePanel = later(() => import("@/age/AgePanel.vue"));
export const HoldPanel = later(() => import("@/hold/HoldPanel.vue"));
export const loadShiftPanel = fetched(() => import("@/shift/ShiftPanel.vue"));
/** Who can't read the first screen's hint can't ask for another language in a menu that comes later. */
export const LanguageList = later(() => import("@/languages/LanguageList.vue"));
export const LanguagePanel = later(() => import("@/languages/LanguagePanel.vue"));
export const TourPanel = later(() => import("@/help/TourPanel.vue"));
/** Most shops have no PINs. */
export const PinEntry = later(() => import("@/people/PinEntry.vue"));
export const ApprovalDialog = later(() => import("@/people/ApprovalDialog.vue"));
export const ClockPanel = later(() => import("@/people/ClockPanel.vue"));
export const TrainingBar = later(() => import("@/people/TrainingBar.vue"));
export const AgentHelp = later(() => import("@/trust/AgentHelp.vue"));
export const AfterSale = later(() => import("@/receipt/AfterSale.vue"));
export const CreditWay = later(() => import("@/pay/CreditWay.vue"));
export const AccountWay = later(() => import("@/pay/AccountWay.vue"));
export const TerminalWay = later(() => import("@/pay/terminal/TerminalWay.vue"));
export const BankCode = later(() => import("@/pay/BankCode.vue"));
export const ForeignWay = later(() => import("@/pay/ForeignWay.vue"));
export const TipRow = later(() => import("@/pay/TipRow.vue"));
