// Builds the till's process: `node build.mjs <folder>` leaves page.js, worker.js and till.mjs there.
// The page's own sources, with a daybook's segments short enough for a test to go through several.

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCE = join(HERE, "../../src");
const SEGMENT_BYTES = 12 * 1024;

/** Under another name the real size would stay, and no test would ever see a second segment. */
const shortSegments = {
	name: "short-segments",
	enforce: "pre",
	transform(code, id) {
		if (!id.endsWith("daybook/segments.ts")) return undefined;
		const short = code.replace(/\bSEGMENT_BYTES = [^;]+;/, `SEGMENT_BYTES = ${SEGMENT_BYTES};`);
		if (short === code) this.error("segments.ts has no SEGMENT_BYTES any more.");
		return short;
	},
};

const workerAddress = {
	name: "worker-address",
	enforce: "pre",
	resolveId: (id) => (id.endsWith("?worker&url") ? "\0worker-address" : undefined),
	load: (id) => (id === "\0worker-address" ? 'export default "worker.js";' : undefined),
};

async function bundle(outDir, input, name, output, more = {}) {
	await build({
		configFile: false,
		logLevel: "warn",
		publicDir: false,
		resolve: { alias: { "@": SOURCE } },
		plugins: [shortSegments, workerAddress],
		define: { "process.env.NODE_ENV": JSON.stringify("production") },
		...more,
		build: {
			outDir, emptyOutDir: false, target: "es2023", minify: false, copyPublicDir: false, modulePreload: false, ...more.build,
			rollupOptions: { input, output: { entryFileNames: name, ...output }, preserveEntrySignatures: "strict" },
		},
	});
}

const [outDir] = process.argv.slice(2);
await bundle(outDir, join(HERE, "page.ts"), "page.js", { format: "iife", name: "page" });
await bundle(outDir, join(SOURCE, "daybook/worker.ts"), "worker.js", { format: "iife" });
await bundle(outDir, join(HERE, "till.ts"), "till.mjs", { format: "es" }, { build: { ssr: true }, ssr: { noExternal: true } });
