// A Medusa for tests: on loopback, without its admin's pages.

"use strict";

const { defineConfig } = require("@medusajs/framework/utils");

const secrets = { jwtSecret: "of no use here", cookieSecret: "of no use here" };

module.exports = defineConfig({
	projectConfig: {
		databaseUrl: process.env.DATABASE_URL,
		databaseDriverOptions: { connection: { ssl: false } },
		http: { storeCors: "*", adminCors: "*", authCors: "*", ...secrets },
	},
	admin: { disable: true },
});
