// The words of X and Z, in the language of the shop.
// Never lays anything out: core/report/layout.ts does.

import { REPORT_LABELS, type ReportLabels } from "@/core/report/layout";
import { onPaper } from "@/words/words";

export function reportLabels(): ReportLabels {
	const names = Object.keys(REPORT_LABELS) as (keyof ReportLabels)[];
	return Object.fromEntries(names.map((name) => [name, onPaper(`report.${name}`)])) as ReportLabels;
}
