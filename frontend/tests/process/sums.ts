// The page's engine as a process: a draft and its direction in JSON per line in, its totals in JSON per line out.

import { createInterface } from "node:readline";
import { compute, type Direction, type SaleDraft } from "@/core/sale";

for await (const line of createInterface({ input: process.stdin })) {
	const { draft, direction } = JSON.parse(line);
	process.stdout.write(`${JSON.stringify(answer(draft, direction))}\n`);
}

function answer(draft: SaleDraft, direction: Direction): object {
	try {
		return compute(draft, direction);
	} catch (error) {
		return { refused: (error as Error).message };
	}
}
