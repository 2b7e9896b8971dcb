"""What Frappe calls in this app, and when. Names only; the functions live in their rooms."""

app_name = "pos_bridge"
app_title = "POS Bridge"
app_publisher = "The POS Bridge authors"
app_description = (
	"The point of sale for ERPNext: sells without a network, drives the hardware, books to the cent."
)
app_email = "pos-bridge@example.com"
app_license = "gpl-3.0"
required_apps = ["frappe/erpnext"]
require_type_annotated_api_methods = True

before_install = "pos_bridge.install.before_install"
after_install = "pos_bridge.install.after_install"
after_migrate = "pos_bridge.install.after_migrate"
before_uninstall = "pos_bridge.install.before_uninstall"
after_uninstall = "pos_bridge.install.after_uninstall"

auth_hooks = ["pos_bridge.erpnext.door.auth.authenticate"]
page_renderer = ["pos_bridge.erpnext.door.till_page.TillPage"]

scheduler_events = {
	"cron": {
		"* * * * *": [
			"pos_bridge.jobs.sweep",
			"pos_bridge.jobs.mail_reports",
			"pos_bridge.jobs.mail_receipts",
			"pos_bridge.online.sweep",
			"pos_bridge.stock_out.sweep",
		],
		"*/10 * * * *": ["pos_bridge.online.reconcile"],
	},
	"daily": ["pos_bridge.jobs.expire_credits", "pos_bridge.online.reconcile_days"],
	"daily_long": ["pos_bridge.stock_out.compare"],
}

jinja = {"methods": ["pos_bridge.erpnext.shift_report.shown.pos_bridge_shift_report"]}

_CALL_TILLS = "pos_bridge.erpnext.catalogue.poke.changed"
_TILLS_KNOW = (
	*("Item Tax Template", "Sales Taxes and Charges Template", "Price List"),
	*("POS Profile", "POS Till", "Mode of Payment", "User", "Customer Group", "Party Specific Item"),
	*("Pricing Rule", "Coupon Code", "Territory", "Currency Exchange", "POS Cashier", "POS Cashier Role"),
)
_TILLS_NAME = ("Item", "Item Group", "UOM", "Customer")
_RENAMED = "pos_bridge.erpnext.catalogue.poke.renamed"

doc_events = {
	**{doctype: {"on_update": _CALL_TILLS, "after_delete": _CALL_TILLS} for doctype in _TILLS_KNOW},
	**{
		doctype: {"on_update": _CALL_TILLS, "after_delete": _CALL_TILLS, "after_rename": _RENAMED}
		for doctype in _TILLS_NAME
	},
	"Item Price": {
		"on_update": "pos_bridge.erpnext.catalogue.poke.priced",
		"after_delete": _CALL_TILLS,
	},
	"Sales Invoice": {
		"on_cancel": "pos_bridge.erpnext.overrides.sales_invoice.on_cancel",
		"on_submit": "pos_bridge.erpnext.overrides.sales_invoice.on_submit",
		"on_trash": "pos_bridge.erpnext.overrides.sales_invoice.on_trash",
	},
	"Journal Entry": {
		"on_cancel": "pos_bridge.erpnext.overrides.journal_entry.on_cancel",
		"on_submit": "pos_bridge.erpnext.overrides.journal_entry.on_submit",
		"on_trash": "pos_bridge.erpnext.overrides.journal_entry.on_trash",
	},
	"Stock Ledger Entry": {
		"before_insert": "pos_bridge.erpnext.overrides.stock_ledger_entry.before_insert",
		"on_submit": [_CALL_TILLS, "pos_bridge.erpnext.stock_marks.moved"],
	},
	"Sales Order": {"on_change": "pos_bridge.erpnext.stock_marks.ordered"},
}

# Our own fields and roles only: fixtures are imported by force on every migrate.
fixtures = [
	{"dt": "Role", "filters": [["name", "in", ["POS Cashier", "POS Manager", "POS Integrator"]]]},
	{"dt": "Custom Field", "filters": [["fieldname", "like", "pos_bridge_%"]]},
]
