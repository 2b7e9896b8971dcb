// The page's engine as a process: a draft in JSON per line in, its totals in JSON per line out.

import { createInterface } from "node:readline";
import { computeSale } from "@/core/sale";

for await (const line of createInterface({ input: process.stdin })) {
	process.stdout.write(`${JSON.stringify(computeSale(JSON.parse(line)))}\n`);
}
