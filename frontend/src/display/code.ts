// The code that is to be scanned to pay, while the till shows it: the customer's screen shows the same.
// Never lives longer than the tender that it belongs to is chosen.

import { shallowRef } from "vue";

export interface CustomerCode {
	readonly data: string;
	readonly label: string;
}

export const customerCode = shallowRef<CustomerCode>();
