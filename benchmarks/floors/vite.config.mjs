// Builds the floors with the packages that the till itself is built with; the product's build knows nothing of it.

import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
	root: here("."),
	base: "./",
	resolve: {
		alias: {
			"@": here("../../frontend/src"),
			vue: here("../../frontend/node_modules/vue/dist/vue.runtime.esm-bundler.js"),
		},
	},
	define: { __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
	build: {
		target: "es2023",
		emptyOutDir: true,
		rollupOptions: { input: ["bare.html", "cold.html", "engine.html", "vue_alone.html"].map(here) },
	},
	worker: { format: "es" },
};
