// Light, dark, or as the system has it; kept on this till.
// Never holds a colour: those are in styles/tokens.css.

import { shallowRef } from "vue";

export type Theme = "auto" | "light" | "dark";

const SETTING = "posbridge.theme";
const NEXT: Readonly<Record<Theme, Theme>> = { auto: "light", light: "dark", dark: "auto" };

export const theme = shallowRef<Theme>(keptTheme());

export function nextTheme(): void {
	theme.value = NEXT[theme.value];
	localStorage.setItem(SETTING, theme.value);
	applyTheme();
}

export function applyTheme(): void {
	if (theme.value === "auto") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = theme.value;
}

function keptTheme(): Theme {
	const kept = localStorage.getItem(SETTING);
	return kept === "light" || kept === "dark" ? kept : "auto";
}
