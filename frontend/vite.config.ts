import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import { loadedAtOnce, serviceWorker } from "./src/offline/build.ts";
import { BUILT_URL } from "./src/offline/files.ts";

// Frappe serves an app's `public/` folder below /assets/<app>/; the standalone server does the same.
export default defineConfig({
	base: BUILT_URL,
	plugins: [vue({ features: { optionsAPI: false } }), loadedAtOnce(), serviceWorker()],
	resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
	build: {
		outDir: "../pos_bridge/public/till",
		emptyOutDir: true,
		target: "es2023",
		reportCompressedSize: true,
		// One file, so that the page itself links all of it.
		cssCodeSplit: false,
		modulePreload: false,
	},
	worker: { format: "es" },
	test: { include: ["tests/**/*.test.ts"], environment: "node", setupFiles: ["tests/inEnglish.ts"] },
});
