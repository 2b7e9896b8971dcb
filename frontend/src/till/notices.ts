// Short messages at the edge of the screen that never stop a sale.
// Never asks a question: what needs an answer is a dialog.

import { shallowRef, type ShallowRef } from "vue";

export const NOTICE_LIMIT = 3;
const SHOWN_MS = { info: 5_000, problem: 12_000 } as const;

export interface NoticeAction {
	readonly label: string;
	run(): void;
}

export interface Notice {
	readonly key: number;
	readonly tone: "info" | "problem";
	readonly title: string;
	readonly text?: string;
	readonly action?: NoticeAction;
}

export interface Notices {
	readonly shown: Readonly<ShallowRef<readonly Notice[]>>;
	say(notice: Omit<Notice, "key">): void;
	dismiss(key: number): void;
	clear(): void;
}

/** Problems that were said after the notice with this key. */
export function problemsAfter(key: number, shown: readonly Notice[]): readonly Notice[] {
	return shown.filter((notice) => notice.tone === "problem" && notice.key > key);
}

export function useNotices(): Notices {
	const shown = shallowRef<readonly Notice[]>([]);
	let lastKey = 0;
	const dismiss = (key: number): void => {
		shown.value = shown.value.filter((notice) => notice.key !== key);
	};
	return {
		shown,
		dismiss,
		say(notice) {
			lastKey += 1;
			const key = lastKey;
			const others = shown.value.filter((old) => old.title !== notice.title);
			shown.value = [...others, { ...notice, key }].slice(-NOTICE_LIMIT);
			setTimeout(() => dismiss(key), SHOWN_MS[notice.tone]);
		},
		clear() {
			if (shown.value.length > 0) shown.value = [];
		},
	};
}
