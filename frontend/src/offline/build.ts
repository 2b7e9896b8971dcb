// Builds the service worker behind the page, with the list of the files that it keeps.
// Never part of the page: Vite runs it.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, type Rolldown } from "vite";
import { BUILT_URL, PAGE_URL, WORKER_URL, type KeptFile } from "./files.ts";

const SOURCE = fileURLToPath(new URL("..", import.meta.url));
const PAGE = "index.html";

/** Has the browser load what the page's first script imports beside that script, not after it; not what only some pages want: it knows which. */
export function loadedAtOnce(): Plugin {
	return {
		name: "pos-bridge-loaded-at-once",
		apply: "build",
		transformIndexHtml: {
			order: "post",
			handler: (_html, { chunk, bundle }) => (chunk?.dynamicImports ?? []).filter((name) => !isForSome(bundle?.[name])).map((fileName) => ({
				tag: "link",
				attrs: { rel: "modulepreload", crossorigin: true, href: BUILT_URL + fileName },
				injectTo: "head" as const,
			})),
		},
	};
}

function isForSome(file: Rolldown.OutputBundle[string] | undefined): boolean {
	return file?.type === "chunk" && /\/src\/(words|display)\//.test(file.facadeModuleId ?? "");
}

export function serviceWorker(): Plugin {
	return {
		name: "pos-bridge-service-worker",
		apply: "build",
		async writeBundle({ dir = "" }, bundle) {
			const names = Object.keys(bundle).filter((name) => !name.endsWith(".map"));
			const main = Object.values(bundle).find((file) => file.type === "chunk" && file.isEntry)?.fileName;
			if (main === undefined || !names.includes(PAGE)) this.error("The page has no main script, so nothing can be kept.");
			const files = await Promise.all(names.sort().map((name) => keptFile(dir, name)));
			await buildWorker(dir, files, BUILT_URL + main);
		},
	};
}

async function keptFile(dir: string, name: string): Promise<KeptFile> {
	const hash = createHash("sha384").update(await readFile(join(dir, name)));
	if (name === PAGE) return { url: PAGE_URL, revision: hash.digest("hex").slice(0, 16) };
	return { url: BUILT_URL + name, revision: null, integrity: `sha384-${hash.digest("base64")}` };
}

/** A bundle of its own: a chunk shared with the page would be a file that the worker first had to load. */
async function buildWorker(outDir: string, files: readonly KeptFile[], mainScript: string): Promise<void> {
	await build({
		configFile: false,
		logLevel: "warn",
		publicDir: false,
		resolve: { alias: { "@": SOURCE } },
		define: {
			BUILT_FILES: JSON.stringify(files),
			MAIN_SCRIPT: JSON.stringify(mainScript),
			"process.env.NODE_ENV": JSON.stringify("production"),
		},
		build: {
			outDir,
			emptyOutDir: false,
			target: "es2023",
			copyPublicDir: false,
			rollupOptions: {
				input: join(SOURCE, "offline/pos-bridge-worker.ts"),
				output: { format: "iife", entryFileNames: WORKER_URL.slice(1) },
			},
		},
	});
}
