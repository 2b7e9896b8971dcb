// A Vendure shop for tests: in memory, on loopback, with one tax of 19 %, a parcel for 4.90 and fetching for nothing.
// Environment: PORT, HOOKS (where webhooks go), SECRET, PASSWORD, ASSETS (a folder), PLUGIN (the webhooks' file).

"use strict";

require("reflect-metadata");
const core = require("@vendure/core");
const { Populator } = require("@vendure/core/dist/data-import");
const { webhooks } = require(process.env.PLUGIN);

const config = {
	apiOptions: {
		hostname: "127.0.0.1",
		port: Number(process.env.PORT),
		adminApiPath: "admin-api",
		shopApiPath: "shop-api",
		cors: false,
	},
	authOptions: {
		tokenMethod: ["bearer"],
		superadminCredentials: { identifier: "superadmin", password: process.env.PASSWORD },
		cookieOptions: { secret: "of no use here" },
		requireVerification: false,
	},
	dbConnectionOptions: { type: "sqljs", synchronize: true, logging: false },
	paymentOptions: { paymentMethodHandlers: [core.dummyPaymentHandler] },
	importExportOptions: { importAssetsDir: process.env.ASSETS },
	logger: new core.DefaultLogger({ level: core.LogLevel.Warn }),
	plugins: [core.DefaultJobQueuePlugin, webhooks(process.env.HOOKS, process.env.SECRET)],
};

const data = {
	defaultLanguage: core.LanguageCode.en,
	defaultZone: "Europe",
	countries: [{ code: "DE", name: "Germany", zone: "Europe" }],
	taxRates: [{ name: "Standard", percentage: 19 }],
	shippingMethods: [
		{ name: "Parcel", price: 490, taxRate: 19 },
		{ name: "Fetch", price: 0, taxRate: 19 },
	],
	paymentMethods: [
		{
			name: "Card",
			handler: {
				code: core.dummyPaymentHandler.code,
				arguments: [{ name: "automaticSettle", value: "false" }],
			},
		},
	],
	collections: [],
};

async function main() {
	const app = await core.bootstrap(config);
	await app.get(Populator).populateInitialData(data);
	await app.get(core.JobQueueService).start();
	console.log("ready");
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
