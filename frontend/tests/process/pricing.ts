// The page's pricing as a process: rules, lines and context in JSON per line in, the prices in JSON per line out.

import { createInterface } from "node:readline";
import { priceLines } from "@/core/pricing/invoice";
import { rulesFromWire } from "@/core/pricing/rules";

for await (const text of createInterface({ input: process.stdin })) {
	const { rules, lines, context } = JSON.parse(text);
	process.stdout.write(`${JSON.stringify(priceLines(rulesFromWire(rules), lines, context))}\n`);
}
