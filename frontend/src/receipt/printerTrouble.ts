// Whether paper can be expected of the printer, and whether somebody has to look after it.
// Never says it in words.

import { computed, type ComputedRef, type Ref } from "vue";
import type { PrintAnswer } from "@/till/checkout";
import type { Till } from "@/till/till";

export interface PrinterTrouble {
	/** It is not ready, and what was asked for is not on paper. */
	readonly blocked: ComputedRef<boolean>;
	readonly trouble: ComputedRef<boolean>;
}

export function printerTrouble({ trust }: Till, printed: Readonly<Ref<PrintAnswer | undefined>>): PrinterTrouble {
	const state = computed(() => printed.value?.state);
	const blocked = computed(() => !["ready", "unknown"].includes(trust.standing.value.printer) && state.value !== "printed");
	return { blocked, trouble: computed(() => blocked.value || ["no_agent", "failed", "unsure"].includes(state.value ?? "")) };
}
