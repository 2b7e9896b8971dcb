// Builds one of the page's engines as a process: `node sums.mjs <folder> [name]` leaves <name>.mjs there.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const HERE = dirname(fileURLToPath(import.meta.url));
const NAME = process.argv[3] ?? "sums";

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
		rollupOptions: { input: join(HERE, `${NAME}.ts`), output: { entryFileNames: `${NAME}.mjs`, format: "es" } },
	},
});
