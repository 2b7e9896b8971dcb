// Builds the page's engine as a process: `node sums.mjs <folder>` leaves sums.mjs there.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const HERE = dirname(fileURLToPath(import.meta.url));

await build({
	configFile: false,
	logLevel: "warn",
	publicDir: false,
	resolve: { alias: { "@": join(HERE, "../../src") } },
	ssr: { noExternal: true },
	build: {
		ssr: true,
		outDir: process.argv[2],
		emptyOutDir: false,
		target: "es2023",
		rollupOptions: { input: join(HERE, "sums.ts"), output: { entryFileNames: "sums.mjs", format: "es" } },
	},
});
